"""Parameters of payment methods; what they are made of is in `method_data`."""

from __future__ import annotations

from typing import Any, Literal

from connectlib.core.commands import AttachMethod, CreatePaymentMethod, UpdatePaymentMethod
from connectlib.core.drafts import encode
from connectlib.core.expiry import full_year
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.addresses import BillingDetails, given_of
from connectlib.wire.params.base import Id, Metadata, Params, changes_of, parse
from connectlib.wire.params.method_data import (
    Details,
    Part,
    made_of,
    missing,
    refuse_mixture,
    words_of,
)


class Create(Details):
    """`payment_methods.create`."""

    customer: Id | None = None
    payment_method: Id | None = None


class NewCard(Params):
    """What of a card can change."""

    exp_month: Part | None = None
    exp_year: Part | None = None


class NewUsBankAccount(Params):
    """What of a bank account can change."""

    account_holder_type: Literal["company", "individual"] | None = None
    account_type: Literal["checking", "savings"] | None = None


class Update(Params):
    """`payment_methods.update`."""

    billing_details: BillingDetails | None = None
    card: NewCard | None = None
    metadata: Metadata | None = None
    us_bank_account: NewUsBankAccount | None = None


class Attach(Params):
    """`payment_methods.attach`."""

    customer: Id


def create(given: dict[str, Any], *, account: str, platform: str) -> CreatePaymentMethod:
    """The command of `payment_methods.create`. Raises Invalid."""
    asked = parse(Create, given)
    refuse_mixture(asked)
    if asked.payment_method is not None:
        return _copy(asked, words_of(asked, account), platform)
    if asked.customer is not None:
        raise Invalid(
            Refused(
                Why.PARAMETER_INVALID,
                "customer names the owner of a payment method that is copied.",
                "customer",
                "attach the new method after it has been made",
            )
        )
    return made_of(asked, account)


def _copy(asked: Create, words: CreatePaymentMethod, platform: str) -> CreatePaymentMethod:
    if asked.type is not None:
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE,
                "You may only specify one of these parameters: type, payment_method.",
                "payment_method",
                "a copy is of the kind of its original",
            )
        )
    if words.account == platform:
        raise Invalid(
            Refused(
                Why.PARAMETER_INVALID,
                "A payment method can only be copied to a connected account.",
                "payment_method",
                "name the connected account by account=",
            )
        )
    if asked.customer is None:
        raise missing("customer")
    return words._replace(original=asked.payment_method, customer=asked.customer)


def update(id_: str, given: dict[str, Any], *, account: str) -> UpdatePaymentMethod:
    """The command of `payment_methods.update`. Raises Invalid."""
    asked = parse(Update, given)
    if asked.card is not None and asked.us_bank_account is not None:
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE,
                "You may only specify one of these parameters: card, us_bank_account.",
                "us_bank_account",
                "give the parameters of the kind that the method is of",
            )
        )
    kind, details = "card", asked.card and asked.card.model_dump(exclude_none=True)
    if asked.us_bank_account is not None:
        kind, details = "us_bank_account", asked.us_bank_account.model_dump(exclude_none=True)
    if details and "exp_year" in details:
        details["exp_year"] = full_year(details["exp_year"])
    return UpdatePaymentMethod(
        id_,
        account,
        kind if details else None,
        encode(details) if details else None,
        given_of(asked.billing_details),
        changes_of(asked.metadata),
    )


def attach(method: str, given: dict[str, Any], *, account: str) -> AttachMethod:
    """The command of `payment_methods.attach`. Raises Invalid."""
    return AttachMethod(method, parse(Attach, given).customer, account)
