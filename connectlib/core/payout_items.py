"""What a payout contains: balance transactions, first in first out, the last one in part.

To find them quickly a payout keeps a cursor: nothing that is available since before it is unpaid.
A process whose clock is behind may still write such rows: within SKEW the cursor allows for it,
beyond it the store sees that what it has found is less than the balance (`is_short`), and looks
at everything. A payout whose parts do not add up is never made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.ledger import BrokenLedgerError
from connectlib.core.rows import PayoutItem

if TYPE_CHECKING:
    from connectlib.core.book import Book
    from connectlib.core.drafts import Draft, Unpaid

#: How far the clocks of two processes may be apart: the cursor stays behind by as much.
SKEW = 600 * 1_000_000


def is_short(book: Book, owner: str, currency: str) -> bool:
    """Whether what is known to be unpaid of an owner is less than its balance: more must be there.

    Rows may lie before the cursor, or be of a day that begins later by this process's clock.
    """
    known = sum(one.rest for one in book.unpaid.get((owner, currency), ()))
    return known < book.balance(owner, currency)


def fill(
    book: Book, draft: Draft, account: str, currency: str, amount: int, payout: str
) -> list[Unpaid]:
    """Draft what a payout contains; what stays unpaid after it.

    The parts add up to the payout, or it is not made. What is unpaid may be more than the
    balance: money of a day that has begun and has not matured yet. Then the oldest goes first.
    """
    unpaid = book.unpaid.get((account, currency), [])
    known = sum(one.rest for one in unpaid)
    everything = amount == book.balance(account, currency) == known
    taken, left = contents(unpaid, amount, everything=everything)
    if sum(part for _, part, _ in taken) != amount:
        raise BrokenLedgerError(
            f"{account} has {known} {currency} in balance transactions for a payout of {amount}"
        )
    draft.items += [
        PayoutItem(book.branch, payout, n, book.world.id, account, bt, part, rest)
        for n, (bt, part, rest) in enumerate(taken)
    ]
    draft.unpaid[account, currency] = left
    return left


def contents(
    unpaid: list[Unpaid], amount: int, *, everything: bool
) -> tuple[list[tuple[str, int, int]], list[Unpaid]]:
    """What a payout of `amount` contains, oldest first: (balance transaction, part, rest).

    The second value is what stays unpaid after it. With `everything` all of it is contained.
    """
    taken: list[tuple[str, int, int]] = []
    total = 0
    for place, one in enumerate(unpaid):
        if not everything and total == amount:
            return taken, unpaid[place:]
        need = amount - total
        if everything or one.rest <= need:
            taken.append((one.id, one.rest, 0))
            total += one.rest
        else:
            taken.append((one.id, need, one.rest - need))
            return taken, [one._replace(rest=one.rest - need), *unpaid[place + 1 :]]
    return taken, []
