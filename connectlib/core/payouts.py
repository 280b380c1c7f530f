"""Payouts: money leaves a balance, lies in transit, and arrives or comes back.

Every payout says exactly which balance transactions it contains, first in first out, the last
one in part. (API reference, Payouts; schedules as in the Connect documentation.)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connectlib.core.balance_transactions import Place, change
from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft
from connectlib.core.due import DueKind
from connectlib.core.idempotency import answered
from connectlib.core.machine import Machine
from connectlib.core.moments import DAY, add_business_days, date_of, moment_of
from connectlib.core.postings import Fact, Owners, keys
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Due, Payout, PayoutItem, amend
from connectlib.core.transfers import insufficient

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreatePayout
    from connectlib.core.drafts import Unpaid
    from connectlib.core.rows import Account, World

MACHINE = Machine(
    initial="pending",
    table={
        ("pending", "submit"): "in_transit",
        ("pending", "fail"): "failed",
        ("in_transit", "arrive"): "paid",
        ("in_transit", "fail"): "failed",
    },
    terminal=frozenset({"paid", "failed"}),
)

#: How far the clocks of two processes may be apart: the cursor stays behind by as much.
_SKEW = 600 * 1_000_000


def create_keys(account: str, currency: str, world: World) -> Keys:
    """What a payout needs."""
    owners = Owners(world.id, currency, world.account, account)
    return Keys(
        accounts=(account,),
        heads=(account,),
        ledger=keys(Fact.PAYOUT, owners),
        unpaid=((account, currency),),
    )


def create(book: Book, command: CreatePayout, request: Request | None) -> Outcome[Payout]:
    """Take a payout out of the available balance of an account."""
    account = book.account(command.account)
    if account is None or account.bank is None or bank_of(account, command.currency) is None:
        return Refused(
            Why.PAYOUTS_NOT_ALLOWED,
            f"Cannot create payouts: the account has no bank account for {command.currency}.",
            "currency",
            "onboard the account, or pay out in the currency of its bank account",
        )
    available = book.balance(account.id, command.currency)
    if available < command.amount:
        refused = insufficient(available, command.currency)
        return refused._replace(hint="pay out at most what is available")
    draft = Draft()
    draft.origin = request.key if request else None
    row = _leave(
        book,
        draft,
        account,
        amount=command.amount,
        currency=command.currency,
        automatic=False,
        command=command,
    )
    draft.key = answered(book, request, row)
    return Done(row, draft)


def bank_of(account: Account, currency: str) -> str | None:
    """The bank account that receives payouts in a currency: compact JSON; None where none does."""
    if account.bank is None:
        return None
    return account.bank if json.loads(account.bank).get("currency") == currency else None


def plan(book: Book, due: Due, owner: str, currency: str) -> Done[Payout | None]:
    """Pay out all that is available, for an account on an automatic schedule."""
    draft = Draft()
    draft.undues.append(due)
    account = book.account(owner)
    amount = book.balance(owner, currency)
    if account is None or amount <= 0 or bank_of(account, currency) is None:
        return Done(None, draft)
    row = _leave(
        book, draft, account, amount=amount, currency=currency, automatic=True, command=None
    )
    return Done(row, draft)


def _leave(
    book: Book,
    draft: Draft,
    account: Account,
    *,
    amount: int,
    currency: str,
    automatic: bool,
    command: CreatePayout | None,
) -> Payout:
    owners = Owners(book.world.id, currency, book.world.account, account.id)
    id_ = book.new_id("po")
    draft.post(Fact.PAYOUT, owners, (amount,), id_)
    out = change(
        book,
        draft,
        Place(account.id, currency, 0),
        "payout",
        -amount,
        id_,
        "STRIPE PAYOUT" if automatic else command and command.description,
    )
    left = _fill(book, draft, account.id, currency, amount, id_)
    arrival = add_business_days(date_of(book.at), 1, account.country)
    row = draft.put(
        Payout(
            book.branch,
            id_,
            book.world.id,
            account.id,
            1,
            book.at,
            amount,
            currency,
            MACHINE.initial,
            moment_of(arrival),
            int(automatic),
            bank_of(account, currency) or "",
            out.id,
            method=command.method if command else "standard",
            statement_descriptor=command.statement_descriptor if command else None,
            description="STRIPE PAYOUT" if automatic else command and command.description,
            metadata=command.metadata if command else "{}",
            cursor=(left[0].available_on if left else book.at) - _SKEW,
        )
    )
    draft.emit("payout.created", row)
    draft.dues.append(submission(row))
    return row


def _fill(
    book: Book, draft: Draft, account: str, currency: str, amount: int, payout: str
) -> list[Unpaid]:
    """Draft what a payout contains; what stays unpaid after it."""
    everything = amount == book.balance(account, currency)
    unpaid = book.unpaid.get((account, currency), [])
    taken, left = contents(unpaid, amount, everything=everything)
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


def submission(row: Payout) -> Due:
    """The due work that a payout is until the bank has taken it."""
    return Due(row.branch, row.world, row.created, int(DueKind.SUBMIT_PAYOUT), row.id)


def settlement(row: Payout, due_at: int) -> Due:
    """The due work that a payout is until the bank has told what became of it."""
    return Due(row.branch, row.world, due_at, int(DueKind.SETTLE_PAYOUT), row.id)


def outcome_keys(row: Payout, world: World) -> Keys:
    """What an answer of the bank needs."""
    owners = Owners(world.id, row.currency, world.account, row.account)
    touched = keys(Fact.PAYOUT_PAID, owners) | keys(Fact.PAYOUT_RETURNED, owners)
    return Keys(rows=(row.id,), heads=(row.account,), ledger=touched)


def submitted(book: Book, row: Payout, due: Due) -> Outcome[Payout]:
    """The bank has taken a payout."""
    draft = Draft()
    draft.undues.append(due)
    found = book.rows.get(row.id)
    if not isinstance(found, Payout) or MACHINE.next(found.status, "submit") is None:
        return Done(found if isinstance(found, Payout) else row, draft)
    moved = draft.put(_moved(found, "submit"))
    draft.dues.append(settlement(moved, max(moved.arrival_date, book.at)))
    draft.emit("payout.updated", moved)
    return Done(moved, draft)


def arrived(book: Book, row: Payout, due: Due) -> Outcome[Payout]:
    """The bank account has been credited."""
    draft = Draft()
    draft.undues.append(due)
    found = book.rows.get(row.id)
    if not isinstance(found, Payout) or MACHINE.next(found.status, "arrive") is None:
        return Done(found if isinstance(found, Payout) else row, draft)
    owners = Owners(book.world.id, found.currency, book.world.account, found.account)
    draft.post(Fact.PAYOUT_PAID, owners, (found.amount,), found.id)
    moved = draft.put(_moved(found, "arrive"))
    draft.emit("payout.paid", moved)
    return Done(moved, draft)


def bounced(book: Book, row: Payout, due: Due, *, code: str, message: str) -> Outcome[Payout]:
    """A definite no of the bank: the money is back in `available`."""
    draft = Draft()
    draft.undues.append(due)
    found = book.rows.get(row.id)
    if not isinstance(found, Payout) or MACHINE.next(found.status, "fail") is None:
        return Done(found if isinstance(found, Payout) else row, draft)
    owners = Owners(book.world.id, found.currency, book.world.account, found.account)
    draft.post(Fact.PAYOUT_RETURNED, owners, (found.amount,), found.id)
    into = change(
        book,
        draft,
        Place(found.account, found.currency, 0),
        "payout_failure",
        found.amount,
        found.id,
        "PAYOUT FAILURE",
    )
    moved = draft.put(
        amend(
            _moved(found, "fail"),
            failure_code=code,
            failure_message=message,
            failure_balance_transaction=into.id,
        )
    )
    draft.emit("payout.failed", moved)
    return Done(moved, draft)


def still_going(book: Book, row: Payout, due: Due) -> Outcome[Payout]:
    """The bank does not know yet: ask again tomorrow."""
    draft = Draft()
    draft.undues.append(due)
    draft.dues.append(settlement(row, book.at + DAY))
    return Done(row, draft)


def _moved(row: Payout, move: str) -> Payout:
    return amend(row, version=row.version + 1, status=MACHINE.next(row.status, move) or row.status)
