"""Random lives of payments in several currencies: SQL against the model, batch against single.

After every step: the books prove themselves, parts stay within their wholes, and the clearing
account of the processor holds what the scripted processor has taken less what it gave back.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connectlib import Connect, ConnectError
from connectlib.adapters.processors.scripted import (
    ACCEPTED_APPROVED,
    ACCEPTED_DECLINED,
    DECLINED,
    DONE,
    REQUIRES_ACTION,
    ScriptedProcessor,
)
from connectlib.core.ledger import GUARDED, Purpose
from connectlib.core.rows import ApplicationFee, Charge, PaymentIntent, Refund, Transfer
from connectlib.ports.processor import Declined, News
from connectlib.ports.store import Page, Totals
from tests.properties.test_engine import Twins

CURRENCIES = ["usd", "usd", "eur", "gbp", "jpy", "kwd", "isk"]
WORDS = [DONE] * 6 + [DECLINED, REQUIRES_ACTION, ACCEPTED_APPROVED, ACCEPTED_DECLINED]
AMOUNTS = st.integers(min_value=100, max_value=30_000)
PICK = st.integers(min_value=0, max_value=10_000)
SOME = st.none() | AMOUNTS
#: Stripe's kinds of accounts by country and by who bears losses and fees.
ACCOUNTS = [
    {"country": "US"},  # it pays its own fees, the platform bears its losses
    {"country": "DE"},
    {
        "country": "GB",
        "controller": {"fees": {"payer": "application"}, "losses": {"payments": "application"}},
    },
]


class Payments(RuleBasedStateMachine):
    """Intents, charges, captures, transfers, refunds, reversals, news, time; in any currency."""

    urls: tuple[str | None, ...] = (None, "sqlite://")

    def __init__(self) -> None:
        super().__init__()
        self.processors = [ScriptedProcessor() for _ in self.urls]
        self.twins = Twins(*self.urls)
        for of, processor in zip(self.twins.engines, self.processors, strict=True):
            of.processor = processor
            of.parts = of.parts._replace(processor=processor)
        self.accounts: list[str] = []
        self.bounced: Counter[str] = Counter()
        self.quote: str | None = None

    @initialize()
    def accounts_of_three_countries(self) -> None:
        for words in ACCOUNTS:
            found = self.twins.do(lambda c, words=words: c.testing.account(**words))
            self.accounts.append(found["id"])

    def _words(self, amount: int, pick: int, fee: int | None) -> dict[str, Any]:
        """Who gets what of a payment."""
        currency, account = CURRENCIES[pick % 7], self.accounts[pick % 3]
        words: dict[str, Any] = {"amount": amount, "currency": currency}
        kind = pick % 6
        if kind == 0:
            words |= {"account": account, "application_fee_amount": fee}
        elif kind == 1:
            words |= {"transfer_data": {"destination": account}, "application_fee_amount": fee}
        elif kind == 2:
            words |= {"transfer_data": {"destination": account, "amount": fee or 1}}
        elif kind == 3:
            words |= {
                "transfer_data": {"destination": account},
                "on_behalf_of": account,
                "application_fee_amount": fee,
            }
        elif kind == 4:
            words["splits"] = [
                {"destination": self.accounts[0], "percent": "33.3333"},
                {"destination": self.accounts[1], "ppm": 400_001},
            ]
        elif self.quote is not None:
            words["fx_quote"] = self.quote
        return words

    def rows(self, kind: type[Any], place: int = 0) -> list[Any]:
        of = self.twins.engines[place]
        found = []
        for account in (of.world.account, *self.accounts):
            found += of.store.answer(Page(kind, 0, of.world.id, account, limit=500))
        return found

    def _one(self, kind: type[Any], pick: int, *statuses: str) -> Any:
        """One of the rows in these states; where there is none, any."""
        all_ = [row for row in self.rows(kind) if getattr(row, "source_transfer", None) is None]
        found = [row for row in all_ if not statuses or row.status in statuses]
        return (found or all_ or [None])[pick % max(1, len(found or all_))]

    def _of(self, row: Any) -> dict[str, Any]:
        """account= of a row: none where it is the platform's."""
        return {"account": row.account} if row.account in self.accounts else {}

    @rule(words=st.lists(st.sampled_from(WORDS), max_size=4))
    def the_processor_will(self, words: list[str]) -> None:
        for processor in self.processors:
            processor.script.extend(words)

    @rule(amount=AMOUNTS, pick=PICK, fee=SOME, capture=st.booleans())
    def charge(self, amount: int, pick: int, fee: int | None, capture: bool) -> None:
        words = self._words(amount, pick, fee)
        source = "tok_bypassPending" if pick % 5 == 0 else "tok_visa"
        self.twins.do(lambda c: c.charges.create(**words, source=source, capture=capture))

    @rule(amount=AMOUNTS, pick=PICK, fee=SOME, manual=st.booleans(), confirm=st.booleans())
    def intend(self, amount: int, pick: int, fee: int | None, manual: bool, confirm: bool) -> None:
        words = self._words(amount, pick, fee)
        self.twins.do(
            lambda c: c.payment_intents.create(
                **words,
                payment_method="pm_card_visa",
                confirm=confirm,
                capture_method="manual" if manual else "automatic",
            )
        )

    @rule(pick=PICK)
    def confirm(self, pick: int) -> None:
        row = self._one(PaymentIntent, pick, "requires_confirmation", "requires_payment_method")
        if row is not None:
            self.twins.do(
                lambda c: c.payment_intents.confirm(
                    row.id, payment_method="pm_card_visa", **self._of(row)
                )
            )

    @rule(pick=PICK, amount=SOME)
    def capture(self, pick: int, amount: int | None) -> None:
        row = self._one(PaymentIntent, pick, "requires_capture")
        if row is not None:
            words = {"amount_to_capture": amount, **self._of(row)}
            self.twins.do(lambda c: c.payment_intents.capture(row.id, **words))
        charge = self._one(Charge, pick, "authorized")
        if charge is not None:
            words = {"amount": amount, **self._of(charge)}
            self.twins.do(lambda c: c.charges.capture(charge.id, **words))

    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        row = self._one(PaymentIntent, pick, "requires_capture", "requires_action", "processing")
        if row is not None:
            self.twins.do(lambda c: c.payment_intents.cancel(row.id, **self._of(row)))

    @rule(pick=PICK, succeeds=st.booleans())
    def authenticate(self, pick: int, succeeds: bool) -> None:
        row = self._one(PaymentIntent, pick, "requires_action")
        if row is not None:
            words = {"succeeds": succeeds, **self._of(row)}
            self.twins.do(lambda c: c.testing.authenticate(row.id, **words))

    @rule(amount=AMOUNTS, pick=PICK, bound=st.booleans())
    def transfer(self, amount: int, pick: int, bound: bool) -> None:
        words: dict[str, Any] = {"currency": "usd", "destination": self.accounts[pick % 3]}
        row = self._one(Charge, pick, "succeeded")
        if bound and row is not None:
            words |= {
                "currency": row.settled_currency or row.currency,
                "source_transaction": row.id,
            }
        self.twins.do(lambda c: c.transfers.create(amount=amount, **words))

    @rule(pick=PICK, amount=SOME, with_fee=st.booleans())
    def reverse(self, pick: int, amount: int | None, with_fee: bool) -> None:
        rows = self.rows(Transfer)
        if rows:
            id_ = rows[pick % len(rows)].id
            words = {"amount": amount, "refund_application_fee": with_fee}
            self.twins.do(lambda c: c.transfers.reversals.create(id_, **words))

    @rule(pick=PICK, amount=SOME, back=st.booleans(), fee=st.booleans())
    def refund(self, pick: int, amount: int | None, back: bool, fee: bool) -> None:
        row = self._one(Charge, pick, "succeeded")
        if row is not None:
            words = {"charge": row.id, "amount": amount, **self._of(row)}
            words |= {
                "reverse_transfer": back and row.transfer is not None,
                "refund_application_fee": fee and row.application_fee is not None,
            }
            self.twins.do(lambda c: c.refunds.create(**words))

    @rule(pick=PICK, amount=SOME)
    def refund_fee(self, pick: int, amount: int | None) -> None:
        rows = self.rows(ApplicationFee)
        if rows:
            id_ = rows[pick % len(rows)].id
            self.twins.do(lambda c: c.application_fees.refunds.create(id_, amount=amount))

    @rule()
    def quote_a_rate(self) -> None:
        found = self.twins.do(
            lambda c: c.fx_quotes.create(
                to_currency="usd", from_currencies=["eur", "jpy"], lock_duration="day"
            )
        )
        self.quote = found["id"]

    @rule(pick=PICK)
    def a_bank_takes_back(self, pick: int) -> None:
        row = self._one(Charge, pick, "succeeded")
        if row is None or row.status != "succeeded" or row.amount_refunded:
            return
        amount = row.amount if row.amount_captured is None else row.amount_captured
        said = Declined("debit_not_authorized", "No.")
        news = News(f"evt_{row.id}", row.id, said, amount, row.currency)
        found = self.twins.do(lambda c: [each.outcome for each in c.callbacks.hear([news])])
        assert found == ["moved"]
        self.bounced[row.currency] += amount

    @rule(twice=st.booleans())
    def hear(self, twice: bool) -> None:
        told = [processor.news() for processor in self.processors]
        assert all(each == told[0] for each in told)
        news = told[0] * 2 if twice else told[0]

        def heard(client: Connect) -> list[str]:
            found = client.callbacks.hear(news)
            return [
                str(each.code) if isinstance(each, ConnectError) else each.outcome for each in found
            ]

        assert not {"contradicts", "mismatch"} & set(self.twins.do(heard))

    @rule(hours=st.integers(min_value=1, max_value=100))
    def advance(self, hours: int) -> None:
        for of in self.twins.engines:
            of.wall.pass_leases()
        self.twins.do(lambda c: c.clock.advance(hours=hours))

    @invariant()
    def the_books_are_sound(self) -> None:
        for of, client in zip(self.twins.engines, self.twins.clients, strict=True):
            report = client.ledger.verify()
            assert report.ok, report.flaw
            entries = of.store.answer(Totals(0, of.world.id))
            sums: Counter[str] = Counter()
            for entry in entries:
                assert entry.key.purpose not in GUARDED or entry.balance >= 0
                sums[entry.key.currency] += entry.balance
            assert not any(sums.values())

    @invariant()
    def clearing_is_what_the_processor_holds(self) -> None:
        for of, processor in zip(self.twins.engines, self.processors, strict=True):
            held: Counter[str] = Counter()
            for entry in processor.taken(0, 2**62):
                held[entry.currency] += entry.amount if entry.kind == "charge" else -entry.amount
            held.subtract(self.bounced)
            ours = Counter(
                {
                    entry.key.currency: -entry.balance
                    for entry in of.store.answer(Totals(0, of.world.id))
                    if entry.key.purpose == Purpose.CLEARING
                }
            )
            assert ours == held

    @invariant()
    def parts_stay_within_their_wholes(self) -> None:
        refunds = self.rows(Refund)
        refunded: Counter[str] = Counter()
        for refund in refunds:
            if refund.status != "failed":
                refunded[refund.charge] += refund.amount
        bound: Counter[str] = Counter()
        for transfer in self.rows(Transfer):
            bound[transfer.source_transaction] += transfer.amount
            assert 0 <= transfer.amount_reversed <= transfer.amount
            assert 0 <= transfer.arrived_reversed <= (transfer.arrived or 0)
            if transfer.amount_reversed == transfer.amount:
                assert transfer.arrived_reversed == (transfer.arrived or 0)
        for charge in self.rows(Charge):
            captured = charge.amount if charge.amount_captured is None else charge.amount_captured
            assert captured <= charge.amount
            assert refunded[charge.id] == charge.amount_refunded <= captured
            settled = captured if charge.settled is None else charge.settled
            assert bound[charge.id] == charge.transferred <= settled
        for fee in self.rows(ApplicationFee):
            assert 0 <= fee.amount_refunded <= fee.amount
            assert 0 <= fee.earned_back <= (fee.earned or 0)
            assert 0 <= fee.taken_back <= (fee.taken or 0)
            if fee.amount_refunded == fee.amount:
                assert (fee.earned_back, fee.taken_back) == (fee.earned or 0, fee.taken or 0)

    @invariant()
    def every_store_holds_the_same(self) -> None:
        for account in (None, *self.accounts):
            self.twins.do(lambda c, account=account: c.balance.retrieve(account=account))

    def teardown(self) -> None:
        rooms = ("events", "balance_transactions", "payouts", "refunds", "charges")

        def everything(client: Connect) -> Any:
            found = []
            for account in (None, *self.accounts):
                for room in (*rooms, "payment_intents"):
                    pages = getattr(client, room).list(account=account, limit=100)
                    found += [each.to_dict() for each in pages.auto_paging_iter()]
            return [json.dumps(each, sort_keys=True) for each in found]

        self.twins.do(everything)
        self.twins.close()


