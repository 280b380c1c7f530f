"""The processor's news in every order, with duplicates, ends in the same state.

State is what money and people depend on: status, amounts and codes of charge, intent and
refunds, and every balance; not versions, nor until when a hold would have lasted. Of news that
cannot belong together the first definite one is the truth: what comes after it moves nothing
and is marked `contradicts`. One pair is no contradiction in one order: a bank may take back
what has succeeded, so `declined` after `approved` or `captured` moves the charge to failed.
"""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from connectlib import Connect, ConnectError
from connectlib.adapters.processors.scripted import (
    ACCEPTED_APPROVED,
    ANSWER_LOST,
    DONE,
    REQUEST_LOST,
    REQUIRES_ACTION,
    ScriptedProcessor,
)
from connectlib.core.rows import Charge, PaymentIntent, Refund
from connectlib.ports.processor import (
    Approved,
    Captured,
    Declined,
    News,
    NotReturned,
    Released,
    Returned,
)
from connectlib.ports.store import Page, Totals
from tests.engines import engine, settle_all

AMOUNT, PART = 1_000, 400
#: What the news of a charge says, and of how much.
TOLD: dict[str, tuple[Any, int]] = {
    "approved": (Approved("r"), AMOUNT),
    "held": (Approved("r"), AMOUNT),
    "declined": (Declined("card_declined", "No.", "generic_decline"), AMOUNT),
    "captured": (Captured("r"), AMOUNT),
    "part": (Captured("r"), PART),
    "released": (Released(), AMOUNT),
}
#: How a charge got where it is: what the processor's calls met, whether it is captured at once,
#: what was done with it then, and its state.
STARTS: dict[str, tuple[list[str], bool, str | None, str]] = {
    "pending": ([ANSWER_LOST], True, None, "pending"),
    "processing": ([ACCEPTED_APPROVED], True, None, "processing"),
    "action": ([REQUIRES_ACTION], True, None, "requires_action"),
    "review": ([REQUEST_LOST] * 60, True, "wait", "needs_review"),
    "stopping": ([ACCEPTED_APPROVED, ANSWER_LOST], True, "cancel", "releasing"),
    "pending hold": ([ANSWER_LOST], False, None, "pending"),
    "processing hold": ([ACCEPTED_APPROVED], False, None, "processing"),
    "action hold": ([REQUIRES_ACTION], False, None, "requires_action"),
    "review hold": ([REQUEST_LOST] * 60, False, "wait", "needs_review"),
    "held": ([DONE], False, None, "authorized"),
    "capturing": ([DONE, ANSWER_LOST], False, "capture", "capturing"),
    "capturing part": ([DONE, ANSWER_LOST], False, "capture part", "capturing"),
    "releasing": ([DONE, ANSWER_LOST], False, "cancel", "releasing"),
}
AT_ONCE = [name for name, start in STARTS.items() if start[1]]
HOLDS = [name for name, start in STARTS.items() if not start[1]]
#: News that belong together, the state they end in and how much is captured.
STORIES = (
    [(name, ("approved",), "succeeded", AMOUNT) for name in AT_ONCE]
    + [(name, ("declined",), "failed", 0) for name in AT_ONCE]
    + [(name, ("released",), "failed", 0) for name in AT_ONCE if name != "review"]
    + [(n, ("held", "captured"), "succeeded", AMOUNT) for n in HOLDS if n != "capturing part"]
    + [(n, ("held", "part"), "succeeded", PART) for n in HOLDS if n != "capturing"]
    + [(name, ("held", "released"), "released", 0) for name in HOLDS]
    + [(name, ("declined",), "failed", 0) for name in HOLDS[:4]]
)


