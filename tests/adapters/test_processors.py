"""Both processors pass the kit that others must pass."""

from __future__ import annotations

from connectlib.adapters.clock import VirtualClock
from connectlib.adapters.processors.scripted import (
    ACCEPTED_APPROVED,
    ACCEPTED_DECLINED,
    DECLINED,
    DONE,
    REQUIRES_ACTION,
    ScriptedProcessor,
)
from connectlib.adapters.processors.simulator import Simulator
from connectlib.testing.processor_kit import ProcessorKit


class TestSimulator(ProcessorKit):
    trusting = True

    def open(self):
        return Simulator(now=VirtualClock().now)


#: What a scripted processor is told to do to the first call that names a source.
WORDS = {
    "tok_chargeDeclined": DECLINED,
    "pm_card_authenticationRequired": REQUIRES_ACTION,
    "pm_usBankAccount_success": ACCEPTED_APPROVED,
}
REFUNDS = {"pm_card_pendingRefund": ACCEPTED_APPROVED, "pm_card_refundFail": ACCEPTED_DECLINED}


class Guided(ScriptedProcessor):
    """Says to each call what its source stands for: the script is written as it goes."""

    def authorize(self, requests):
        self.script.extend(WORDS.get(request.source, DONE) for request in requests)
        return super().authorize(requests)

    def refund(self, requests):
        self.script.extend(REFUNDS.get(request.source, DONE) for request in requests)
        return super().refund(requests)


class TestScripted(ProcessorKit):
    def open(self):
        return Guided(now=VirtualClock().now)
