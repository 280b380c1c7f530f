"""OAuth: one commit each; disconnecting first looks up which grants it will revoke."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from zlib import crc32

from connectlib.core import oauth, secret_tokens
from connectlib.core.book import Work
from connectlib.core.oauth import Bearer, Denied
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Account, OauthGrant
from connectlib.flows import openings, reading
from connectlib.flows.single import do_one
from connectlib.ports.steps import ask
from connectlib.ports.store import One

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectlib.core.book import Keys, Outcome, Request
    from connectlib.core.oauth_commands import Authorize
    from connectlib.core.rows import Versioned
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow

#: How often disconnecting looks again because a grant was given meanwhile.
_LOOKS_MAX = 8
_PAGE = 100
#: How codes and refresh tokens begin; access tokens do so as secret keys do.
CODE, REFRESH = "ac_", "rt_"


def access(ground: Ground) -> str:
    """How access tokens begin."""
    return "sk_live_" if ground.world.livemode else "sk_test_"


def authorize(ground: Ground, command: Authorize, request: Request | None) -> Flow[Any]:
    """Connect an account, or make one: what was issued, Denied or Refused."""
    branch = ground.branch(command.connected)
    if command.connected is None:
        words = request.key if request else command.prefill.email or ""
        branch = crc32(words.encode()) % ground.branches
    work: Work[Any] = Work(
        oauth.authorize_keys(command),
        partial(oauth.authorize, command=command, request=request, rules=ground.rules),
        request=request,
        weight=0,
    )
    return openings.issue(ground, branch, work)


def exchange(ground: Ground, code: str) -> Flow[Any]:
    """Tokens for a code, or Denied."""
    parts = secret_tokens.split(code.removeprefix(CODE), "oag")
    if parts is None or not code.startswith(CODE):
        return oauth.no_code(code)
    id_, secret = parts
    decide = partial(oauth.exchange, id_=id_, secret=secret, code=code)
    return (yield from do_one(ground, ground.branch(id_), _of_grant(id_, decide)))


def refresh(ground: Ground, token: str, scope: str | None) -> Flow[Any]:
    """One more access token for a refresh token, or Denied."""
    parts = secret_tokens.split(token.removeprefix(REFRESH), "oag")
    if parts is None or not token.startswith(REFRESH):
        return oauth.no_token()
    id_, secret = parts
    decide = partial(oauth.refresh, id_=id_, secret=secret, scope=scope)
    return (yield from do_one(ground, ground.branch(id_), _of_grant(id_, decide)))


def _of_grant(id_: str, decide: Any) -> Work[Any]:
    """Work on a grant whose account is read under its lock."""

    def keys(links: Mapping[str, Versioned], _at: int) -> Keys:
        return oauth.grant_keys(id_, links)

    def decided(book: Any) -> Outcome[Any]:
        found: Outcome[Any] = decide(book)
        return found

    return Work(keys, decided, links=(id_,), weight=0)


def bearer(ground: Ground, token: str) -> Flow[Bearer | None]:
    """Who an access token is for."""
    begins = access(ground)
    parts = secret_tokens.split(token.removeprefix(begins), "oag")
    if parts is None or not token.startswith(begins):
        return None
    id_, secret = parts
    branch, world = ground.branch(id_), ground.world.id
    row = yield from ask(One(OauthGrant, branch, world, id_))
    if row is None:
        return None
    account = yield from ask(One(Account, branch, world, row.connected))
    return oauth.bearer(row, account, secret)


def deauthorize(ground: Ground, id_: str) -> Flow[Account | Denied | Refused]:
    """Disconnect an account and revoke all that was granted for it, in one commit."""
    branch, world = ground.branch(id_), ground.world
    for _ in range(_LOOKS_MAX):
        row = yield from ask(One(Account, branch, world.id, id_, world.account))
        grants = yield from _grants(ground, id_)
        work: Work[Any] = Work(
            oauth.deauthorize_keys(id_, grants),
            partial(oauth.deauthorize, id_=id_, version=row.version if row else 0, grants=grants),
            repeatable=True,
            weight=0,
        )
        answer: Any = yield from do_one(ground, branch, work)
        if answer is not None:
            found: Account | Denied | Refused = answer
            return found
    return Refused(Why.LOCK_TIMEOUT, "This account is being connected over and over.", "account")


def _grants(ground: Ground, id_: str) -> Flow[list[str]]:
    """The ids of all grants for an account."""
    found: list[str] = []
    more = True
    while more:
        page = yield from reading.page(
            ground,
            OauthGrant,
            ground.world.account,
            limit=_PAGE,
            where=(("connected", id_),),
            after=found[-1] if found else None,
        )
        if isinstance(page, Refused):
            break
        rows, more = page
        found += [row.id for row in rows]
    return found
