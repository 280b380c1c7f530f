"""What a payment intent must satisfy, as the charge that an attempt of it would make."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.charge_checks import refuse, refuse_amount
from connectlib.core.commands import CreateCharge
from connectlib.core.method_data import DATA
from connectlib.core.payment_intents import method_types
from connectlib.core.payment_kinds import currencies_of, takes
from connectlib.core.payment_methods import customer_of
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import PaymentIntent, PaymentMethod, amend

if TYPE_CHECKING:
    from connectlib.core.book import Book
    from connectlib.core.commands import CreatePaymentMethod
    from connectlib.core.means import Means
    from connectlib.core.payment_methods import Known


class Given(NamedTuple):
    """A payment method to confirm with: a stored row, or what the processor knows of a source.

    details: the `payment_method_details` of a charge made with it (compact JSON). inline: what
    was said of a method to be made.
    """

    row: PaymentMethod | None
    known: Known
    means: Means
    details: str
    billing: str | None = None
    inline: CreatePaymentMethod | None = None


def charge_for(
    intent: PaymentIntent, method: PaymentMethod | None = None, **options: Any
) -> CreateCharge:
    """The charge that an attempt of an intent makes."""
    billing = json.loads(method.billing) if method and method.billing else None
    kept = {
        "billing": billing,
        "shipping": json.loads(intent.shipping) if intent.shipping else None,
        "ready": method.ready or None if method else None,
        "off_session": intent.off_session or None,
        "return_url": intent.return_url,
        **options,
    }
    splits = json.loads(intent.splits) if intent.splits else ()
    return CreateCharge(
        intent.amount,
        intent.currency,
        method.token if method else "",
        intent.account,
        intent.destination,
        intent.transfer_amount,
        intent.application_fee_amount,
        intent.on_behalf_of,
        intent.transfer_group,
        intent.description,
        intent.statement_descriptor,
        intent.receipt_email,
        intent.metadata,
        intent.capture_method != "manual",
        intent.customer,
        method.id if method else None,
        tuple((str(account), int(amount)) for account, amount in splits),
        intent.fx_quote,
        tuple((name, value) for name, value in kept.items() if value is not None),
    )


def refuse_types(intent: PaymentIntent) -> Refused | None:
    """Why the kinds of payment that were named cannot be used; None where they can."""
    if json.loads(intent.options).get("automatic"):
        return None
    for kind in method_types(intent):
        if not takes(kind, intent.currency):
            return Refused(
                Why.INTENT_PARAMETER_INVALID,
                f"The payment method type {kind} cannot be used for a PaymentIntent in"
                f" {intent.currency}: it takes {', '.join(currencies_of(kind))}.",
                "payment_method_types",
                f"leave {kind} out, or choose its currency",
            )
    return None


def refuse_charge(
    book: Book, command: CreateCharge, given: Given | Refused | None
) -> Refused | None:
    """Why a charge with a method cannot be made; None where it can."""
    if not isinstance(given, Given):
        return refuse(book, command)
    return _of_method(refuse(book, command, given.means), given)


def _of_method(refused: Refused | None, given: Given) -> Refused | None:
    """A refusal that names the method where that does not fit the currency."""
    if refused is None or refused.why is not Why.METHOD_CURRENCY_MISMATCH:
        return refused
    return refused._replace(param="payment_method" if given.inline is None else DATA)


def refuse_customer(book: Book, intent: PaymentIntent) -> Refused | None:
    """Why the customer named cannot pay; None where nobody is named, or they can."""
    if intent.customer is None:
        return None
    found = customer_of(book, intent.customer, intent.account, "customer")
    return found if isinstance(found, Refused) else None


def refuse_change(
    book: Book,
    intent: PaymentIntent,
    changes: dict[str, Any],
    given: Given | Refused | None = None,
) -> Refused | None:
    """Why an intent cannot become what an update says; None where it can."""
    after = amend(intent, **changes)
    if after.customer != intent.customer:
        refused = refuse_customer(book, after)
        if refused is not None:
            return refused
    if intent.splits and (after.amount, after.currency) != (intent.amount, intent.currency):
        return Refused(
            Why.PARAMETER_INVALID,
            f"The amount of {intent.id} has been split already.",
            "amount",
            "cancel it and create another payment intent with the new amount and its splits",
        )
    if {"currency", "method_types"} & set(changes):
        refused = refuse_types(after)
        if refused is not None:
            return refused
    if not isinstance(given, Given):
        return refuse_amount(charge_for(after), None)
    return _of_method(refuse_amount(charge_for(after), given.means), given)
