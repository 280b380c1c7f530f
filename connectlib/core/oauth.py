"""OAuth: owners of Standard accounts connect them to the platform, and disconnect them.

The owner says yes and the platform gets a code; for the code, once and soon, tokens. Of codes and
tokens digests are kept. A code that comes a second time has been stolen: its tokens are revoked.
(docs.stripe.com/connect/oauth-reference; RFC 6749, sections 4.1 and 5.2.)
"""

from __future__ import annotations

import json
from hmac import compare_digest
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core import accounts
from connectlib.core.balance import planned
from connectlib.core.banks import currency_of_bank
from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft, encode
from connectlib.core.events import AGAIN, LAST
from connectlib.core.idempotency import answered
from connectlib.core.machine import Machine
from connectlib.core.openings import LASTS, Issued
from connectlib.core.refusals import Refused
from connectlib.core.rows import Account, OauthGrant, amend
from connectlib.core.secret_tokens import DIGESTS_MAX, digest, first, fits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.oauth_commands import Authorize
    from connectlib.core.requirement_rules import Rules
    from connectlib.core.rows import Versioned

#: A grant. `expire` is the clock's move on a code: it is never written.
MACHINE = Machine(
    initial="issued",
    table={
        ("issued", "exchange"): "granted",
        ("issued", "expire"): "expired",
        ("issued", "revoke"): "revoked",
        ("granted", "refresh"): "granted",
        ("granted", "reuse"): "revoked",
        ("granted", "revoke"): "revoked",
    },
    terminal=frozenset({"expired", "revoked"}),
)
#: Whether an account is connected to the platform.
CONNECTION_MACHINE = Machine(
    initial="connected",
    table={
        ("connected", "authorize"): "connected",
        ("connected", "deauthorize"): "disconnected",
        ("disconnected", "authorize"): "connected",
    },
    terminal=frozenset(),
)
#: `deleted` of an account: connected, or disconnected by its owner; 1 is for good.
CONNECTED, DISCONNECTED = 0, 2
_CONNECTIONS = {CONNECTED: "connected", DISCONNECTED: "disconnected"}

#: Scope -> the scopes that its tokens may be narrowed to.
SCOPES = {"read_only": ("read_only",), "read_write": ("read_only", "read_write")}


class Denied(NamedTuple):
    """A no in the form of OAuth."""

    error: str
    description: str


class Tokens(NamedTuple):
    """What a grant gives: told this once. refresh: None where it is the one that was sent."""

    row: OauthGrant
    access: str
    scope: str
    refresh: str | None = None

    def __repr__(self) -> str:
        return f"Tokens({self.row.id})"


class Bearer(NamedTuple):
    """Who an access token is for."""

    account: str
    scope: str


def client_id(platform: str) -> str:
    """The public name of the platform as an application, out of the id of its account."""
    return f"ca_{platform.partition('_')[2]}"


def connection(account: Account | None, platform: str) -> str | None:
    """Whether an account is connected; None where it is no account that could be."""
    if account is None or account.id == platform:
        return None
    return _CONNECTIONS.get(account.deleted)


def state(row: OauthGrant, at: int) -> str:
    """What a grant is at a moment."""
    is_late = row.status == MACHINE.initial and row.expires_at <= at
    return "expired" if is_late else row.status


# the owner's decision


def authorize_keys(command: Authorize) -> Keys:
    """What a yes needs: the account, where there is one already."""
    there = (command.connected,) if command.connected else ()
    return Keys(rows=there, heads=there)


def authorize(
    book: Book, command: Authorize, request: Request | None, *, rules: Rules
) -> Outcome[Issued | Denied]:
    """Connect an account, or make one; the code is told this once."""
    if command.connected is None:
        made = accounts.create(book, command.prefill, None, rules=rules)
        if not isinstance(made, Done):
            text = made.message if isinstance(made, Refused) else "it cannot be made"
            return Done(Denied("invalid_request", text), Draft())
        account, draft = made.value, made.draft
    else:
        found = _connectable(book, command.connected)
        if isinstance(found, Denied):
            return Done(found, Draft())
        draft = Draft()
        # A new version each time: who disconnects it meanwhile sees that there is a new grant.
        account = draft.put(amend(found, version=found.version + 1, deleted=CONNECTED))
        if found.deleted and account.bank is not None and account.payout_interval == "daily":
            # What became available meanwhile is paid out with the next run.
            draft.dues.append(planned(book, account, currency_of_bank(account.bank)))
    draft.origin = request.key if request else None
    draft.emit(AGAIN, account, account=account.id)
    id_, secret = book.new_id("oag"), book.secret()
    row = draft.put(
        OauthGrant(
            book.branch,
            id_,
            book.world.id,
            book.world.account,
            1,
            book.at,
            account.id,
            book.at + LASTS["authorization_code"],
            first(id_, secret),
            MACHINE.initial,
            command.scope,
        )
    )
    draft.key = answered(book, request, row)
    return Done(Issued(row, secret), draft)


def _connectable(book: Book, id_: str) -> Account | Denied:
    account = book.get(Account, id_, book.world.account)
    now = connection(account, book.world.account)
    if account is None or now is None or CONNECTION_MACHINE.next(now, "authorize") is None:
        return Denied("invalid_request", f"There is no account {id_} that could be connected.")
    if account.dashboard != "full":
        return Denied(
            "invalid_request", f"The account {id_} is not a Standard account: OAuth is for those."
        )
    return account


