"""Every state of a verification, with every move."""

from __future__ import annotations

import pytest

from connectlib.core import identity
from connectlib.core.requirement_facts import CHECKED, CHECKING, Check, Facts, Failure
from connectlib.core.told import BUSINESS, COMPANY, INDIVIDUAL

AT = 1_700_000_000_000_000
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
