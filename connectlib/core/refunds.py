"""Refunds: money on its way back lies apart until the processor has answered.

The refund, the transfer reversal and the fee refund it asks for are booked together, before
the processor is asked; a definite no returns the refund's own amount to the balance.
(API reference, Refunds; rounding as measured on recorded traffic, see `docs/ledger.md`.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.balance_transactions import Place, change
from connectlib.core.book import Done, Keys
from connectlib.core.conversions import sell_keys
from connectlib.core.drafts import Draft
from connectlib.core.due import DueKind, join_ref
from connectlib.core.idempotency import LEASE, answered
from connectlib.core.machine import Machine
from connectlib.core.moments import DAY, HOUR, MINUTE, midnight
from connectlib.core.postings import Fact, Owners, keys
from connectlib.core.refund_money import (
    ASKING,
    PROCESSING,
    REVIEW,
    SHORT,
    Planned,
    keys_of,
    move,
    plan,
)
from connectlib.core.refusals import Refused, Why, missing, wrong_currency
from connectlib.core.rows import Charge, Due, Refund, amend
from connectlib.core.waiting import begin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreateRefund, ReviewRefund
    from connectlib.core.conversions import Rates
    from connectlib.core.fee_policies import FeePolicy
    from connectlib.core.rows import Versioned, World

MACHINE = Machine(
    initial="pending",
    table={
        ("pending", "settle"): "succeeded",
        ("pending", "fail"): "failed",
    },
    terminal=frozenset({"succeeded", "failed"}),
)
RECORDED, SETTLED = 1, 2


class Recorded(NamedTuple):
    """A refund as booked, and the source that the processor gives the money back to."""

    row: Refund
    source: str


def record_keys(
    command: CreateRefund, world: World
) -> Callable[[Mapping[str, Versioned], int], Keys]:
    """What a refund of a charge needs, given the charge."""

    def of(links: Mapping[str, Versioned], at: int) -> Keys:
        charge = links.get(command.charge)
        if not isinstance(charge, Charge):
            return Keys(rows=(command.charge,))
        return keys_of(links, charge, world, at)

    return of


def record(
    book: Book,
    command: CreateRefund,
    request: Request | None,
    *,
    rates: Rates,
    fees: FeePolicy,
) -> Outcome[Recorded]:
    """Book a refund before the processor is asked; short of funds it only waits.

    Refunds of one account and currency that wait are first in, first out.
    """
    charge = book.get(Charge, command.charge, command.account)
    if charge is None:
        return missing("charge", command.charge, "charge")
    planned = wrong_currency(command.currency, charge.currency) or plan(
        book, charge, command, rates
    )
    if isinstance(planned, Refused):
        return planned
    amount, shares, out, waits = planned
    draft = Draft()
    draft.origin = request.key if request else None
    row = new(book, charge, command, planned)
    changed = draft.put(
        amend(
            charge,
            version=charge.version + 1,
            amount_refunded=charge.amount_refunded + amount,
            refunds_waiting=charge.refunds_waiting + (amount if waits else 0),
        )
    )
    account = book.account(charge.account)
    if waits and account is not None:
        begin(book, draft, account, out.currency)
        draft.dues.append(retry_due(row, out.currency, midnight(book.at) + DAY))
    else:
        row = move(book, draft, charge, row, shares, out, fees)
        draft.dues.append(intent(row, lease=0 if book.joined else book.wall + LEASE))
    draft.put(row)
    draft.emit("charge.refunded", changed, first=True)
    draft.emit("refund.created", row, first=True)
    promised = RECORDED if book.joined or waits else SETTLED
    draft.key = answered(book, request, row, version=promised)
    return Done(Recorded(row, charge.source), draft)


def new(book: Book, charge: Charge, command: CreateRefund, planned: Planned) -> Refund:
    """The row of a refund to be made."""
    return Refund(
        book.branch,
        book.new_id("re"),
        book.world.id,
        charge.account,
        RECORDED,
        book.at,
        planned.amount,
        charge.currency,
        charge.id,
        MACHINE.initial,
        pending_reason=SHORT if planned.waits else ASKING,
        reason=command.reason,
        reverse_transfer=int(command.reverse_transfer),
        refund_application_fee=int(command.refund_application_fee),
        metadata=command.metadata,
        payment_intent=charge.payment_intent,
    )


def intent(row: Refund, *, at: int | None = None, lease: int = 0) -> Due:
    """The due work that a refund is until the processor has answered.

    It falls due when the refund was booked; at: at another moment.
    """
    asked = row.created if at is None else at
    return Due(row.branch, row.world, asked, int(DueKind.SUBMIT_REFUND), row.id, lease)


def retry_due(row: Refund, currency: str, at: int) -> Due:
    """The due work that the waiting refunds of an account and currency are together."""
    ref = join_ref(row.account, currency)
    return Due(row.branch, row.world, at, int(DueKind.RETRY_REFUNDS), ref)


def settle_keys(row: Refund, world: World) -> Keys:
    """What the processor's answer needs."""
    owners = Owners(world.id, row.currency, world.account, row.account)
    touched = keys(Fact.REFUND_SETTLED, owners) | keys(Fact.REFUND_FAILED, owners)
    if row.settled_currency is not None:
        touched |= sell_keys(world.id, row.account, row.currency, row.settled_currency, 0)
    return Keys(rows=(row.id, row.charge), heads=(row.account,), ledger=touched)


