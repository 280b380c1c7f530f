"""Payouts: money leaves a balance, lies in transit, and arrives or comes back.

Every payout says exactly which balance transactions it contains, first in first out, the last
one in part. (API reference, Payouts; schedules as in the Connect documentation.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core import accounts
from connectlib.core.account_settings import payout_descriptor
from connectlib.core.balance_transactions import Place, change
from connectlib.core.banks import (
    ERRORED,
    bank_id,
    bank_of,
    has_row,
    is_errored,
    is_unusable,
    with_status,
)
from connectlib.core.book import Done, Keys
from connectlib.core.currencies import currency_of
from connectlib.core.drafts import Draft, encode
from connectlib.core.due import DueKind
from connectlib.core.external_changes import moved as moved_external
from connectlib.core.external_changes import shown, write
from connectlib.core.idempotency import answered
from connectlib.core.machine import Machine
from connectlib.core.moments import DAY, add_business_days, date_of, moment_of
from connectlib.core.payout_items import SKEW, fill
from connectlib.core.postings import Fact, Owners, keys
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Account, Due, ExternalAccount, Payout, amend
from connectlib.core.transfers import insufficient

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreatePayout
    from connectlib.core.rows import World

MACHINE = Machine(
    initial="pending",
    table={
        ("pending", "submit"): "in_transit",
        ("pending", "fail"): "failed",
        ("pending", "cancel"): "canceled",
        ("in_transit", "arrive"): "paid",
        ("in_transit", "fail"): "failed",
    },
    terminal=frozenset({"paid", "failed", "canceled"}),
)


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
    refused = _refuse_step(command) or _refuse_bank(account, command.currency)
    if refused is not None or account is None:
        return refused or missing("account", command.account, "account")
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


def _step(currency: str) -> int:
    """What payouts in a currency must be divisible by."""
    found = currency_of(currency)
    return found.payout_step if found else 1


def _refuse_step(command: CreatePayout) -> Refused | None:
    step = _step(command.currency)
    if command.amount % step == 0:
        return None
    return Refused(
        Why.INVALID_INTEGER,
        f"Payouts in {command.currency} must be divisible by {step}.",
        "amount",
        f"round down to a multiple of {step} minor units; the rest stays in the balance",
    )


def _refuse_bank(account: Account | None, currency: str) -> Refused | None:
    if account is not None and account.payouts_paused:
        return Refused(
            Why.PAYOUTS_NOT_ALLOWED,
            f"Cannot create payouts: the account {account.id} has been rejected.",
            "account",
            "take the rejection back by accounts.unreject(), if it was wrong",
        )
    bank = bank_of(account, currency) if account is not None else None
    if bank is None:
        return Refused(
            Why.PAYOUTS_NOT_ALLOWED,
            f"Cannot create payouts: the account has no bank account for {currency}.",
            "currency",
            "onboard the account, or pay out in the currency of its bank account",
        )
    if account is not None and not account.payouts_enabled:
        return Refused(
            Why.PAYOUTS_NOT_ALLOWED,
            f"Cannot create payouts: payouts of the account {account.id} are disabled:"
            f" {account.disabled_reason}.",
            "account",
            "see its requirements: accounts.retrieve(id).requirements",
        )
    if is_unusable(bank):
        return Refused(
            Why.PAYOUTS_NOT_ALLOWED,
            f"Cannot create payouts: a payout to the bank account {bank_id(bank)} has failed.",
            "destination",
            "replace the bank account, or update the account: even an update without changes"
            " enables it again",
            code="bank_account_unusable",
        )
    return None


def plan(book: Book, due: Due, owner: str, currency: str) -> Done[Payout | None]:
    """Pay out what is available, for an account that is on an automatic schedule still.

    Rounded down to the payout step of the currency; the rest stays.
    """
    draft = Draft()
    draft.undues.append(due)
    account = book.account(owner)
    available = book.balance(owner, currency)
    amount = available - available % _step(currency)
    if account is None or account.payout_interval == "manual" or amount <= 0:
        return Done(None, draft)
    if _refuse_bank(account, currency) is not None:
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
    left = fill(book, draft, account.id, currency, amount, id_)
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
            statement_descriptor=(command and command.statement_descriptor)
            or payout_descriptor(account),
            description="STRIPE PAYOUT" if automatic else command and command.description,
            metadata=command.metadata if command else "{}",
            cursor=(left[0].available_on if left else book.at) - SKEW,
        )
    )
    draft.emit("payout.created", row)
    draft.dues.append(submission(row))
    return row


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


def bounce_keys(row: Payout, world: World) -> Keys:
    """What a no of the bank needs: its bank account is marked with its account."""
    found = outcome_keys(row, world)
    bank = bank_id(row.bank)
    return found._replace(rows=(row.id, row.account, *((bank,) if has_row(row.bank) else ())))


def submitted(book: Book, row: Payout, due: Due) -> Outcome[Payout]:
    """The bank has taken a payout."""
    draft = Draft()
    draft.undues.append(due)
    found = book.rows.get(row.id)
    if not isinstance(found, Payout) or MACHINE.next(found.status, "submit") is None:
        return Done(found if isinstance(found, Payout) else row, draft)
    moved = draft.put(_moved(found, "submit"))
    draft.dues.append(settlement(moved, max(moved.arrival_date, book.at)))
    draft.emit("payout.updated", moved, previous=encode({"status": found.status}))
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
    back = _return(book, draft, found, "payout_failure", "PAYOUT FAILURE")
    moved = draft.put(
        amend(
            _moved(found, "fail"),
            failure_code=code,
            failure_message=message,
            failure_balance_transaction=back,
        )
    )
    draft.emit("payout.failed", moved)
    _mark(book, draft, found)
    return Done(moved, draft)


def _return(book: Book, draft: Draft, row: Payout, type_: str, description: str) -> str:
    """Draft the way back of a payout's money; the id of the balance transaction."""
    owners = Owners(book.world.id, row.currency, book.world.account, row.account)
    draft.post(Fact.PAYOUT_RETURNED, owners, (row.amount,), row.id)
    place = Place(row.account, row.currency, 0)
    return change(book, draft, place, type_, row.amount, row.id, description).id