class Scene:
    """One charge of an intent, in one of the states above."""

    def __init__(self, start: str) -> None:
        script, at_once, then, state = STARTS[start]
        self.engine = engine(processor=ScriptedProcessor(script), cache=False, grouped=False)
        self.connect = connect = Connect.over(self.engine)
        account = connect.testing.account().id
        intent = connect.payment_intents.create(
            amount=AMOUNT,
            currency="usd",
            payment_method="pm_card_visa",
            confirm=True,
            capture_method="automatic" if at_once else "manual",
            transfer_data={"destination": account},
            application_fee_amount=300,
        )
        if then == "cancel":
            connect.payment_intents.cancel(intent.id)
        elif then == "wait":
            for _ in range(3):
                self.engine.wall.pass_leases()
                connect.clock.advance(hours=16)
        elif then is not None:
            part = PART if then == "capture part" else None
            connect.payment_intents.capture(intent.id, amount_to_capture=part)
        (self.charge,) = [row for row in self.rows(Charge) if row.source_transfer is None]
        assert self.charge.status == state

    def rows(self, kind: type[Any]) -> list[Any]:
        world = self.engine.world
        found = self.engine.store.answer(Page(kind, 0, world.id, world.account, limit=100))
        return list(found)

    def hear(self, *news: News) -> list[str]:
        """What was made of each; `again` where it has been heard before."""
        found = self.connect.callbacks.hear(news)
        return ["again" if isinstance(one, ConnectError) else one.outcome for one in found]

    def news(self, name: str) -> News:
        """The name of what is told, and after a slash which of several messages it is."""
        kind = name.partition("/")[0]
        outcome, amount = TOLD[kind]
        return News(f"evt_{name}", self.charge.id, outcome, amount, "usd")

    def state(self) -> Any:
        self.engine.wall.pass_leases()
        settle_all(self.engine)
        assert self.connect.ledger.verify().ok
        entries = self.engine.store.answer(Totals(0, self.engine.world.id))
        charges = [
            (r.status, r.amount_captured, r.amount_refunded, r.failure_code, r.settled)
            for r in self.rows(Charge)
        ]
        intents = [(r.status, r.amount_received) for r in self.rows(PaymentIntent)]
        refunds = [(r.id, r.status, r.failure_reason) for r in self.rows(Refund)]
        money = sorted(
            (e.key.owner, e.key.purpose, e.key.available_on, e.balance)
            for e in entries
            if e.balance
        )
        return charges, intents, refunds, money


def orders(*names: str) -> list[tuple[str, ...]]:
    """Every order of all of these, equal ones being equal."""
    return sorted(set(permutations(names)))


@pytest.mark.slow
@pytest.mark.parametrize(("start", "kinds", "status", "captured"), STORIES)
def test_news_that_belong_together_end_in_one_state_in_any_order(
    start, kinds, status, captured
) -> None:
    two = (kinds * 2)[:2]
    twice = [*kinds, *kinds, *(f"{kind}/other" for kind in two)]
    ends = set()
    for order in orders(*twice[:6]):
        scene = Scene(start)
        made = scene.hear(*map(scene.news, order))
        assert set(made) <= {"moved", "known", "again"}, (order, made)
        charges, *rest = scene.state()
        ends.add(repr((charges, rest)))
        assert len(ends) == 1, order
        row = next(row for row in scene.rows(Charge) if row.id == scene.charge.id)
        assert row.status == status
        assert (row.amount_captured in (None, captured)) or status == "failed"


#: News that say the money is ours, and that say it is not.
_YES = {"approved", "captured", "part"}
_NO = {"declined", "released"}


