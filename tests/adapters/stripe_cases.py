"""What the tests of the Stripe adapter share: requests, and processors that are closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connectlib.adapters.processors.stripe import StripeProcessor
from connectlib.ports.processor import (
    CaptureRequest,
    ChargeRequest,
    Declined,
    RefundRequest,
    ReleaseRequest,
    SetupRequest,
)
from tests.stripe_server import API_KEY, WEBHOOK_SECRET, StripeServer

VISA = "pm_card_visa"
#: What is said of a card without money.
POOR = Declined(
    "card_declined",
    "Your card has insufficient funds.",
    "insufficient_funds",
    advice_code="try_again_later",
    network_decline_code="51",
    network_advice_code="03",
)


@contextmanager
def processor_of(server: StripeServer, **words) -> Iterator[StripeProcessor]:
    """A processor as a new process would have it: it remembers nothing."""
    words = {"webhook_secret": WEBHOOK_SECRET, "timeout_s": 5.0, **words}
    made = StripeProcessor(API_KEY, base_url=server.url, **words)
    try:
        yield made
    finally:
        made.close()


def charge(key: str = "ch_1", source: str = VISA, **words) -> ChargeRequest:
    return ChargeRequest(key, **{"amount": 1000, "currency": "usd", "source": source, **words})


def hold(key: str = "ch_1", source: str = VISA, **words) -> ChargeRequest:
    return charge(key, source, capture=False, **words)


def capture(amount: int = 1000, key: str = "cap_1", of: str = "ch_1") -> CaptureRequest:
    return CaptureRequest(key, of, amount, "usd", VISA)


def release(of: str = "ch_1", key: str = "rel_1") -> ReleaseRequest:
    return ReleaseRequest(key, of, VISA)


def refund(amount: int = 1000, key: str = "re_1", of: str = "ch_1", currency: str = "usd"):
    return RefundRequest(key, of, amount, currency, VISA)


def setup(key: str = "seti_1", source: str = VISA, **words) -> SetupRequest:
    return SetupRequest(key, source, **words)


def one(answers: list):
    """The only answer of a batch of one."""
    (answer,) = answers
    return answer


def agrees(found, wanted) -> bool:
    """Whether an answer is of this kind, or exactly this one. (Named tuples equal any tuple.)"""
    if isinstance(wanted, type):
        return isinstance(found, wanted)
    return (type(found), found) == (type(wanted), wanted)


def intents(server: StripeServer) -> list[dict]:
    return server.books.all("payment_intent")


def only_intent(server: StripeServer) -> dict:
    (intent,) = intents(server)
    return intent


def taken_from_buyers(server: StripeServer) -> int:
    """What has been taken and is not given back, in minor units."""
    given = sum(r["amount"] for r in server.books.all("refund") if r["status"] != "failed")
    return sum(intent["amount_received"] for intent in intents(server)) - given
