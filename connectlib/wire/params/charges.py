"""Parameters of charges."""

from __future__ import annotations

from typing import Any

from connectlib.core.commands import CreateCharge, UpdateText
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import (
    Amount,
    AmountOrZero,
    CurrencyCode,
    Descriptor,
    Email,
    Id,
    Metadata,
    Params,
    Text255,
    Text1000,
    changes_of,
    metadata_of,
    parse,
)


class TransferData(Params):
    """Where the money of a destination charge goes, and how much of it."""

    destination: Id
    amount: Amount | None = None


class Create(Params):
    """`charges.create`."""

    amount: Amount
    currency: CurrencyCode
    source: Text255
    transfer_data: TransferData | None = None
    application_fee_amount: AmountOrZero | None = None
    on_behalf_of: Id | None = None
    transfer_group: Text255 | None = None
    description: Text1000 | None = None
    statement_descriptor: Descriptor | None = None
    receipt_email: Email | None = None
    metadata: Metadata | None = None


class Update(Params):
    """`charges.update`."""

    description: Text1000 | None = None
    receipt_email: Email | None = None
    metadata: Metadata | None = None


def create(given: dict[str, Any], *, account: str, platform: str) -> CreateCharge:
    """The command of `charges.create`. Raises Invalid."""
    asked = parse(Create, given)
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
    if to is not None and account != platform:
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE,
                "A direct charge cannot have transfer_data: it is already on the connected"
                " account.",
                "transfer_data[destination]",
                "drop account= for a destination charge, or transfer_data for a direct one",
            )
        )
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
    )


def update(id_: str, given: dict[str, Any], *, account: str) -> UpdateText:
    """The command of `charges.update`. Raises Invalid."""
    asked = parse(Update, given)
    return UpdateText(
        id_, account, changes_of(asked.metadata), asked.description, asked.receipt_email
    )
