"""Every state of every machine x every move: made where the table says, else nothing changes."""

from __future__ import annotations

import itertools

import pytest

from connectlib.core import accounts, charges, payouts, refunds
from connectlib.core.book import Book, Done
from connectlib.core.events import EVENT_TYPES
from connectlib.core.fees import DEFAULT_FEES
from connectlib.core.ledger import LedgerAccount, Purpose, key_of
from connectlib.core.machine import Machine
from connectlib.core.postings import POLICY, Fact, Owners, keys
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Account, Charge, Due, Lane, Payout, Refund, World
from tests.engines import client

WORLD = World(1, "default", 0, "acct_P", "US", 0)
AT = 1_793_620_800_000_000


class Ids:
    def __init__(self) -> None:
        self.n = 0

    def bodies(self, n, _at):
        self.n += n
        return [f"{self.n - n + i:026d}" for i in range(n)]


def book(*rows) -> Book:
    made = Book(WORLD, branch=0, at=AT, wall=0, ids=Ids())
    made.lane = Lane(0, 0, 0, 0, "0" * 64)
    for row in rows:
        made.rows[row.id] = row
        made.stored[row.id] = row.version
    for fact in POLICY:
        for day in (0, charges.available_on(AT, "US", "card")):
            for account in ("acct_P", "acct_A"):
                made.gathered |= keys(fact, Owners(1, "usd", "acct_P", account, day))
    for purpose in (Purpose.IN_TRANSIT, Purpose.REFUNDS_IN_TRANSIT, Purpose.AVAILABLE):
        for owner in ("acct_P", "acct_A", "processor"):
            key = key_of(1, owner, purpose, "usd", 0)
            made.ledger[key] = LedgerAccount(key, cp=10_000, version=1)
    return made


def outcome(found, of: Book):
    """(status after, whether anything is written but due work, events)."""
    assert isinstance(found, Done)
    draft = found.draft
    of.absorb(draft)
    return found.value.status, bool(draft.rows or draft.postings or draft.bts), draft.emissions


def charge(status: str) -> Charge:
    method = '{"type":"card","card":{}}'
    return Charge(0, "ch_1", 1, "acct_P", 1, AT, 1_000, "usd", status, "tok_visa", method)


CHARGE_MOVES = {
    "approve": lambda of, row: charges.settle(
        of, row, country="US", kind="card", bypass=False, risk=("normal", 20), fees=DEFAULT_FEES
    ),
    "decline": lambda of, row: charges.decline(
        of,
        row,
        Refused(Why.CARD_DECLINED, "no", code="card_declined"),
        blocked=False,
        level="normal",
    ),
}
DUE = Due(0, 1, AT, 30, "x")
REFUND_MOVES = {
    "settle": lambda of, row: refunds.settle(of, row, DUE, None),
    "fail": lambda of, row: refunds.settle(of, row, DUE, "declined"),
}
PAYOUT_MOVES = {
    "submit": lambda of, row: payouts.submitted(of, row, DUE),
    "arrive": lambda of, row: payouts.arrived(of, row, DUE),
    "fail": lambda of, row: payouts.bounced(of, row, DUE, code="account_closed", message="m"),
}


def refund(status: str) -> Refund:
    return Refund(0, "re_1", 1, "acct_P", 1, AT, 500, "usd", "ch_1", status)


def payout(status: str) -> Payout:
    return Payout(0, "po_1", 1, "acct_A", 1, AT, 500, "usd", status, AT, 1, "{}", "txn_1")


CASES = [
    (machine, make, moves, state, move)
    for machine, make, moves in (
        (charges.MACHINE, charge, CHARGE_MOVES),
        (refunds.MACHINE, refund, REFUND_MOVES),
        (payouts.MACHINE, payout, PAYOUT_MOVES),
    )
    for state, move in itertools.product(sorted(machine.states), sorted(machine.moves))
]


@pytest.mark.parametrize(("machine", "make", "moves", "state", "move"), CASES)
def test_a_move_is_made_where_the_table_says_and_only_there(machine, make, moves, state, move):
    row = make(state)
    others = [charge("succeeded")._replace(amount_refunded=500)] if isinstance(row, Refund) else []
    of = book(row, *others)
    status, written, events = outcome(moves[move](of, row), of)
    after = machine.next(state, move)
    assert status == (after or state)
    assert written is (after is not None)
    assert len(events) == (1 if after else 0)
    assert all(event.type in EVENT_TYPES for event in events)


def test_every_move_has_a_test() -> None:
    for machine, moves in (
        (charges.MACHINE, CHARGE_MOVES),
        (refunds.MACHINE, REFUND_MOVES),
        (payouts.MACHINE, PAYOUT_MOVES),
    ):
        assert machine.moves == set(moves)


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("state", sorted(accounts.CAPABILITY_MACHINE.states))
def test_a_capability_moves_by_its_table(state, asked) -> None:
    row = Account(0, "acct_A", 1, "acct_P", 1, AT, "US", "usd", transfers=state)
    found = accounts._requested(row, (("transfers", asked),))
    after = accounts.CAPABILITY_MACHINE.next(state, "request" if asked else "withdraw")
    assert found == ({"transfers": after} if after else {})


@pytest.mark.parametrize(
    ("machine", "flaw"),
    [
        (Machine(initial="a", table={("a", "x"): "b"}, terminal=frozenset()), "b is a dead end"),
        (Machine(initial="a", table={}, terminal=frozenset({"a", "b"})), "b cannot be reached"),
        (
            Machine(initial="a", table={("a", "x"): "a"}, terminal=frozenset({"a"})),
            "a is terminal and has an exit",
        ),
    ],
)
def test_a_flaw_of_a_table_is_seen(machine, flaw) -> None:
    assert flaw in list(machine.flaws())


def test_every_fact_is_balanced_and_named_once() -> None:
    assert set(POLICY) == set(Fact)
    for legs in POLICY.values():
        assert all(leg.debit != leg.credit or leg.debit.dated for leg in legs)


def test_capabilities_follow_requests_and_onboarding() -> None:
    connect = client()
    made = connect.accounts.create(capabilities=["transfers"])
    assert made.capabilities == {"transfers": "inactive"}
    assert not made.charges_enabled
    ready = connect.testing.onboard(made)
    assert ready.capabilities == {"transfers": "active"}
    assert (ready.charges_enabled, ready.payouts_enabled) == (True, True)
    gone = connect.accounts.update(made.id, capabilities={"transfers": {"requested": False}})
    assert gone.capabilities == {}
    assert not gone.charges_enabled
    bank = ready.external_accounts.data[0]
    assert (bank.last4, bank.currency, bank.status) == ("6789", "usd", "verified")
