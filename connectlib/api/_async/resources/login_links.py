"""Login links: the way into the Express dashboard."""

from __future__ import annotations

from connectlib.api._async.base import AsyncResource
from connectlib.api.errors import error_of
from connectlib.core.openings import Spent
from connectlib.core.refusals import Refused, Why
from connectlib.flows import login_links
from connectlib.wire.objects.login_links import LoginLinkObject, OpenedLoginLink
from connectlib.wire.params import login_links as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import text_of

_URL_MAX = 2_000


class AsyncLoginLinks(AsyncResource):
    """Links by which a person at an Express account gets to its dashboard."""

    async def create(
        self, account: object, *, idempotency_key: str | None = None
    ) -> LoginLinkObject:
        """Make a link that opens once, within five minutes.

        account: a connected account with an Express dashboard that has been onboarded. url is
        told this once: only a digest of it is kept.

        Source: Stripe API reference, "Create a login link".

        Raises:
            InvalidRequestError: the account has no Express dashboard, or is not onboarded.
            PermissionError: account is not a connected account of this platform.
            IdempotencyError: the key was used for something else.
        """
        platform = self._base.world.account
        command = self._parse(params_of.create, account)
        request = self._parse(request_of, platform, idempotency_key, "login_links.create", command)
        ground = self._base.ground
        found = await self._run(login_links.create(ground, command, request))
        if isinstance(found, Refused):
            raise error_of(found)
        livemode = bool(self._base.world.livemode)
        return LoginLinkObject(found, hosted=ground.hosted, livemode=livemode)

    async def open(self, token: str) -> OpenedLoginLink:
        """Open a link, for a web layer: whose dashboard to show.

        token: the URL, or the last part of its path.

        Raises:
            InvalidRequestError: there is no such link (404), it has been opened, or expired.
            PermissionError: the account has been deleted or disconnected.
        """
        text = self._parse(text_of, token, "token", limit=_URL_MAX)
        found = await self._run(login_links.opened(self._base.ground, text))
        if isinstance(found, Spent):
            how = "has been opened" if found.reason == "opened" else "has expired"
            hint = "make a new one with login_links.create()"
            found = Refused(Why.SESSION_SPENT, f"This login link {how}.", "token", hint)
        if isinstance(found, Refused):
            raise error_of(found)
        return OpenedLoginLink(found.row.connected)
