"""Transfers: money from the platform to a connected account.

A transfer makes a payment (`py_`) in the namespace of its destination. The two share the body
of their id, so that either is known from the other. (Stripe docs, "Separate charges and
transfers"; API reference, Transfers.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.application_fees import fee_parts
from connectlib.core.balance import open_day
from connectlib.core.balance_transactions import Place, change
from connectlib.core.book import Done, Keys, Stale, twin
from connectlib.core.drafts import Draft, encode
from connectlib.core.idempotency import answered
from connectlib.core.money import display
from connectlib.core.postings import Fact, Owners, keys
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import ApplicationFee, Charge, Transfer, amend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreateTransfer
    from connectlib.core.rows import Versioned, World

#: What a payment made by a transfer shows as its `payment_method_details`.
STRIPE_ACCOUNT = encode({"type": "stripe_account", "stripe_account": {}})


def create_keys(
    command: CreateTransfer, world: World
) -> Callable[[Mapping[str, Versioned], int], Keys]:
    """What a transfer needs; its day is that of its source charge."""
    source = command.source_transaction

    def of(links: Mapping[str, Versioned], at: int) -> Keys:
        owners = _owners(world, command.currency, command.destination, links.get(source or ""), at)
        return Keys(
            rows=(source,) if source else (),
            accounts=(command.destination,),
            heads=(world.account, command.destination),
            ledger=keys(Fact.TRANSFER, owners),
        )

    return of


def _owners(
    world: World, currency: str, destination: str, charge: Versioned | None, at: int
) -> Owners:
    day = open_day(charge.available_on, at) if isinstance(charge, Charge) else 0
    return Owners(world.id, currency, world.account, destination, day)


def create(book: Book, command: CreateTransfer, request: Request | None) -> Outcome[Transfer]:
    """Move money to a connected account: from `available`, or bound to a charge's own day."""
    world, amount, currency = book.world, command.amount, command.currency
    destination = command.destination
    refused = refuse_destination(book, destination, "destination")
    if refused is not None:
        return refused
    charge: Charge | None = None
    if command.source_transaction is not None:
        charge = book.get(Charge, command.source_transaction, world.account)
        refused = _refuse_source(command, charge)
        if refused is not None or charge is None:
            return refused or missing("charge", command.source_transaction, "source_transaction")
    owners = _owners(world, currency, destination, charge, book.at)
    if not book.has(Fact.TRANSFER, owners):
        raise Stale("the source has been settled since")
    if not owners.day and book.balance(world.account, currency) < amount:
        return insufficient(book.balance(world.account, currency), currency)
    draft = Draft()
    draft.origin = request.key if request else None
    draft.post(Fact.TRANSFER, owners, (amount,), source := book.new_id("tr"))
    group = command.transfer_group
    if charge is not None:
        draft.put(
            amend(charge, version=charge.version + 1, transferred=charge.transferred + amount)
        )
        group = group or charge.transfer_group or f"group_{charge.id}"
    transfer = pay(
        book,
        draft,
        id_=source,
        amount=amount,
        currency=currency,
        destination=destination,
        day=owners.day,
        source=command.source_transaction,
        group=group,
        description=command.description,
        metadata=command.metadata,
    )
    draft.key = answered(book, request, transfer)
    return Done(transfer, draft)


def refuse_destination(book: Book, destination: str, param: str) -> Refused | None:
    """Why an account cannot be paid: it does not exist, or may not receive transfers."""
    account = book.account(destination)
    if account is None or destination == book.world.account:
        return missing("destination", destination, param)
    if account.transfers != "active":
        return Refused(
            Why.INSUFFICIENT_CAPABILITIES,
            "Your destination account needs to have at least one of the following capabilities"
            " enabled: transfers, crypto_transfers, legacy_payments",
            param,
            "request the transfers capability and finish the account's onboarding",
        )
    return None


def insufficient(available: int, currency: str) -> Refused:
    """The refusal of a balance that is too low."""
    return Refused(
        Why.BALANCE_INSUFFICIENT,
        "You have insufficient available funds in your account: the available balance is"
        f" {display(available, currency)}.",
        "amount",
        "wait until pending funds are available, or use source_transaction to transfer the"
        " funds of one charge before they are",
    )


def _refuse_source(command: CreateTransfer, charge: Charge | None) -> Refused | None:
    given = command.source_transaction or ""
    if charge is None:
        return missing("charge", given, "source_transaction")
    if charge.status != "succeeded":
        return Refused(
            Why.CHARGE_NOT_REFUNDABLE,
            f"The charge {charge.id} has not succeeded: it is {charge.status}.",
            "source_transaction",
            "create the transfer once the charge has succeeded",
        )
    if charge.currency != command.currency:
        return Refused(
            Why.PARAMETER_INVALID,
            f"The currency of source_transaction's balance transaction ({charge.currency}) must"
            f" be the same as the transfer currency ({command.currency})",
            "currency",
            f"create the transfer in {charge.currency}",
        )
    left = charge.amount - charge.transferred
    if command.amount > left:
        return Refused(
            Why.AMOUNT_EXCEEDED,
            "Transfers using this transaction as a source must not exceed the source amount of"
            f" {display(charge.amount, charge.currency)}; there is a total of"
            f" {display(left, charge.currency)} left.",
            "amount",
            f"transfer at most {left} minor units",
        )
    return None


def pay(
    book: Book,
    draft: Draft,
    *,
    id_: str,
    amount: int,
    currency: str,
    destination: str,
    day: int,
    source: str | None,
    group: str | None,
    description: str | None = None,
    metadata: str = "{}",
    fee: ApplicationFee | None = None,
) -> Transfer:
    """Draft a transfer, the payment it makes, their balance transactions and events.

    fee: the application fee taken out of the payment. The ledger transfers are the caller's.
    """
    world = book.world
    here, there = Place(world.account, currency, day), Place(destination, currency, day)
    payment_id = twin(id_, "py")
    parts = fee_parts(fee.amount, world.account) if fee else ()
    out = change(book, draft, here, "transfer", -amount, id_, description)
    into = change(book, draft, there, "payment", amount, payment_id, parts=parts)
    row = (book.branch, id_, world.id, world.account, 1, book.at, amount, currency)
    made = Transfer(*row, destination, payment_id, out.id, 0, day, source, group, description)
    transfer = draft.put(amend(made, metadata=metadata) if metadata != "{}" else made)
    payment = draft.put(_payment(transfer, into.id, fee))
    draft.emit("transfer.created", transfer)
    draft.emit("payment.created", payment)
    return transfer


def _payment(transfer: Transfer, bt: str, fee: ApplicationFee | None) -> Charge:
    """What a transfer is at its destination."""
    return Charge(
        transfer.branch,
        transfer.destination_payment,
        transfer.world,
        transfer.destination,
        1,
        transfer.created,
        transfer.amount,
        transfer.currency,
        "succeeded",
        transfer.id,
        STRIPE_ACCOUNT,
        available_on=transfer.available_on,
        balance_transaction=bt,
        application_fee=fee.id if fee else None,
        application_fee_amount=fee.amount if fee else None,
        source_transfer=transfer.id,
        transfer_group=transfer.transfer_group,
    )
