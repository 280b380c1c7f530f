"""Accounts and their capabilities: every state and every move, from the tables."""

from __future__ import annotations

import itertools
import json

import pytest

from connectlib.core import accounts, capabilities, rejections
from connectlib.core.account_commands import RejectAccount, UpdateAccount
from connectlib.core.book import Done
from connectlib.core.drafts import Draft, encode
from connectlib.core.onboarding import facts_of, settle
from connectlib.core.refusals import Refused, Why
from connectlib.core.requirement_facts import CHECKED, CHECKING, Check, Facts
from connectlib.core.requirement_needs import Subject, needs
from connectlib.core.requirement_rules import RULES
from connectlib.core.rows import Account
from tests.core.states import AT, book

BANK = '{"id":"ba_1","currency":"usd","status":"verified"}'
OPEN = Account(
    0, "acct_A", 1, "acct_P", 1, AT, "US", "usd", losses="application", fees_payer="application"
)
NAME = "zip_payments"
REQUESTED = OPEN._replace(
    business_type="individual",
    bank=BANK,
    capabilities=capabilities.requested(OPEN, [(NAME, True)], AT),
)
SUBJECT = Subject("US", "individual", "full", "usd", frozenset({NAME}), frozenset(), False, Facts())
#: Everything told, and how far its check is.
TOLD = Facts(frozenset(need.field for need in needs(SUBJECT)))
WAITING = TOLD.with_check("individual", Check(CHECKING, ("individual.id_number",)))
VERIFIED = TOLD.with_check("individual", Check(CHECKED))
#: State of the capability -> what is known of the account.
FACTS = {"inactive": Facts(), "pending": WAITING, "active": VERIFIED}
DETAILS = {
    "details": '{"business_profile":{"mcc":"5734","url":"https://a.example"}}',
    "tos": '{"date":1,"ip":"127.0.0.1"}',
    "settings": '{"payments":{"statement_descriptor":"ADAS POTS"}}',
}


def row_in(state: str) -> Account:
    if state == "unrequested":
        return OPEN
    row = REQUESTED._replace(**(DETAILS if state != "inactive" else {}))
    return settle(book(row), Draft(), row, FACTS[state], rules=RULES)


#: Move that is derived -> what of a row brings it about, and what is known then.
CAUSES = {
    "activate": (DETAILS, VERIFIED),
    "verify": (DETAILS, WAITING),
    "disable": ({"rejected": "other"}, None),
}


@pytest.mark.parametrize("move", sorted(capabilities.MACHINE.moves))
@pytest.mark.parametrize("state", sorted(capabilities.MACHINE.states))
def test_a_capability_moves_by_its_table(state, move) -> None:
    row = row_in(state)
    assert capabilities.state(row, NAME).status == state
    of = book(row)
    if move in CAUSES:
        draft = Draft()
        changes, facts = CAUSES[move]
        accounts.change(of, draft, row, changes, facts=facts, rules=RULES)
    else:
        asked = ((NAME, move == "request"),)
        command = UpdateAccount(row.id, capabilities=asked)
        found = accounts.update(of, command, None, rules=RULES)
        assert isinstance(found, Done)
        draft = found.draft
    of.absorb(draft)
    after = capabilities.MACHINE.next(state, move)
    found = of.rows["acct_A"]
    assert capabilities.state(found, NAME).status == (after or state)
    told = [one for one in draft.emissions if one.type == "capability.updated"]
    assert len(told) == (after is not None)
    for one in told:
        assert json.loads(one.previous)["capability"] == NAME


@pytest.mark.parametrize("to", ["active", "inactive", "pending"])
@pytest.mark.parametrize("state", ["active", "inactive", "pending"])
def test_what_is_derived_is_a_move_of_the_table(state, to) -> None:
    after = {capabilities.MACHINE.next(state, move) for move in ("activate", "disable", "verify")}
    if to == state or to in after:
        assert capabilities.moved(state, to) == to
    else:
        with pytest.raises(AssertionError, match="no way"):
            capabilities.moved(state, to)


@pytest.mark.parametrize("state", ["inactive", "pending", "active"])
def test_the_fast_columns_say_what_the_one_place_says(state) -> None:
    for names in itertools.chain.from_iterable(
        itertools.combinations(("card_payments", "transfers", NAME), n) for n in range(4)
    ):
        asked = capabilities.requested(OPEN, [(name, True) for name in names], AT)
        empty = REQUESTED._replace(capabilities=asked, **DETAILS)
        row = settle(book(empty), Draft(), empty, FACTS[state], rules=RULES)
        for name in capabilities.FAST:
            assert getattr(row, name) == capabilities.state(row, name).status
        assert set(capabilities.held(row)) == set(names)
        again = settle(book(row), Draft(), row, facts_of(row), rules=RULES)
        assert again == row


