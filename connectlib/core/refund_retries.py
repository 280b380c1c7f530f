"""Refunds that wait for funds: tried again every day, oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core import refunds
from connectlib.core.book import Done, Stale
from connectlib.core.drafts import Draft
from connectlib.core.idempotency import LEASE
from connectlib.core.moments import DAY, midnight
from connectlib.core.rows import Charge, Refund, amend
from connectlib.core.transfer_reversals import refuse_reversal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.core.book import Book, Keys, Outcome
    from connectlib.core.rows import Due, Versioned, World


def keys_for(row: Refund, charge: Charge, world: World) -> Callable[..., Keys]:
    """What a refund that waits for funds needs."""

    def of(_links: Mapping[str, Versioned], at: int) -> Keys:
        found = refunds.keys_of(charge, world, at)
        return amend(found, rows=(*found.rows, row.id))

    return of


def retry(book: Book, row: Refund, due: Due) -> Outcome[refunds.Recorded]:
    """Try a refund that waits for funds again: book it, let it wait, or give it up.

    Where the connected account is short for the reversal, it waits as well.
    """
    found = book.rows.get(row.id)
    if not isinstance(found, Refund):
        raise Stale(f"{row.id} was not gathered")
    row = found
    draft = Draft()
    draft.undues.append(due)
    if row.status != refunds.MACHINE.initial or row.pending_reason != refunds.SHORT:
        return Done(refunds.Recorded(row, ""), draft)
    charge = book.get(Charge, row.charge, row.account)
    if charge is None:
        raise Stale(f"{row.charge} was not gathered")
    before = amend(charge, amount_refunded=charge.amount_refunded - row.amount)
    shares = refunds.shares_of(book, before, row, row.amount)
    funds = book.funds(row.account, row.currency) + refunds.gain_of(charge, shares)
    short = funds < row.amount or (
        shares.transfer is not None
        and shares.reversed > 0
        and refuse_reversal(book, shares.transfer, shares.reversed) is not None
    )
    if short:
        draft.dues.append(refunds.intent(row, midnight(book.at) + DAY))
        return Done(refunds.Recorded(row, ""), draft)
    moved = draft.put(
        refunds.move(book, draft, charge, row, shares)._replace(version=row.version + 1)
    )
    draft.emit("refund.updated", moved)
    draft.dues.append(retried(moved, due)._replace(lease=book.wall + LEASE))
    return Done(refunds.Recorded(moved, charge.source), draft)


def retried(row: Refund, due: Due) -> Due:
    """The due work of a refund that has got its funds: it was `due` before."""
    return refunds.intent(row, due.due_at + 1)
