"""A processor that never answers, and a person who looks: on every store."""

from __future__ import annotations

import pytest

from connectlib import Connect, IdempotencyError, InvalidRequestError
from connectlib.adapters.processors.scripted import (
    ANSWER_LOST,
    DONE,
    REQUEST_LOST,
    ScriptedProcessor,
)
from connectlib.ports.processor import Approved, ChargeRequest, Declined, News
from tests.engines import balances, engine
from tests.stories.paying import charge_of, refused, told

SILENCE = [REQUEST_LOST] * 100


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def scene(request, tmp_path):
    """Open a client whose processor does what a script says; its books are proven at the end."""
    urls = {"memory": None, "sqlite": f"sqlite:///{tmp_path}/shop.db"}
    store = request.param
    url = request.getfixturevalue("pg_url") if store == "postgresql" else urls[store]
    opened = []

    def open_(*script: str):
        of = engine(url, processor=ScriptedProcessor([*script, *SILENCE]), cache=False)
        opened.append(Connect.over(of))
        return opened[-1]

    yield open_
    for connect in opened:
        assert connect.ledger.verify().ok
        connect.close()


def wait(connect, days: int = 2) -> None:
    """Nobody answers; every lease of a call that is over has run out."""
    for _ in range(days * 2):
        connect._engine.wall.pass_leases()
        connect.clock.advance(hours=12)


def pending(connect, **words):
    """A charge that has been asked about until nobody is sure any more."""
    charge = connect.charges.create(amount=1_000, currency="usd", source="tok_visa", **words)
    wait(connect)
    (found,) = connect.charges.list(state="needs_review", account=words.get("account"))
    assert (found.id, found.status) == (charge.id, "pending")
    return found


def test_what_was_taken_is_booked_and_can_be_refunded(scene) -> None:
    connect = scene()
    ada = connect.testing.account().id
    charge = pending(
        connect, transfer_data={"destination": ada}, application_fee_amount=100, metadata={"n": "7"}
    )
    assert told(connect)[-1] == "charge.updated"
    paid = connect.charges.review(charge.id, outcome="succeeded", idempotency_key="r1")
    assert (paid.status, paid.amount_captured, paid.metadata) == ("succeeded", 1_000, {"n": "7"})
    assert balances(connect, ada) == [{"usd": (41, 0, 0)}, {"usd": (900, 0, 0)}]
    assert {"charge.succeeded", "transfer.created"} < set(told(connect))
    again = connect.charges.review(charge.id, outcome="succeeded", idempotency_key="r1")
    assert again == paid
    error = refused(connect.charges.review, charge.id, outcome="failed", idempotency_key="r1")
    assert isinstance(error, IdempotencyError)
    error = refused(connect.charges.review, charge.id, outcome="failed")
    assert (error.code, error.param, error.http_status) == ("charge_unexpected_state", "id", 400)
    assert "succeeded" in error.message
    assert connect.charges.list(state="needs_review").data == []
    assert "charge" in str(connect.explain(charge.id))


def test_what_was_never_made_is_failed_and_nothing_moves(scene) -> None:
    connect = scene()
    charge = pending(connect)
    failed = connect.charges.review(
        charge.id, outcome="failed", failure_code="expired_card", failure_message="Too old."
    )
    assert (failed.status, failed.failure_code, failed.failure_message) == (
        "failed", "expired_card", "Too old.",
    )  # fmt: skip
    assert balances(connect) == [{"usd": (0, 0, 0)}]
    assert told(connect)[-1] == "charge.failed"


