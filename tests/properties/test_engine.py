"""The engine against the model: random lives on SQL and in memory end in the same rows.

After every step the invariants of the books hold: debits equal credits, balance transactions
and ledger tell the same, nothing is below zero that must not be, sums of parts stay in bounds.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connectlib import Connect, ConnectError
from connectlib.core.ledger import BALANCE, GUARDED
from connectlib.ports.store import Totals
from tests.engines import engine

AMOUNTS = st.integers(min_value=50, max_value=30_000)
SOURCES = st.sampled_from(
    ["tok_visa", "tok_bypassPending", "tok_chargeDeclined", "pm_card_pendingRefund", "tok_nope"]
)
DAYS = st.integers(min_value=0, max_value=4)
PICK = st.integers(min_value=0, max_value=10_000)


class Twins:
    """The same call on every store; the answers must be the same."""

    def __init__(self, *urls: str | None, **parts: Any) -> None:
        self.engines = [engine(url, **parts) for url in urls]
        self.clients = [Connect.over(each) for each in self.engines]

    def do(self, call: Any) -> Any:
        answers = [self._answer(call, client) for client in self.clients]
        for other in answers[1:]:
            if isinstance(other, list) and len(other) == len(answers[0]):
                differing = [
                    pair for pair in zip(answers[0], other, strict=True) if len(set(pair)) > 1
                ]
                assert differing[:1] == []
            assert other == answers[0]
        return answers[0]

    @staticmethod
    def _answer(call: Any, client: Connect) -> Any:
        try:
            found = call(client)
        except ConnectError as error:
            return (type(error).__name__, error.code, error.param, error.message)
        return found.to_dict() if hasattr(found, "to_dict") else found

    def close(self) -> None:
        for client in self.clients:
            client.close()


class Marketplace(RuleBasedStateMachine):
    """Accounts, charges of all kinds, transfers, reversals, refunds, payouts, time."""

    urls: tuple[str | None, ...] = (None, "sqlite://")

    def __init__(self) -> None:
        super().__init__()
        self.twins = Twins(*self.urls)
        self.accounts: list[str] = []
        self.charges: list[tuple[str, str | None]] = []
        self.transfers: list[str] = []
        self.fees: list[str] = []
        self.keys = 0

    @initialize()
    def two_accounts(self) -> None:
        for controller in (None, {"losses": {"payments": "stripe"}}):
            found = self.twins.do(
                lambda c, controller=controller: c.testing.account(controller=controller)
            )
            self.accounts.append(found["id"])

    def _account(self, pick: int) -> str:
        return self.accounts[pick % len(self.accounts)]

    @rule(amount=AMOUNTS, source=SOURCES, pick=PICK, fee=st.none() | AMOUNTS, kind=PICK)
    def charge(self, amount: int, source: str, pick: int, fee: int | None, kind: int) -> None:
        account = self._account(pick)
        words: dict[str, Any] = {"amount": amount, "currency": "usd", "source": source}
        namespace = None
        if kind % 4 == 0:
            namespace = account
            words |= {"account": account, "application_fee_amount": fee}
        elif kind % 4 == 1:
            words |= {"transfer_data": {"destination": account}, "application_fee_amount": fee}
        elif kind % 4 == 2:
            words |= {"transfer_data": {"destination": account, "amount": fee or 1}}
        self.keys += 1
        key = f"charge-{self.keys // 2}" if kind % 7 == 0 else f"c-{self.keys}"
        found = self.twins.do(lambda c: c.charges.create(**words, idempotency_key=key))
        if isinstance(found, dict):
            self.charges.append((found["id"], namespace))
            if found["transfer"]:
                self.transfers.append(found["transfer"])
            if found["application_fee"]:
                self.fees.append(found["application_fee"])

    @rule(amount=AMOUNTS, pick=PICK, source=PICK)
    def transfer(self, amount: int, pick: int, source: int) -> None:
        of = None
        if self.charges and source % 3:
            of = self.charges[source % len(self.charges)][0]
        found = self.twins.do(
            lambda c: c.transfers.create(
                amount=amount,
                currency="usd",
                destination=self._account(pick),
                source_transaction=of,
            )
        )
        if isinstance(found, dict):
            self.transfers.append(found["id"])

    @rule(pick=PICK, amount=st.none() | AMOUNTS, with_fee=st.booleans())
    def reverse(self, pick: int, amount: int | None, with_fee: bool) -> None:
        if self.transfers:
            id_ = self.transfers[pick % len(self.transfers)]
            self.twins.do(
                lambda c: c.transfers.reversals.create(
                    id_, amount=amount, refund_application_fee=with_fee
                )
            )

    @rule(pick=PICK, amount=st.none() | AMOUNTS, back=st.booleans(), fee=st.booleans())
    def refund(self, pick: int, amount: int | None, back: bool, fee: bool) -> None:
        if self.charges:
            charge, account = self.charges[pick % len(self.charges)]
            self.twins.do(
                lambda c: c.refunds.create(
                    charge=charge,
                    amount=amount,
                    account=account,
                    reverse_transfer=back,
                    refund_application_fee=fee,
                )
            )

    @rule(pick=PICK, amount=st.none() | AMOUNTS)
    def refund_fee(self, pick: int, amount: int | None) -> None:
        if self.fees:
            fee = self.fees[pick % len(self.fees)]
            self.twins.do(lambda c: c.application_fees.refunds.create(fee, amount=amount))

    @rule(pick=PICK, amount=AMOUNTS)
    def payout(self, pick: int, amount: int) -> None:
        account = None if pick % 3 == 0 else self._account(pick)
        self.twins.do(lambda c: c.payouts.create(amount=amount, currency="usd", account=account))

    @rule(pick=PICK)
    def call_back(self, pick: int) -> None:
        account = None if pick % 3 == 0 else self._account(pick)
        found = self.twins.do(lambda c: c.payouts.list(account=account))["data"]
        if found:
            payout = found[pick % len(found)]["id"]
            self.twins.do(lambda c: c.payouts.cancel(payout, account=account))

    @rule(pick=PICK)
    def schedule(self, pick: int) -> None:
        settings = {"payouts": {"schedule": {"interval": ("daily", "manual")[pick % 2]}}}
        self.twins.do(lambda c: c.accounts.update(self._account(pick), settings=settings))

    @rule(days=DAYS)
    def advance(self, days: int) -> None:
        self.twins.do(lambda c: c.clock.advance(days=days, hours=5))

    @invariant()
    def the_books_are_sound(self) -> None:
        for of, client in zip(self.twins.engines, self.twins.clients, strict=True):
            report = client.ledger.verify()
            assert report.ok, report.flaw
            entries = of.store.answer(Totals(0, of.world.id))
            assert sum(entry.dp for entry in entries) == sum(entry.cp for entry in entries)
            for entry in entries:
                assert entry.key.purpose not in GUARDED or entry.balance >= 0
            outside = sum(e.balance for e in entries if e.key.purpose not in BALANCE)
            assert outside == -sum(e.balance for e in entries if e.key.purpose in BALANCE)

    @invariant()
    def both_stores_hold_the_same(self) -> None:
        self.twins.do(lambda c: c.balance.retrieve())
        for account in self.accounts:
            self.twins.do(lambda c, account=account: c.balance.retrieve(account=account))

    def teardown(self) -> None:
        def everything(client: Connect) -> Any:
            found = []
            for account in (None, *self.accounts):
                for room in ("events", "balance_transactions", "payouts", "refunds", "charges"):
                    pages = getattr(client, room).list(account=account, limit=100)
                    found += [each.to_dict() for each in pages.auto_paging_iter()]
            return [json.dumps(each, sort_keys=True) for each in found]

        self.twins.do(everything)
        self.twins.close()


TestMarketplace = pytest.mark.slow(Marketplace.TestCase)
TestMarketplace.settings = settings(
    max_examples=settings().max_examples // 4, stateful_step_count=30, deadline=None
)


@pytest.mark.slow
def test_postgresql_tells_the_same_story_as_the_model(pg_url) -> None:
    """One long seeded life: a database cannot be made anew for every example."""
    import random

    chance = random.Random(20_261_102)
    machine = type("OnPostgres", (Marketplace,), {"urls": (None, pg_url)})()
    machine.two_accounts()
    tokens = ["tok_visa", "tok_bypassPending", "tok_chargeDeclined", "pm_card_pendingRefund"]

    def some() -> int:
        return chance.randrange(50, 30_000)

    def maybe() -> int | None:
        return chance.choice([None, some()])

    moves = [
        lambda: machine.charge(some(), chance.choice(tokens), some(), maybe(), some()),
        lambda: machine.charge(some(), "tok_visa", some(), maybe(), some()),
        lambda: machine.transfer(some(), some(), some()),
        lambda: machine.reverse(some(), maybe(), chance.random() < 0.5),
        lambda: machine.refund(some(), maybe(), chance.random() < 0.5, chance.random() < 0.5),
        lambda: machine.refund_fee(some(), maybe()),
        lambda: machine.payout(some(), some()),
        lambda: machine.call_back(some()),
        lambda: machine.schedule(some()),
        lambda: machine.advance(chance.randrange(4)),
    ]
    for _ in range(150):
        chance.choice(moves)()
        machine.both_stores_hold_the_same()
    machine.the_books_are_sound()
    machine.teardown()


@pytest.mark.parametrize("size", [2, 7, 50])
def test_a_batch_of_n_ends_like_n_batches_of_one(size) -> None:
    items = [
        {
            "amount": 500 + n,
            "currency": ("usd", "eur", "gbp", "jpy")[n % 4],
            "capture": n % 6 != 3,
            "source": "tok_chargeDeclined" if n % 5 == 4 else "tok_visa",
            "idempotency_key": f"k{n % (size - 1)}" if n else "first",
        }
        for n in range(size)
    ]
    together, apart = Connect.over(engine("sqlite://")), Connect.over(engine("sqlite://"))
    account = [client.testing.account(country="DE").id for client in (together, apart)]

    def filled(place: int) -> list[dict[str, Any]]:
        return [{**item, "transfer_data": {"destination": account[place]}} for item in items]

    one = together.charges.create_many(filled(0))
    other = [apart.charges.create_many([item])[0] for item in filled(1)]

    def shape(results: list[Any]) -> list[Any]:
        return [
            (each.code, each.message) if isinstance(each, ConnectError) else each.amount
            for each in results
        ]

    assert shape(one) == shape(other)
    for client in (together, apart):
        assert client.ledger.verify().ok
    sums = [
        (client.balance.retrieve(), client.balance.retrieve(account=id_))
        for client, id_ in zip((together, apart), account, strict=True)
    ]
    assert sums[0] == sums[1]
