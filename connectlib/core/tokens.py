"""Tokens: what stands for a bank account, a card, a number or an identity, and is used once.

(API reference, Tokens.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft
from connectlib.core.idempotency import answered
from connectlib.core.machine import Machine
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Token, amend

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request

#: Type of a token -> prefix of its id.
PREFIX = {"account": "ct", "bank_account": "btok", "card": "tok", "person": "cpt", "pii": "pii"}

#: A token is taken before what it stands for is written, and given back where that was refused.
MACHINE = Machine(
    initial="fresh",
    table={("fresh", "use"): "used", ("used", "release"): "fresh"},
    terminal=frozenset(),
)


class CreateToken(NamedTuple):
    """`tokens.create`. shown: JSON of what is not personal; payload: JSON of all."""

    type: str
    shown: str
    payload: str


class Taken(NamedTuple):
    """A token that has been taken. is_new: by this call, which may give it back."""

    row: Token
    is_new: bool


def create(
    book: Book, command: CreateToken, payload: str | None, id_: str | None, request: Request | None
) -> Outcome[Token]:
    """Keep what a token stands for. payload: sealed for `id_`."""
    draft = Draft()
    draft.origin = request.key if request else None
    row = draft.put(
        Token(
            book.branch,
            id_ or book.new_id(PREFIX[command.type]),
            book.world.id,
            book.world.account,
            1,
            book.at,
            command.type,
            shown=command.shown,
            payload=payload,
        )
    )
    draft.key = answered(book, request, row)
    return Done(row, draft)


def keys(id_: str) -> Keys:
    """What the use of a token needs."""
    return Keys(rows=(id_,))


def use(
    book: Book, id_: str, *, types: tuple[str, ...], param: str, by: str | None
) -> Outcome[Taken]:
    """Take a token. by: the request that does; the same one, repeated, may take it again."""
    row = book.get(Token, id_, book.world.account)
    if row is None or row.type not in types:
        return missing("token", id_[:100], param)
    to = MACHINE.next(row.status, "use")
    if to is None:
        if by is not None and row.claim == by:
            return Done(Taken(row, is_new=False), Draft())
        return Refused(
            Why.TOKEN_ALREADY_USED,
            f"You cannot use a Stripe token more than once: {row.id}.",
            param,
            "create a new token",
        )
    draft = Draft()
    taken = draft.put(amend(row, version=row.version + 1, status=to, claim=by))
    return Done(Taken(taken, is_new=True), draft)


def release(book: Book, id_: str, version: int) -> Outcome[None]:
    """Give a token back: what it was taken for has been refused. version: as it was taken."""
    row = book.get(Token, id_, book.world.account)
    draft = Draft()
    if row is not None and row.version == version:
        to = MACHINE.next(row.status, "release")
        if to is not None:
            draft.put(amend(row, version=version + 1, status=to, claim=None))
    return Done(None, draft)
