"""Account sessions, as Stripe shows them, and what opening one gives to a web layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.secret_tokens import token
from connectlib.wire.objects.base import StripeObject, loaded, timestamp

if TYPE_CHECKING:
    from connectlib.core.openings import Issued, Opened

#: How a client secret begins.
PREFIX = "accs_secret_"


class AccountSessionObject(StripeObject):
    """An account session. client_secret: opens once; it is told this once, and not kept."""

    __slots__ = ("_secret",)
    OBJECT = "account_session"

    def __init__(self, issued: Issued, *, livemode: bool = False) -> None:
        super().__init__(issued.row, livemode=livemode)
        object.__setattr__(self, "_secret", PREFIX + token(issued.row.id, issued.secret))

    def _render(self) -> dict[str, Any]:
        row = self._row
        return {
            "object": "account_session",
            "account": row.connected,
            "client_secret": self._secret,
            "components": loaded(row.components),
            "expires_at": timestamp(row.expires_at),
            "livemode": self._livemode,
        }

    def _summary(self) -> str:
        return f"for {self._row.connected}"


class OpenedAccountSession(NamedTuple):
    """A session that has been opened, by this call and no other.

    features: {component: the features it has}, of the components that are enabled. expires_at:
    seconds; a web layer ends its own session then.
    """

    account: str
    features: dict[str, frozenset[str]]
    expires_at: int

    def may(self, component: str, feature: str | None = None) -> bool:
        """Whether the page may show a component, or do something with it."""
        found = self.features.get(component)
        return found is not None and (feature is None or feature in found)


def answer(found: Opened) -> OpenedAccountSession:
    """What a web layer is told."""
    row = found.row
    features = {
        name: frozenset(each for each, is_on in component["features"].items() if is_on)
        for name, component in loaded(row.components).items()
        if component["enabled"]
    }
    return OpenedAccountSession(row.connected, features, timestamp(row.expires_at))
