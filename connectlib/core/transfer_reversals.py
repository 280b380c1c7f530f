"""Transfer reversals: a transfer taken back, in part or whole.

A reversal makes a refund (`pyr_`) of the payment that the transfer made; the two share the body
of their id. (API reference, Transfer Reversals.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.application_fees import back_keys, fee_share, give_fee_back
from connectlib.core.balance import open_day
from connectlib.core.balance_transactions import Place, change
from connectlib.core.book import Done, Keys, Stale, twin
from connectlib.core.conversions import Amount, sell_keys
from connectlib.core.drafts import Draft
from connectlib.core.idempotency import answered
from connectlib.core.money import cumulative_share, display
from connectlib.core.postings import Fact, Owners, keys
from connectlib.core.refusals import Refused, Why, missing, wrong_currency
from connectlib.core.rows import ApplicationFee, Charge, Refund, Transfer, TransferReversal, amend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreateReversal
    from connectlib.core.ledger import LedgerKey
    from connectlib.core.rows import Versioned, World


def reverse_keys(
    transfer_id: str, world: World, *, with_fee: bool = False
) -> Callable[[Mapping[str, Versioned], int], Keys]:
    """What a reversal needs: the transfer and what its making fixed."""

    def of(links: Mapping[str, Versioned], at: int) -> Keys:
        transfer = links.get(transfer_id)
        if not isinstance(transfer, Transfer):
            return Keys(rows=(transfer_id,))
        touched = touched_by(world, transfer, at)
        rows: tuple[str, ...] = (transfer_id, transfer.destination_payment)
        if with_fee:
            fee = links.get(twin(transfer_id, "fee"))
            rows += (twin(transfer_id, "fee"),)
            if isinstance(fee, ApplicationFee):
                touched = touched | back_keys(fee, world, at)
        return Keys(
            rows=rows,
            accounts=(transfer.destination,),
            heads=(world.account, transfer.destination),
            ledger=touched,
        )

    return of


def reversal_owners(world: World, transfer: Transfer, at: int) -> Owners:
    """Out of the transfer's own day while it has not matured, else out of `available`."""
    day = open_day(transfer.available_on, at)
    return Owners(world.id, transfer.currency, world.account, transfer.destination, day)


def touched_by(world: World, transfer: Transfer, at: int) -> set[LedgerKey]:
    """The ledger accounts that a reversal of a transfer may touch."""
    owners = reversal_owners(world, transfer, at)
    touched = keys(Fact.REVERSAL, owners)
    held = transfer.arrived_currency
    if held is not None:
        touched |= sell_keys(world.id, transfer.destination, held, transfer.currency, owners.day)
    return touched


def arrived_part(transfer: Transfer, amount: int) -> Amount:
    """What the destination gives for so much of a transfer: its part of what it once got."""
    if transfer.arrived is None or transfer.arrived_currency is None:
        return Amount(amount, transfer.currency)
    before = transfer.amount_reversed
    part = cumulative_share(transfer.arrived, transfer.amount, before, before + amount)
    return Amount(part, transfer.arrived_currency, transfer.exchange_rate)


def reverse(
    book: Book, command: CreateReversal, request: Request | None
) -> Outcome[TransferReversal]:
    """Take a transfer back, in part or whole."""
    transfer = book.get(Transfer, command.transfer, book.world.account)
    if transfer is None:
        return missing("transfer", command.transfer, "transfer")
    left = transfer.amount - transfer.amount_reversed
    amount = left if command.amount is None else command.amount
    refused = wrong_currency(command.currency, transfer.currency)
    refused = refused or refuse_reversal(book, transfer, amount)
    if refused is not None:
        return refused
    draft = Draft()
    draft.origin = request.key if request else None
    fee: ApplicationFee | None = None
    if command.refund_application_fee:
        fee = book.get(ApplicationFee, twin(transfer.id, "fee"), book.world.account)
        if fee is None:
            return Refused(
                Why.PARAMETER_INVALID,
                f"Transfer {transfer.id} has no application fee to refund.",
                "refund_application_fee",
                "leave refund_application_fee out",
            )
    reversal = take_back(
        book,
        draft,
        transfer,
        amount,
        description=command.description,
        metadata=command.metadata,
    )
    if fee is not None:
        back = fee_share(fee, amount, transfer.amount, last=amount == left)
        if back:
            give_fee_back(book, draft, fee, back)
    draft.key = answered(book, request, reversal)
    return Done(reversal, draft)