# tokens


def grant_keys(id_: str, links: Mapping[str, Versioned]) -> Keys:
    """What a code or token needs: its grant, and the account that it is for."""
    found = getattr(links.get(id_), "connected", None)
    return Keys(rows=(id_,), accounts=(found,) if found else ())


def _usable(book: Book, id_: str) -> OauthGrant | None:
    """A grant whose account is connected still."""
    row = book.get(OauthGrant, id_, book.world.account)
    return row if row is not None and book.account(row.connected) is not None else None


def exchange(book: Book, *, id_: str, secret: str, code: str) -> Done[Tokens | Denied]:
    """Tokens for a code. The second time it revokes them, and says so."""
    row = _usable(book, id_)
    if row is None or not fits(row.digests, id_, secret):
        return Done(no_code(code), Draft())
    now = state(row, book.at)
    after = MACHINE.next(now, "exchange")
    if after is None:
        return _not_exchanged(row, now)
    access, refresh = book.secret(), book.secret()
    draft = Draft()
    row = draft.put(
        amend(
            row,
            version=row.version + 1,
            status=after,
            access=encode([[digest(id_, access), row.scope]]),
            refresh=first(id_, refresh),
        )
    )
    return Done(Tokens(row, access, row.scope, refresh), draft)


def _not_exchanged(row: OauthGrant, now: str) -> Done[Tokens | Denied]:
    draft = Draft()
    if now == "expired":
        return Done(Denied("invalid_grant", "This authorization code has expired."), draft)
    after = MACHINE.next(now, "reuse")
    if after is not None:
        draft.put(_revoked(row, after))
    return Done(
        Denied(
            "invalid_grant",
            "This authorization code has already been used. All tokens issued with this code have"
            " been revoked.",
        ),
        draft,
    )


def _revoked(row: OauthGrant, status: str) -> OauthGrant:
    return amend(row, version=row.version + 1, status=status, access="[]", refresh="[]")


def no_code(code: str) -> Denied:
    """The refusal of a code that is none."""
    return Denied("invalid_grant", f"Authorization code does not exist: {code[:3]}…")


def no_token() -> Denied:
    """The refusal of a refresh token that is none, or has been revoked."""
    return Denied("invalid_grant", "Refresh token does not exist, or has been revoked.")


def refresh(book: Book, *, id_: str, secret: str, scope: str | None) -> Done[Tokens | Denied]:
    """One more access token, of the same scope or a narrower one. The refresh token stays."""
    row = _usable(book, id_)
    if row is None or not fits(row.refresh, id_, secret):
        return Done(no_token(), Draft())
    after = MACHINE.next(state(row, book.at), "refresh")
    if after is None:
        return Done(no_token(), Draft())
    wanted = scope or row.scope
    if wanted not in SCOPES[row.scope]:
        text = f"The scope {wanted} is more than was granted: {row.scope}."
        return Done(Denied("invalid_scope", text), Draft())
    access = book.secret()
    kept = [*json.loads(row.access), [digest(id_, access), wanted]][-DIGESTS_MAX:]
    draft = Draft()
    row = draft.put(amend(row, version=row.version + 1, status=after, access=encode(kept)))
    return Done(Tokens(row, access, wanted), draft)


def bearer(row: OauthGrant | None, account: Account | None, secret: str) -> Bearer | None:
    """Who an access token is for; None for one that is none, or has been revoked."""
    if row is None or account is None or account.deleted:
        return None
    mine = digest(row.id, secret)
    found = [scope for kept, scope in json.loads(row.access) if compare_digest(kept, mine)]
    return Bearer(row.connected, found[0]) if found else None


# the end


def deauthorize_keys(id_: str, grants: Sequence[str]) -> Keys:
    """What disconnecting needs. grants: the ids of what a first look has found."""
    return Keys(rows=(id_, *grants), heads=(id_,))


def deauthorize(
    book: Book, id_: str, *, version: int, grants: Sequence[str]
) -> Done[Account | Denied | None]:
    """Disconnect an account: its grants are revoked, and its last event is told.

    version: the account's when the grants were looked up. None where it has moved on since:
    there may be more of them, so look again.
    """
    account = book.get(Account, id_, book.world.account)
    now = connection(account, book.world.account)
    after = CONNECTION_MACHINE.next(now, "deauthorize") if now else None
    if account is None or after is None:
        return Done(not_connected(id_), Draft())
    if account.dashboard != "full":
        text = f"The account {id_} is not a Standard account: reject or delete it instead."
        return Done(Denied("invalid_request", text), Draft())
    if account.version != version:
        return Done(None, Draft())
    draft = Draft()
    for each in grants:
        row = book.get(OauthGrant, each, book.world.account)
        revoked = MACHINE.next(row.status, "revoke") if row else None
        if row is not None and revoked is not None:
            draft.put(_revoked(row, revoked))
    gone = draft.put(amend(account, version=account.version + 1, deleted=DISCONNECTED))
    draft.emit(LAST, gone, account=id_)
    return Done(gone, draft)


def not_connected(id_: str) -> Denied:
    """The refusal of an account that is not connected, or is not there: the answer is the same."""
    return Denied(
        "invalid_client",
        f"This application is not connected to stripe account {id_}, or that account does not"
        " exist.",
    )
