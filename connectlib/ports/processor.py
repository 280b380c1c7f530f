"""What a card processor must offer. Every call carries our own key; an answer may be unknown.

A key is the id of the charge, refund or setup it is for, so nothing else need be remembered.
Asking again under a key is always allowed: what was answered for good is answered again, what
was not goes on. Money moves once under a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Method(NamedTuple):
    """What a source is. kind: card, boleto, us_bank_account ...; country: of issuer or bank.

    source: what the processor wants to be given to charge it. bypass_pending: the money is
    available at once. details: what `payment_method_details` shows of it, as (name, value)
    pairs in order. fingerprint: the same for the same card or account, whatever its token.
    checks: what the issuer said of cvc and address, as pairs; shown under `checks`.
    """

    source: str
    kind: str = "card"
    country: str = "US"
    bypass_pending: bool = False
    details: tuple[tuple[str, str | int | None], ...] = ()
    fingerprint: str | None = None
    checks: tuple[tuple[str, str | None], ...] = ()

    def shown(self) -> dict[str, Any]:
        """What `payment_method_details` has under the name of the kind."""
        shown: dict[str, Any] = dict(self.details)
        if self.checks:
            shown["checks"] = dict(self.checks)
        return shown


class ChargeRequest(NamedTuple):
    """Take `amount` minor units from a source, once for this key.

    capture: take it now; else only authorise it. off_session: the buyer is not there.
    authenticated: the buyer has come back from what RequiresAction asked for; proof: what they
    gave (JSON): {"failed": true} for a buyer who did not prove who they are, {"amounts": [32, 45]}
    or {"descriptor_code": "SM11AA"} for microdeposits. A proof that does not match is Declined
    with a code that ends in _mismatch or _invalid, and another may be given under the same key.
    ready: the source has been set up for payments off session. return_url: where the buyer
    comes back to from a page of the processor's; None where there is no such place. decline_on:
    the failing checks that decline a card (avs_failure, cvc_failure); a processor that has such
    rules of its own may leave it out of account.
    """

    key: str
    amount: int
    currency: str
    source: str
    capture: bool = True
    off_session: bool = False
    authenticated: bool = False
    ready: bool = False
    proof: str | None = None
    return_url: str | None = None
    decline_on: tuple[str, ...] = ()


class SetupRequest(NamedTuple):
    """Make a source ready for later, without taking money. Fields as in ChargeRequest.

    off_session: what it is made ready for; the buyer is there while it is set up.
    """

    key: str
    source: str
    off_session: bool = True
    authenticated: bool = False
    proof: str | None = None
    return_url: str | None = None


class Approved(NamedTuple):
    """The money is ours to come; of a request without capture, it is held for us.

    risk_level: normal, elevated or highest. holds_for: microseconds until a hold lapses.
    """

    reference: str
    risk_level: str = "normal"
    risk_score: int = 20
    holds_for: int = 7 * 86_400 * 1_000_000


class Declined(NamedTuple):
    """A definite no. param: the field at fault, where there is one (exp_month, cvc, number).

    advice_code, network_decline_code, network_advice_code: as Stripe's errors have them.
    """

    code: str
    message: str
    decline_code: str | None = None
    param: str | None = None
    risk_level: str = "normal"
    blocked: bool = False
    advice_code: str | None = None
    network_decline_code: str | None = None
    network_advice_code: str | None = None


class RequiresAction(NamedTuple):
    """The buyer has to do something first, on the page of this address.

    kind: Stripe's type of `next_action`: redirect_to_url where there is a return_url,
    use_stripe_sdk where there is none, verify_with_microdeposits. details: what `next_action`
    shows beside the address, as (name, value).
    """

    kind: str
    url: str
    details: tuple[tuple[str, str | int | None], ...] = ()


class Accepted(NamedTuple):
    """Under way; the outcome is told by `lookup`, or by news. ask_after: microseconds.

    action: what the buyer does meanwhile, and nobody waits for: paying a voucher (kind
    boleto_display_details).
    """

    reference: str
    ask_after: int = 0
    action: RequiresAction | None = None


class NotFound(NamedTuple):
    """The processor does not know the key. No answer: the request may still be on its way."""


class Unknown(NamedTuple):
    """No definite answer: a time-out. Never treated as failed; asked again under the same key."""

    reason: str = "time-out"


class CaptureRequest(NamedTuple):
    """Take `amount` of what is held under `charge_key`, once for this key; the rest is let go."""

    key: str
    charge_key: str
    amount: int
    currency: str
    source: str


class Captured(NamedTuple):
    """It is ours to come."""

    reference: str


class NotCaptured(NamedTuple):
    """A definite no: the hold has lapsed or been let go."""

    code: str
    message: str


class ReleaseRequest(NamedTuple):
    """Let go what is held under `charge_key`, once for this key."""

    key: str
    charge_key: str
    source: str


class Released(NamedTuple):
    """Nothing is held under the key any more, and nothing will be taken under it."""


class NotReleased(NamedTuple):
    """A definite no: it has been captured."""

    code: str
    message: str


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


Answer = Approved | Declined | RequiresAction | Accepted | Unknown
LookupAnswer = Approved | Declined | RequiresAction | Accepted | NotFound | Unknown
CaptureAnswer = Captured | NotCaptured | Unknown
ReleaseAnswer = Released | NotReleased | Unknown
RefundAnswer = Returned | NotReturned | StillPending | Unknown


class News(NamedTuple):
    """What the processor tells by itself. id: its own, so that hearing it twice is once.

    key: ours. outcome: of the charge or refund of that key. amount, currency: what it says it
    moved; they must be what we know, or the news is put aside for a person.
    """

    id: str
    key: str
    outcome: Approved | Declined | Captured | Released | Returned | NotReturned
    amount: int
    currency: str


class Taken(NamedTuple):
    """One entry of the processor's own list. kind: charge or refund; created: microseconds."""

    key: str
    kind: str
    amount: int
    currency: str
    created: int
    reference: str = ""


