"""Any history of requests, losses and restarts ends with what Stripe has being what it said."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectlib.ports.processor import (
    Approved,
    Captured,
    Declined,
    NotCaptured,
    NotReleased,
    NotReturned,
    Released,
    Returned,
)
from tests.adapters.stripe_cases import (
    capture,
    hold,
    intents,
    one,
    processor_of,
    refund,
    release,
    taken_from_buyers,
)
from tests.stripe_server import StripeServer

REQUESTS = {
    "authorize": hold(),
    "capture": capture(700),
    "release": release(),
    "refund": refund(300),
}
DEFINITE = (Approved, Declined, Captured, NotCaptured, Released, NotReleased, Returned, NotReturned)
FAULTS = ["", "", "drop_request", "drop_answer", "garbage", "409", "429", "done", "lie"]

#: What is asked, what goes wrong with which of its requests, whether the process is a new one,
#: and whether the index of Stripe is late.
steps = st.tuples(
    st.sampled_from(list(REQUESTS)),
    st.sampled_from(FAULTS),
    st.sampled_from(["", "POST"]),
    st.booleans(),
    st.booleans(),
)


@pytest.fixture(scope="module")
def server():
    made = StripeServer()
    yield made
    made.close()


def _lives(server, history) -> dict[str, object]:
    """Live through a history; the definite answers, which may not change on the way."""
    said: dict[str, object] = {}
    released = False
    with ExitStack() as processes:
        stripe = processes.enter_context(processor_of(server))
        for method, fault, on, fresh, late in history:
            server.search = "late" if late else "fresh"
            if fresh:
                stripe = processes.enter_context(processor_of(server))
            if fault:
                server.fail(fault, on)
            released = released or method == "release"
            _ask(stripe, method, said, released=released)
            server.mend()
    return said


def _ask(stripe, method: str, said: dict[str, object], *, released: bool) -> None:
    answer = one(getattr(stripe, method)([REQUESTS[method]]))
    if isinstance(answer, DEFINITE):
        before = said.setdefault(method, answer)
        # An approval stays one until what it holds is let go.
        let_go = released and method == "authorize" and isinstance(answer, Declined)
        assert type(answer) is type(before) or let_go


# Each example is dozens of HTTP requests.
@settings(max_examples=max(10, settings().max_examples // 4))
@given(history=st.lists(steps, max_size=6))
def test_what_stripe_has_is_what_it_said(server, history) -> None:
    server.reset()
    said = _lives(server, history)
    server.search = "fresh"
    asked = {step[0] for step in history}
    with processor_of(server) as stripe:
        for method in sorted(asked) * 2:
            _ask(stripe, method, said, released="release" in asked)
        if "refund" in asked - set(said):
            # Stripe goes on answering with a failure it has kept, until it forgets the key.
            server.forget_keys()
            _ask(stripe, "refund", said, released=False)
    captured = 700 if isinstance(said.get("capture"), Captured) else 0
    returned = 300 if isinstance(said.get("refund"), Returned) else 0
    assert taken_from_buyers(server) == captured - returned
    assert len(intents(server)) <= 1
    if isinstance(said.get("release"), Released):
        assert not any(intent["amount_capturable"] for intent in intents(server))
    if "authorize" in asked or "release" in asked:
        assert set(said) == asked
