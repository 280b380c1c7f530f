"""A marketplace whose card money Stripe moves: the engine and the adapter together."""

from __future__ import annotations

import pytest

from connectlib import CardError, Connect, InvalidRequestError, ProcessorError
from tests.adapters.stripe_cases import intents, processor_of, taken_from_buyers
from tests.stripe_server import StripeServer

FIVE = {"amount": 5_000, "currency": "usd", "confirm": True}


@pytest.fixture
def server():
    made = StripeServer()
    yield made
    made.close()


@pytest.fixture
def stripe(server):
    with processor_of(server, return_url="https://shop.test/back") as made:
        yield made


@pytest.fixture
def connect(stripe):
    made = Connect(processor=stripe)
    yield made
    assert made.ledger.verify().ok
    made.close()


def test_charges_are_paid_or_declined(server, stripe, connect) -> None:
    stripe.prepare(["tok_visa"])
    account = connect.testing.account()
    words = {"amount": 10_000, "currency": "usd"}
    paid = connect.charges.create(
        **words, source="tok_visa", transfer_data={"destination": account.id}
    )
    assert paid.status == "succeeded"
    assert paid.payment_method_details["card"]["country"] == "FR"
    with pytest.raises(CardError, match="insufficient funds"):
        connect.charges.create(**words, source="pm_declined")
    with pytest.raises(InvalidRequestError, match="No such token"):
        connect.charges.create(**words, source="not_one_of_stripes")
    assert [each.key for each in stripe.taken(0, 1 << 60)] == [paid.id]
    assert taken_from_buyers(server) == 10_000


def test_a_buyer_authenticates_and_the_news_settles_it(server, connect) -> None:
    account = connect.testing.account()
    intent = connect.payment_intents.create(
        **FIVE,
        payment_method="pm_3ds",
        return_url="https://shop.test/x",
        transfer_data={"destination": account.id},
    )
    assert intent.status == "requires_action"
    assert intent.next_action["redirect_to_url"]["url"].startswith("https://stripe.test/3ds/")
    (there,) = intents(server)
    message = server.message("payment_intent.succeeded", server.books.pay(there))
    assert [heard.outcome for heard in connect.callbacks.receive(*message)] == ["moved"]
    assert connect.payment_intents.retrieve(intent.id).status == "succeeded"
    again = server.message("payment_intent.succeeded", there)
    assert [heard.outcome for heard in connect.callbacks.receive(*again)] == ["known"]
    with pytest.raises(InvalidRequestError):
        connect.callbacks.receive(message[0], {"Stripe-Signature": "t=1,v1=0"})


def test_what_is_held_is_captured_in_part_and_given_back(server, stripe, connect) -> None:
    held = connect.payment_intents.create(
        **FIVE, payment_method="pm_card_visa", capture_method="manual"
    )
    assert held.status == "requires_capture"
    taken = connect.payment_intents.capture(held.id, amount_to_capture=3_000)
    assert (taken.status, taken.amount_received) == ("succeeded", 3_000)
    message = server.message("payment_intent.succeeded", intents(server)[0])
    assert [heard.outcome for heard in connect.callbacks.receive(*message)] == ["known"]
    assert connect.refunds.create(payment_intent=held.id, amount=1_000).status == "succeeded"
    assert [(each.kind, each.amount) for each in stripe.taken(0, 1 << 60)] == [
        ("charge", 3_000),
        ("refund", 1_000),
    ]
    report = connect.reconciliation.run(since=0, until="2900-01-01")
    assert report.ok
    assert [total.matched.amount for total in report.totals] == [3_000, 1_000]


def test_a_list_of_stripes_that_is_not_whole_is_none(server, connect) -> None:
    connect.charges.create(amount=1_000, currency="usd", source="pm_card_visa")
    for path in ("GET /v1/payment_intents", "GET /v1/refunds"):  # the second: half-way
        server.fail("garbage", path)
        with pytest.raises(ProcessorError, match="it raised StripeFault"):
            connect.reconciliation.run(since=0, until="2900-01-01")
    assert connect.reconciliation.run(since=0, until="2900-01-01").ok


def test_what_is_held_is_let_go(server, connect) -> None:
    held = connect.payment_intents.create(
        **FIVE, payment_method="pm_card_visa", capture_method="manual"
    )
    assert connect.payment_intents.cancel(held.id).status == "canceled"
    (there,) = intents(server)
    assert (there["status"], there["amount_capturable"]) == ("canceled", 0)
    message = server.message("payment_intent.canceled", there)
    assert [heard.outcome for heard in connect.callbacks.receive(*message)] == ["known"]


def test_a_card_is_made_ready_and_charged_without_the_buyer(server, connect) -> None:
    buyer = connect.customers.create(email="ada@shop.test")
    setup = connect.setup_intents.create(
        payment_method="pm_card_visa", customer=buyer.id, confirm=True
    )
    assert setup.status == "succeeded"
    paid = connect.payment_intents.create(
        **FIVE, customer=buyer.id, payment_method=setup.payment_method, off_session=True
    )
    assert paid.status == "succeeded"
    (there,) = intents(server)
    assert there["customer"] == server.books.objects["pm_card_visa"]["customer"] is not None
