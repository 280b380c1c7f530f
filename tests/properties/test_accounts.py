"""Whatever is done to an account in whatever order: what it may do follows from what is known."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectlib.core import accounts, capabilities, examples, onboarded, rejections
from connectlib.core.account_commands import CreateAccount, RejectAccount, UpdateAccount
from connectlib.core.banks import with_status
from connectlib.core.book import Book, Done
from connectlib.core.controllers import LEGACY
from connectlib.core.drafts import Draft, encode
from connectlib.core.onboarding import facts_of, settle
from connectlib.core.requirement_rules import RULES
from connectlib.core.rows import Account, amend
from connectlib.core.told import INDIVIDUAL, Telling, merge
from connectlib.runtime.banks import bank_for_tests
from connectlib.wire.objects.accounts import AccountObject
from connectlib.wire.objects.events import difference, subjects
from tests.core.states import book

NAMES = st.sampled_from(["card_payments", "transfers", "zip_payments", "treasury"])
BANK = bank_for_tests("acct_1", "US")
BROKEN = with_status(BANK, "errored")
TELLING = Telling(INDIVIDUAL, merge("{}", examples.person("US")))
WANTED = st.lists(st.tuples(NAMES, st.booleans()), max_size=3).map(tuple)


def onboard(_draw: Any) -> Any:
    return lambda of, id_: onboarded.onboard(of, id_, BANK, telling=TELLING, rules=RULES)


MOVES = st.one_of(
    WANTED.map(
        lambda w: (
            lambda of, id_: accounts.update(
                of, UpdateAccount(id_, None, None, None, w), None, rules=RULES
            )
        )
    ),
    st.sampled_from(["manual", "daily"]).map(
        lambda i: (
            lambda of, id_: accounts.update(
                of, UpdateAccount(id_, payout_interval=i), None, rules=RULES
            )
        )
    ),
    st.sampled_from(["A. DA", ""]).map(
        lambda n: (
            lambda of, id_: accounts.update(
                of,
                UpdateAccount(
                    id_,
                    settings=encode({"payments": {"statement_descriptor": n or None}}),
                    details=encode({"business_profile": {"name": n or None}}),
                ),
                None,
                rules=RULES,
            )
        )
    ),
    st.sampled_from(sorted(capabilities.REASONS)).flatmap(
        lambda r: st.sampled_from(["pause", "none"]).map(
            lambda a: (
                lambda of, id_: rejections.reject(of, RejectAccount(id_, r, a), None, rules=RULES)
            )
        )
    ),
    st.just(lambda of, id_: rejections.unreject(of, id_, None, rules=RULES)),
    st.none().map(onboard),
    st.just(lambda of, id_: _errored(of, id_)),
)


def _errored(of: Book, id_: str) -> Done[Account]:
    row = of.rows[id_]
    assert isinstance(row, Account)
    return accounts.changed(of, row, {"bank": BROKEN} if row.bank else {}, None, rules=RULES)


@given(
    type_=st.sampled_from(sorted(LEGACY)),
    agreement=st.sampled_from(["full", "recipient"]),
    wanted=WANTED,
    moves=st.lists(MOVES, max_size=8),
)
def test_an_account_may_do_what_is_derived_and_tells_every_change(
    type_, agreement, wanted, moves
) -> None:
    of = book()
    command = CreateAccount("US", None, None, None, wanted, *LEGACY[type_], agreement, type=type_)
    made = accounts.create(of, command, None, rules=RULES)
    if not isinstance(made, Done):
        assert agreement == "recipient"
        return
    of.absorb(made.draft)
    row = made.value
    for move in moves:
        found = move(of, row.id)
        before, draft = row, found.draft if isinstance(found, Done) else None
        if draft is None:
            assert of.rows[row.id] == row
            continue
        of.absorb(draft)
        row = of.rows[row.id]
        _check(row)
        _told(draft, before, row)


def _check(row: Account) -> None:
    assert settle(book(row), Draft(), row, facts_of(row), rules=RULES) == row
    active = {name for name, held in capabilities.held(row).items() if held.status == "active"}
    assert row.charges_enabled == any(capabilities.takes_money(name) for name in active)
    assert not active or row.rejected is None
    if row.rejected is not None:
        assert row.disabled_reason is not None
        assert row.disabled_reason.startswith("rejected.")
        assert (row.card_payments, row.transfers) != ("active", "active")
    if row.service_agreement == "recipient":
        assert set(capabilities.held(row)) <= {"transfers"}


def _told(draft: Any, before: Account, after: Account) -> None:
    """The events of a change say exactly what of the account was otherwise, and of whom."""
    told = {}
    for event in draft.emissions:
        told.setdefault(event.type, []).append(event)
    old, new = AccountObject(before).to_dict(), AccountObject(after).to_dict()
    assert ("account.updated" in told) == (old != new)
    for event in told.get("account.updated", []):
        now, was = subjects(event, event.row, livemode=False)
        assert difference(was.to_dict(), now.to_dict()) == difference(old, new)
    moved = {
        name
        for name in capabilities.NAMES
        if capabilities.state(before, name) != capabilities.state(after, name)
    }
    events = told.get("capability.updated", [])
    assert [json.loads(event.previous)["capability"] for event in events] == sorted(moved)
    for event in events:
        now, was = subjects(event, event.row, livemode=False)
        name = now.to_dict()["id"]
        assert was.to_dict()["status"] == capabilities.state(before, name).status
        assert now.to_dict()["status"] == capabilities.state(after, name).status
    assert amend(before, version=0) != amend(after, version=0) or not told
