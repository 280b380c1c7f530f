"""Account links, as Stripe shows them, and what opening one gives to a web layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.openings import Spent
from connectlib.core.secret_tokens import token
from connectlib.wire.objects.accounts import AccountObject
from connectlib.wire.objects.base import StripeObject, timestamp

if TYPE_CHECKING:
    from connectlib.core.openings import Issued, Opened


class AccountLinkObject(StripeObject):
    """An account link. url: opens once; it is told this once, and not kept."""

    __slots__ = ("_link",)
    OBJECT = "account_link"

    def __init__(self, issued: Issued, *, hosted: str, livemode: bool = False) -> None:
        super().__init__(issued.row, livemode=livemode)
        url = f"{hosted}/setup/{token(issued.row.id, issued.secret)}"
        object.__setattr__(self, "_link", url)

    def _render(self) -> dict[str, Any]:
        row = self._row
        return {
            "object": "account_link",
            "created": timestamp(row.created),
            "expires_at": timestamp(row.expires_at),
            "url": self._link,
        }

    def _summary(self) -> str:
        return f"for {self._row.connected} {self._row.type}"


class OpenedAccountLink(NamedTuple):
    """A link that has been opened, by this call and no other.

    account: the connected account. fields: what to collect now, such as
    `individual.address.city`; future_fields: what is wanted ahead of its time. return_url: where
    to send the browser when the person is done, or leaves. refresh_url: where to send it if
    something goes wrong.
    """

    account: str
    type: str
    fields: tuple[str, ...]
    future_fields: tuple[str, ...]
    return_url: str
    refresh_url: str

    @property
    def is_open(self) -> bool:
        """True: go on."""
        return True


class SpentAccountLink(NamedTuple):
    """A link that was opened before, or has expired: send the browser to refresh_url.

    reason: opened or expired.
    """

    account: str
    refresh_url: str
    reason: str

    @property
    def is_open(self) -> bool:
        """False: send the browser to refresh_url."""
        return False


def answer(found: Opened | Spent) -> OpenedAccountLink | SpentAccountLink:
    """What a web layer is told."""
    row = found.row
    if isinstance(found, Spent):
        return SpentAccountLink(row.connected, row.refresh_url, found.reason)
    account = AccountObject(found.account)
    future: Any = account.get("future_requirements") or {}
    wanted = row.future == "include"
    return OpenedAccountLink(
        row.connected,
        row.type,
        tuple(account.requirements[row.collect]),
        tuple(future.get(row.collect, ())) if wanted else (),
        row.return_url,
        row.refresh_url,
    )