def _mark(book: Book, draft: Draft, row: Payout) -> None:
    """Draft that the bank account of a failed payout is errored, where it still is the one."""
    account = book.account(row.account)
    if account is None:
        return
    external = book.get(ExternalAccount, bank_id(row.bank), account.id)
    if external is not None:
        errored = moved_external(external, "bounce")
        if errored != external:
            changes = shown(account, write(draft, external, errored, "updated"))
            accounts.change(book, draft, account, changes)
    elif bank_id(account.bank) == bank_id(row.bank) and not is_errored(account.bank):
        bank = with_status(account.bank or "", ERRORED)
        accounts.change(book, draft, account, {"bank": bank})


def cancel(
    book: Book, *, id_: str, account: str, handed_over: bool, request: Request | None
) -> Outcome[Payout]:
    """Call back a payout by hand that no bank has been asked about.

    handed_over: whether one may have been, or is being asked now.
    """
    row = book.get(Payout, id_, account)
    if row is None:
        return missing("payout", id_, "id")
    if row.automatic or handed_over or MACHINE.next(row.status, "cancel") is None:
        what = "automatic" if row.automatic else "on its way" if handed_over else row.status
        return Refused(
            Why.PAYOUT_UNEXPECTED_STATE,
            f"Payout {row.id} cannot be canceled: it is {what}.",
            "id",
            "only a pending payout made by hand can be canceled, before the bank is asked",
        )
    done = canceled(book, row)
    done.draft.origin = request.key if request else None
    done.draft.key = answered(book, request, done.value)
    return done


def canceled(book: Book, row: Payout) -> Done[Payout]:
    """The money of a pending payout goes back to `available`."""
    draft = Draft()
    if MACHINE.next(row.status, "cancel") is None:
        return Done(row, draft)
    draft.undues.append(submission(row))
    back = _return(book, draft, row, "payout_cancel", "PAYOUT CANCEL")
    moved = draft.put(amend(_moved(row, "cancel"), failure_balance_transaction=back))
    draft.emit("payout.canceled", moved)
    return Done(moved, draft)


def still_going(book: Book, row: Payout, due: Due) -> Outcome[Payout]:
    """The bank does not know yet: ask again tomorrow."""
    draft = Draft()
    draft.undues.append(due)
    draft.dues.append(settlement(row, book.at + DAY))
    return Done(row, draft)


def _moved(row: Payout, move: str) -> Payout:
    return amend(row, version=row.version + 1, status=MACHINE.next(row.status, move) or row.status)
