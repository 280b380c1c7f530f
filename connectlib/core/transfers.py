"""Transfers: money from the platform to a connected account.

A transfer makes a payment (`py_`) in the namespace of its destination. The two share the body
of their id, so that either is known from the other. (Stripe docs, "Separate charges and
transfers"; API reference, Transfers.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.core.application_fees import fee_parts
from connectlib.core.balance import open_day
from connectlib.core.balance_transactions import Place, change
from connectlib.core.book import Done, Keys, Stale, twin
from connectlib.core.conversions import (
    Amount,
    NoRate,
    exchanged,
    rate_of,
    sell,
    sell_keys,
)
from connectlib.core.drafts import Draft, encode
from connectlib.core.fx import no_rate
from connectlib.core.idempotency import answered
from connectlib.core.money import display
from connectlib.core.postings import Fact, Owners, keys
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Account, ApplicationFee, Charge, Transfer, amend
from connectlib.core.terms import currency_at
from connectlib.core.waiting import wake

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreateTransfer
    from connectlib.core.conversions import Rates
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
        touched = keys(Fact.TRANSFER, owners)
        account = links.get(command.destination)
        if isinstance(account, Account):
            arrives = currency_at(account, command.currency)
            if arrives != command.currency:
                touched |= sell_keys(world.id, account.id, command.currency, arrives, owners.day)
        return Keys(
            rows=(source,) if source else (),
            accounts=(command.destination,),
            heads=(world.account, command.destination),
            ledger=touched,
        )

    return of


def _owners(
    world: World, currency: str, destination: str, charge: Versioned | None, at: int
) -> Owners:
    day = open_day(charge.available_on, at) if isinstance(charge, Charge) else 0
    return Owners(world.id, currency, world.account, destination, day)


def create(
    book: Book,
    command: CreateTransfer,
    request: Request | None,
    *,
    rates: Rates,
    schedule: str | None = None,
) -> Outcome[Transfer]:
    """Move money to a connected account: from `available`, or bound to a charge's own day.

    An account that holds another currency gets it converted.
    schedule: the one that asks for it; its charge has counted the amount already.
    """
    world, amount, currency = book.world, command.amount, command.currency
    destination = command.destination
    charge = _source_of(book, command, counted=amount if schedule else 0)
    if isinstance(charge, Refused):
        return charge
    owners = _owners(world, currency, destination, charge, book.at)
    if not book.has(Fact.TRANSFER, owners):
        raise Stale("the source has been settled since")
    if not owners.day and book.balance(world.account, currency) < amount:
        return insufficient(book.balance(world.account, currency), currency)
    arrived = _arrived(book, amount, currency, destination, rates)
    if isinstance(arrived, Refused):
        return arrived
    draft = Draft()
    draft.origin = request.key if request else None
    draft.post(Fact.TRANSFER, owners, (amount,), source := book.new_id("tr"))
    sell(draft, owners._replace(bought=arrived.currency), amount, arrived, source)
    if charge is not None and schedule is None:
        counted = charge.transferred + amount
        draft.put(amend(charge, version=charge.version + 1, transferred=counted))
    transfer = pay(
        book,
        draft,
        id_=source,
        amount=amount,
        currency=currency,
        destination=destination,
        day=owners.day,
        source=command.source_transaction,
        group=command.transfer_group or _group_of(charge),
        description=command.description,
        metadata=command.metadata,
        arrived=arrived,
        schedule=schedule,
    )
    draft.key = answered(book, request, transfer)
    return Done(transfer, draft)


def _group_of(charge: Charge | None) -> str | None:
    """The group of what is paid out of a charge: the one it is in, or one of its own."""
    return None if charge is None else charge.transfer_group or f"group_{charge.id}"


def _source_of(book: Book, command: CreateTransfer, *, counted: int) -> Charge | Refused | None:
    """The charge that a transfer is paid out of; why it cannot be made, in the order of causes."""
    refused = refuse_destination(book, command.destination, "destination")
    if refused is not None or command.source_transaction is None:
        return refused
    charge = book.get(Charge, command.source_transaction, book.world.account)
    return refuse_source(command, charge, counted=counted) or charge


def _arrived(
    book: Book, amount: int, currency: str, destination: str, rates: Rates
) -> Amount | Refused:
    """What the destination holds of a transfer, in its own currency."""
    arrives = currency_at(book.account(destination), currency)
    if arrives == currency:
        return Amount(amount, currency)
    try:
        rate = rate_of(rates, book.at, currency, arrives)
    except NoRate as none:
        return no_rate(none.source, none.target)
    return exchanged(amount, currency, arrives, rate)


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


def refuse_source(
    command: CreateTransfer, charge: Charge | None, *, counted: int = 0
) -> Refused | None:
    """Why a charge cannot be the source. counted: of the amount, what it has counted already."""
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
    settled, currency = settled_of(charge)
    if currency != command.currency:
        return Refused(
            Why.PARAMETER_INVALID,
            f"The currency of source_transaction's balance transaction ({currency}) must"
            f" be the same as the transfer currency ({command.currency})",
            "currency",
            f"create the transfer in {currency}",
        )
    left = settled - charge.transferred + counted
    if command.amount > left:
        return Refused(
            Why.AMOUNT_EXCEEDED,
            "Transfers using this transaction as a source must not exceed the source amount of"
            f" {display(settled, currency)}; there is a total of"
            f" {display(left, currency)} left.",
            "amount",
            f"transfer at most {left} minor units",
        )
    return None


def captured(charge: Charge) -> int:
    """How much of a charge has been captured, once it has succeeded."""
    return charge.amount if charge.amount_captured is None else charge.amount_captured


def settled_of(charge: Charge) -> tuple[int, str]:
    """What a charge brought into the balance, and in which currency."""
    if charge.settled is not None and charge.settled_currency is not None:
        return charge.settled, charge.settled_currency
    return captured(charge), charge.currency


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
    taken: int = 0,
    arrived: Amount | None = None,
    schedule: str | None = None,
) -> Transfer:
    """Draft a transfer, the payment it makes, their balance transactions and events.

    fee: the application fee taken out of the payment, which is `taken` in the currency that the
    destination holds. arrived: what it holds of the transfer, where that is another currency.
    The ledger transfers are the caller's.
    """
    world = book.world
    if arrived is None:
        arrived = Amount(amount, currency)
    here, there = Place(world.account, currency, day), Place(destination, arrived.currency, day)
    payment_id = twin(id_, "py")
    parts = fee_parts(taken, world.account) if fee else ()
    out = change(book, draft, here, "transfer", -amount, id_, description)
    into = change(
        book, draft, there, "payment", arrived.amount, payment_id, parts=parts, rate=arrived.rate
    )
    wake(book, draft, destination, arrived.currency)
    row = (book.branch, id_, world.id, world.account, 1, book.at, amount, currency)
    made = Transfer(*row, destination, payment_id, out.id, 0, day, source, group, description)
    extras = _extras(metadata, schedule, arrived)
    transfer = draft.put(amend(made, **extras) if extras else made)
    payment = draft.put(_payment(transfer, into.id, fee, taken))
    draft.emit("transfer.created", transfer)
    draft.emit("payment.created", payment)
    return transfer


def _extras(metadata: str, schedule: str | None, arrived: Amount) -> dict[str, Any]:
    """The columns of a transfer that few have."""
    found: dict[str, Any] = {}
    if metadata != "{}":
        found["metadata"] = metadata
    if schedule is not None:
        found["schedule"] = schedule
    if arrived.rate is not None:
        found |= {
            "arrived": arrived.amount,
            "arrived_currency": arrived.currency,
            "exchange_rate": arrived.rate,
        }
    return found


def _payment(transfer: Transfer, bt: str, fee: ApplicationFee | None, taken: int) -> Charge:
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
        application_fee_amount=taken if fee else None,
        source_transfer=transfer.id,
        transfer_group=transfer.transfer_group,
        settled=transfer.arrived,
        settled_currency=transfer.arrived_currency,
        exchange_rate=transfer.exchange_rate,
    )
