"""Balances: how one changes, how a day's money becomes available, what `balance` shows.

A balance is a view of three kinds of ledger accounts (pending by day, available, in transit);
a balance transaction tells one change of it. `verify` ties the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft
from connectlib.core.due import DueKind, join_ref
from connectlib.core.identity import review_due
from connectlib.core.ledger import LedgerAccount, Purpose
from connectlib.core.moments import date_of, moment_of, next_business_day
from connectlib.core.postings import Fact, Owners, keys
from connectlib.core.rows import Due

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectlib.core.book import Book
    from connectlib.core.rows import Account, World


def open_day(available_on: int, at: int) -> int:
    """The day account that money of a date lies in now: 0 once it has matured."""
    return available_on if available_on > at else 0


def mature_keys(world: World, owner: str, currency: str, day: int) -> Keys:
    """What the maturing of one day of one owner needs."""
    owners = Owners(world.id, currency, world.account, owner, day)
    return Keys(accounts=(owner,), heads=(owner,), ledger=keys(Fact.MATURING, owners))


def mature(book: Book, due: Due, owner: str, currency: str, day: int) -> Done[int]:
    """Move what is left of a day account to `available`, whichever way it stands.

    Returns the minor units that became available; where funds did, one event tells it for all
    currencies of the day, and if the owner is paid daily, its payout falls due now or on the
    next business day.
    """
    draft = Draft()
    draft.undues.append(due)
    amount = book.balance(owner, currency, Purpose.PENDING, day)
    owners = Owners(book.world.id, currency, book.world.account, owner, day)
    if amount > 0:
        draft.post(Fact.MATURING, owners, (amount,), join_ref(owner, day))
    elif amount < 0:
        draft.post(Fact.MATURING_NEGATIVE, owners, (-amount,), join_ref(owner, day))
    account = book.account(owner)
    if amount > 0 and account is not None:
        if not _has_told(book, owner):
            draft.emit("balance.available", account, account=owner)
        draft.dues += payout_due(book, owner, currency)
        if account.watched:
            draft.dues.append(review_due((book.branch, book.world.id), owner, book.at))
    return Done(amount, draft)


def _has_told(book: Book, owner: str) -> bool:
    """Whether the day's event of an owner is there: its currencies mature one after the other."""
    last = book.events[-1] if book.events else None
    return last is not None and last.type == "balance.available" and last.account == owner


def payout_due(book: Book, owner: str, currency: str) -> list[Due]:
    """The due work after funds became available: the payout of an owner that is paid daily."""
    account = book.account(owner)
    if account is None or account.payout_interval != "daily":
        return []
    return [planned(book, account, currency)]


def planned(book: Book, account: Account, currency: str) -> Due:
    """The automatic payout of an account: now, or on the next business day."""
    today = date_of(book.at)
    runs = next_business_day(today, account.country)
    at = book.at if runs == today else moment_of(runs)
    ref = join_ref(account.id, currency)
    return Due(book.branch, book.world.id, at, int(DueKind.PLAN_PAYOUT), ref)


class Funds(NamedTuple):
    """The balance of one currency, in minor units."""

    pending: int = 0
    available: int = 0
    in_transit: int = 0


def funds_of(wallet: Iterable[LedgerAccount]) -> dict[str, Funds]:
    """{currency: balance} of the ledger accounts of one owner."""
    found: dict[str, list[int]] = {}
    places = {Purpose.PENDING: 0, Purpose.AVAILABLE: 1, Purpose.IN_TRANSIT: 2}
    for entry in wallet:
        place = places.get(Purpose(entry.key.purpose))
        if place is not None:
            found.setdefault(entry.key.currency, [0, 0, 0])[place] += entry.balance
    return {currency: Funds(*amounts) for currency, amounts in sorted(found.items())}
