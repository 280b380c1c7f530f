"""Accounts from their first word to their last requirement, told on every store."""

from __future__ import annotations

import pytest

from connectlib import REQUIREMENTS, RequirementRule, VirtualClock
from tests.stories.onboarding import (
    AT_ONCE,
    BANK,
    OTHER,
    boss,
    codes,
    company,
    jenny,
    opening,
    states,
    vector,
    with_bank,
)

ACTIVE = {"card_payments": "active", "transfers": "active"}
PENDING = {"card_payments": "pending", "transfers": "pending"}
INACTIVE = {"card_payments": "inactive", "transfers": "inactive"}
KEYED = "verification_failed_keyed_identity"


def told(connect, id_):
    """(type, previous_attributes) of the events of an account, oldest first; gapless."""
    events = list(connect.events.list(account=id_, limit=100))[::-1]
    assert [each.sequence for each in events] == list(range(1, len(events) + 1))
    return [(each.type, each.to_dict()["data"].get("previous_attributes")) for each in events]


def test_an_individual_in_the_us_waits_for_its_check(connect) -> None:
    made = connect.accounts.create(**opening())
    assert vector(made) == (False, False, "requirements.past_due", False)
    assert states(made) == PENDING
    assert made.requirements.past_due == made.requirements.currently_due == BANK
    waiting = [f"individual.address.{part}" for part in ("city", "country", "line1")]
    waiting += ["individual.address.postal_code", "individual.address.state"]
    assert made.requirements.pending_verification == [*waiting, "individual.id_number"]
    assert made.individual.verification.status == "pending"
    found = with_bank(connect, made.id)
    assert vector(found) == (False, False, "requirements.pending_verification", True)
    connect.clock.advance(minutes=2)
    found = connect.accounts.retrieve(made.id)
    assert vector(found) == (True, True, None, True)
    assert states(found) == ACTIVE
    assert found.individual.verification.status == "verified"
    seen = told(connect, made.id)
    asked = {"requested": False, "requested_at": None, "status": "unrequested"}
    assert [type_ for type_, _ in seen] == [
        "person.created",
        "capability.updated",
        "capability.updated",
        "account.updated",
        "account.external_account.created",
        "account.updated",
        "person.updated",
        "capability.updated",
        "capability.updated",
        "account.updated",
    ]
    for _, previous in seen[1:3]:
        assert {name: previous[name] for name in asked} == asked
    assert seen[3][1] is None
    assert seen[6][1] == {"verification": {"status": "unverified"}}
    # Payouts stop no capability: with the reason gone from the account, theirs is as it was.
    assert [previous["status"] for _, previous in seen[7:9]] == ["pending", "pending"]
    last = {key: value for key, value in seen[9][1].items() if key != "requirements"}
    assert last == {"capabilities": PENDING, "charges_enabled": False, "payouts_enabled": False}
    assert seen[9][1]["requirements"] == {
        "disabled_reason": "requirements.pending_verification",
        "pending_verification": [*waiting, "individual.id_number"],
    }


def test_an_individual_in_germany_is_active_at_once(connect) -> None:
    made = connect.accounts.create(**opening("DE"))
    assert states(made) == ACTIVE
    assert vector(made) == (True, False, "requirements.past_due", False)
    assert made.requirements.eventually_due == [*BANK, "individual.verification.document"]
    found = with_bank(connect, made.id)
    assert vector(found) == (True, True, None, True)
    assert found.individual.verification.status == "pending"
    connect.clock.advance(minutes=2)
    assert connect.accounts.retrieve(made.id).individual.verification.status == "verified"


def test_what_was_not_told_is_past_due_at_once(connect) -> None:
    made = connect.accounts.create(
        country="US", business_type="individual", capabilities=["card_payments"]
    )
    assert vector(made) == (False, False, "requirements.past_due", False)
    assert states(made) == {"card_payments": "inactive"}
    due = set(made.requirements.currently_due)
    assert due == set(made.requirements.past_due)
    assert {"individual.dob.day", "tos_acceptance.ip", "business_profile.mcc"} <= due
    assert made.requirements.alternatives == [
        {
            "original_fields_due": ["business_profile.url"],
            "alternative_fields_due": ["business_profile.product_description"],
        }
    ]
    assert {"individual.id_number", "individual.ssn_last_4"} <= set(
        made.requirements.eventually_due
    ) - due


