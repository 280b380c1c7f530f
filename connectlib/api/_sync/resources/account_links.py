# Made from connectlib/api/_async/resources/account_links.py: edit that.
"""Account links: the way into onboarding."""

from __future__ import annotations

from typing import Any

from connectlib.api._sync.base import Resource
from connectlib.api.errors import error_of
from connectlib.core.refusals import Refused
from connectlib.flows import account_links
from connectlib.wire.objects.account_links import (
    AccountLinkObject,
    OpenedAccountLink,
    SpentAccountLink,
    answer,
)
from connectlib.wire.params import account_links as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import text_of

_URL_MAX = 2_000


class AccountLinks(Resource):
    """Links by which a person at an account gives what is required of it."""

    def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> AccountLinkObject:
        """Make a link that opens once, within five minutes.

        account: the connected account it is for. type: account_onboarding, or account_update
        where the platform collects requirements. refresh_url: where a browser is sent whose link
        does not open: make a new link there. return_url: where it is sent in the end. Both are
        absolute; in live mode over HTTPS. collection_options: {"fields": "currently_due" or
        "eventually_due", "future_requirements": "omit" or "include"}; collect: an older name of
        its fields.

        url is told this once: only a digest of it is kept. A repeat under the same
        idempotency_key gives the same link another URL; whichever is used first opens it.

        Source: Stripe API reference, "Create an account link".

        Raises:
            InvalidRequestError: a parameter is wrong, or the account cannot have this type.
            PermissionError: account= is not a connected account of this platform.
            IdempotencyError: the key was used for something else.
        """
        platform = self._base.world.account
        command = self._parse(params_of.create, {"account": account, **params})
        request = self._parse(
            request_of, platform, idempotency_key, "account_links.create", command
        )
        ground = self._base.ground
        found = self._run(account_links.create(ground, command, request))
        if isinstance(found, Refused):
            raise error_of(found)
        livemode = bool(self._base.world.livemode)
        return AccountLinkObject(found, hosted=ground.hosted, livemode=livemode)

    def open(self, token: str) -> OpenedAccountLink | SpentAccountLink:
        """Open a link, for a web layer: of several calls at the same moment one opens it.

        token: the URL, or the last part of its path. Ask `is_open` of the answer: an
        OpenedAccountLink says what to collect and where to go then; a SpentAccountLink (opened
        before, or too late) says where to send the browser instead.

        Raises:
            InvalidRequestError: there is no such link (404).
            PermissionError: the account has been deleted or disconnected.
        """
        text = self._parse(text_of, token, "token", limit=_URL_MAX)
        found = self._run(account_links.opened(self._base.ground, text))
        if isinstance(found, Refused):
            raise error_of(found)
        return answer(found)
