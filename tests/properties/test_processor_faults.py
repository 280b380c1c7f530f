"""A processor that loses, delays and lies: in the end its books and ours are the same."""

from __future__ import annotations

import random
from typing import Any

import pytest

from connectlib import Connect, ConnectError
from connectlib.adapters.processors.scripted import (
    ACCEPTED_APPROVED,
    ACCEPTED_DECLINED,
    ANSWER_LOST,
    DECLINED,
    DONE,
    LATE,
    NOT_FOUND,
    REQUEST_LOST,
    REQUIRES_ACTION,
    UNDER_WAY,
    ScriptedProcessor,
)
from connectlib.core.ledger import PROCESSOR, Purpose
from connectlib.core.rows import Charge, PaymentIntent, Refund
from connectlib.ports.processor import Declined, News, NotReturned, ReleaseRequest
from connectlib.ports.store import Page, Totals
from tests.engines import engine, settle_all

HISTORIES = 10_000
#: Histories of one test, so that a failure shows early and the runs can be spread.
CHUNK = 1_000
WORDS = (
    [DONE] * 5
    + [REQUEST_LOST, ANSWER_LOST, LATE] * 2
    + [DECLINED, REQUIRES_ACTION, ACCEPTED_APPROVED, ACCEPTED_DECLINED]
)
LIES = [DONE, DONE, REQUEST_LOST, ANSWER_LOST, NOT_FOUND, UNDER_WAY]
NEWS_OF_A_PERSON = Declined("generic_decline", "The processor has never heard of it.")