class NotListed(Exception):
    """The processor's list cannot be had, or not be understood: whatever it holds is not known."""


class Processor(Protocol):
    """A card network as seen from here. All methods take batches and answer in order."""

    #: How long the processor remembers a key, in microseconds: Stripe, 24 hours at the least.
    key_retention: int

    def resolve(self, sources: Sequence[str]) -> list[Method | None]:
        """What these sources are; None for one that is not known.

        A lookup in this process, never a call outside: it is asked inside transactions too.
        """
        ...

    def tokenize(self, kind: str, details: Mapping[str, str]) -> Method | Declined | None:
        """The source that stands for a card or bank account given by its number.

        details: as Stripe names them (number, exp_month, exp_year, cvc; iban; account_number ...).
        None where the number is not one that may be given here; Declined, with its param, where
        what is given cannot be right (a wrong digit, month 13). In this process, as `resolve`.
        """
        ...

    def authorize(self, requests: Sequence[ChargeRequest]) -> list[Answer]:
        """Take or hold the money of these charges."""
        ...

    def lookup(self, requests: Sequence[ChargeRequest]) -> list[LookupAnswer]:
        """What became of charges asked for earlier. Moves nothing."""
        ...

    def capture(self, requests: Sequence[CaptureRequest]) -> list[CaptureAnswer]:
        """Take what is held."""
        ...

    def release(self, requests: Sequence[ReleaseRequest]) -> list[ReleaseAnswer]:
        """Let go what is held, or stop what is under way."""
        ...

    def set_up(self, requests: Sequence[SetupRequest]) -> list[Answer]:
        """Make sources ready for later."""
        ...

    def refund(self, requests: Sequence[RefundRequest]) -> list[RefundAnswer]:
        """Give these back."""
        ...

    def hear(self, payload: bytes, headers: Mapping[str, str]) -> list[News]:
        """The news in a message that the processor has sent, its signature checked.

        Raises ValueError for a message that is not the processor's.
        """
        ...

    def taken(self, since: int, until: int) -> Iterable[Taken]:
        """The processor's own list of what it has moved in [since, until), in microseconds.

        By its own dates, each entry once, whole or not at all: what it raises is no list.
        """
        ...
