"""Refunds that wait for funds: tried when funds come in and every day, oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core import refund_money, refunds
from connectlib.core.book import Done, Stale
from connectlib.core.conversions import NoRate
from connectlib.core.drafts import Draft
from connectlib.core.idempotency import LEASE
from connectlib.core.moments import DAY, midnight
from connectlib.core.rows import Charge, Refund, amend
from connectlib.core.transfer_reversals import refuse_reversal
from connectlib.core.transfers import settled_of
from connectlib.core.waiting import end

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.core.book import Book, Keys, Outcome
    from connectlib.core.conversions import Rates
    from connectlib.core.fee_policies import FeePolicy
    from connectlib.core.rows import Due, Versioned, World


def keys_for(row: Refund, charge: Charge, world: World) -> Callable[..., Keys]:
    """What a refund that waits for funds needs."""

    def of(links: Mapping[str, Versioned], at: int) -> Keys:
        found = refund_money.keys_of(links, charge, world, at)
        return amend(found, rows=(*found.rows, row.id))

    return of


def retry(book: Book, row: Refund, *, rates: Rates, fees: FeePolicy) -> Outcome[refunds.Recorded]:
    """Try a refund that waits for funds again: book it, or let it wait.

    It waits behind an older one of its account and currency, and where the connected account
    is short for the reversal.
    """
    found = book.rows.get(row.id)
    if not isinstance(found, Refund):
        raise Stale(f"{row.id} was not gathered")
    row = found
    draft = Draft()
    if row.status != refunds.MACHINE.initial or row.pending_reason != refund_money.SHORT:
        return Done(refunds.Recorded(row, ""), draft)
    charge = book.get(Charge, row.charge, row.account)
    if charge is None:
        raise Stale(f"{row.charge} was not gathered")
    if charge.status != "succeeded":
        return _pointless(book, draft, row, charge)
    shares = refund_money.shares_of(book, charge, row, row.amount)
    try:
        out = refund_money.leaving(book, charge, row.amount, rates)
    except NoRate:
        return Done(refunds.Recorded(row, ""), draft)
    funds = book.funds(row.account, out.currency) + refund_money.gain_of(charge, shares)
    short = funds < out.amount or (
        shares.transfer is not None
        and shares.reversed > 0
        and refuse_reversal(book, shares.transfer, shares.reversed) is not None
    )
    if short or _is_behind(book, row, out.currency):
        return Done(refunds.Recorded(row, ""), draft)
    moved = refund_money.move(book, draft, charge, row, shares, out, fees)
    moved = draft.put(moved._replace(version=row.version + 1))
    draft.put(
        amend(
            charge,
            version=charge.version + 1,
            refunds_waiting=charge.refunds_waiting - row.amount,
        )
    )
    account = book.account(row.account)
    if account is not None:
        end(book, draft, account, out.currency)
    draft.emit("refund.updated", moved)
    draft.dues.append(refunds.intent(moved, lease=book.wall + LEASE))
    return Done(refunds.Recorded(moved, charge.source), draft)


def _pointless(book: Book, draft: Draft, row: Refund, charge: Charge) -> Outcome[refunds.Recorded]:
    """The bank has taken the charge back meanwhile: there is nothing left to refund."""
    failed = draft.put(
        amend(
            row,
            version=row.version + 1,
            status=refunds.MACHINE.next(row.status, "fail") or row.status,
            pending_reason=None,
            failure_reason="unknown",
        )
    )
    draft.put(
        amend(
            charge,
            version=charge.version + 1,
            amount_refunded=charge.amount_refunded - row.amount,
            refunds_waiting=charge.refunds_waiting - row.amount,
        )
    )
    account = book.account(row.account)
    if account is not None:
        end(book, draft, account, settled_of(charge)[1])
    draft.emit("refund.failed", failed)
    return Done(refunds.Recorded(failed, ""), draft)


def _is_behind(book: Book, row: Refund, currency: str) -> bool:
    """Whether an older refund of the batch still waits at the same account.

    currency: the one that the account pays it in, whatever it was charged in.
    """
    return any(
        isinstance(other, Refund)
        and other.id < row.id
        and other.account == row.account
        and other.pending_reason == refund_money.SHORT
        and isinstance(charge := book.rows.get(other.charge), Charge)
        and settled_of(charge)[1] == currency
        for other in book.rows.values()
    )


def again(book: Book, due: Due, *, still: bool) -> Outcome[None]:
    """Drop the due work of what waited; where some still does, it is tried again tomorrow."""
    draft = Draft()
    draft.undues.append(due)
    if still:
        draft.dues.append(due._replace(due_at=midnight(book.at) + DAY, lease=0))
    return Done(None, draft)
