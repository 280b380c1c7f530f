"""Stop a flow after each of its steps, start again elsewhere: the end is always the same.

Nothing acknowledged is lost, no money moves twice, the processor and the ledger agree.
"""

from __future__ import annotations

import itertools

import pytest

from connectlib import Connect
from connectlib.adapters.processors.scripted import (
    ANSWER_LOST,
    DECLINED,
    REQUEST_LOST,
    REQUIRES_ACTION,
    ScriptedProcessor,
)
from connectlib.core.book import Request
from connectlib.core.commands import (
    CancelIntent,
    CaptureCharge,
    ConfirmIntent,
    ConfirmSetup,
    CreateCharge,
    CreateFeeRefund,
    CreateIntent,
    CreatePayout,
    CreateRefund,
    CreateReversal,
    CreateTransfer,
)
from connectlib.core.ledger import Purpose
from connectlib.flows import (
    application_fees,
    charges,
    payment_intents,
    payouts,
    refunds,
    setup_intents,
    transfers,
)
from connectlib.flows.jobs import due
from connectlib.ports.store import Totals
from connectlib.runtime.pump import advance_to
from connectlib.runtime.run import perform, run
from tests.currencies import FREE
from tests.engines import balances, engine, restart, settle_all

DAY = 86_400 * 1_000_000
STORES = ["memory", "sqlite"]


def stop_after(of, flow, steps: int) -> bool:
    """Run so many steps of a flow, then die; whether it had come to its end before."""
    try:
        step = next(flow)
        for _ in range(steps):
            step = flow.send(perform(of, step))
    except StopIteration:
        return True
    flow.close()
    return False


INTENTS = [
    "create intent",
    "confirm intent",
    "capture intent",
    "cancel intent",
    "authenticate intent",
    "confirm setup",
]
NAMES = [
    "charge", "direct charge", "refund", "transfer", "reversal", "fee refund", "payout", *INTENTS,
]  # fmt: skip


