"""What a secret token opens, once and for a short while: links, sessions, codes.

Only digests of the tokens are kept, so a repeat of a request under its idempotency key cannot be
answered with the same token: it gets one more token of the same thing. Whichever is used first
opens it; then all of them are spent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from connectlib.core.accounts import change
from connectlib.core.book import Done, Keys
from connectlib.core.charge_checks import no_access
from connectlib.core.drafts import Draft
from connectlib.core.machine import Machine
from connectlib.core.moments import MINUTE
from connectlib.core.refusals import Refused, missing
from connectlib.core.rows import AccountLink, AccountSession, LoginLink, amend
from connectlib.core.secret_tokens import fits, more

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectlib.core.book import Book, Outcome
    from connectlib.core.rows import Account, Versioned

#: `expire` is the clock's move: it is never written.
MACHINE = Machine(
    initial="unopened",
    table={("unopened", "open"): "opened", ("unopened", "expire"): "expired"},
    terminal=frozenset({"opened", "expired"}),
)

#: How long each can be opened. The five minutes of account links are those of the API reference's
#: example, the others are not verified. Replace an entry to change it.
LASTS = {
    "account_link": 5 * MINUTE,
    "account_session": 30 * MINUTE,
    "login_link": 5 * MINUTE,
    "authorization_code": 5 * MINUTE,
}

R = TypeVar("R", AccountLink, AccountSession, LoginLink)


class _Opening(Protocol):
    """What can be opened."""

    @property
    def status(self) -> str: ...
    @property
    def expires_at(self) -> int: ...


class Issued(NamedTuple):
    """Something to be opened, and the secret that does: it is told this once."""

    row: Any
    secret: str

    def __repr__(self) -> str:
        return f"Issued({self.row.id})"


class Opened(NamedTuple):
    """What has been opened, for which account."""

    row: Any
    account: Account


class Spent(NamedTuple):
    """What is not opened, and why: `opened` before, or `expired`."""

    row: Any
    reason: str


def state(row: _Opening, at: int) -> str:
    """What something is at a moment."""
    is_late = row.status == MACHINE.initial and row.expires_at <= at
    return "expired" if is_late else row.status


def connected(book: Book, id_: str) -> Account | Refused:
    """The connected account that something is to be made for."""
    account = book.account(id_)
    if account is None or account.id == book.world.account:
        return no_access(id_)
    return account


def begin(book: Book, draft: Draft, account: Account) -> None:
    """Onboarding begins: from now on identity data is edited by whoever collects it."""
    if not account.linked:
        change(book, draft, account, {"linked": 1})


def one_more(book: Book, kind: Any, id_: str, account: str) -> Outcome[Issued]:
    """One more token of something, for a repeat of the request that made it."""
    row = book.get(kind, id_, account)
    if row is None:
        return missing("object", id_, "id")
    secret = book.secret()
    draft = Draft()
    row = draft.put(amend(row, version=row.version + 1, digests=more(row.digests, id_, secret)))
    return Done(Issued(row, secret), draft)


def open_keys(id_: str, links: Mapping[str, Versioned]) -> Keys:
    """What opening needs: the thing, and the account it is for."""
    found = getattr(links.get(id_), "connected", None)
    return Keys(rows=(id_,), accounts=(found,) if found else ())


def open_(
    book: Book, kind: type[R], id_: str, secret: str, *, name: str, param: str
) -> Outcome[Opened | Spent]:
    """Open something, if it has not been opened and is not too late.

    A wrong secret answers like a thing that is not there.
    """
    row = book.get(kind, id_, book.world.account)
    if row is None or not fits(row.digests, id_, secret):
        return missing(name, "…", param)
    account = connected(book, row.connected)
    if isinstance(account, Refused):
        return account
    now = state(row, book.at)
    after = MACHINE.next(now, "open")
    if after is None:
        return Done(Spent(row, now), Draft())
    draft = Draft()
    opened = draft.put(amend(row, version=row.version + 1, status=after))
    return Done(Opened(opened, account), draft)
