"""Refunds that wait for funds, counted on the account they wait at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connectlib.core.accounts import change
from connectlib.core.drafts import Draft, encode
from connectlib.core.due import DueKind, join_ref
from connectlib.core.rows import Account, Due

if TYPE_CHECKING:
    from connectlib.core.book import Book

_NONE = "{}"


def is_waiting(account: Account | None, currency: str) -> bool:
    """Whether refunds of a currency wait at an account."""
    if account is None or account.waiting == _NONE:
        return False
    return bool(json.loads(account.waiting).get(currency))


def begin(book: Book, draft: Draft, account: Account, currency: str) -> None:
    """One more refund waits."""
    _count(book, draft, account, currency, 1)


def end(book: Book, draft: Draft, account: Account, currency: str) -> None:
    """One refund waits no longer."""
    _count(book, draft, account, currency, -1)


def _count(book: Book, draft: Draft, account: Account, currency: str, by: int) -> None:
    counts = json.loads(account.waiting)
    counts[currency] = counts.get(currency, 0) + by
    kept = {name: n for name, n in sorted(counts.items()) if n > 0}
    change(book, draft, account, {"waiting": encode(kept)})


def wake(book: Book, draft: Draft, owner: str, currency: str) -> None:
    """Funds have come in: what waits for them is tried when the pump next comes round."""
    account = book.account(owner)
    if is_waiting(account, currency):
        ref = join_ref(owner, currency)
        kind = int(DueKind.RETRY_REFUNDS)
        draft.dues.append(Due(book.branch, book.world.id, book.at, kind, ref))
