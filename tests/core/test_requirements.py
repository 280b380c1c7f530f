"""The requirements engine: what recorded accounts looked like, and the laws of the lists."""

from __future__ import annotations

import pytest

from connectlib.core.moments import DAY
from connectlib.core.requirement_facts import (
    CHARGE_BLOCK,
    CHECKED,
    CHECKING,
    FAILED,
    FUTURE,
    INACTIVE,
    LISTED,
    NEXT,
    PAYOUT_BLOCK,
    Check,
    Facts,
    Failure,
    Someone,
)
from connectlib.core.requirement_needs import Subject, is_told, needs
from connectlib.core.requirement_rules import COMPANIES, RULES, Rule, Rules, Threshold
from connectlib.core.requirements import Standing, advance, stand, watches

NOW = 20_000 * DAY
FULL_COUNTRIES = "US CA GB DE FR IE ES IT NL BR AU JP SG IN MX"
RECIPIENTS = "AL AR BD CL CO EG GH ID IL JM KE KR MA NG PE PH QA RS TH TR VN ZA"
CARDS = frozenset({"card_payments", "transfers"})
TRANSFERS = frozenset({"transfers"})


def subject(
    country: str = "US",
    business: str | None = "individual",
    *,
    agreement: str = "full",
    requested: frozenset[str] = CARDS,
    facts: Facts | None = None,
    active: frozenset[str] = frozenset(),
    pays_out: bool = False,
) -> Subject:
    return Subject(
        country,
        business,
        agreement,
        "usd" if country == "US" else "eur",
        requested,
        active,
        pays_out,
        facts or Facts(),
    )


def told(one: Subject, *fields: str, rules: Rules = RULES) -> Subject:
    """The subject with fields told, whosever they are."""
    facts = one.facts
    people = dict(facts.people)
    for field in fields:
        id_, _, rest = field.partition(".")
        if id_ in people:
            someone = dict(facts.people)[id_]
            facts = facts.with_person(id_, someone._replace(given=someone.given | {rest}))
        else:
            facts = facts._replace(given=facts.given | {field})
    return one._replace(facts=facts)


def told_all(one: Subject, but: tuple[str, ...] = ()) -> Subject:
    """Everything that is needed from the start, but for some."""
    now = (need.field for need in needs(one) if need.later is None)
    return told(one, *(field for field in now if field not in but))


def assessed(one: Subject, at: int = NOW, rules: Rules = RULES) -> tuple[Subject, Standing]:
    """The account after the engine has looked at it, and where it stands."""
    one = one._replace(facts=advance(one, rules, at))
    found = stand(one, rules, at)
    working = frozenset(name for name, state in found.capabilities if state == "active")
    return one._replace(active=working, pays_out=found.payouts_enabled), found


def test_what_is_missing_at_creation_is_past_due_at_once() -> None:
    _, found = assessed(subject())
    assert "individual.first_name" in found.past_due
    assert found.past_due == found.currently_due
    assert found.disabled_reason == "requirements.past_due"
    assert dict(found.capabilities) == {"card_payments": "inactive", "transfers": "inactive"}
    assert (found.charges_enabled, found.payouts_enabled, found.details_submitted) == (False,) * 3


def test_an_american_with_everything_but_a_bank_account() -> None:
    """As recorded: capabilities pending, the bank account past due."""
    one = told_all(subject(), but=("external_account",))
    waiting = ("individual.address.line1", "individual.id_number")
    one = one._replace(facts=one.facts.with_check("individual", Check(CHECKING, waiting)))
    _, found = assessed(one)
    assert dict(found.capabilities) == {"card_payments": "pending", "transfers": "pending"}
    assert found.past_due == ("external_account",)
    assert found.pending == waiting
    assert not found.details_submitted
    assert found.disabled_reason == "requirements.past_due"


