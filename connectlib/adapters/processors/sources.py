"""What the simulator knows of a source: what it is, and what is said when it is charged."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from connectlib.ports.processor import Declined, Method

#: When a source asks the buyer for nothing: never; once it is set up; when the buyer is away.
NEVER, WHEN_READY, OFF_SESSION = "never", "when ready", "off session"

REDIRECT, MICRODEPOSITS = "redirect_to_url", "verify_with_microdeposits"
SDK, BOLETO = "use_stripe_sdk", "boleto_display_details"

#: How long a source that is decided later takes, in microseconds: the published delays.
AT_ONCE, THREE_MINUTES = 0, 180 * 1_000_000


class Behaviour(NamedTuple):
    """What is said when a source is charged, set up or refunded.

    declined: said at once. action: what the buyer has to do first, unless `spared`. after: said
    when that has been done, or at the end of the wait. wait: decided later, microseconds.
    endless: never decided. saves: it can be set up though charging it fails. reusable: it can be
    set up at all. refund: ok, pending or fail.
    """

    declined: Declined | None = None
    action: str | None = None
    spared: str = NEVER
    after: Declined | None = None
    wait: int | None = None
    endless: bool = False
    saves: bool = False
    reusable: bool = True
    risk_level: str = "normal"
    risk_score: int = 20
    refund: str = "ok"


class Source(NamedTuple):
    """A source: what it is, and what it does."""

    method: Method
    does: Behaviour


def fingerprint(kind: str, *numbers: str) -> str:
    """The same for the same card or bank account."""
    return blake2b(":".join((kind, *numbers)).encode(), digest_size=8).hexdigest()


def reference(key: str) -> str:
    """The network's own number for what was asked under a key."""
    return blake2b(key.encode(), digest_size=12).hexdigest()