TestPayments = pytest.mark.slow(Payments.TestCase)
TestPayments.settings = settings(
    max_examples=settings().max_examples // 4, stateful_step_count=30, deadline=None
)


def live(machine: Payments, chance: random.Random, steps: int) -> None:
    """One long seeded life."""

    def some() -> int:
        return chance.randrange(100, 30_000)

    def maybe() -> int | None:
        return chance.choice([None, some()])

    def coin() -> bool:
        return chance.random() < 0.5

    machine.accounts_of_three_countries()
    moves = [
        lambda: machine.the_processor_will(chance.choices(WORDS, k=3)),
        lambda: machine.charge(some(), some(), maybe(), coin()),
        lambda: machine.charge(some(), some(), maybe(), True),
        lambda: machine.intend(some(), some(), maybe(), coin(), True),
        lambda: machine.intend(some(), some(), maybe(), coin(), coin()),
        lambda: machine.confirm(some()),
        lambda: machine.capture(some(), maybe()),
        lambda: machine.cancel(some()),
        lambda: machine.authenticate(some(), coin()),
        lambda: machine.transfer(some(), some(), coin()),
        lambda: machine.reverse(some(), maybe(), coin()),
        lambda: machine.refund(some(), maybe(), coin(), coin()),
        lambda: machine.refund(some(), maybe(), coin(), coin()),
        lambda: machine.refund_fee(some(), maybe()),
        lambda: machine.quote_a_rate(),
        lambda: machine.a_bank_takes_back(some()),
        lambda: machine.hear(coin()),
        lambda: machine.advance(chance.randrange(1, 100)),
    ]
    for _ in range(steps):
        chance.choice(moves)()
        machine.clearing_is_what_the_processor_holds()
        machine.parts_stay_within_their_wholes()
        machine.every_store_holds_the_same()
    machine.the_books_are_sound()
    machine.teardown()


@pytest.mark.parametrize("seed", range(5))
def test_a_long_life_on_sqlite_and_in_memory(seed) -> None:
    live(Payments(), random.Random(seed), 100)


@pytest.mark.slow
def test_postgresql_tells_the_same_story_as_the_model(pg_url) -> None:
    machine = type("OnPostgres", (Payments,), {"urls": (None, pg_url)})()
    live(machine, random.Random(20_261_102), 150)