def test_a_verified_american_with_everything_is_enabled() -> None:
    one = told_all(subject())
    one = one._replace(facts=one.facts.with_check("individual", Check(CHECKED)))
    _, found = assessed(one)
    assert found.currently_due == found.past_due == ()
    assert found.eventually_due == ("individual.id_number", "individual.ssn_last_4")
    assert found.disabled_reason is None
    assert (found.charges_enabled, found.payouts_enabled, found.details_submitted) == (True,) * 3


@pytest.mark.parametrize("missing", ["external_account", "tos_acceptance.date"])
def test_charges_go_on_without_what_only_payouts_need(missing: str) -> None:
    _, found = assessed(told_all(subject("DE"), but=(missing,)))
    assert (found.charges_enabled, found.payouts_enabled) == (True, False)
    assert found.disabled_reason == "requirements.past_due"
    assert not found.details_submitted


@pytest.mark.parametrize("country", [c for c in FULL_COUNTRIES.split() if c != "US"])
@pytest.mark.parametrize("business", ["individual", *COMPANIES.split()])
def test_full_accounts_are_active_at_once_where_nothing_is_checked_first(
    country: str, business: str
) -> None:
    one = told_all(subject(country, business))
    checked = one.facts.with_check("individual", Check(CHECKING, ("individual.id_number",)))
    _, found = assessed(one._replace(facts=checked))
    assert found.currently_due == ()
    assert found.charges_enabled
    assert found.payouts_enabled


@pytest.mark.parametrize("country", RECIPIENTS.split())
def test_recipients_are_active_at_once_and_owe_a_document_eventually(country: str) -> None:
    one = told_all(subject(country, agreement="recipient", requested=TRANSFERS))
    _, found = assessed(one)
    assert (found.currently_due, found.past_due) == ((), ())
    assert found.eventually_due == ("individual.verification.document",)
    assert (found.charges_enabled, found.payouts_enabled) == (True, True)
    assert "business_profile.url" not in one.facts.given


@pytest.mark.parametrize(
    ("country", "needs_number"), [("GT", True), ("PK", True), ("UY", True), ("CL", False)]
)
def test_some_recipients_need_a_number_first(country: str, *, needs_number: bool) -> None:
    fields = {n.field for n in needs(subject(country, agreement="recipient", requested=TRANSFERS))}
    assert ("individual.id_number" in fields) is needs_number


@pytest.mark.parametrize("country", ["HK", "NZ"])
def test_payouts_wait_for_a_document_in_some_countries(country: str) -> None:
    one = told_all(subject(country))
    waiting = Check(CHECKING, ("individual.verification.document",))
    one = one._replace(facts=one.facts.with_check("individual", waiting))
    _, found = assessed(one)
    assert (found.charges_enabled, found.payouts_enabled) == (True, False)
    assert found.disabled_reason == "requirements.pending_verification"


#: country, business type -> a field that is asked for there, and one that is not.
FIELDS = """
US individual individual.address.state      individual.political_exposure
US company    representative.ssn_last_4     company.directors_provided
CA company    company.address.state         company.directors_provided
GB company    company.ownership_declaration.ip company.address.state
DE company    company.executives_provided   company.address.state
FR individual individual.email              individual.id_number
IE company    directors.first_name          company.ownership_declaration.ip
BR individual individual.political_exposure individual.first_name_kana
AU company    company.directors_provided    company.executives_provided
JP individual individual.last_name_kanji    individual.first_name
JP company    company.name_kana             company.address.line1
SG individual individual.full_name_aliases  individual.address.state
IN individual individual.id_number          individual.nationality
MX individual individual.address.state      individual.political_exposure
US non_profit company.tax_id                company.owners_provided
US government_entity representative.email   owners.first_name
"""


@pytest.mark.parametrize("line", FIELDS.strip().splitlines())
def test_a_country_asks_for_what_it_asks_for(line: str) -> None:
    country, business, asked, not_asked = line.split()
    fields = {need.field for need in needs(subject(country, business))}
    assert asked in fields
    assert not_asked not in fields


