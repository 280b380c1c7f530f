"""What makes requirements fall due: money, time, and the test cards that stand for both."""

from __future__ import annotations

import pytest

from connectlib import InvalidRequestError

DOCUMENT = {"verification": {"document": {"front": "file_identity_document_success"}}}
PERSON = {
    "first_name": "Ada",
    "last_name": "Byron",
    "dob": {"day": 1, "month": 1, "year": 1902},
    "address": {
        "line1": "address_full_match",
        "city": "Austin",
        "state": "TX",
        "postal_code": "78701",
    },
    "email": "ada@example.com",
    "phone": "0000000000",
}


def american(connect):
    """An account in the US that has told no number; its bank is told in test mode."""
    ada = connect.accounts.create(
        type="custom",
        business_type="individual",
        capabilities=["card_payments", "transfers"],
        individual=PERSON,
    )
    ada = connect.testing.onboard(ada)
    return connect.accounts.update(ada, individual={"id_number": "", "ssn_last_4": ""})


def charge(connect, account, amount=2_000, source="tok_visa"):
    return connect.charges.create(amount=amount, currency="usd", source=source, account=account)


def test_a_number_falls_due_by_volume_and_then_stops_the_account(connect) -> None:
    ada = american(connect)
    assert ada.requirements.currently_due == []
    assert ada.requirements.eventually_due == ["individual.id_number", "individual.ssn_last_4"]
    charge(connect, ada, 100_000)
    connect.clock.advance(days=4)
    assert connect.accounts.retrieve(ada.id).requirements.currently_due == []
    charge(connect, ada, 100_000)
    connect.clock.advance(days=4)
    ada = connect.accounts.retrieve(ada.id)
    assert ada.requirements.currently_due == ["individual.ssn_last_4"]
    assert ada.charges_enabled
    deadline = ada.requirements.current_deadline
    assert deadline > connect.clock.now().timestamp()
    connect.clock.advance_to(deadline - 1)
    assert connect.accounts.retrieve(ada.id).charges_enabled
    connect.clock.advance(seconds=1)
    ada = connect.accounts.retrieve(ada.id)
    assert ada.requirements.past_due == ["individual.ssn_last_4"]
    assert (ada.charges_enabled, ada.payouts_enabled) == (False, False)
    with pytest.raises(InvalidRequestError) as refused:
        charge(connect, ada)
    assert refused.value.code == "capability_not_active"
    with pytest.raises(InvalidRequestError) as refused:
        connect.payouts.create(amount=100, currency="usd", account=ada)
    assert refused.value.code == "payouts_not_allowed"
    ada = connect.accounts.update(ada, individual={"ssn_last_4": "0000"})
    connect.run_due()
    ada = connect.accounts.retrieve(ada.id)
    assert (ada.charges_enabled, ada.payouts_enabled) == (True, True)
    told = connect.events.list(account=ada.id, type="account.updated", limit=1).data[0]
    assert told.data.previous_attributes["charges_enabled"] is False


def test_a_number_falls_due_some_time_after_the_first_charge(connect) -> None:
    ada = american(connect)
    connect.clock.advance(days=60)
    assert connect.accounts.retrieve(ada.id).requirements.currently_due == []
    charge(connect, ada)
    connect.clock.advance(days=40)
    ada = connect.accounts.retrieve(ada.id)
    assert ada.requirements.currently_due == ["individual.ssn_last_4"]


def test_money_that_was_held_back_goes_when_the_account_is_put_right(connect) -> None:
    ada = american(connect)
    charge(connect, ada, 200_000)
    connect.clock.advance(days=30)
    assert not connect.accounts.retrieve(ada.id).payouts_enabled
    charge_before = connect.balance.retrieve(account=ada.id).available["usd"]
    connect.accounts.update(ada, individual={"ssn_last_4": "0000"})
    connect.clock.advance(days=4)
    assert connect.balance.retrieve(account=ada.id).available["usd"] <= charge_before
    assert connect.balance.retrieve(account=ada.id).available["usd"] == 0
    assert connect.ledger.verify().ok


@pytest.mark.parametrize(
    ("card", "due", "late", "charges", "payouts"),
    [
        ("tok_visa_triggerNextRequirements", True, False, True, True),
        ("tok_visa_triggerChargeBlock", True, True, False, False),
        ("tok_visa_triggerPayoutBlock", True, True, True, False),
    ],
)
@pytest.mark.parametrize("kind", ["account", "on_behalf_of"])
def test_a_test_card_moves_what_is_due(connect, kind, card, due, late, charges, payouts) -> None:
    bo = connect.testing.account(country="DE")
    document = ["individual.verification.document"]
    assert bo.requirements.eventually_due == document
    connect.charges.create(amount=2_000, currency="eur", source=card, **{kind: bo.id})
    connect.run_due()
    bo = connect.accounts.retrieve(bo.id)
    assert bo.requirements.currently_due == (document if due else [])
    assert bo.requirements.past_due == (document if late else [])
    assert (bo.charges_enabled, bo.payouts_enabled) == (charges, payouts)
    connect.accounts.update(bo, individual=DOCUMENT)
    connect.clock.advance(days=1)
    bo = connect.accounts.retrieve(bo.id)
    assert bo.requirements.eventually_due == []
    assert (bo.charges_enabled, bo.payouts_enabled) == (True, True)


def test_a_test_card_on_the_platforms_own_charge_moves_nothing(connect) -> None:
    connect.charges.create(amount=2_000, currency="usd", source="tok_visa_triggerChargeBlock")
    assert connect.run_due() == 0
    assert connect.accounts.retrieve().charges_enabled


def test_a_field_is_due_for_one_capability_and_later_for_another(connect) -> None:
    ada = american(connect)
    tax = connect.accounts.capabilities.update(ada, "tax_reporting_us_1099_k", requested=True)
    cards = connect.accounts.capabilities.retrieve(ada, "card_payments")
    assert (tax.status, cards.status) == ("inactive", "active")
    assert tax.requirements.past_due == ["individual.id_number"]
    assert cards.requirements.currently_due == []
    assert "individual.id_number" in cards.requirements.eventually_due