#: State of an account -> its columns.
STATES = {
    "open": {},
    "rejected": {"rejected": "other", "payouts_paused": 1},
    "deleted": {"deleted": 1},
}
MOVES = {
    "reject": lambda of: rejections.reject(
        of, RejectAccount("acct_A", "fraud_other"), None, rules=RULES
    ),
    "unreject": lambda of: rejections.unreject(of, "acct_A", None, rules=RULES),
    "delete": lambda of: accounts.delete(of, "acct_A", None),
}


@pytest.mark.parametrize("move", sorted(MOVES))
@pytest.mark.parametrize("state", sorted(STATES))
def test_an_account_moves_by_its_table(state, move) -> None:
    assert set(STATES) == accounts.MACHINE.states
    assert set(MOVES) == accounts.MACHINE.moves
    row = OPEN._replace(**STATES[state])
    of = book(row)
    of.ledger.clear()
    found = MOVES[move](of)
    after = accounts.MACHINE.next(state, move)
    if after is None:
        assert isinstance(found, Refused)
        gone = state == "deleted"
        assert found.why is (Why.RESOURCE_MISSING if gone else Why.ACCOUNT_UNEXPECTED_STATE)
        return
    of.absorb(found.draft)
    assert accounts.state_of(of.rows["acct_A"]) == after
    assert found.value.version == row.version + 1


@pytest.mark.parametrize("reason", sorted(capabilities.REASONS))
@pytest.mark.parametrize("action", ["pause", "none"])
def test_a_rejection_taken_back_leaves_the_account_as_it_was(reason, action) -> None:
    row = row_in("active")
    of = book(row)
    of.absorb(
        rejections.reject(of, RejectAccount("acct_A", reason, action), None, rules=RULES).draft
    )
    found = of.rows["acct_A"]
    assert found.disabled_reason.startswith("rejected.platform_")
    assert (found.charges_enabled, found.payouts_enabled) == (0, action == "none")
    assert capabilities.state(found, NAME).status == "inactive"
    of.absorb(rejections.unreject(of, "acct_A", None, rules=RULES).draft)
    assert of.rows["acct_A"]._replace(version=row.version) == row


def test_a_change_that_changes_nothing_writes_nothing() -> None:
    row = row_in("active")
    for changes in ({}, {"bank": BANK}, {"details_submitted": 1, "capabilities": row.capabilities}):
        draft = Draft()
        assert accounts.change(book(row), draft, row, changes, rules=RULES) is row
        assert (draft.rows, draft.emissions, draft.dues) == ([], [], [])


def test_what_no_object_shows_is_not_told() -> None:
    draft = Draft()
    found = accounts.change(book(OPEN), draft, OPEN, {"waiting": encode({"usd": 1}), "linked": 1})
    assert (found.version, draft.rows, draft.emissions) == (2, [found], [])


@pytest.mark.parametrize("losses", ["application", "stripe"])
def test_a_live_account_is_closed_by_whoever_bears_its_losses(losses) -> None:
    row = OPEN._replace(losses=losses)
    of = book(row)
    of.ledger.clear()
    of.world = of.world._replace(livemode=1)
    found = accounts.delete(of, "acct_A", None)
    assert isinstance(found, Done) == (losses == "application")
    if losses == "stripe":
        assert found.why is Why.NOT_LIABLE


def test_identity_data_is_edited_until_onboarding_begins_or_by_whoever_collects_it() -> None:
    command = UpdateAccount("acct_A", business_type="company", given=("business_type",))
    for collection, linked, allowed in (
        ("stripe", 0, True),
        ("stripe", 1, False),
        ("application", 0, True),
        ("application", 1, True),
    ):
        of = book(OPEN._replace(requirement_collection=collection, linked=linked))
        found = accounts.update(of, command, None, rules=RULES)
        assert isinstance(found, Done) == allowed
        other = UpdateAccount("acct_A", email="a@b.c", given=("email",))
        email = accounts.update(of, other, None, rules=RULES)
        assert isinstance(email, Done)
        if not allowed:
            assert (found.why, found.param) == (Why.NOT_YOURS_TO_EDIT, "business_type")