def test_a_company_names_those_behind_it() -> None:
    one = subject("US", "company")
    assert {"owners.first_name", "company.owners_provided"} <= set(assessed(one)[1].currently_due)
    facts = one.facts.with_person("person_1", Someone(frozenset({"owner"})))
    _, found = assessed(one._replace(facts=facts))
    assert "person_1.first_name" in found.currently_due
    assert "owners.first_name" not in found.currently_due
    assert "representative.first_name" in found.currently_due


def test_a_company_without_owners_says_so() -> None:
    _, found = assessed(told(subject("US", "company"), "company.owners_provided"))
    assert not [field for field in found.currently_due if field.startswith("owners.")]


def test_a_stronger_field_says_as_much_as_a_weaker_one() -> None:
    facts = Facts(frozenset({"individual.id_number"}))
    assert is_told("individual.ssn_last_4", facts)
    assert not is_told("individual.id_number", Facts(frozenset({"individual.ssn_last_4"})))


def test_a_description_does_instead_of_a_page() -> None:
    one = told_all(subject("DE"), but=("business_profile.url",))
    _, found = assessed(one)
    assert found.currently_due == ("business_profile.url",)
    assert found.alternatives == (
        (("business_profile.url",), ("business_profile.product_description",)),
    )
    _, found = assessed(told(one, "business_profile.product_description"))
    assert (found.currently_due, found.alternatives) == ((), ())


def verified() -> Subject:
    one = told_all(subject())
    one = one._replace(facts=one.facts.with_check("individual", Check(CHECKED)))
    return assessed(one)[0]


def test_a_volume_brings_a_field_due_and_a_deadline_passes() -> None:
    one = verified()
    one = one._replace(facts=one.facts._replace(volume=150_000))
    one, found = assessed(one)
    assert found.currently_due == ("individual.ssn_last_4",)
    assert (found.past_due, found.deadline) == ((), NOW + RULES.grace)
    assert found.again == NOW + RULES.grace
    assert found.charges_enabled
    one, found = assessed(one, NOW + RULES.grace - 1)
    assert found.charges_enabled
    one, found = assessed(one, NOW + RULES.grace)
    assert found.past_due == ("individual.ssn_last_4",)
    assert (found.charges_enabled, found.payouts_enabled) == (False, False)
    assert found.disabled_reason == "requirements.past_due"
    _, found = assessed(told(one, "individual.ssn_last_4"), NOW + RULES.grace)
    assert found.charges_enabled
    assert found.disabled_reason is None


def test_time_since_the_first_charge_brings_a_field_due() -> None:
    one = verified()
    assert watches(one, RULES, NOW)
    one = one._replace(facts=one.facts._replace(first_charge=NOW))
    one, found = assessed(one)
    assert found.again == NOW + 30 * DAY
    assert found.currently_due == ()
    _, found = assessed(one, NOW + 30 * DAY)
    assert found.currently_due == ("individual.ssn_last_4",)


def test_a_trigger_brings_everything_due_that_is_eventually() -> None:
    one = verified()
    before = assessed(one)[1].eventually_due
    one = one._replace(facts=one.facts._replace(flags=one.facts.flags | {NEXT}))
    assert assessed(one)[1].currently_due == before


@pytest.mark.parametrize(
    ("flag", "charges", "payouts", "reason"),
    [
        (CHARGE_BLOCK, False, False, "requirements.past_due"),
        (PAYOUT_BLOCK, True, False, "requirements.past_due"),
        (LISTED, False, False, "listed"),
        (INACTIVE, False, False, "other"),
    ],
)
def test_blocks(flag: str, *, charges: bool, payouts: bool, reason: str) -> None:
    one = verified()
    facts = one.facts
    if flag in (CHARGE_BLOCK, PAYOUT_BLOCK):
        failure = Failure("external_account", "invalid_value_other", "")
        facts = facts.with_check("individual", Check(FAILED, (), (failure,)))
    one = one._replace(facts=facts._replace(flags=facts.flags | {flag}))
    _, found = assessed(one)
    assert (found.charges_enabled, found.payouts_enabled) == (charges, payouts)
    assert found.disabled_reason == reason


