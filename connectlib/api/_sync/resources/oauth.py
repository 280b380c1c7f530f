# Made from connectlib/api/_async/resources/oauth.py: edit that.
"""OAuth: owners of Standard accounts connect them to the platform, and disconnect them."""

from __future__ import annotations

from typing import Any

from connectlib.api._sync.base import Resource
from connectlib.api.errors import error_of, oauth_error
from connectlib.core.oauth import Denied, client_id
from connectlib.core.oauth_commands import Authorize
from connectlib.core.refusals import Refused
from connectlib.core.secret_tokens import token as token_of
from connectlib.flows import oauth
from connectlib.wire.errors import Invalid
from connectlib.wire.objects.oauth import (
    Authorization,
    BearerAccess,
    DeauthorizedObject,
    OauthTokenObject,
)
from connectlib.wire.params import oauth as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.oauth import AuthorizationRequest, DeniedError
from connectlib.wire.params.values import id_of


class Oauth(Resource):
    """The way by which who has a Standard account lets the platform work with it.

    All of it runs in your process: `authorize_url`, `token` and `deauthorize` are for the
    platform, `read` and `authorize` for your web layer, which shows the owner the question.
    """

    @property
    def client_id(self) -> str:
        """The public name of this platform as an application: `ca_...`."""
        return client_id(self._base.world.account)

    def authorize_url(self, **params: Any) -> str:
        """The address to send an owner to.

        scope: read_only (by default) or read_write. redirect_uri: one of those that the client
        was opened with, the first by default. state: at most 500 characters that come back with
        the answer: tie it to the browser, against forged answers. stripe_user: {"email": ...,
        "country": ..., "business_name": ..., "business_type": ..., "url": ...} for the form.
        Also: client_id, response_type, stripe_landing, always_prompt.

        Source: Stripe docs, "OAuth reference".

        Raises:
            OAuthError: a parameter is wrong.
        """
        ground = self._base.ground
        found: str = self._checked(
            params_of.address, ground.hosted, params, ground.world, ground.redirects
        )
        return found

    def read(self, url: str) -> AuthorizationRequest:
        """What a browser asks for, for your web layer to show. url: the address it asked for.

        Raises:
            OAuthError: it asks for what cannot be. `redirect_url` says where to send it; None
                where it must not be sent anywhere: show the error.
        """
        found: AuthorizationRequest = self._checked(
            params_of.request, url, self._base.ground.world, self._base.ground.redirects
        )
        return found

    def authorize(
        self,
        url: str,
        *,
        allow: bool,
        account: object = None,
        stripe_user: dict[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> Authorization:
        """The owner's decision, for your web layer, which knows who the owner is.

        url: the address that the browser asked for. allow: True or False, nothing else.
        account: the Standard account of this owner that is to be connected; without it a new one.
        stripe_user: what they have filled in, in place of what the address proposed. A repeat
        under the same idempotency_key gives the same grant another code.

        Raises:
            OAuthError: the request cannot be, or the account cannot be connected.
            IdempotencyError: the key was used for something else.
        """
        asked = self.read(url)
        self._checked(params_of.decision, allow, stripe_user)
        if not allow:
            no = Denied("access_denied", "The user denied your request")
            back = params_of.answer_url(asked.redirect_uri, asked.state, denied=no)
            return Authorization(None, None, asked.state, back, no.error, no.description)
        user = asked.stripe_user if stripe_user is None else stripe_user
        there = None if account is None else self._parse(id_of, account, "account")
        prefill = params_of.prefilled(user)
        command = Authorize(asked.scope, asked.redirect_uri, there, prefill)
        platform = self._base.world.account
        request = self._parse(request_of, platform, idempotency_key, "oauth.authorize", command)
        found = self._run(oauth.authorize(self._base.ground, command, request))
        self._refuse(found, asked)
        code = oauth.CODE + token_of(found.row.id, found.secret)
        back = params_of.answer_url(asked.redirect_uri, asked.state, code=code, scope=asked.scope)
        return Authorization(found.row.connected, code, asked.state, back)

    def token(self, **params: Any) -> OauthTokenObject:
        """Tokens for a code, or one more access token for a refresh token.

        grant_type: authorization_code with code=, once and within five minutes; or refresh_token
        with refresh_token= and, for less than was granted, scope=. A code that comes again
        revokes the tokens it has made. The tokens are told this once.

        Source: Stripe docs, "OAuth reference".

        Raises:
            OAuthError: a parameter is wrong, or the code or token is.
        """
        asked: params_of.Asked = self._checked(params_of.token, params)
        ground = self._base.ground
        if asked.is_code:
            flow, refresh = oauth.exchange(ground, asked.token), oauth.REFRESH
        else:
            flow, refresh = oauth.refresh(ground, asked.token, asked.scope), asked.token
        found = self._run(flow)
        self._refuse(found)
        livemode = bool(self._base.world.livemode)
        begins = oauth.access(ground)
        return OauthTokenObject(found, access=begins, refresh=refresh, livemode=livemode)

    def bearer(self, access_token: object) -> BearerAccess | None:
        """Whom an access token is for, for a server of yours; None for one that is not valid."""
        if not isinstance(access_token, str):
            return None
        found = self._run(oauth.bearer(self._base.ground, access_token), caught_up=False)
        return BearerAccess(*found) if found else None

    def deauthorize(
        self, *, client_id: object = None, stripe_user_id: object = None
    ) -> DeauthorizedObject:
        """Disconnect a Standard account: its tokens are revoked, and it tells no more events.

        From then on it is refused like an account that does not exist. What it holds stays its
        own and comes back with it; what is under way is booked all the same. Its owner connects
        it again with `authorize(account=...)`.

        Source: Stripe docs, "OAuth reference".

        Raises:
            OAuthError: it is not connected, or not a Standard account.
            RateLimitError: it was being connected all the while.
        """
        world = self._base.world
        id_ = self._checked(params_of.disconnected, client_id, stripe_user_id, world)
        found = self._run(oauth.deauthorize(self._base.ground, id_))
        self._refuse(found)
        return DeauthorizedObject(found)

    def _checked(self, make: Any, *arguments: Any) -> Any:
        """What parameters mean; what is wrong with them is raised in the form of OAuth."""
        try:
            return make(*arguments)
        except DeniedError as error:
            raise oauth_error(error.denied, error.redirect_url) from None
        except Invalid as invalid:
            raise error_of(invalid.refused) from None

    def _refuse(self, found: Any, asked: AuthorizationRequest | None = None) -> None:
        """Raise what is no yes."""
        if isinstance(found, Refused):
            raise error_of(found)
        if isinstance(found, Denied):
            back = None
            if asked is not None:
                back = params_of.answer_url(asked.redirect_uri, asked.state, denied=found)
            raise oauth_error(found, back)
