"""What Stripe tells by itself, and that nothing it says is believed too easily."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectlib.adapters.processors.stripe import StripeProcessor, answers
from connectlib.adapters.processors.stripe.news import news_of
from connectlib.adapters.processors.stripe.params import KEY, method_of
from connectlib.ports.processor import (
    Approved,
    Captured,
    Declined,
    News,
    NotReturned,
    Released,
    Returned,
)
from tests.adapters.stripe_cases import (
    capture,
    charge,
    hold,
    only_intent,
    processor_of,
    refund,
    release,
)
from tests.stripe_server import API_KEY, StripeServer


@pytest.fixture(scope="module")
def server():
    made = StripeServer()
    yield made
    made.close()


INTENT = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount": 1000,
    "amount_received": 1000,
    "amount_capturable": 0,
    "currency": "usd",
    "capture_method": "automatic",
    "latest_charge": "ch_9",
    "metadata": {KEY: "ch_1"},
    "status": "succeeded",
}
HELD = {"status": "requires_capture", "amount_capturable": 1000, "amount_received": 0}
POOR = {"code": "card_declined", "decline_code": "insufficient_funds", "message": "No."}
REFUND = {
    "id": "re_9",
    "object": "refund",
    "amount": 300,
    "currency": "usd",
    "metadata": {KEY: "re_1"},
    "status": "succeeded",
}
NEWS = [
    ("payment_intent.succeeded", INTENT, Approved("ch_9"), 1000),
    (
        "payment_intent.succeeded",
        INTENT | {"capture_method": "manual", "amount_received": 600},
        Captured("ch_9"),
        600,
    ),
    ("payment_intent.amount_capturable_updated", INTENT | HELD, Approved("ch_9"), 1000),
    (
        "payment_intent.payment_failed",
        INTENT | {"status": "requires_payment_method", "last_payment_error": POOR},
        Declined("card_declined", "No.", "insufficient_funds"),
        1000,
    ),
    ("payment_intent.canceled", INTENT | {"status": "canceled"}, Released(), 1000),
    ("refund.updated", REFUND, Returned("re_9"), 300),
    ("refund.created", REFUND, Returned("re_9"), 300),
    ("charge.refund.updated", REFUND, Returned("re_9"), 300),
    (
        "refund.failed",
        REFUND | {"status": "failed", "failure_reason": "lost_or_stolen_card"},
        NotReturned("lost_or_stolen_card"),
        300,
    ),
]
SILENT = [
    ("charge.succeeded", INTENT, {}),
    ("payment_intent.processing", INTENT, {}),
    ("payment_intent.succeeded", INTENT | {"metadata": {}}, {}),
    ("payment_intent.succeeded", INTENT | {"metadata": None}, {}),
    ("payment_intent.succeeded", INTENT | {"metadata": {KEY: 7}}, {}),
    ("payment_intent.succeeded", INTENT | {"metadata": {KEY: "k" * 256}}, {}),
    ("payment_intent.succeeded", INTENT | {"status": "processing"}, {}),
    ("payment_intent.succeeded", INTENT, {"account": "acct_of_somebody"}),
    ("payment_intent.amount_capturable_updated", INTENT, {}),
    ("payment_intent.canceled", INTENT, {}),
    ("payment_intent.payment_failed", INTENT, {}),
    ("refund.updated", REFUND | {"status": "pending"}, {}),
    ("charge.refunded", {"id": "ch_9", "metadata": {KEY: "ch_1"}}, {}),
]


@pytest.mark.parametrize(("kind", "about", "outcome", "amount"), NEWS)
def test_an_event_is_heard(server, kind, about, outcome, amount) -> None:
    with processor_of(server) as stripe:
        body, headers = server.message(kind, about)
        key = about["metadata"][KEY]
        news = [News(json.loads(body)["id"], key, outcome, amount, "usd")]
        assert stripe.hear(body, headers) == news
        assert type(stripe.hear(body, headers)[0].outcome) is type(outcome)
        lower = {name.lower(): value for name, value in headers.items()}
        assert stripe.hear(body, lower) == news


@pytest.mark.parametrize(("kind", "about", "more"), SILENT)
def test_an_event_that_says_nothing_to_us_is_none(server, kind, about, more) -> None:
    with processor_of(server) as stripe:
        assert stripe.hear(*server.message(kind, about, **more)) == []


def test_the_refunds_listed_in_a_charge_are_told_apart(server) -> None:
    other = REFUND | {"id": "re_8", "metadata": {KEY: "re_2"}}
    about = {"id": "ch_9", "refunds": {"data": [REFUND, other, REFUND | {"metadata": {}}]}}
    with processor_of(server) as stripe:
        news = stripe.hear(*server.message("charge.refunded", about))
    assert [one.key for one in news] == ["re_1", "re_2"]
    assert len({one.id for one in news}) == 2


def test_what_really_happens_is_heard(server) -> None:
    with processor_of(server) as stripe:
        for key, moves, kind, outcome, amount in [
            ("k1", (), "amount_capturable_updated", Approved, 1000),
            ("k2", (stripe.capture, capture(600, "c2", "k2")), "succeeded", Captured, 600),
            ("k3", (stripe.release, release("k3")), "canceled", Released, 1000),
        ]:
            stripe.authorize([hold(key)])
            if moves:
                moves[0]([moves[1]])
            about = server.books.all("payment_intent")[0]
            (news,) = stripe.hear(*server.message(f"payment_intent.{kind}", about))
            assert (news.key, type(news.outcome), news.amount) == (key, outcome, amount)


def test_a_key_taken_out_of_use_is_no_news(server) -> None:
    server.reset()
    with processor_of(server) as stripe:
        stripe.release([release()])
        intent = only_intent(server)
        assert stripe.hear(*server.message("payment_intent.canceled", intent)) == []


GOOD = json.dumps({"id": "evt_1", "object": "event", "type": "x", "data": {}}).encode()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Stripe-Signature": ""},
        {"Stripe-Signature": "t=1,v1=00"},
        {"Stripe-Signature": "t=x"},
        {"Stripe-Signature": "t=1,v1=é"},
        {"Stripe-Signature": "," * 1_000_000},
        {"Stripe-Signature": "t=" + "9" * 4000 + ",v1=00"},
    ],
)
def test_a_message_without_a_good_signature_is_not_stripes(server, headers) -> None:
    with processor_of(server) as stripe, pytest.raises(ValueError, match="not signed"):
        stripe.hear(GOOD, headers)


def test_a_message_is_good_for_five_minutes_and_for_its_secret(server) -> None:
    with processor_of(server) as stripe:
        assert stripe.hear(*server.signed(GOOD, at=time.time() - 250)) == []
        with pytest.raises(ValueError):
            stripe.hear(*server.signed(GOOD, at=time.time() - 400))
        body, headers = server.signed(GOOD)
        with pytest.raises(ValueError):
            stripe.hear(body + b" ", headers)
    for secret in ("whsec_other", "", None):
        with processor_of(server, webhook_secret=secret) as stripe, pytest.raises(ValueError):
            stripe.hear(body, headers)


HOSTILE = [
    b"",
    b"null",
    b"[]",
    b"7",
    b"{",
    b'"x"',
    b"\xff\xfe",
    b"{}",
    b'{"id": 1, "type": "x"}',
    b'{"id": "e", "type": ["x"]}',
    b'{"id": "%s", "type": "x"}' % (b"e" * 300),
    b'{"id": "e", "type": "refund.updated"}',
    b'{"id": "e", "type": "refund.updated", "data": []}',
    b'{"id": "e", "type": "refund.updated", "data": {"object": 3}}',
    json.dumps(
        {"id": "e", "type": "refund.updated", "data": {"object": REFUND | {"amount": "300"}}}
    ).encode(),
    json.dumps(
        {"id": "e", "type": "refund.updated", "data": {"object": REFUND | {"currency": None}}}
    ).encode(),
    b"[" * 200_000,
    b'{"a":' * 100_000,
    b'{"n": ' + b"9" * 5_000 + b"}",
    json.dumps({"id": "e", "type": "x", "pad": " " * 1_048_576}).encode(),
]


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: f"{body[:30]!r}-{len(body)}")
def test_a_message_of_another_shape_is_refused(server, body) -> None:
    with processor_of(server) as stripe, pytest.raises(ValueError):
        stripe.hear(*server.signed(body))


_PLAIN = [None, True, 0, -1, 1000, 1.5, "", "usd", "manual", "é", 10**30]
_ODD = [*_PLAIN, [], {}, [{}], {"id": "x"}, {"data": [1]}, {"data": 3}, {KEY: "k"}, {KEY: []},
        {"type": "card_error"}, {"type": []}, {"card": 3},
        {"outcome": {"risk_level": 3}}]  # fmt: skip
_NAMES = sorted({*INTENT, *REFUND, "last_payment_error", "last_setup_error", "next_action",
                 "refunds", "failure_reason"} - {"status"})  # fmt: skip
_STATUSES = ["succeeded", "requires_capture", "requires_action", "processing", "canceled",
             "requires_payment_method", "failed", "pending", "new_word", None, 7, []]  # fmt: skip
odd = st.sampled_from(_ODD)
things = st.fixed_dictionaries(
    {"status": st.sampled_from(_STATUSES)}, optional=dict.fromkeys(_NAMES, odd)
)


@given(event=odd, kind=st.sampled_from([row[0] for row in NEWS]), about=things)
def test_any_event_is_news_or_a_value_error(event, kind, about) -> None:
    for shown in (event, {"id": "evt_1", "type": kind, "data": {"object": about}}):
        try:
            news = news_of(shown)
        except ValueError:
            continue
        assert all(isinstance(one, News) for one in news)


@given(shown=things)
def test_any_shape_is_survived_and_never_success_without_the_amount(shown) -> None:
    for request in (charge(), hold()):
        answer = answers.charged(shown, request)
        if isinstance(answer, Approved):
            assert (shown["amount"], shown["currency"]) == (1000, "usd")
    answers.set_up(shown)
    answers.released(shown)
    assert not isinstance(answers.captured(shown, capture()), Captured)
    answer = answers.returned(shown, refund())
    assert not isinstance(answer, Returned) or shown["amount"] == 1000
    method_of("pm_1", shown, "US")


def test_a_message_needs_a_secret() -> None:
    with pytest.raises(ValueError, match="webhook_secret"):
        StripeProcessor(API_KEY).hear(b"{}", {})
