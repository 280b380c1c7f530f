# Made from connectlib/api/_async/resources/account_sessions.py: edit that.
"""Account sessions: components of an account in a page of yours."""

from __future__ import annotations

from typing import Any

from connectlib.api._sync.base import Resource
from connectlib.api.errors import error_of
from connectlib.core.openings import Spent
from connectlib.core.refusals import Refused, Why
from connectlib.flows import account_sessions
from connectlib.wire.objects.account_sessions import (
    PREFIX,
    AccountSessionObject,
    OpenedAccountSession,
    answer,
)
from connectlib.wire.params import account_sessions as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import text_of


class AccountSessions(Resource):
    """Sessions in which a page may show parts of an account to a person there."""

    def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> AccountSessionObject:
        """Begin a session: a secret for the browser that opens once.

        account: the connected account. components: {name: {"enabled": bool, "features": {name:
        bool}}}, such as account_onboarding, balances, payments, payouts; the names are listed in
        `docs/onboarding-links.md`. Features that are not named are on or off by themselves.

        client_secret is told this once: only a digest of it is kept. A repeat under the same
        idempotency_key gives the same session another secret.

        Source: Stripe API reference, "Create an account session".

        Raises:
            InvalidRequestError: a parameter is wrong, no component is enabled, or the account
                cannot have a feature.
            PermissionError: account= is not a connected account of this platform.
            IdempotencyError: the key was used for something else.
        """
        platform = self._base.world.account
        command = self._parse(params_of.create, {"account": account, **params})
        request = self._parse(
            request_of, platform, idempotency_key, "account_sessions.create", command
        )
        found = self._run(account_sessions.create(self._base.ground, command, request))
        if isinstance(found, Refused):
            raise error_of(found)
        return AccountSessionObject(found, livemode=bool(self._base.world.livemode))

    def open(self, client_secret: str) -> OpenedAccountSession:
        """Open a session, for a web layer: which components it may show, until when.

        Raises:
            InvalidRequestError: there is no such session (404), it has been opened, or expired.
            PermissionError: the account has been deleted or disconnected.
        """
        text = self._parse(text_of, client_secret, "client_secret")
        flow = account_sessions.opened(self._base.ground, text.removeprefix(PREFIX))
        found = self._run(flow)
        if isinstance(found, Spent):
            how = "has been opened" if found.reason == "opened" else "has expired"
            found = Refused(
                Why.SESSION_SPENT,
                f"This client secret cannot be used: the session {how}.",
                "client_secret",
                "make a new one with account_sessions.create()",
            )
        if isinstance(found, Refused):
            raise error_of(found)
        return answer(found)
