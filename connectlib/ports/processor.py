"""What a card processor must offer. Every call carries our own key; an answer may be unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Method(NamedTuple):
    """What a source is. kind: card, boleto or voucher; country: of the issuer.

    bypass_pending: the money is available at once. details: what `payment_method_details` shows
    of it, as (name, value) pairs in order.
    """

    source: str
    kind: str = "card"
    country: str = "US"
    bypass_pending: bool = False
    details: tuple[tuple[str, str | int | None], ...] = ()


class ChargeRequest(NamedTuple):
    """Take `amount` minor units from a source, once for this key (made of the charge's id)."""

    key: str
    amount: int
    currency: str
    source: str


class Approved(NamedTuple):
    """The money is ours to come. risk_level: normal, elevated or highest."""

    reference: str
    risk_level: str = "normal"
    risk_score: int = 20


class Declined(NamedTuple):
    """A definite no. param: the field at fault, where there is one (exp_month, cvc, number)."""

    code: str
    message: str
    decline_code: str | None = None
    param: str | None = None
    risk_level: str = "normal"
    blocked: bool = False


class Unknown(NamedTuple):
    """No definite answer: a time-out. Never treated as failed; asked again under the same key."""

    reason: str = "time-out"


class RefundRequest(NamedTuple):
    """Give back `amount` of the charge taken under `charge_key`, once for this key."""

    key: str
    charge_key: str
    amount: int
    currency: str
    source: str


class Returned(NamedTuple):
    """The buyer has it, or will for sure."""

    reference: str


class NotReturned(NamedTuple):
    """A definite no: reason is Stripe's refund failure_reason."""

    reason: str


class StillPending(NamedTuple):
    """Accepted; the outcome is told when asked again under the same key."""


Answer = Approved | Declined | Unknown
RefundAnswer = Returned | NotReturned | StillPending | Unknown


class Processor(Protocol):
    """A card network as seen from here. All methods take batches and answer in order.

    Asking again under a key already answered gives the same answer and moves no money twice.
    """

    def resolve(self, sources: Sequence[str]) -> list[Method | None]:
        """What these sources are; None for one that is not known.

        A lookup in this process, never a call outside: it is asked inside transactions too.
        """
        ...

    def authorize(self, requests: Sequence[ChargeRequest]) -> list[Answer]:
        """Take these charges."""
        ...

    def refund(self, requests: Sequence[RefundRequest]) -> list[RefundAnswer]:
        """Give these back."""
        ...