def test_an_intent_follows_what_is_said_of_its_charge(scene) -> None:
    connect = scene()
    words = {"amount": 1_000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    intents = [connect.payment_intents.create(**words) for _ in range(2)]
    wait(connect)
    ids = [charge.id for charge in connect.charges.list(state="needs_review")][::-1]
    assert [connect.payment_intents.retrieve(i.id).status for i in intents] == ["processing"] * 2
    connect.charges.review(ids[0], outcome="succeeded", reference="pi_at_the_processor")
    connect.charges.review(ids[1], outcome="failed")
    paid, failed = [connect.payment_intents.retrieve(intent.id) for intent in intents]
    assert (paid.status, paid.amount_received) == ("succeeded", 1_000)
    assert (failed.status, failed.last_payment_error.code) == (
        "requires_payment_method", "processing_error",
    )  # fmt: skip
    connect._engine.processor.script.clear()
    retried = connect.payment_intents.confirm(failed.id, payment_method="pm_card_visa")
    assert retried.status == "succeeded"
    assert told(connect)[-2:] == ["charge.succeeded", "payment_intent.succeeded"]


def test_a_hold_that_is_found_can_be_captured(scene) -> None:
    connect = scene()
    charge = pending(connect, capture=False)
    held = connect.charges.review(charge.id, outcome="held")
    assert (held.status, held.captured) == ("succeeded", False)
    assert balances(connect) == [{"usd": (0, 0, 0)}]
    processor = connect._engine.processor
    processor.script.clear()
    processor.authorize([ChargeRequest(charge.id, 1_000, "usd", "tok_visa", capture=False)])
    assert connect.charges.capture(charge.id, amount=400).amount_captured == 400
    assert processor.taken == {charge.id: 400}


def test_a_capture_that_nobody_answers_for_is_decided_in_part(scene) -> None:
    connect = scene(DONE)
    ada = connect.testing.account().id
    words = {"transfer_data": {"destination": ada}, "application_fee_amount": 300}
    intent = connect.payment_intents.create(
        amount=1_000, currency="usd", payment_method="pm_card_visa", confirm=True,
        capture_method="manual", **words,
    )  # fmt: skip
    connect.payment_intents.capture(intent.id)
    wait(connect)
    (charge,) = connect.charges.list(state="needs_review")
    error = refused(connect.charges.review, charge.id, outcome="failed")
    assert (error.code, error.param) == ("parameter_invalid", "outcome")
    error = refused(connect.charges.review, charge.id, outcome="succeeded", amount=1_001)
    assert (error.code, error.param) == ("amount_too_large", "amount")
    taken = connect.charges.review(charge.id, outcome="succeeded", amount=200)
    assert (taken.amount_captured, taken.application_fee_amount) == (200, 200)
    assert connect.payment_intents.retrieve(intent.id).amount_received == 200
    assert told(connect).count("charge.captured") == 1
    assert charge_of(connect, connect.payment_intents.retrieve(intent.id)) == taken


@pytest.mark.parametrize("said", ["released", "succeeded"])
def test_a_cancellation_that_nobody_answers_for(scene, said) -> None:
    connect = scene(DONE)
    intent = connect.payment_intents.create(
        amount=1_000, currency="usd", payment_method="pm_card_visa", confirm=True,
        capture_method="manual",
    )  # fmt: skip
    assert connect.payment_intents.cancel(intent.id).status == "processing"
    wait(connect)
    (charge,) = connect.charges.list(state="needs_review")
    connect.charges.review(charge.id, outcome=said)
    found = connect.payment_intents.retrieve(intent.id)
    wanted = {
        "released": ("canceled", "requested_by_customer"),
        "succeeded": ("succeeded", None),
    }
    assert (found.status, found.cancellation_reason) == wanted[said]


@pytest.mark.parametrize("said", ["succeeded", "failed"])
def test_a_refund_that_nobody_answers_for(scene, said) -> None:
    connect = scene(DONE, DONE)
    charge = connect.charges.create(amount=1_000, currency="usd", source="tok_bypassPending")
    connect.charges.create(amount=1_000, currency="usd", source="tok_bypassPending")
    refund = connect.refunds.create(charge=charge.id, amount=400)
    error = refused(connect.refunds.review, refund.id, outcome=said)
    assert (error.code, error.param) == ("refund_unexpected_state", "id")
    assert "pending, asking" in error.message
    wait(connect)
    (found,) = connect.refunds.list(pending_reason="needs_review")
    assert (found.id, found.status, found.pending_reason) == (refund.id, "pending", "processing")
    before = connect.balance.retrieve().available["usd"]
    words = {"failure_reason": "expired_or_canceled_card"} if said == "failed" else {}
    done = connect.refunds.review(refund.id, outcome=said, idempotency_key="k", **words)
    assert (done.status, done.failure_reason) == (said, words.get("failure_reason"))
    assert connect.refunds.review(refund.id, outcome=said, idempotency_key="k", **words) == done
    back = 400 if said == "failed" else 0
    assert connect.balance.retrieve().available["usd"] == before + back
    assert connect.charges.retrieve(charge.id).amount_refunded == 400 - back
    assert told(connect)[-1] == ("charge.updated" if said == "failed" else "refund.updated")
    error = refused(connect.refunds.review, refund.id, outcome=said)
    assert error.code == "refund_unexpected_state"


def test_what_is_heard_after_a_review_moves_nothing_or_is_put_aside(scene) -> None:
    connect = scene()
    charge = pending(connect)
    connect.charges.review(charge.id, outcome="failed")
    news = [
        News("evt_1", charge.id, Declined("card_declined", "No."), 1_000, "usd"),
        News("evt_2", charge.id, Approved("r"), 1_000, "usd"),
    ]
    assert [one.outcome for one in connect.callbacks.hear(news)] == ["known", "contradicts"]
    assert connect.charges.retrieve(charge.id).status == "failed"


def test_an_answer_in_time_leaves_nothing_to_review(scene) -> None:
    connect = scene(ANSWER_LOST)
    charge = connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
    error = refused(connect.charges.review, charge.id, outcome="succeeded")
    assert (error.code, "pending" in error.message) == ("charge_unexpected_state", True)
    connect._engine.processor.script.clear()
    wait(connect)
    assert connect.charges.retrieve(charge.id).status == "succeeded"


WRONG = [
    ({}, "parameter_missing", "outcome"),
    ({"outcome": "approved"}, "parameter_invalid", "outcome"),
    ({"outcome": "failed", "amount": 5}, "parameter_invalid", "amount"),
    ({"outcome": "succeeded", "failure_code": "x"}, "parameter_invalid", "failure_code"),
    ({"outcome": "failed", "failure_code": "A b"}, "parameter_invalid", "failure_code"),
    ({"outcome": "held", "reference": "r"}, "parameter_invalid", "reference"),
    ({"outcome": "succeeded", "amount": 0}, "parameter_invalid_integer", "amount"),
    ({"outcome": "succeeded", "note": "x"}, "parameter_unknown", "note"),
]


@pytest.mark.parametrize(("words", "code", "param"), WRONG)
def test_a_review_that_makes_no_sense_is_refused(words, code, param) -> None:
    with Connect() as connect:
        charge = connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
        error = refused(connect.charges.review, charge.id, **words)
        assert (error.code, error.param) == (code, param)


@pytest.mark.parametrize("resource", ["charges", "refunds"])
def test_a_review_needs_an_object_of_the_namespace(resource) -> None:
    with Connect() as connect:
        ada = connect.testing.account().id
        charge = connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
        review = getattr(connect, resource).review
        for id_, account in (("ch_1", None), ("re_1", None), (charge.id, ada)):
            error = refused(review, id_, outcome="succeeded", account=account)
            assert (type(error), error.http_status) == (InvalidRequestError, 404)


def test_a_failure_reason_belongs_to_a_failure() -> None:
    with Connect() as connect:
        error = refused(
            connect.refunds.review, "re_1", outcome="succeeded", failure_reason="declined"
        )
        assert (error.code, error.param) == ("parameter_invalid", "failure_reason")
