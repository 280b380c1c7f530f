"""What a payout rail must offer: hand money to a bank, and hear what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class PayoutRequest(NamedTuple):
    """Pay `amount` minor units to a bank account, once for this key.

    bank: the destination as stored with the account (compact JSON).
    """

    key: str
    amount: int
    currency: str
    bank: str


class Accepted(NamedTuple):
    """On its way."""

    reference: str


class Rejected(NamedTuple):
    """A definite no: Stripe's payout failure_code and its message."""

    code: str
    message: str


class InFlight(NamedTuple):
    """Not there yet."""


class Arrived(NamedTuple):
    """The bank account has been credited."""


class SendUnknown(NamedTuple):
    """No definite answer: asked again under the same key."""

    reason: str = "time-out"


SubmitAnswer = Accepted | Rejected | SendUnknown
StatusAnswer = Arrived | Rejected | InFlight | SendUnknown


class Rail(Protocol):
    """A way to bank accounts. All methods take batches and answer in order.

    Submitting again under a key already accepted answers the same and pays nothing twice.
    """

    def submit(self, requests: Sequence[PayoutRequest]) -> list[SubmitAnswer]:
        """Hand over payouts."""
        ...

    def track(self, requests: Sequence[PayoutRequest]) -> list[StatusAnswer]:
        """What became of payouts handed over earlier; asked on or after their arrival date."""
        ...
