"""What checks who owns a bank account. An answer may be unknown, or come later.

Every request carries our own key: asking again under it is always allowed. What a request carries
is personal: nothing of it belongs in a log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class OwnershipRequest(NamedTuple):
    """Check who owns a bank account or card, once for this key.

    holder: what has been told of its holder, in Stripe's names. files: ids of documents that show
    the ownership.
    """

    key: str
    object: str
    country: str
    currency: str
    number: str
    routing_number: str | None
    holder: Mapping[str, Any]
    files: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """The request without numbers and names."""
        return f"OwnershipRequest({self.key!r}, {self.object!r}, {self.country!r})"


class Validated(NamedTuple):
    """There is such an account; who owns it is not known."""


class Owned(NamedTuple):
    """It is the account's own."""


class NotOwned(NamedTuple):
    """It is somebody else's, or cannot be: nothing is paid out to it."""


class DocumentsNeeded(NamedTuple):
    """Documents must show who owns it."""


class OwnershipChecking(NamedTuple):
    """Under way: ask later."""


class OwnershipUnknown(NamedTuple):
    """No definite answer: asked again under the same key."""

    reason: str = "time-out"


OwnershipAnswer = (
    Validated | Owned | NotOwned | DocumentsNeeded | OwnershipChecking | OwnershipUnknown
)


class BankVerifier(Protocol):
    """Checks who owns bank accounts. Both methods take batches and answer in order."""

    def submit(self, requests: Sequence[OwnershipRequest]) -> list[OwnershipAnswer]:
        """Begin to check, or answer at once."""
        ...

    def track(self, requests: Sequence[OwnershipRequest]) -> list[OwnershipAnswer]:
        """What became of checks begun earlier."""
        ...
