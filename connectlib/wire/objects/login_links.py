"""Login links, as Stripe shows them, and what opening one gives to a web layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.secret_tokens import token
from connectlib.wire.objects.base import StripeObject, timestamp

if TYPE_CHECKING:
    from connectlib.core.openings import Issued


class LoginLinkObject(StripeObject):
    """A login link. url: opens once; it is told this once, and not kept."""

    __slots__ = ("_link",)
    OBJECT = "login_link"

    def __init__(self, issued: Issued, *, hosted: str, livemode: bool = False) -> None:
        super().__init__(issued.row, livemode=livemode)
        url = f"{hosted}/express/{token(issued.row.id, issued.secret)}"
        object.__setattr__(self, "_link", url)

    def _render(self) -> dict[str, Any]:
        return {
            "object": "login_link",
            "created": timestamp(self._row.created),
            "url": self._link,
        }

    def _summary(self) -> str:
        return f"for {self._row.connected}"


class OpenedLoginLink(NamedTuple):
    """A login link that has been opened, by this call and no other: begin a session for it."""

    account: str
