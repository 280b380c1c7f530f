"""The Stripe adapter when things go wrong: losses, lateness, wrong keys, many threads."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time

import pytest
import stripe as sdk

from connectlib.adapters.processors.stripe import MissingSdk, StripeFault, StripeProcessor
from connectlib.ports.processor import (
    Approved,
    Captured,
    Declined,
    Method,
    NotFound,
    Released,
    Returned,
    Taken,
    Unknown,
)
from tests.adapters.stripe_cases import (
    VISA,
    agrees,
    capture,
    charge,
    hold,
    intents,
    one,
    processor_of,
    refund,
    release,
    setup,
    taken_from_buyers,
)
from tests.stripe_server import API_KEY, StripeServer

SECOND = 1_000_000


@pytest.fixture
def server():
    made = StripeServer()
    yield made
    made.close()


FAULTS = [
    "drop_request",
    "drop_answer",
    "late",
    "trickle",
    "garbage",
    "list",
    "redirect",
    "409",
    "429",
    "401",
    "403",
    "done",
]
#: What is asked -> the request that goes wrong, how it is asked, its answer in the end, and
#: what has been taken by then.
ASKED = {
    "authorize": ("POST /v1/payment_intents", charge(), Approved, 1000),
    "capture": ("/capture", capture(700), Captured, 700),
    "release": ("/cancel", release(), Released, 0),
    "set_up": ("POST /v1/setup_intents", setup(), Approved, 0),
    "refund": ("POST /v1/refunds", refund(300), Returned, 700),
}


@pytest.mark.parametrize(
    ("fault", "same_process"),
    [*((fault, True) for fault in FAULTS), ("drop_answer", False), ("done", False)],
)
@pytest.mark.parametrize("method", list(ASKED))
def test_a_fault_is_unknown_and_asking_again_moves_money_once(
    server, method, fault, same_process
) -> None:
    on, request, in_the_end, taken = ASKED[method]
    with processor_of(server, timeout_s=0.25) as stripe, processor_of(server) as other:
        if method in {"capture", "release"}:
            stripe.authorize([hold()])
        if method == "refund":
            stripe.authorize([charge()])
        server.fail(fault, on)
        assert isinstance(one(getattr(stripe, method)([request])), Unknown)
        if fault == "late":
            time.sleep(server.lateness)
        asked = stripe if same_process else other
        if (method, fault) == ("set_up", "done"):
            # Without money in it a setup is not looked for: another may be made tomorrow.
            assert isinstance(one(asked.set_up([request])), Unknown)
            server.forget_keys()
        for _ in range(2):
            assert isinstance(one(getattr(asked, method)([request])), in_the_end)
    assert taken_from_buyers(server) == taken


@pytest.mark.parametrize("fault", ["401", "409", "garbage", "drop_answer"])
@pytest.mark.parametrize("method", ["lookup", "capture", "release", "refund"])
def test_what_cannot_be_looked_for_is_unknown(server, method, fault) -> None:
    with processor_of(server) as stripe:
        stripe.authorize([hold()])
    request = {"lookup": hold(), "capture": capture(), "release": release(), "refund": refund()}
    with processor_of(server) as stripe:
        server.fail(fault, "search")
        assert isinstance(one(getattr(stripe, method)([request[method]])), Unknown)
    assert taken_from_buyers(server) == 0


def test_a_failure_that_stripe_keeps_is_settled_when_it_forgets(server) -> None:
    with processor_of(server) as stripe:
        server.fail("500", "POST /v1/payment_intents")
        for _ in range(2):
            assert isinstance(one(stripe.authorize([charge()])), Unknown)
        assert agrees(one(stripe.lookup([charge()])), NotFound())
        assert isinstance(one(stripe.release([release()])), Unknown)
        server.forget_keys()
        assert agrees(one(stripe.release([release()])), Released())
    assert taken_from_buyers(server) == 0


def test_a_lie_is_not_believed_and_the_truth_is_found(server) -> None:
    with processor_of(server) as stripe:
        for on, method, request, truth in [
            ("POST /v1/payment_intents", "authorize", hold(), Approved),
            ("GET /v1/payment_intents/", "lookup", hold(), Approved),
            ("/capture", "capture", capture(), Captured),
            ("POST /v1/refunds", "refund", refund(), Returned),
        ]:
            server.fail("lie", on)
            assert isinstance(one(getattr(stripe, method)([request])), Unknown), method
            assert isinstance(one(getattr(stripe, method)([request])), truth), method


def test_one_request_is_sent_and_its_neighbours_are_answered_in_order(server) -> None:
    with processor_of(server) as stripe:
        server.fail("drop_answer", "POST /v1/payment_intents")
        answers = stripe.authorize([charge("a"), charge("b", "pm_declined"), charge("c")])
    assert [type(answer) for answer in answers] == [Unknown, Declined, Approved]
    assert server.asked("POST") == 3


def test_a_call_ends_in_time_and_what_was_not_asked_is_unknown(server) -> None:
    with processor_of(server, timeout_s=0.2, deadline_s=0.3) as stripe:
        for _ in range(12):
            server.fail("late", "POST")
        began = time.monotonic()
        answers = stripe.authorize([charge(key) for key in "abcdefghijkl"])
        assert time.monotonic() - began < 1.5
    assert [type(answer) for answer in answers] == [Unknown] * 12
    assert "time for this call is over" in answers[-1].reason
    assert server.asked("POST") <= 2


def test_a_server_that_is_not_there_is_unknown() -> None:
    stripe = StripeProcessor("sk_test_x", base_url="http://127.0.0.1:1", timeout_s=1)
    assert isinstance(one(stripe.authorize([charge()])), Unknown)
    with pytest.raises(StripeFault):
        stripe.check()


def test_a_wrong_key_fails_nothing_and_is_logged(server, caplog) -> None:
    stripe = StripeProcessor("sk_test_bad", base_url=server.url)
    with caplog.at_level(logging.ERROR):
        assert "key is refused" in one(stripe.authorize([charge()])).reason
    assert "refuses the API key" in caplog.text
    with pytest.raises(StripeFault, match="refused"):
        stripe.check()
    stripe.close()


def test_a_wrong_address_fails_nothing(server) -> None:
    stripe = StripeProcessor(API_KEY, base_url=f"{server.url}/proxy")
    assert "No such URL" in one(stripe.authorize([charge()])).reason
    stripe.close()


def test_a_client_of_your_own_is_used(server) -> None:
    client = sdk.StripeClient(API_KEY, base_addresses={"api": server.url}, max_network_retries=0)
    stripe = StripeProcessor("unused", client=client)
    assert isinstance(one(stripe.authorize([charge()])), Approved)
    stripe.close()
    client._requestor._client.close()


def test_the_key_is_not_carried_elsewhere(server) -> None:
    with processor_of(server) as stripe:
        server.fail("redirect")
        assert isinstance(one(stripe.authorize([charge()])), Unknown)
    assert server.asked() == 1


def test_a_good_key_passes_the_check(server) -> None:
    with processor_of(server) as stripe:
        stripe.check()


def test_many_threads_charge_once(server) -> None:
    found: list = []

    def ask(stripe: StripeProcessor, key: str) -> None:
        request = charge(key)
        answers = [one(stripe.authorize([request])) for _ in range(3)]
        found.append(answers[-1])
        stripe.close()

    with processor_of(server) as stripe:
        keys = ["same"] * 8 + [f"other{n}" for n in range(8)]
        threads = [threading.Thread(target=ask, args=(stripe, key)) for key in keys]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 16
    assert {type(answer) for answer in found} == {Approved}
    assert len(intents(server)) == 9


def test_a_key_that_another_thread_keeps_busy_is_unknown(server) -> None:
    with processor_of(server, timeout_s=0.2) as stripe:
        with stripe._turns.of("ch_1", timeout_s=0):
            answers = stripe.authorize([charge(), charge("ch_2")])
        assert [type(answer) for answer in answers] == [Unknown, Approved]
        assert isinstance(one(stripe.authorize([charge()])), Approved)


def test_another_process_has_connections_of_its_own(server, monkeypatch) -> None:
    with processor_of(server) as stripe:
        stripe.authorize([charge()])
        before = stripe._transport._client
        monkeypatch.setattr(os, "getpid", lambda: -7)
        stripe.close()
        assert isinstance(one(stripe.authorize([charge()])), Approved)
        assert stripe._transport._client is not before


# ---- sources ----

CARD = (
    ("brand", "visa"),
    ("country", "FR"),
    ("exp_month", 12),
    ("exp_year", 2034),
    ("funding", "credit"),
    ("last4", "4242"),
)
CHECKS = (
    ("address_line1_check", None),
    ("address_postal_code_check", None),
    ("cvc_check", "pass"),
)
BANK = (("bank_name", "TEST BANK"), ("last4", "6789"))
SOURCES = [
    (VISA, Method(VISA, "card", "FR", False, CARD, "fp_card", CHECKS)),
    ("tok_visa", Method("tok_visa", "card", "FR", False, CARD, "fp_card", CHECKS)),
    (
        "pm_owned",
        Method("cus_owner/pm_owned", "card", "FR", False, CARD, "fp_card", CHECKS),
    ),
    ("pm_bank", Method("pm_bank", "us_bank_account", "US", False, BANK, "fp_bank")),
    ("pm_none", None),
    ("4242424242424242", None),
]


@pytest.mark.parametrize(("source", "method"), SOURCES)
def test_a_source_is_known_once_it_has_been_asked_about(server, source, method) -> None:
    with processor_of(server, country="DE") as stripe:
        before = one(stripe.resolve([source]))
        assert before == (Method(source, country="DE") if source[:3] != "424" else None)
        assert server.requests == []
        assert one(stripe.prepare([source])) == method
        asked = len(server.requests)
        assert one(stripe.resolve([source])) == (method or before)
        if method is not None:
            assert one(stripe.resolve([method.source])) == method
            answer = one(stripe.authorize([charge(source=method.source, amount=700)]))
            assert not isinstance(answer, Declined)
        assert len(server.requests) == asked + (method is not None)


def test_a_source_that_cannot_be_asked_about_is_a_fault(server) -> None:
    with processor_of(server) as stripe:
        server.fail("409")
        with pytest.raises(StripeFault):
            stripe.prepare([VISA])


def test_numbers_do_not_pass_through(server) -> None:
    with processor_of(server) as stripe:
        assert stripe.tokenize("card", {"number": "4242424242424242"}) is None
    assert server.requests == []


# ---- the list ----


def test_the_list_is_of_ours_and_of_the_time(server) -> None:
    with processor_of(server) as stripe:
        start = server.books.now
        for second, request in enumerate([charge("a"), hold("b"), charge("c", "pm_declined")]):
            server.books.now = start + second
            stripe.authorize([request])
        server.books.pay(server.books.make_intent({"amount": "500", "currency": "usd",
                                                   "payment_method": VISA}))  # fmt: skip
        server.books.now = start + 10
        stripe.refund([refund(300, of="a")])
        stripe.authorize([charge("d", "pm_refund_pends", amount=400)])
        stripe.refund([refund(400, "re_2", of="d")])
        assert list(stripe.taken(start * SECOND, (start + 11) * SECOND)) == [
            Taken("d", "charge", 400, "usd", (start + 10) * SECOND, "ch_00000011"),
            Taken("a", "charge", 1000, "usd", start * SECOND, "ch_00000002"),
            Taken("re_1", "refund", 300, "usd", (start + 10) * SECOND, "re_00000009"),
        ]
        assert list(stripe.taken(start * SECOND + 1, start * SECOND + 2)) == []
        assert [each.key for each in stripe.taken(start * SECOND, start * SECOND + 1)] == ["a"]
        assert list(stripe.taken((start + 1) * SECOND, (start + 10) * SECOND)) == []


def test_the_list_is_read_to_its_end_or_not_at_all(server) -> None:
    with processor_of(server) as stripe:
        keys = [f"ch_{number}" for number in range(230)]
        for key in keys:
            server.books.make_intent(
                {"amount": "500", "currency": "usd", "payment_method": VISA, "confirm": "true",
                 "metadata": {"connectlib_key": key}}
            )  # fmt: skip
        assert [each.key for each in stripe.taken(0, 1 << 60)] == keys[::-1]
        assert server.asked("GET /v1/payment_intents") == 3
        server.fail("409", "GET /v1/refunds")
        with pytest.raises(StripeFault, match="not complete"):
            list(stripe.taken(0, 1 << 60))


# ---- the extra ----


def test_without_the_sdk_the_error_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "stripe", None)
    with pytest.raises(MissingSdk, match=r'pip install "connectlib\[stripe\]"'):
        StripeProcessor("sk_test_x")


def test_the_sdk_is_imported_when_it_is_used() -> None:
    code = "import sys, connectlib; connectlib.StripeProcessor; print('stripe' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


@pytest.mark.parametrize(
    "words",
    [
        {"base_url": "http://api.example.com"},
        {"base_url": "ftp://127.0.0.1"},
        {"timeout_s": 0},
        {"deadline_s": -1},
    ],
)
def test_what_cannot_be_set_up_says_so(words) -> None:
    with pytest.raises(ValueError):
        StripeProcessor("sk_test_x", **words)
