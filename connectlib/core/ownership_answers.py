"""Answers about who owns external accounts, booked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connectlib.core import accounts
from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft, encode
from connectlib.core.external_changes import moved, shown, write
from connectlib.core.moments import MINUTE
from connectlib.core.ownership import FILES, asked_in, check_due
from connectlib.core.rows import ExternalAccount, amend

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome
    from connectlib.core.ownership import Asked
    from connectlib.core.rows import Due

#: How long a verifier that is not ready is left alone: twice as long each time, an hour at most.
_DOUBLED_MAX, _WAIT_MAX = 6, 60 * MINUTE


def keys(asked: Asked) -> Keys:
    """What an answer needs."""
    return Keys(rows=(asked.account, asked.id), heads=(asked.account,))


def answered(book: Book, due: Due, *, move: str | None) -> Outcome[None]:
    """Book a definite answer; one that comes late changes nothing.

    move: of the machine of external accounts; None = documents are needed.
    """
    draft = Draft()
    draft.undues.append(due)
    asked = asked_in(due)
    row = _current(book, asked)
    account = book.account(asked.account)
    if row is None or account is None:
        return Done(None, draft)
    said = json.loads(row.requirements)
    files = {"files": said["files"]} if said.get("files") else {}
    new = amend(row if move is None else moved(row, move), checking=None)
    due_now = {"due": [FILES]} if move is None else {}
    new = write(draft, row, amend(new, requirements=encode({**files, **due_now})), "updated")
    accounts.change(book, draft, account, shown(account, new))
    return Done(None, draft)


def _current(book: Book, asked: Asked) -> ExternalAccount | None:
    row = book.get(ExternalAccount, asked.id, asked.account)
    return None if row is None or row.deleted or row.checking != asked.key else row


def postponed(book: Book, due: Due) -> Outcome[None]:
    """The verifier is not ready: ask again later under the same key."""
    asked = asked_in(due)
    draft = Draft()
    draft.undues.append(due)
    row = _current(book, asked)
    if row is not None:
        wait = min(MINUTE << min(asked.tries, _DOUBLED_MAX), _WAIT_MAX)
        draft.dues.append(check_due(row, book.at + wait, asked.tries + 1))
    return Done(None, draft)


def dropped(_book: Book, due: Due) -> Outcome[None]:
    """There is nothing to ask any more."""
    draft = Draft()
    draft.undues.append(due)
    return Done(None, draft)
