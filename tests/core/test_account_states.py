"""Accounts and their capabilities: every state and every move, from the tables."""

from __future__ import annotations

import itertools
import json

import pytest

from connectlib.core import accounts, capabilities, rejections
from connectlib.core.account_commands import RejectAccount, UpdateAccount
from connectlib.core.book import Done
from connectlib.core.drafts import Draft, encode
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Account
from tests.core.states import AT, book

BANK = '{"id":"ba_1","currency":"usd","status":"verified"}'
OPEN = Account(
    0, "acct_A", 1, "acct_P", 1, AT, "US", "usd", losses="application", fees_payer="application"
)
#: A row that is in each state of a capability `zip_payments` of it.
FACTS = {
    "unrequested": {},
    "inactive": {"capabilities": '{"zip_payments":["inactive",5]}'},
    "pending": {
        "capabilities": '{"zip_payments":["pending",5]}',
    },
    "active": {
        "capabilities": '{"zip_payments":["active",5]}',
        "details_submitted": 1,
        "bank": BANK,
    },
}


def row_in(state: str) -> Account:
    return OPEN._replace(**FACTS[state])


#: Move that is derived -> what of a row brings it about.
CAUSES = {
    "activate": {"details_submitted": 1, "bank": BANK, "email": "a@example.com"},
    "disable": {"rejected": "other"},
}
ASKED = sorted(capabilities.MACHINE.moves - {"verify"})


@pytest.mark.parametrize("move", ASKED)
@pytest.mark.parametrize("state", sorted(capabilities.MACHINE.states))
def test_a_capability_moves_by_its_table(state, move) -> None:
    row = row_in(state)
    of = book(row)
    if move in CAUSES:
        draft = Draft()
        accounts.change(of, draft, row, CAUSES[move])
    else:
        asked = (("zip_payments", move == "request"),)
        found = accounts.update(of, UpdateAccount(row.id, capabilities=asked), None)
        assert isinstance(found, Done)
        draft = found.draft
    of.absorb(draft)
    after = capabilities.MACHINE.next(state, move)
    found = of.rows["acct_A"]
    assert capabilities.state(found, "zip_payments").status == (after or state)
    told = [one for one in draft.emissions if one.type == "capability.updated"]
    assert len(told) == (after is not None)
    for one in told:
        assert json.loads(one.previous)["capability"] == "zip_payments"


@pytest.mark.parametrize("to", ["active", "inactive", "pending"])
@pytest.mark.parametrize("state", ["active", "inactive", "pending"])
def test_every_state_of_what_is_requested_can_follow_every_other(state, to) -> None:
    """What is derived is always a move of the table."""
    after = {capabilities.MACHINE.next(state, move) for move in ("activate", "disable", "verify")}
    assert capabilities.moved(state, to) == to
    assert to == state or to in after


@pytest.mark.parametrize(
    ("due", "pending", "rejected", "submitted"),
    list(itertools.product([(), ("x",)], [(), ("y",)], [False, True], [False, True])),
)
def test_what_is_known_says_the_state(due, pending, rejected, submitted) -> None:
    """Never active while something is missing, under review, refused or not gone through."""
    known = capabilities.Standing(due, pending, rejected, submitted)
    found = capabilities.status_of(known)
    clear = submitted and not due and not rejected
    assert (found == "active") == (clear and not pending)
    assert (found == "pending") == (clear and bool(pending))


def test_the_fast_columns_say_what_the_one_place_says() -> None:
    for names in itertools.chain.from_iterable(
        itertools.combinations(("card_payments", "transfers", "zip_payments"), n) for n in range(4)
    ):
        for facts in (CAUSES["activate"], CAUSES["disable"], {}):
            asked = capabilities.requested(OPEN, [(name, True) for name in names], AT)
            row = capabilities.settled(OPEN._replace(capabilities=asked, **facts))
            for name in capabilities.FAST:
                assert getattr(row, name) == capabilities.state(row, name).status
            assert set(capabilities.held(row)) == set(names)
            assert capabilities.settled(row) == row


#: State of an account -> its columns.
STATES = {
    "open": {},
    "rejected": {"rejected": "other", "payouts_paused": 1},
    "deleted": {"deleted": 1},
}
MOVES = {
    "reject": lambda of: rejections.reject(of, RejectAccount("acct_A", "fraud_other"), None),
    "unreject": lambda of: rejections.unreject(of, "acct_A", None),
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
    row = capabilities.settled(row_in("active")._replace(capabilities='{"transfers":["active",5]}'))
    of = book(row)
    of.absorb(rejections.reject(of, RejectAccount("acct_A", reason, action), None).draft)
    found = capabilities.derived(of.rows["acct_A"])
    assert found.disabled_reason.startswith("rejected.platform_")
    assert (found.charges_enabled, found.payouts_enabled) == (False, action == "none")
    assert of.rows["acct_A"].transfers == "inactive"
    of.absorb(rejections.unreject(of, "acct_A", None).draft)
    assert of.rows["acct_A"]._replace(version=row.version) == row


def test_a_change_that_changes_nothing_writes_nothing() -> None:
    row = row_in("active")
    for changes in ({}, {"bank": BANK}, {"details_submitted": 1, "capabilities": row.capabilities}):
        draft = Draft()
        assert accounts.change(book(row), draft, row, changes) is row
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
        found = accounts.update(of, command, None)
        assert isinstance(found, Done) == allowed
        email = accounts.update(of, UpdateAccount("acct_A", email="a@b.c", given=("email",)), None)
        assert isinstance(email, Done)
        if not allowed:
            assert (found.why, found.param) == (Why.NOT_YOURS_TO_EDIT, "business_type")
