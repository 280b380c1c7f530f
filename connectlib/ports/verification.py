"""What checks who people and companies are. An answer may be unknown, or come later.

Every request carries our own key: asking again under it is always allowed, and what was
answered for good is answered again. The words that a request carries are personal: nothing of
them belongs in a log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: What may be checked: a person, a company, or what a business says of itself in public.
PERSON, COMPANY, BUSINESS = "person", "company", "business"


class IdentityRequest(NamedTuple):
    """Check a subject, once for this key.

    kind: person, company or business. told: what it has told, in the shape of Stripe's object.
    Its people come with a company, under `persons`. Documents are ids of files.
    """

    key: str
    kind: str
    country: str
    told: Mapping[str, Any]

    def __repr__(self) -> str:
        """The request without what it tells."""
        return f"IdentityRequest({self.key!r}, {self.kind!r}, {self.country!r})"


class Finding(NamedTuple):
    """Something that must be told again, or told in another way.

    field: its path inside the subject, such as `dob.day` or `verification.document`. code: one
    of Stripe's for requirements. stops: "payouts" where charges may go on, else "".
    """

    field: str
    code: str
    reason: str
    stops: str = ""


class Checked(NamedTuple):
    """A definite answer: with no findings, all is well.

    listed: it may be on a list of prohibited persons. inactive: nothing happens there any more.
    future: future requirements are to be asked for at once.
    """

    findings: tuple[Finding, ...] = ()
    listed: bool = False
    inactive: bool = False
    future: bool = False


class Checking(NamedTuple):
    """Under way: ask later."""


class CheckUnknown(NamedTuple):
    """No definite answer: asked again under the same key."""

    reason: str = "time-out"


CheckAnswer = Checked | Checking | CheckUnknown


class IdentityVerifier(Protocol):
    """Checks identities. Both methods take batches and answer in order."""

    def submit(self, requests: Sequence[IdentityRequest]) -> list[CheckAnswer]:
        """Begin to check, or answer at once."""
        ...

    def track(self, requests: Sequence[IdentityRequest]) -> list[CheckAnswer]:
        """What became of checks begun earlier."""
        ...