def test_charges_go_on_where_only_the_terms_are_missing(connect) -> None:
    words = opening("DE")
    del words["tos_acceptance"]
    made = with_bank(connect, connect.accounts.create(**words).id)
    assert vector(made) == (True, False, "requirements.past_due", False)
    assert made.requirements.past_due == ["tos_acceptance.date", "tos_acceptance.ip"]
    found = connect.accounts.update(made.id, tos_acceptance={"date": 1, "ip": "::1"})
    assert vector(found) == (True, True, None, True)


def test_a_company_comes_with_those_behind_it(connect) -> None:
    words = opening("DE", "company", company=company("DE", owners_provided=False))
    id_ = connect.accounts.create(**words).id
    made = with_bank(connect, id_)
    due = made.requirements.currently_due
    assert "representative.first_name" in due
    assert {"company.owners_provided", "owners.first_name"} <= set(due)
    assert not [field for field in due if field.startswith(("directors.", "executives."))]
    head = connect.accounts.persons.create(id_, **boss("DE"))
    owner = connect.accounts.persons.create(
        id_, first_name="Olga", relationship={"owner": True, "percent_ownership": 33.25}
    )
    assert owner.relationship.percent_ownership == 33.25
    found = connect.accounts.retrieve(id_)
    assert f"{owner.id}.last_name" in found.requirements.currently_due
    assert not [f for f in found.requirements.currently_due if f.startswith("owners.")]
    assert "last_name" in connect.accounts.persons.retrieve(id_, owner.id).requirements.past_due
    connect.accounts.persons.update(id_, owner.id, **jenny("DE", AT_ONCE, first_name="Olga"))
    connect.accounts.update(id_, company={"owners_provided": True})
    found = connect.accounts.retrieve(id_)
    assert vector(found) == (True, True, None, True)
    assert connect.accounts.persons.retrieve(id_, head.id).verification.status == "verified"
    assert found.company.tax_id_provided
    assert "tax_id" not in found.company


def test_a_recipient_account_holds_transfers_alone(connect) -> None:
    made = connect.accounts.create(
        country="TH",
        type="custom",
        business_type="individual",
        capabilities=["transfers"],
        individual=jenny("TH", AT_ONCE),
        tos_acceptance={"service_agreement": "recipient", "date": 1, "ip": "1.1.1.1"},
    )
    found = with_bank(connect, made.id)
    assert vector(found) == (True, True, None, True)
    assert states(found) == {"transfers": "active"}
    assert found.requirements.eventually_due == ["individual.verification.document"]
    assert found.tos_acceptance.service_agreement == "recipient"


def test_a_deadline_passes_when_the_clock_moves(connect) -> None:
    id_ = connect.testing.account().id
    found = connect.accounts.update(id_, individual={"phone": ""})
    assert vector(found) == (True, True, None, True)
    assert found.requirements.currently_due == ["individual.phone"]
    assert found.requirements.past_due == []
    deadline = found.requirements.current_deadline
    assert deadline == int(connect.clock.now().timestamp()) + 14 * 86_400
    before = len(told(connect, id_))
    connect.clock.advance(days=13, hours=23)
    assert connect.accounts.retrieve(id_).charges_enabled
    connect.clock.advance(hours=2)
    found = connect.accounts.retrieve(id_)
    assert vector(found) == (False, False, "requirements.past_due", True)
    assert states(found) == INACTIVE
    assert found.requirements.current_deadline is None
    seen = told(connect, id_)[before:]
    assert [type_ for type_, _ in seen] == ["capability.updated"] * 2 + ["account.updated"]
    assert [previous["status"] for _, previous in seen[:2]] == ["active", "active"]
    assert seen[2][1] == {
        "capabilities": ACTIVE,
        "charges_enabled": True,
        "payouts_enabled": True,
        "requirements": {"current_deadline": deadline, "disabled_reason": None, "past_due": []},
    }
    found = connect.accounts.update(id_, individual={"phone": "0000000000"})
    assert vector(found) == (True, True, None, True)