def refuse_reversal(book: Book, transfer: Transfer, amount: int) -> Refused | None:
    """Why so much of a transfer cannot be taken back now."""
    left = transfer.amount - transfer.amount_reversed
    if left == 0:
        return Refused(
            Why.TRANSFER_ALREADY_REVERSED,
            f"Transfer {transfer.id} is already fully reversed.",
            "amount",
            "nothing is left to reverse",
        )
    if amount > left:
        return Refused(
            Why.AMOUNT_EXCEEDED,
            f"Transfer reversal amount ({display(amount, transfer.currency)}) is greater than"
            f" unreversed amount on transfer ({display(left, transfer.currency)})",
            "amount",
            f"reverse at most {left} minor units",
        )
    owners = reversal_owners(book.world, transfer, book.at)
    account = book.account(transfer.destination)
    if account is None:
        return Refused(
            Why.ACCOUNT_CLOSED,
            f"The account {transfer.destination} has been deleted: nothing can be taken back.",
            "transfer",
            "refund without reverse_transfer",
        )
    if owners.day or account.losses == "application":
        return None
    part = arrived_part(transfer, amount)
    if book.balance(transfer.destination, part.currency) < part.amount:
        return Refused(
            Why.BALANCE_INSUFFICIENT,
            f"The account {transfer.destination} has insufficient available funds to reverse"
            " this transfer.",
            "amount",
            "reverse less, or wait until the account has funds; only where the platform bears"
            " the losses of an account may its balance go negative",
        )
    return None


def take_back(
    book: Book,
    draft: Draft,
    transfer: Transfer,
    amount: int,
    *,
    refund: str | None = None,
    description: str | None = None,
    metadata: str = "{}",
) -> TransferReversal:
    """Draft a reversal that has been allowed, with the refund of the payment it makes."""
    world, currency, destination = book.world, transfer.currency, transfer.destination
    owners = reversal_owners(world, transfer, book.at)
    id_ = book.new_id("trr")
    refund_id = twin(id_, "pyr")
    part = arrived_part(transfer, amount)
    here = Place(world.account, currency, owners.day)
    there = Place(destination, part.currency, owners.day)
    is_converted = transfer.arrived is not None
    if is_converted:
        sold = owners._replace(currency=part.currency, bought=currency)
        draft.post(Fact.CONVERSION, sold, (part.amount, amount, 0, 0), id_)
    draft.post(Fact.REVERSAL, owners, (amount,), id_)
    into = change(book, draft, here, "transfer_refund", amount, transfer.id, "REFUND FOR TRANSFER")
    why = "REFUND FOR PAYMENT"
    out = change(book, draft, there, "payment_refund", -part.amount, refund_id, why, rate=part.rate)
    changed = draft.put(
        amend(
            transfer,
            version=transfer.version + 1,
            amount_reversed=transfer.amount_reversed + amount,
            arrived_reversed=transfer.arrived_reversed + (part.amount if is_converted else 0),
        )
    )
    made, paid = _payment_back(book, draft, transfer, amount, part, out.id, id_)
    row = (
        book.branch, id_, world.id, world.account, 1, book.at, amount, currency,
        transfer.id, into.id, refund_id,
    )  # fmt: skip
    reversal = draft.put(TransferReversal(*row, refund, description, metadata))
    draft.emit("transfer.reversed", changed)
    draft.emit("refund.created", made)
    draft.emit("charge.refunded", paid)
    return reversal


def _payment_back(
    book: Book,
    draft: Draft,
    transfer: Transfer,
    amount: int,
    part: Amount,
    bt: str,
    reversal: str,
) -> tuple[Refund, Charge]:
    """Draft the refund that a reversal is at the destination, and what it leaves of the payment."""
    payment = book.get(Charge, transfer.destination_payment, transfer.destination)
    if payment is None:
        raise Stale(f"{transfer.destination_payment} was not gathered")
    paid = draft.put(
        amend(
            payment, version=payment.version + 1, amount_refunded=payment.amount_refunded + amount
        )
    )
    owners = reversal_owners(book.world, transfer, book.at)
    is_converted = transfer.arrived is not None
    made = Refund(
        book.branch,
        twin(reversal, "pyr"),
        book.world.id,
        transfer.destination,
        1,
        book.at,
        amount,
        transfer.currency,
        payment.id,
        "succeeded",
        owners.day,
        balance_transaction=bt,
        source_transfer_reversal=reversal,
        settled=part.amount if is_converted else None,
        settled_currency=part.currency if is_converted else None,
        exchange_rate=part.rate if is_converted else None,
    )
    return draft.put(made), paid