def settle(book: Book, row: Refund, due: Due | None, failure: str | None) -> Outcome[Refund]:
    """Book the processor's definite answer. Once only. failure: its reason, None for a yes."""
    found = book.rows.get(row.id)
    draft = Draft()
    if due is not None:
        draft.undues.append(due)
    if not isinstance(found, Refund) or found.status != MACHINE.initial:
        return Done(found if isinstance(found, Refund) else row, draft)
    row = found
    owners = Owners(book.world.id, row.currency, book.world.account, row.account)
    if failure is None:
        draft.post(Fact.REFUND_SETTLED, owners, (row.amount,), row.id)
        done = draft.put(
            amend(
                row,
                version=row.version + 1,
                status=MACHINE.next(row.status, "settle") or row.status,
                pending_reason=None,
            )
        )
        draft.emit("refund.updated", done)
        return Done(done, draft)
    return _failed(book, row, draft, owners, failure)


def _failed(book: Book, row: Refund, draft: Draft, owners: Owners, failure: str) -> Outcome[Refund]:
    """The money is back in the balance; what was taken back for it stays taken back."""
    draft.post(Fact.REFUND_FAILED, owners, (row.amount,), row.id)
    amount, currency = row.amount, row.currency
    if row.settled is not None and row.settled_currency is not None:
        amount, currency = row.settled, row.settled_currency
        sold = owners._replace(bought=currency)
        draft.post(Fact.CONVERSION, sold, (row.amount, amount, 0, 0), row.id)
    into = change(
        book,
        draft,
        Place(row.account, currency, 0),
        "refund_failure",
        amount,
        row.id,
        "REFUND FAILURE",
        rate=row.exchange_rate,
    )
    done = draft.put(
        amend(
            row,
            version=row.version + 1,
            status=MACHINE.next(row.status, "fail") or row.status,
            pending_reason=None,
            failure_reason=failure,
            failure_balance_transaction=into.id,
        )
    )
    draft.emit("refund.failed", done)
    charge = book.get(Charge, row.charge, row.account)
    if charge is not None:
        changed = draft.put(
            amend(
                charge,
                version=charge.version + 1,
                amount_refunded=charge.amount_refunded - row.amount,
            )
        )
        draft.emit("charge.updated", changed)
    return Done(done, draft)


def review(book: Book, command: ReviewRefund, *, request: Request | None) -> Outcome[Refund]:
    """Book what a person has found out about a refund that the processor does not answer for."""
    row = book.get(Refund, command.id, command.account)
    if row is None:
        return missing("refund", command.id, "id")
    if row.status != MACHINE.initial or row.pending_reason != REVIEW:
        reason = f", {row.pending_reason}" if row.pending_reason else ""
        return Refused(
            Why.REFUND_UNEXPECTED_STATE,
            f"You cannot review the refund {row.id} because it has a state of"
            f" {row.status}{reason}. Only a pending refund that is {REVIEW} may be decided by"
            " hand.",
            "id",
            "its processor answers for it: connect.run_due() asks",
        )
    moved = settle(book, row, None, command.failure)
    if isinstance(moved, Done):
        moved.draft.origin = request.key if request else None
        moved.draft.key = answered(book, request, moved.value)
    return moved


def wait(book: Book, row: Refund, due: Due, *, safe: int | None = None) -> Outcome[Refund]:
    """The processor has accepted the refund and will tell later, or has not answered at all.

    safe: where it has not answered, the microseconds for which it surely remembers the key.
    """
    found = book.rows.get(row.id)
    row = found if isinstance(found, Refund) else row
    draft = Draft()
    draft.undues.append(due)
    if row.status != MACHINE.initial or row.pending_reason not in (ASKING, PROCESSING):
        return Done(row, draft)
    reason = PROCESSING
    if safe is not None:
        reason = REVIEW if book.at - row.created >= safe else str(row.pending_reason)
    if reason != row.pending_reason:
        row = draft.put(amend(row, version=row.version + 1, pending_reason=reason))
        draft.emit("refund.updated", row)
    if reason != REVIEW:
        draft.dues.append(
            intent(row, at=midnight(book.at) + DAY if safe is None else _soon(book, row))
        )
    return Done(row, draft)


def _soon(book: Book, row: Refund) -> int:
    """When to ask again about a refund without an answer: at growing intervals, at most hourly."""
    return book.at + min(max(book.at - row.created, MINUTE), HOUR)