def test_capabilities_are_requested_and_given_back(connect) -> None:
    made = connect.accounts.create(**opening("DE", capabilities=None))
    assert made.requirements.disabled_reason == "action_required.requested_capabilities"
    assert made.requirements.currently_due == []
    caps = connect.accounts.capabilities
    assert caps.retrieve(made.id, "transfers").status == "unrequested"
    asked = caps.update(made.id, "transfers", requested=True)
    assert (asked.status, asked.requested) == ("active", True)
    assert asked.requirements.currently_due == BANK
    assert caps.update(made.id, "transfers", requested=True).requested_at == asked.requested_at
    connect.accounts.update(made.id, capabilities={"card_payments": {"requested": True}})
    assert [each.id for each in caps.list(made.id)] == ["card_payments", "transfers"]
    given = caps.update(made.id, "transfers", requested=False)
    assert (given.status, given.requested, given.requested_at) == ("unrequested", False, None)
    assert given.requirements.currently_due == []
    assert states(connect.accounts.retrieve(made.id)) == {"card_payments": "active"}
    moves = [
        (previous.get("status"), previous.get("requested"))
        for type_, previous in told(connect, made.id)
        if type_ == "capability.updated"
    ]
    assert moves == [("unrequested", False), ("unrequested", False), ("active", True)]
    found = connect.accounts.update(made.id, capabilities={"card_payments": {"requested": False}})
    assert states(found) == {}
    assert found.requirements.currently_due == []


def test_updates_are_merged_leaf_by_leaf(connect) -> None:
    id_ = connect.accounts.create(
        **opening("DE", individual=jenny("DE", AT_ONCE, metadata={"a": "1", "b": "2"}))
    ).id
    update = connect.accounts.update
    found = update(id_, individual={"address": {"city": "Bonn", "line1": ""}, "email": ""})
    assert found.individual.address.city == "Bonn"
    assert found.individual.address.line1 is None
    assert found.individual.address.postal_code == "12345"
    assert "email" not in found.individual
    assert found.individual.metadata == {"a": "1", "b": "2"}
    found = update(id_, individual={"metadata": {"a": ""}, "relationship": {"title": "Boss"}})
    assert found.individual.metadata == {"b": "2"}
    assert found.individual.relationship.title == "Boss"
    assert update(id_, individual={"metadata": ""}).individual.metadata == {}
    found = update(id_, individual={"relationship": {"title": ""}, "dob": ""})
    assert found.individual.relationship.title is None
    assert found.individual.dob == {"day": None, "month": None, "year": None}
    found = update(id_, business_profile={"name": "Rockets", "support_address": {"city": "Bonn"}})
    found = update(id_, business_profile={"url": "", "support_address": {"line1": "1"}})
    assert (found.business_profile.name, found.business_profile.url) == ("Rockets", None)
    assert found.business_profile.support_address == {
        **dict.fromkeys(("country", "line2", "postal_code", "state")),
        "city": "Bonn",
        "line1": "1",
    }
    assert "business_profile.url" in found.requirements.currently_due
    found = update(id_, business_profile={"product_description": "Rides"})
    assert "business_profile.url" not in found.requirements.currently_due
    found = update(id_, settings={"branding": {"primary_color": "#112233"}})
    assert found.settings.payments.statement_descriptor == "ROCKET RIDES"
    found = update(id_, settings={"branding": {"primary_color": ""}}, email="")
    assert found.settings.branding.primary_color is None
    assert found.email is None