def test_a_rejection_overrides_everything() -> None:
    for paused in (True, False):
        _, found = assessed(verified()._replace(rejected="rejected.fraud", paused=paused))
        assert (found.charges_enabled, found.payouts_enabled) == (False, not paused)
        assert found.disabled_reason == "rejected.fraud"


def test_a_failed_check_of_an_active_account_has_a_deadline_and_an_error() -> None:
    failure = Failure("individual.id_number", "verification_failed_id_number_match", "no")
    one = verified()
    one = one._replace(facts=one.facts.with_check("individual", Check(FAILED, (), (failure,))))
    one, found = assessed(one)
    assert found.currently_due == ("individual.id_number",)
    assert found.errors == (failure,)
    assert found.charges_enabled
    _, found = assessed(one, NOW + RULES.grace)
    assert not found.charges_enabled


def test_a_failed_check_of_an_account_that_never_worked_stops_it() -> None:
    failure = Failure("individual.verification.document", "verification_failed_keyed_identity", "")
    one = told_all(subject())
    one = one._replace(facts=one.facts.with_check("individual", Check(FAILED, (), (failure,))))
    _, found = assessed(one)
    assert found.past_due == ("individual.verification.document",)
    assert not found.charges_enabled


def test_what_was_told_again_waits_and_is_not_due() -> None:
    failure = Failure("individual.id_number", "verification_failed_id_number_match", "no")
    one = told_all(subject())
    check = Check(CHECKING, ("individual.id_number",), (failure,))
    _, found = assessed(one._replace(facts=one.facts.with_check("individual", check)))
    assert found.currently_due == ()
    assert found.errors == ()
    assert found.pending == ("individual.id_number",)


COMING = RULES._replace(
    rules=(
        *RULES.rules,
        Rule("individual.gender", "DE", "individual", starts=NOW + 40 * DAY),
        Rule(
            "individual.maiden_name", "DE", "individual", starts=NOW + 40 * DAY, later=Threshold()
        ),
    )
)


def test_a_rule_that_starts_later_is_a_future_requirement_first() -> None:
    one, found = assessed(told_all(subject("DE")), rules=COMING)
    assert found.future.currently_due == ("individual.gender",)
    assert found.future.eventually_due == ("individual.gender", "individual.maiden_name")
    assert found.future.deadline == found.again == NOW + 40 * DAY
    assert "individual.gender" not in found.eventually_due
    one, found = assessed(one, NOW + 40 * DAY, COMING)
    assert found.currently_due == ("individual.gender",)
    assert found.future.currently_due == ()
    assert found.charges_enabled
    _, found = assessed(one, NOW + 40 * DAY + COMING.grace, COMING)
    assert not found.charges_enabled


def test_future_requirements_can_be_enforced() -> None:
    one, _ = assessed(told_all(subject("DE")), rules=COMING)
    one = one._replace(facts=one.facts._replace(flags=one.facts.flags | {FUTURE}))
    _, found = assessed(one, rules=COMING)
    assert found.currently_due == ("individual.gender",)


def test_a_capability_asks_only_for_its_own() -> None:
    one = told_all(subject("US", requested=CARDS))
    more = one._replace(requested=CARDS | {"tax_reporting_us_1099_k"})
    _, found = assessed(more)
    assert found.past_due == ("individual.id_number",)
    assert dict(found.due_by)["individual.id_number"] == ("tax_reporting_us_1099_k",)
    assert dict(found.capabilities) == {
        "card_payments": "active",
        "transfers": "active",
        "tax_reporting_us_1099_k": "inactive",
    }


def test_nothing_requested_nothing_enabled() -> None:
    _, found = assessed(subject("DE", requested=frozenset()))
    assert found.currently_due == ()
    assert found.disabled_reason == "action_required.requested_capabilities"
