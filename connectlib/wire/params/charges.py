"""Parameters of charges."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from connectlib.core.commands import CaptureCharge, CreateCharge, ReviewCharge, UpdateText
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.addresses import Shipping
from connectlib.wire.params.base import (
    Amount,
    AmountOrZero,
    Changed1000,
    ChangedEmail,
    ChangedMetadata,
    CurrencyCode,
    Descriptor,
    Email,
    Flag,
    Id,
    Metadata,
    Params,
    Text255,
    Text1000,
    changes_of,
    clean,
    currency_in,
    metadata_of,
    parse,
)
from connectlib.wire.params.splits import Remainder, Split, split_amounts

FailureCode = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,100}$"), AfterValidator(clean)]


class TransferData(Params):
    """Where the money of a destination charge goes, and how much of it."""

    destination: Id
    amount: Amount | None = None


class Create(Params):
    """`charges.create`."""

    amount: Amount
    currency: CurrencyCode
    source: Text255
    capture: Flag = True
    customer: Id | None = None
    fx_quote: Id | None = None
    shipping: Shipping | None = None
    split_remainder: Remainder = "platform"
    splits: list[Split] | None = None
    transfer_data: TransferData | None = None
    application_fee_amount: AmountOrZero | None = None
    on_behalf_of: Id | None = None
    transfer_group: Text255 | None = None
    description: Text1000 | None = None
    statement_descriptor: Descriptor | None = None
    receipt_email: Email | None = None
    metadata: Metadata | None = None


class TransferAmount(Params):
    """How much of a charge the destination gets."""

    amount: Amount | None = None


class Capture(Params):
    """`charges.capture`."""

    amount: Amount | None = None
    application_fee_amount: AmountOrZero | None = None
    statement_descriptor: Descriptor | None = None
    transfer_data: TransferAmount | None = None


class Review(Params):
    """`charges.review`."""

    outcome: Literal["succeeded", "failed", "held", "released"]
    amount: Amount | None = None
    failure_code: FailureCode | None = None
    failure_message: Text255 | None = None
    reference: Text255 | None = None


class Update(Params):
    """`charges.update`."""

    description: Changed1000 | None = None
    receipt_email: ChangedEmail | None = None
    metadata: ChangedMetadata | None = None


def _check_exclusive(asked: Create, *, is_direct: bool) -> None:
    to = asked.transfer_data
    if to is not None and to.amount is not None and asked.application_fee_amount is not None:
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE,
                "You may only specify one of these parameters: application_fee_amount,"
                " transfer_data[amount].",
                "application_fee_amount",
                "say either what you keep or what the account gets",
            )
        )
    if to is not None and is_direct:
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE,
                "A direct charge cannot have transfer_data: it is already on the connected"
                " account.",
                "transfer_data[destination]",
                "drop account= for a destination charge, or transfer_data for a direct one",
            )
        )


def create(given: dict[str, Any], *, account: str, platform: str) -> CreateCharge:
    """The command of `charges.create`. Raises Invalid."""
    return command_of(parse(Create, given), account=account, platform=platform)


def command_of(asked: Create, *, account: str, platform: str) -> CreateCharge:
    """The command of what is asked. Raises Invalid."""
    to = asked.transfer_data
    _check_exclusive(asked, is_direct=account != platform)
    splits: tuple[tuple[str, int], ...] = ()
    if asked.splits is not None:
        splits = split_amounts(
            asked.splits,
            asked.split_remainder,
            asked.amount,
            account=account,
            platform=platform,
            has_destination=to is not None,
        )
    options: tuple[tuple[str, Any], ...] = ()
    if asked.shipping is not None:
        options = (("shipping", asked.shipping.model_dump()),)
    return CreateCharge(
        asked.amount,
        asked.currency,
        asked.source,
        account,
        to.destination if to else None,
        to.amount if to else None,
        asked.application_fee_amount,
        asked.on_behalf_of,
        asked.transfer_group,
        asked.description,
        asked.statement_descriptor,
        asked.receipt_email,
        metadata_of(asked.metadata),
        asked.capture,
        asked.customer,
        splits=splits,
        fx_quote=asked.fx_quote,
        options=options,
    )


def capture(id_: str, given: dict[str, Any], *, account: str) -> CaptureCharge:
    """The command of `charges.capture`. Raises Invalid."""
    asked = parse(Capture, given)
    return CaptureCharge(
        id_,
        account,
        asked.amount,
        asked.application_fee_amount,
        asked.transfer_data.amount if asked.transfer_data else None,
        asked.statement_descriptor,
    )


#: Of which outcome a further parameter of a review tells.
_BELONGS = {
    "amount": "succeeded",
    "reference": "succeeded",
    "failure_code": "failed",
    "failure_message": "failed",
}
_FAILED = "The payment was not made: its processor has been asked by hand."


def review(id_: str, given: dict[str, Any], *, account: str) -> ReviewCharge:
    """The command of `charges.review`. Raises Invalid."""
    asked = parse(Review, given)
    for name, outcome in _BELONGS.items():
        if getattr(asked, name) is not None and asked.outcome != outcome:
            raise Invalid(
                Refused(
                    Why.PARAMETER_INVALID,
                    f"You provided {name}, but outcome is {asked.outcome}.",
                    name,
                    f"{name} belongs to the outcome {outcome}",
                )
            )
    return ReviewCharge(
        id_,
        account,
        asked.outcome,
        asked.amount,
        currency_in(given),
        asked.failure_code or "processing_error",
        asked.failure_message or _FAILED,
        asked.reference,
    )


def update(id_: str, given: dict[str, Any], *, account: str) -> UpdateText:
    """The command of `charges.update`. Raises Invalid."""
    asked = parse(Update, given)
    return UpdateText(
        id_, account, changes_of(asked.metadata), asked.description, asked.receipt_email
    )