def test_an_update_that_changes_nothing_writes_and_tells_nothing(connect) -> None:
    id_ = connect.accounts.create(**opening("DE")).id
    connect.clock.advance(minutes=2)
    before = (connect.accounts.retrieve(id_).to_dict(), told(connect, id_))
    words = {
        name: value for name, value in opening("DE").items() if name not in ("country", "type")
    }
    connect.accounts.update(id_, **words)
    assert (connect.accounts.retrieve(id_).to_dict(), told(connect, id_)) == before


def test_another_business_type_is_asked_for_what_it_needs(connect) -> None:
    id_ = connect.accounts.create(**opening("DE", individual=jenny("DE", OTHER))).id
    connect.clock.advance(minutes=2)
    found = connect.accounts.retrieve(id_)
    document = "individual.verification.document"
    assert codes(found) == {(document, KEYED)}
    found = connect.accounts.update(id_, business_type="company", company=company("DE"))
    assert codes(found) == set()
    due = found.requirements.currently_due
    assert not [field for field in due if field.startswith("individual.")]
    assert "representative.first_name" in due
    assert found.company.name == "Rocket Rides"
    assert "individual" not in found.to_dict()
    found = connect.accounts.update(id_, business_type="individual")
    assert codes(found) == {(document, KEYED)}
    assert found.individual.first_name == "Jenny"


def test_a_repeat_with_its_key_answers_as_before(connect) -> None:
    words = opening("DE", individual=jenny("DE", AT_ONCE))
    one = connect.accounts.create(**words, idempotency_key="k")
    again = connect.accounts.create(**words, idempotency_key="k")
    assert again.id == one.id
    assert again.individual.first_name == "Jenny"
    assert len(connect.accounts.list().data) == 1
    before = told(connect, one.id)
    changed = connect.accounts.update(one.id, individual={"phone": ""}, idempotency_key="u")
    connect.accounts.update(one.id, individual={"phone": "112"})
    repeated = connect.accounts.update(one.id, individual={"phone": ""}, idempotency_key="u")
    assert repeated.requirements.currently_due == changed.requirements.currently_due
    assert connect.accounts.retrieve(one.id).individual.phone == "112"
    assert len(told(connect, one.id)) == len(before) + 4
    with pytest.raises(Exception, match="same parameters"):
        connect.accounts.update(one.id, individual={"phone": "1"}, idempotency_key="u")
    with pytest.raises(Exception, match="same parameters"):
        connect.accounts.create(**{**words, "email": "a@b.example"}, idempotency_key="k")


def rules(starts: int):
    coming = RequirementRule("individual.nationality", "DE", "individual", starts=starts)
    return REQUIREMENTS._replace(rules=(*REQUIREMENTS.rules, coming))


def test_a_rule_of_ones_own_is_a_future_requirement_until_it_starts(opened) -> None:
    clock = VirtualClock()
    starts = clock.now() + 30 * 86_400 * 1_000_000
    connect, _ = opened(clock=clock, requirements=rules(starts))
    id_ = connect.accounts.create(**opening("DE", individual=jenny("DE", AT_ONCE))).id
    found = with_bank(connect, id_)
    field = ["individual.nationality"]
    assert found.future_requirements.currently_due == field
    assert found.future_requirements.current_deadline == starts // 1_000_000
    assert found.future_requirements.disabled_reason is None
    assert found.requirements.currently_due == []
    other = connect.accounts.create(
        **opening(
            "DE",
            individual=jenny("DE", AT_ONCE, email="j+enforce_future_requirements@example.com"),
        )
    )
    assert field[0] in other.requirements.currently_due
    connect.clock.advance(days=31)
    found = connect.accounts.retrieve(id_)
    assert found.future_requirements.currently_due == []
    assert found.requirements.currently_due == field
    assert vector(found) == (True, True, None, True)
    connect.clock.advance(days=15)
    assert vector(connect.accounts.retrieve(id_))[:3] == (False, False, "requirements.past_due")
    found = connect.accounts.update(id_, individual={"nationality": "DE"})
    assert vector(found) == (True, True, None, True)