class Scene:
    """A marketplace in which each flow can be started with the same words again and again."""

    def __init__(self, url: str | None, script=()) -> None:
        self.engine = engine(url, processor=ScriptedProcessor(), cache=False)
        connect = Connect.over(self.engine)
        self.account = connect.testing.account()
        self.charge = connect.charges.create(
            amount=10_000,
            currency="usd",
            source="tok_visa",
            transfer_data={"destination": self.account.id},
            application_fee_amount=1_000,
        )
        self.plain = connect.charges.create(amount=50_000, currency="usd", source="tok_visa")
        self.transfer = connect.transfers.create(
            amount=5_000,
            currency="usd",
            destination=self.account.id,
            source_transaction=self.plain.id,
        )
        self.made = connect.payment_intents.create(
            amount=6_000,
            currency="usd",
            payment_method="tok_visa",
            transfer_data={"destination": self.account.id},
            application_fee_amount=600,
        )
        self.held = connect.payment_intents.create(
            amount=6_000,
            currency="usd",
            payment_method="tok_visa",
            capture_method="manual",
            confirm=True,
        )
        self.engine.processor.script.append(REQUIRES_ACTION)
        self.asked = connect.payment_intents.create(
            amount=6_000, currency="usd", payment_method="tok_visa", confirm=True
        )
        self.customer = connect.customers.create()
        self.setup = connect.setup_intents.create(
            payment_method="tok_visa", customer=self.customer.id
        )
        self.engine.processor.script.extend(script)

    def flow(self, name: str, of):
        """The flow, with its idempotency key, on an engine."""
        ground, platform = of.ground, of.world.account
        request = Request(platform, "key", "print")
        if name == "charge":
            return charges.create(
                ground,
                [
                    charges.Call(
                        CreateCharge(
                            7_000,
                            "usd",
                            "tok_visa",
                            platform,
                            self.account.id,
                            application_fee_amount=700,
                        ),
                        request,
                    )
                ],
            )
        if name == "direct charge":
            call = charges.Call(
                CreateCharge(7_000, "usd", "tok_visa", self.account.id),
                request._replace(account=self.account.id),
            )
            return charges.create(ground, [call])
        if name == "refund":
            command = CreateRefund(
                self.charge.id, platform, 4_000, reverse_transfer=True, refund_application_fee=True
            )
            return refunds.create(ground, [refunds.Call(command, request)])
        if name == "transfer":
            command = CreateTransfer(100, "usd", self.account.id, self.plain.id)
            return transfers.create(ground, [(command, request)])
        if name == "reversal":
            return transfers.reverse(ground, CreateReversal(self.transfer.id, 100), request)
        if name in INTENTS:
            return self.intent_flow(name, ground, platform, request)
        if name == "fee refund":
            command = CreateFeeRefund(self.charge.application_fee, 100)
            return application_fees.refund(ground, command, request)
        return payouts.create(ground, CreatePayout(100, "usd", platform), request)

    def intent_flow(self, name: str, ground, platform: str, request: Request):
        """The flow of a payment or setup intent."""
        if name == "create intent":
            fields = (("destination", self.account.id), ("method_types", '["card"]'))
            command = CreateIntent(7_000, "usd", platform, fields, "tok_visa", confirm=True)
            return payment_intents.create(ground, command, request, branch=0)
        if name == "confirm intent":
            return payment_intents.confirm(ground, ConfirmIntent(self.made.id, platform), request)
        if name == "capture intent":
            taking = CaptureCharge(self.held.id, platform, 4_000)
            return payment_intents.capture(ground, taking, request)
        if name == "cancel intent":
            return payment_intents.cancel(ground, CancelIntent(self.held.id, platform), request)
        if name == "authenticate intent":
            return payment_intents.authenticate(
                ground, self.asked.id, platform, request, proof=None
            )
        return setup_intents.confirm(ground, ConfirmSetup(self.setup.id, platform), request)

    def end(self, of) -> tuple[object, ...]:
        """Let everything come to rest; what everybody has, and what has become of it all."""
        settle_all(of)
        advance_to(of, of.clock.now() + 10 * DAY)
        connect = Connect.over(of)
        report = connect.ledger.verify()
        assert report.ok, report.flaw
        check_clearing(of)
        statuses = [
            (found.status, found.cancellation_reason)
            for found in map(
                connect.payment_intents.retrieve, (self.made.id, self.held.id, self.asked.id)
            )
        ]
        statuses.append(connect.setup_intents.retrieve(self.setup.id).status)
        kept = len(connect.customers.list_payment_methods(self.customer.id).data)
        charged = [
            len(connect.charges.list(limit=100, account=account).data)
            for account in (None, self.account.id)
        ]
        return balances(connect, self.account.id), charged, statuses, kept


def check_clearing(of) -> None:
    """What the processor has taken less what it has returned is what the ledger says it owes."""
    processor = of.processor
    owed = sum(
        entry.dp - entry.cp
        for entry in of.store.answer(Totals(0, of.world.id))
        if entry.key.purpose == Purpose.CLEARING
    )
    assert sum(processor.taken.values()) - sum(processor.returned.values()) == owed


@pytest.fixture(params=STORES)
def url(request, tmp_path):
    numbers = itertools.count()
    return {
        "memory": lambda: None,
        "sqlite": lambda: f"sqlite:///{tmp_path}/{next(numbers)}.db",
    }[request.param]


@pytest.mark.parametrize("name", NAMES)
def test_a_flow_stopped_anywhere_and_repeated_ends_as_if_it_never_was(url, name) -> None:
    whole = Scene(url())
    if name == "payout":
        advance_to(whole.engine, whole.engine.clock.now() + 5 * DAY)
    expected = run(whole.engine, whole.flow(name, whole.engine))
    end = whole.end(whole.engine)
    for steps in itertools.count():
        scene = Scene(url())
        if name == "payout":
            advance_to(scene.engine, scene.engine.clock.now() + 5 * DAY)
        finished = stop_after(scene.engine, scene.flow(name, scene.engine), steps)
        again = restart(scene.engine)
        found = run(again, scene.flow(name, again))
        assert type(found) is type(expected)
        assert scene.end(again) == end, f"after {steps} steps"
        if finished:
            assert steps > 0
            break


#: Steps after which a flow has committed what it is going to ask.
COMMITTED = {
    "charge": 2,
    "direct charge": 2,
    "refund": 2,
    "create intent": 2,
    "confirm intent": 4,
    "capture intent": 3,
    "cancel intent": 3,
    "authenticate intent": 3,
    "confirm setup": 4,
}


