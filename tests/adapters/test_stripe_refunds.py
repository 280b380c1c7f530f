"""The Stripe adapter: sources made ready for later, and money given back."""

from __future__ import annotations

import json

import pytest

from connectlib.ports.processor import (
    Approved,
    Declined,
    NotReturned,
    RequiresAction,
    Returned,
    StillPending,
    Unknown,
)
from tests.adapters.stripe_cases import (
    POOR,
    VISA,
    agrees,
    charge,
    one,
    only_intent,
    processor_of,
    refund,
    setup,
    taken_from_buyers,
)
from tests.stripe_server import StripeServer


@pytest.fixture
def server():
    made = StripeServer()
    yield made
    made.close()


@pytest.fixture
def stripe(server):
    with processor_of(server) as made:
        yield made


# ---- set-up ----

SECRET = ("client_secret", "seti_secret_of_the_buyer")
SETUPS = [
    (setup(), Approved("seti_00000002")),
    (setup(source="cus_owner/pm_owned"), Approved("seti_00000001")),
    (setup(source="pm_owned"), Approved("seti_00000001")),
    (setup(source="pm_bank"), Approved("seti_00000002")),
    (setup(source="pm_declined"), POOR),
    (setup(source="pm_3ds"), RequiresAction("use_stripe_sdk", SECRET[1], (SECRET,))),
    (setup(source="pm_none"), Declined),
    (setup(source="tok_visa"), Declined),
    (setup(source="x"), Declined),
]


@pytest.mark.parametrize(("request_", "answer"), SETUPS)
def test_a_setup_is_answered_as_stripe_says_and_so_again(server, stripe, request_, answer) -> None:
    with processor_of(server) as later:
        for asked in (stripe, stripe, later):
            found = one(asked.set_up([request_]))
            assert agrees(found, answer), found
    assert len(server.books.all("setup_intent")) <= 1
    assert len(server.books.all("customer")) <= 1


def test_a_setup_replayed_is_not_taken_for_the_present(server) -> None:
    with processor_of(server) as stripe:
        stripe.set_up([setup(source="cus_new/pm_3ds")])
    (intent,) = server.books.all("setup_intent")
    server.books.pay(intent)
    with processor_of(server) as stripe:
        answer = one(stripe.set_up([setup(source="cus_new/pm_3ds")]))
    assert agrees(answer, Approved(intent["id"]))


def test_what_was_set_up_is_charged_without_the_buyer(server, stripe) -> None:
    stripe.set_up([setup(source="pm_3ds")])
    (intent,) = server.books.all("setup_intent")
    server.books.pay(intent)
    again = setup(source="pm_3ds", authenticated=True)
    assert agrees(one(stripe.set_up([again])), Approved(intent["id"]))
    owner = server.books.objects["pm_3ds"]["customer"]
    with processor_of(server) as later:
        later.authorize([charge(source="pm_3ds", ready=True)])
    assert only_intent(server)["customer"] == owner


# ---- refunds ----

REFUNDS = [
    (VISA, [refund(400), refund(600, "re_2")], [Returned, Returned], 0),
    (VISA, [refund(400), refund(400)], [Returned, Returned], 600),
    (VISA, [refund(1001)], [NotReturned("unknown")], 1000),
    (VISA, [refund(), refund(1, "re_2")], [Returned, NotReturned("unknown")], 0),
    (VISA, [refund(of="ch_other")], [Unknown], 1000),
    (VISA, [refund(400, currency="eur")], [Unknown], 600),
    (VISA, [refund(1001), refund(1002)], [NotReturned("unknown"), Unknown], 1000),
    (VISA, [refund(400), refund(500)], [Returned, Unknown], 600),
    ("pm_refund_fails", [refund()], [NotReturned("expired_or_canceled_card")], 1000),
    ("pm_refund_pends", [refund(400), refund(400)], [StillPending(), StillPending()], 600),
]


@pytest.mark.parametrize(("source", "requests", "answers", "left"), REFUNDS)
def test_a_refund_is_made_once(server, stripe, source, requests, answers, left) -> None:
    stripe.authorize([charge(source=source)])
    for request, wanted in zip(requests, answers, strict=True):
        found = one(stripe.refund([request]))
        assert agrees(found, wanted), found
    assert taken_from_buyers(server) == left


@pytest.mark.parametrize("same_process", [True, False])
def test_a_refund_that_takes_days_is_not_made_again(server, same_process) -> None:
    with processor_of(server) as stripe:
        stripe.authorize([charge(source="pm_refund_pends")])
        assert agrees(one(stripe.refund([refund()])), StillPending())
        server.forget_keys()
        with processor_of(server) as other:
            asked = stripe if same_process else other
            assert agrees(one(asked.refund([refund()])), StillPending())
            (made,) = server.books.all("refund")
            made["status"] = "succeeded"
            assert agrees(one(asked.refund([refund()])), Returned(made["id"]))


def test_a_proof_is_json_of_amounts_or_a_code() -> None:
    from connectlib.adapters.processors.stripe.params import proof_params

    assert proof_params(json.dumps({"descriptor_code": "SM11AA"})) == {"descriptor_code": "SM11AA"}
    assert proof_params("[1]") is None
    assert proof_params('{"other": 1}') is None
