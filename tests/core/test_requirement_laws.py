"""Laws of the requirements engine, for any account."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectlib.core.moments import DAY
from connectlib.core.requirement_facts import (
    CHARGE_BLOCK,
    CHECKED,
    CHECKING,
    FUTURE,
    LISTED,
    NEXT,
    PAYOUT_BLOCK,
    SUBMITTED,
    Check,
    Facts,
    Failure,
    Someone,
    dump,
    load,
)
from connectlib.core.requirement_needs import Subject
from connectlib.core.requirement_rules import COMPANIES, RULES
from tests.core.test_requirements import FULL_COUNTRIES, NOW, assessed, told

FIELD_NAMES = sorted(
    {field for rule in RULES.rules for field in rule.fields.split()}
    | {"person_1.first_name", "person_2.dob.day"}
)
CHECKS = st.builds(
    Check,
    st.sampled_from([CHECKING, CHECKED]),
    st.lists(st.sampled_from(FIELD_NAMES), max_size=3, unique=True).map(tuple),
    st.lists(st.sampled_from(FIELD_NAMES), max_size=3, unique=True).map(
        lambda fields: tuple(Failure(field, "invalid_value_other", "x") for field in fields)
    ),
)
ROLES = st.frozensets(st.sampled_from(["representative", "owner", "director", "executive"]))


def by_id(pairs: list[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(pairs, key=lambda pair: pair[0]))


FACTS = st.builds(
    Facts,
    st.frozensets(st.sampled_from(FIELD_NAMES), max_size=40),
    st.lists(st.tuples(st.sampled_from(["person_1", "person_2"]), st.builds(Someone, ROLES)),
             max_size=2, unique_by=lambda pair: pair[0]).map(by_id),
    st.lists(st.tuples(st.sampled_from(["individual", "company"]), CHECKS), max_size=2,
             unique_by=lambda pair: pair[0]).map(by_id),
    deadlines=st.just(()),
    late=st.just(frozenset[str]()),
    flags=st.frozensets(st.sampled_from([NEXT, FUTURE, CHARGE_BLOCK, PAYOUT_BLOCK, LISTED])),
    first_charge=st.sampled_from([0, NOW - 100 * DAY]),
    volume=st.sampled_from([0, 200_000, 60_000_000]),
)  # fmt: skip
SUBJECTS = st.builds(
    Subject,
    st.sampled_from([*FULL_COUNTRIES.split(), "HK", "CL", "PK"]),
    st.sampled_from([None, "individual", *COMPANIES.split()]),
    st.sampled_from(["full", "recipient"]),
    st.sampled_from(["usd", "eur"]),
    st.frozensets(st.sampled_from(["card_payments", "transfers", "tax_reporting_us_1099_k"])),
    st.just(frozenset[str]()),
    st.just(value=False),
    FACTS,
)


@given(SUBJECTS)
def test_facts_come_back_from_their_text(one: Subject) -> None:
    text = dump(one.facts)
    assert load(text) == one.facts
    assert dump(load(text)) == text


@given(SUBJECTS)
def test_the_lists_are_nested_and_agree_with_what_is_enabled(one: Subject) -> None:
    one, found = assessed(one)
    assert set(found.past_due) <= set(found.currently_due) <= set(found.eventually_due)
    assert not set(found.pending) & set(found.currently_due)
    assert {each.field for each in found.errors} <= set(found.currently_due)
    assert found.payouts_enabled <= found.charges_enabled
    fine = found.charges_enabled and found.payouts_enabled and not found.past_due
    assert (found.disabled_reason is None) is fine
    assert {name for name, _ in found.capabilities} == set(one.requested)
    assert found.again is None or found.again > NOW


@given(SUBJECTS)
def test_looking_again_at_the_same_moment_changes_nothing(one: Subject) -> None:
    one, found = assessed(one)
    again, same = assessed(one)
    assert again.facts == one.facts
    assert same._replace(deadline=None, again=None) == found._replace(deadline=None, again=None)


@given(SUBJECTS)
def test_telling_what_is_due_ends_it(one: Subject) -> None:
    """However an account stands, at most a few rounds of telling what is due leave nothing due."""
    checks = tuple(
        (who, check._replace(waiting=(), failures=())) for who, check in one.facts.checks
    )
    one = one._replace(facts=one.facts._replace(checks=checks))
    for _ in range(4):
        one, found = assessed(one)
        one = told(one, *found.eventually_due)
    one, found = assessed(one)
    assert found.eventually_due == found.past_due == ()
    if one.requested:
        assert SUBMITTED in one.facts.flags


@given(SUBJECTS, st.lists(st.integers(0, 60 * DAY), max_size=5))
def test_time_only_tightens(one: Subject, steps: list[int]) -> None:
    at = NOW
    one, found = assessed(one)
    for step in steps:
        at += step
        before = found
        one, found = assessed(one, at)
        assert set(before.past_due) <= set(found.past_due)
        assert set(before.currently_due) <= set(found.currently_due)
        assert found.charges_enabled <= before.charges_enabled
