"""The Stripe adapter passes the kit that others must pass."""

from __future__ import annotations

import contextlib

import pytest

from connectlib.adapters.processors.stripe import StripeProcessor
from connectlib.ports.processor import Unknown
from connectlib.testing.processor_kit import ProcessorKit
from tests.adapters.stripe_cases import intents
from tests.stripe_books import NOT_AUTHENTICATED, Refusal
from tests.stripe_server import API_KEY, WEBHOOK_SECRET, StripeServer


class WithBuyer(StripeProcessor):
    """Before they are said to have authenticated, buyers do so, or fail to, at Stripe."""

    server: StripeServer

    def authorize(self, requests):
        for request in requests:
            for intent in intents(self.server) if request.authenticated else ():
                if intent["status"] == "requires_action":
                    self._meets(intent, fails=request.proof is not None)
        return super().authorize(requests)

    def _meets(self, intent, *, fails: bool) -> None:
        with contextlib.suppress(Refusal):
            if fails:
                self.server.books.fail(intent, NOT_AUTHENTICATED)
            self.server.books.pay(intent)


class TestStripe(ProcessorKit):
    source = "pm_card_visa"
    number = None
    declined = "pm_declined"
    asking = "pm_3ds"
    accepted = "pm_soon"
    pending_refund = "pm_refund_later"
    failing_refund = "pm_refund_fails_later"

    @pytest.fixture(autouse=True)
    def _opening(self):
        server = StripeServer()
        self.processor = WithBuyer(
            API_KEY,
            base_url=server.url,
            webhook_secret=WEBHOOK_SECRET,
            return_url="https://shop.test/back",
        )
        self.processor.server = server
        yield
        self.processor.close()
        server.close()

    def test_what_was_never_held_is_not_captured(self) -> None:
        """A search that is late cannot tell what never was: that is unknown, not a no."""
        assert isinstance(self.processor.capture([self._capture("p", "c", 1)])[0], Unknown)
        assert self._moved() == {}