class History:
    """One random life with a processor that cannot be trusted."""

    def __init__(self, seed: int) -> None:
        self.chance = chance = random.Random(seed)
        self.scripted = ScriptedProcessor()
        self.engine = engine(seed=seed, processor=self.scripted, cache=False, grouped=False)
        self.connect = Connect.over(self.engine)
        self.account = self.connect.testing.account().id
        if chance.random() < 0.7:
            self.fund()
        self.scripted.script.extend(chance.choices(WORDS, k=chance.randrange(4, 14)))
        self.scripted.lookups.extend(chance.choices(LIES, k=chance.randrange(6)))
        self.untold: list[News] = []
        #: Intents that were canceled, and charges that a person let go.
        self.given_up: set[str] = set()

    def fund(self) -> None:
        """The platform has something to refund from; what waits for funds goes on."""
        self.connect.charges.create(amount=1_000_000, currency="usd", source="tok_bypassPending")

    def live(self) -> None:
        moves = [
            self.charge,
            self.charge,
            self.intend,
            self.intend,
            self.capture,
            self.capture,
            self.cancel,
            self.authenticate,
            self.refund,
            self.refund,
            self.pump,
            self.wait,
            self.hear,
            self.decide,
        ]
        self.chance.choice(moves[:4])()
        for _ in range(self.chance.randrange(3, 9)):
            self.chance.choice(moves)()

    def _try(self, call: Any, *args: Any, **words: Any) -> Any:
        try:
            return call(*args, **words)
        except ConnectError:
            return None

    def _words(self) -> dict[str, Any]:
        words: dict[str, Any] = {"amount": self.chance.randrange(50, 2_000), "currency": "usd"}
        kind = self.chance.randrange(3)
        if kind:
            words["transfer_data"] = {"destination": self.account}
        if kind == 2:
            words["application_fee_amount"] = self.chance.randrange(50)
        return words

    def charge(self) -> None:
        words = self._words()
        self._try(
            self.connect.charges.create,
            source="tok_visa",
            capture=self.chance.random() < 0.6,
            **words,
        )

    def intend(self) -> None:
        self._try(
            self.connect.payment_intents.create,
            payment_method="pm_card_visa",
            confirm=True,
            capture_method=self.chance.choice(["manual", "manual", "automatic"]),
            **self._words(),
        )

    def _one(self, kind: type[Any], *statuses: str) -> Any:
        found = [row for row in self.rows(kind) if row.status in statuses]
        return self.chance.choice(found) if found else None

    def rows(self, kind: type[Any]) -> list[Any]:
        world = self.engine.world
        query = Page(kind, 0, world.id, world.account, limit=100)
        return [
            row for row in self.engine.store.answer(query) if not row.id.startswith(("py", "pyr"))
        ]

    def capture(self) -> None:
        row = self._one(Charge, "authorized")
        if row is None:
            return
        part = self.chance.choice([None, max(1, row.amount // 2)])
        if row.payment_intent is None:
            self._try(self.connect.charges.capture, row.id, amount=part)
        else:
            pi = row.payment_intent
            self._try(self.connect.payment_intents.capture, pi, amount_to_capture=part)

    def cancel(self) -> None:
        open_ = ("requires_capture", "requires_action", "processing", "requires_payment_method")
        row = self._one(PaymentIntent, *open_)
        if row is not None:
            self.given_up.add(row.id)
            self._try(self.connect.payment_intents.cancel, row.id)

    def authenticate(self) -> None:
        row = self._one(PaymentIntent, "requires_action")
        if row is not None:
            self._try(
                self.connect.testing.authenticate, row.id, succeeds=self.chance.random() < 0.8
            )

    def refund(self) -> None:
        row = self._one(Charge, "succeeded")
        if row is not None:
            part = self.chance.choice([None, max(1, row.amount // 3)])
            self._try(
                self.connect.refunds.create,
                charge=row.id,
                amount=part,
                reverse_transfer=row.destination is not None,
            )

    def pump(self) -> None:
        self.engine.wall.pass_leases()
        settle_all(self.engine)

    def wait(self) -> None:
        if self.chance.random() < 0.7:
            self.engine.wall.pass_leases()
        self.connect.clock.advance(minutes=self.chance.choice([1, 30, 300, 1500]))

    def hear(self) -> None:
        """Some of the news, in any order, some of it twice; the rest comes later."""
        self.untold += self.scripted.news()
        self.chance.shuffle(self.untold)
        some = self.untold[: self.chance.randrange(4)]
        self.connect.callbacks.hear(some)
        if self.chance.random() < 0.7:
            self.untold = self.untold[len(some) :]

    def decide(self) -> None:
        self.scripted.settle()

    def heal(self) -> None:
        """Nothing is lost any more; what was late gets there; the pump comes round for a day.

        Some outages last longer than the processor remembers a key.
        """
        if self.chance.random() < 0.1:
            self.scripted.script.clear()
            self.scripted.script.extend(self.chance.choices([REQUEST_LOST, ANSWER_LOST], k=20))
            self.scripted.script.extend([REQUEST_LOST] * 100)
            self.pass_days(2)
        self.scripted.script.clear()
        self.scripted.lookups.clear()
        self.scripted.settle()
        self.fund()
        self.pass_days()

    def pass_days(self, days: int = 1) -> None:
        for _ in range(days):
            self.engine.wall.pass_leases()
            self.connect.clock.advance(hours=25)

    def tell_the_rest(self) -> None:
        self.connect.callbacks.hear(self.untold + self.scripted.news())
        self.pump()

    def review(self) -> None:
        """A person looks at what is left: what the processor does not know has not happened."""
        for row in self.rows(Charge):
            if row.status == "needs_review":
                self.given_up.add(row.id)
                self.scripted.release([ReleaseRequest("by hand", row.id, row.source)])
                self._decide_charge(row)
        for row in self.rows(Refund):
            if row.pending_reason == "needs_review":
                self._decide_refund(row)
        self.tell_the_rest()

    def _decide_charge(self, row: Charge) -> None:
        """By hand, or by news: what was taken is told by the processor itself, sooner or later."""
        taken = self.scripted.taken.get(row.id)
        by_hand = self.chance.random() < 0.5
        review = self.connect.charges.review
        if by_hand and taken is not None:
            assert review(row.id, outcome="succeeded", amount=taken).amount_captured == taken
        elif by_hand:
            review(row.id, outcome="released" if row.capture_before else "failed")
        elif taken is None:
            news = News(f"p{row.id}", row.id, NEWS_OF_A_PERSON, row.amount, row.currency)
            self.untold.append(news)

    def _decide_refund(self, row: Refund) -> None:
        returned = row.id in self.scripted.returned
        if self.chance.random() < 0.5:
            self.connect.refunds.review(row.id, outcome="succeeded" if returned else "failed")
        elif not returned:
            news = News(f"p{row.id}", row.id, NotReturned("unknown"), row.amount, row.currency)
            self.untold.append(news)

    def check(self) -> None:
        charges, refunds = self.rows(Charge), self.rows(Refund)
        unknown = {"pending", "processing", "capturing", "releasing", "needs_review"}
        assert [(r.id, r.status) for r in charges if r.status in unknown] == []
        assert [(r.id, r.pending_reason) for r in refunds if r.status == "pending"] == []
        intents = self.rows(PaymentIntent)
        assert [(r.id, r.status) for r in intents if r.status == "processing"] == []
        entries = self.engine.store.answer(Totals(0, self.engine.world.id))
        of = {e.key.purpose: e.balance for e in entries if e.key.owner == PROCESSOR}
        taken, returned = self.scripted.taken, self.scripted.returned
        clearing = -of.get(Purpose.CLEARING, 0)
        assert clearing == sum(taken.values()) - sum(returned.values())
        assert of.get(Purpose.REFUNDS_IN_TRANSIT, 0) == 0
        ours = {
            r.id: r.amount if r.amount_captured is None else r.amount_captured
            for r in charges
            if r.status == "succeeded"
        }
        assert ours == taken
        assert {r.id: r.amount for r in refunds if r.status == "succeeded"} == returned
        assert {r.id: r.amount for r in charges if r.status == "authorized"} == self.scripted.held
        for row in charges:  # nothing held is let go by mistake
            if row.status == "released" and not {row.id, row.payment_intent} & self.given_up:
                assert "taking" in (row.options or ""), row.id  # its capture was refused
        report = self.connect.ledger.verify()
        assert report.ok, report.flaw


def tell(seed: int) -> History:
    history = History(seed)
    try:
        history.live()
        history.heal()
        history.tell_the_rest()
        history.review()
        history.check()
    except Exception as error:
        error.add_note(f"seed {seed}")
        raise
    return history


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, HISTORIES, CHUNK))
def test_whatever_is_lost_late_or_a_lie_the_books_agree_in_the_end(first) -> None:
    for seed in range(first, first + CHUNK):
        tell(seed)