@pytest.mark.parametrize("name", COMMITTED)
def test_a_flow_stopped_anywhere_is_ended_by_the_pump(url, name) -> None:
    whole = Scene(url())
    run(whole.engine, whole.flow(name, whole.engine))
    end = whole.end(whole.engine)
    for steps in itertools.count(COMMITTED[name]):
        scene = Scene(url())
        finished = stop_after(scene.engine, scene.flow(name, scene.engine), steps)
        assert scene.end(restart(scene.engine)) == end, f"after {steps} steps"
        if finished:
            break


def test_a_pump_stopped_anywhere_goes_on_elsewhere(url) -> None:
    whole = Scene(url())
    end = whole.end(whole.engine)
    for steps in range(1, 40):
        scene = Scene(url())
        of, left = scene.engine, steps
        target = of.clock.now() + 6 * DAY
        while left > 0 and of.clock.now() < target:
            flow = due.run(of.ground, 0, until=of.clock.now(), wall=of.wall.now(), limit=100)
            counted = Counted(of)
            done = counted.drive(flow, left)
            left -= counted.steps
            if done == 0:
                of.clock.set(of.clock.now() + DAY // 4)
        assert scene.end(restart(of)) == end, f"after {steps} steps"


class Counted:
    """Drives a flow for a number of steps and says how many it has done."""

    def __init__(self, of) -> None:
        self._of = of
        self.steps = 0

    def drive(self, flow, limit: int):
        try:
            step = next(flow)
            while self.steps < limit:
                self.steps += 1
                step = flow.send(perform(self._of, step))
        except StopIteration as stop:
            return stop.value
        flow.close()
        return None


@pytest.mark.parametrize("name", ["charge", "refund"])
@pytest.mark.parametrize(
    "script", list(itertools.product([REQUEST_LOST, ANSWER_LOST], repeat=2)), ids=repr
)
def test_lost_requests_and_answers_are_never_guessed(url, name, script) -> None:
    whole = Scene(url())
    run(whole.engine, whole.flow(name, whole.engine))
    end = whole.end(whole.engine)
    scene = Scene(url(), script)
    (first,) = run(scene.engine, scene.flow(name, scene.engine))
    assert first.status == "pending"
    again = restart(scene.engine)
    (second,) = run(again, scene.flow(name, again))
    assert second.status == "pending"
    later = restart(again)
    (third,) = run(later, scene.flow(name, later))
    assert third.status == "succeeded"
    assert scene.end(later) == end


@pytest.mark.parametrize("name", INTENTS)
@pytest.mark.parametrize("lost", [REQUEST_LOST, ANSWER_LOST])
def test_an_intent_without_an_answer_is_taken_up_under_its_key(url, name, lost) -> None:
    whole = Scene(url())
    expected = run(whole.engine, whole.flow(name, whole.engine))
    end = whole.end(whole.engine)
    scene = Scene(url(), [lost])
    first = run(scene.engine, scene.flow(name, scene.engine))
    assert first.status == "processing"
    again = restart(scene.engine)
    second = run(again, scene.flow(name, again))
    assert second.status == expected.status
    assert scene.end(again) == end
    third = run(again, scene.flow(name, again))
    assert third == second
    swept = Scene(url(), [lost])
    run(swept.engine, swept.flow(name, swept.engine))
    assert swept.end(restart(swept.engine)) == end


def test_a_decline_whose_answer_was_lost_is_found_out(url) -> None:
    scene = Scene(url())
    scene.engine.processor.script.extend([DECLINED])
    stop_after(scene.engine, scene.flow("charge", scene.engine), 3)
    again = restart(scene.engine)
    (found,) = run(again, scene.flow("charge", again))
    assert found.code == "card_declined"
    scene.end(again)


def test_while_the_first_call_is_at_work_its_key_is_in_use(url) -> None:
    scene = Scene(url())
    stop_after(scene.engine, scene.flow("charge", scene.engine), 2)
    (found,) = run(scene.engine, scene.flow("charge", scene.engine))
    assert found.why.name == "IDEMPOTENCY_IN_USE"


def test_who_takes_over_charges_the_same_fees() -> None:
    of = engine(fees=FREE)
    assert restart(of).ground.fees == of.ground.fees
