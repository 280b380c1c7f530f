"""Every state of a capability and of a verification, with every move."""

from __future__ import annotations

import json

import pytest

from connectlib.core import capabilities, identity
from connectlib.core.requirement_facts import CHECKED, CHECKING, Check, Facts, Failure
from connectlib.core.rows import Account
from connectlib.core.told import BUSINESS, COMPANY, INDIVIDUAL

AT = 1_700_000_000_000_000
STATES = sorted(capabilities.MACHINE.states)


def account(**statuses: str) -> Account:
    row = Account(0, "acct_A", 1, "acct_P", 1, AT, "US", "usd")
    known = {name: [status, 7] for name, status in statuses.items()}
    return row._replace(**capabilities.columns(known))


@pytest.mark.parametrize("name", ["transfers", "sepa_debit_payments"])
@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("state", STATES)
def test_a_capability_is_asked_for_and_given_back(state: str, name: str, *, asked: bool) -> None:
    found = capabilities.requested(account(**{name: state}), [(name, asked)], AT)
    after = capabilities.MACHINE.next(state, "request" if asked else "withdraw")
    expected = [state, 7] if after is None else [after, AT if asked else 0]
    assert json.loads(found["capabilities"]) == {name: expected}
    assert found["transfers"] == (expected[0] if name == "transfers" else "unrequested")


@pytest.mark.parametrize("after", STATES)
@pytest.mark.parametrize("state", STATES)
def test_a_capability_follows_only_by_moves(state: str, after: str) -> None:
    allowed = state == after or after in {
        to for (was, _), to in capabilities.MACHINE.table.items() if was == state
    }
    row = account(card_payments=state)
    if allowed:
        assert capabilities.with_statuses(row, {"card_payments": after})["card_payments"] == after
    else:
        with pytest.raises(AssertionError, match="no move"):
            capabilities.with_statuses(row, {"card_payments": after})


@pytest.mark.parametrize("name", capabilities.NAMES)
def test_a_recipient_holds_transfers_alone(name: str) -> None:
    assert capabilities.refuse("full", [(name, True)]) is None
    assert capabilities.refuse("recipient", [(name, False)]) is None
    refused = capabilities.refuse("recipient", [(name, True)])
    assert (refused is None) is (name == "transfers")
    if refused is not None:
        assert refused.param == f"capabilities[{name}]"


GIVEN = frozenset({"dob.day", "dob.month", "dob.year", "address.line1", "id_number"})


@pytest.mark.parametrize("state", sorted(identity.MACHINE.states))
def test_telling_more_begins_a_check_from_every_state(state: str) -> None:
    facts = Facts(checks=((INDIVIDUAL, Check(state, key="1")),))
    found = identity.asked(facts, INDIVIDUAL, GIVEN, {"id_number"}, key="2", at=AT, first=False)
    after = identity.MACHINE.next(state, "ask")
    assert found.check(INDIVIDUAL) == Check(after or "", (), (), "2", AT)


@pytest.mark.parametrize("state", sorted(identity.MACHINE.states))
def test_telling_too_little_withdraws_a_check(state: str) -> None:
    facts = Facts(checks=((INDIVIDUAL, Check(state, key="1")),))
    found = identity.asked(
        facts, INDIVIDUAL, frozenset({"dob.day"}), {"dob.day"}, key="2", at=AT, first=False
    )
    assert found.check(INDIVIDUAL).state == (identity.MACHINE.next(state, "withdraw") or state)


@pytest.mark.parametrize("fails", [True, False])
@pytest.mark.parametrize("state", sorted(identity.MACHINE.states))
def test_an_answer_is_booked_where_one_was_asked_for(state: str, *, fails: bool) -> None:
    facts = Facts(checks=((COMPANY, Check(state, key="1")),))
    failures = (Failure("company.name", "verification_failed_name_match", ""),) if fails else ()
    found = identity.answered(facts, COMPANY, "1", identity.Verdict(failures))
    after = identity.MACHINE.next(state, "fail" if fails else "pass")
    assert (found is None) is (after is None)
    if found is not None:
        assert found.check(COMPANY).state == after
        assert found.check(COMPANY).failures == failures


def test_an_answer_to_an_older_check_is_late() -> None:
    facts = Facts(checks=((COMPANY, Check(CHECKING, key="2")),))
    assert identity.answered(facts, COMPANY, "1", identity.Verdict()) is None


def test_what_no_check_looks_at_leaves_a_check_alone() -> None:
    facts = Facts(checks=((INDIVIDUAL, Check(CHECKED, key="1")),))
    found = identity.asked(facts, INDIVIDUAL, GIVEN, {"phone"}, key="2", at=AT, first=True)
    assert found == facts


def test_a_page_is_looked_at_and_a_worker_count_is_not() -> None:
    assert identity.is_looked_at(BUSINESS, "business_profile.url")
    assert not identity.is_looked_at(BUSINESS, "business_profile.mcc")