@pytest.mark.slow
@pytest.mark.parametrize("start", STARTS)
def test_of_contradictory_news_the_first_is_true(start) -> None:
    kinds = ["approved", "declined", "released"]
    if start in HOLDS:
        whole = "part" if start == "capturing part" else "captured"
        kinds = [whole, "declined", "released"] if start in HOLDS[:4] else [whole, "released"]
    truths: dict[str, Any] = {}
    for order in orders(*kinds, *(f"{kind}/other" for kind in kinds)):
        scene = Scene(start)
        made = scene.hear(*map(scene.news, order))
        told = [name.partition("/")[0] for name in order]
        first = next(place for place, word in enumerate(made) if word == "moved")
        if told[first] not in truths:
            alone = Scene(start)
            alone.hear(alone.news(told[first]))
            truths[told[first]] = alone.state()
        assert set(made[:first]) <= {"contradicts"}  # what the state did not allow at all
        bounced = False
        for kind, word in list(zip(told, made, strict=True))[first + 1 :]:
            if kind == told[first]:
                assert word == "known"
            elif kind == "declined" and told[first] in _YES:
                assert word == ("known" if bounced else "moved")
                bounced = True
            else:
                no_money = bounced or {kind, told[first]} <= _NO
                assert word in ({"known", "contradicts"} if no_money else {"contradicts"})
        if not bounced:
            assert scene.state() == truths[told[first]], order


def test_news_of_refunds_in_any_order() -> None:
    """Two refunds of one charge, one returned and one not; the charge's own news comes between."""
    names = ["approved", "returned", "returned", "not", "not/other", "approved"]
    ends = set()
    for order in orders(*names):
        scene = Scene("pending")
        scene.connect.callbacks.hear([scene.news("approved/first")])
        scene.connect.charges.create(amount=9_000, currency="usd", source="tok_bypassPending")
        scene.engine.processor.script.extend([ANSWER_LOST, REQUEST_LOST])
        ids = [
            scene.connect.refunds.create(
                charge=scene.charge.id,
                amount=amount,
                reverse_transfer=True,
                refund_application_fee=True,
            ).id
            for amount in (300, 200)
        ]
        told = {
            "returned": News("evt_1", ids[0], Returned("r"), 300, "usd"),
            "not": News("evt_2", ids[1], NotReturned("declined"), 200, "usd"),
            "not/other": News("evt_3", ids[1], NotReturned("declined"), 200, "usd"),
        }
        made = scene.hear(*(told.get(name) or scene.news(name) for name in order))
        assert set(made) <= {"moved", "known", "again"}
        ends.add(repr(scene.state()))
        assert len(ends) == 1, order
        found = [scene.connect.refunds.retrieve(id_).status for id_ in ids]
        assert found == ["succeeded", "failed"]


@pytest.mark.parametrize("first", ["returned", "not"])
def test_a_refund_that_is_returned_and_is_not_is_what_it_was_first(first) -> None:
    scene = Scene("pending")
    scene.connect.callbacks.hear([scene.news("approved")])
    scene.connect.charges.create(amount=9_000, currency="usd", source="tok_bypassPending")
    scene.engine.processor.script.append(REQUEST_LOST)
    id_ = scene.connect.refunds.create(charge=scene.charge.id, amount=300).id
    told = [
        News("evt_1", id_, Returned("r"), 300, "usd"),
        News("evt_2", id_, NotReturned("declined"), 300, "usd"),
    ]
    made = scene.hear(*(told if first == "returned" else told[::-1]))
    assert made == ["moved", "contradicts"]
    wanted = "succeeded" if first == "returned" else "failed"
    assert scene.connect.refunds.retrieve(id_).status == wanted


@pytest.mark.parametrize(
    ("amount", "currency"), [(AMOUNT - 1, "usd"), (AMOUNT + 1, "usd"), (AMOUNT, "eur")]
)
@pytest.mark.parametrize("start", STARTS)
def test_news_of_another_amount_moves_nothing(start, amount, currency) -> None:
    scene = Scene(start)
    kinds = [Approved("r"), Declined("card_declined", "No."), Released()]
    if start.startswith("capturing"):
        kinds.append(Captured("r"))
    before = scene.state() if start in {"held", "action"} else None
    news = [
        News(f"evt_{n}", scene.charge.id, kind, amount, currency) for n, kind in enumerate(kinds)
    ]
    assert set(scene.hear(*news)) == {"mismatch"}
    assert before is None or scene.state() == before
