"""Parameters of refunds."""

from __future__ import annotations

from typing import Any, Literal

from connectlib.core.commands import CreateRefund, ReviewRefund, UpdateText
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import (
    Amount,
    ChangedMetadata,
    Flag,
    Id,
    Metadata,
    Params,
    changes_of,
    currency_in,
    metadata_of,
    parse,
)


class Create(Params):
    """`refunds.create`."""

    charge: Id | None = None
    payment_intent: Id | None = None
    amount: Amount | None = None
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None
    reverse_transfer: Flag = False
    refund_application_fee: Flag = False
    metadata: Metadata | None = None


class Review(Params):
    """`refunds.review`. failure_reason: as Stripe's refunds have it."""

    outcome: Literal["succeeded", "failed"]
    failure_reason: (
        Literal[
            "charge_for_pending_refund_disputed",
            "declined",
            "expired_or_canceled_card",
            "insufficient_funds",
            "lost_or_stolen_card",
            "merchant_request",
            "unknown",
        ]
        | None
    ) = None


class Update(Params):
    """`refunds.update`."""

    metadata: ChangedMetadata | None = None


def create(given: dict[str, Any], *, account: str) -> CreateRefund:
    """The command of `refunds.create`. Raises Invalid."""
    asked = parse(Create, given)
    if (asked.charge is None) == (asked.payment_intent is None):
        given_both = asked.charge is not None
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE if given_both else Why.PARAMETER_MISSING,
                "You may only specify one of these parameters: charge, payment_intent."
                if given_both
                else "One of the following params should be provided for this request:"
                " payment_intent or charge.",
                "charge",
                "name the charge, or the payment intent it belongs to",
            )
        )
    return CreateRefund(
        asked.charge or "",
        account,
        asked.amount,
        asked.reason,
        asked.reverse_transfer,
        asked.refund_application_fee,
        metadata_of(asked.metadata),
        asked.payment_intent,
        currency_in(given),
    )


def review(id_: str, given: dict[str, Any], *, account: str) -> ReviewRefund:
    """The command of `refunds.review`. Raises Invalid."""
    asked = parse(Review, given)
    if asked.outcome == "failed":
        return ReviewRefund(id_, account, asked.failure_reason or "unknown")
    if asked.failure_reason is not None:
        raise Invalid(
            Refused(
                Why.PARAMETER_INVALID,
                "You provided failure_reason, but outcome is succeeded.",
                "failure_reason",
                "failure_reason belongs to the outcome failed",
            )
        )
    return ReviewRefund(id_, account)


def update(id_: str, given: dict[str, Any], *, account: str) -> UpdateText:
    """The command of `refunds.update`. Raises Invalid."""
    return UpdateText(id_, account, changes_of(parse(Update, given).metadata))
