"""OAuth, as it looks outside: answers to browsers, tokens, the application in events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.oauth import client_id
from connectlib.core.secret_tokens import token
from connectlib.wire.objects.base import StripeObject

if TYPE_CHECKING:
    from connectlib.core.oauth import Tokens


class Authorization(NamedTuple):
    """What has become of a request: send the browser to redirect_url.

    account, code: None where the owner has said no. code is told this once. redirect_url: None
    where the platform has named no address; then hand it the code in your own way.
    """

    account: str | None
    code: str | None
    state: str | None
    redirect_url: str | None
    error: str | None = None
    error_description: str | None = None

    def __repr__(self) -> str:
        return f"Authorization({self.account}, error={self.error})"


class BearerAccess(NamedTuple):
    """Whom an access token is for, and what it may do: read_only or read_write."""

    account: str
    scope: str


class OauthTokenObject(StripeObject):
    """Tokens, told this once: only digests of them are kept."""

    __slots__ = ("_access", "_refresh", "_scope")

    def __init__(self, found: Tokens, *, access: str, refresh: str, livemode: bool = False) -> None:
        super().__init__(found.row, livemode=livemode)
        object.__setattr__(self, "_scope", found.scope)
        object.__setattr__(self, "_access", access + token(found.row.id, found.access))
        kept = refresh + token(found.row.id, found.refresh) if found.refresh else refresh
        object.__setattr__(self, "_refresh", kept)

    def _render(self) -> dict[str, Any]:
        account = self._row.connected
        public = "pk_live_" if self._livemode else "pk_test_"
        return {
            "access_token": self._access,
            "livemode": self._livemode,
            "refresh_token": self._refresh,
            "scope": self._scope,
            "stripe_publishable_key": f"{public}{account.partition('_')[2]}",
            "stripe_user_id": account,
            "token_type": "bearer",
        }

    def _summary(self) -> str:
        return f"for {self._row.connected} {self._scope}"


class DeauthorizedObject(StripeObject):
    """The account that has been disconnected."""

    __slots__ = ()

    def _render(self) -> dict[str, Any]:
        return {"stripe_user_id": self._row.id}


class ApplicationObject(StripeObject):
    """The platform as an application, in the events of who has connected an account to it."""

    __slots__ = ()
    OBJECT = "application"

    def _render(self) -> dict[str, Any]:
        return {"id": client_id(self._row.account), "object": "application", "name": None}
