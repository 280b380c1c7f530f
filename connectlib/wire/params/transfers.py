"""Parameters of transfers and their reversals."""

from __future__ import annotations

from typing import Any

from connectlib.core.commands import CreateReversal, CreateTransfer, UpdateText
from connectlib.wire.params.base import (
    Amount,
    Changed1000,
    ChangedMetadata,
    CurrencyCode,
    Flag,
    Id,
    Metadata,
    Params,
    Text255,
    Text1000,
    changes_of,
    currency_in,
    metadata_of,
    parse,
)


class Create(Params):
    """`transfers.create`."""

    amount: Amount
    currency: CurrencyCode
    destination: Id
    source_transaction: Id | None = None
    transfer_group: Text255 | None = None
    description: Text1000 | None = None
    metadata: Metadata | None = None


class Update(Params):
    """`transfers.update` and `transfers.reversals.update`."""

    description: Changed1000 | None = None
    metadata: ChangedMetadata | None = None


class Reverse(Params):
    """`transfers.reversals.create`."""

    transfer: Id
    amount: Amount | None = None
    refund_application_fee: Flag = False
    description: Text1000 | None = None
    metadata: Metadata | None = None


def create(given: dict[str, Any]) -> CreateTransfer:
    """The command of `transfers.create`. Raises Invalid."""
    asked = parse(Create, given)
    return CreateTransfer(
        asked.amount,
        asked.currency,
        asked.destination,
        asked.source_transaction,
        asked.transfer_group,
        asked.description,
        metadata_of(asked.metadata),
    )


def update(id_: str, given: dict[str, Any], *, account: str) -> UpdateText:
    """The command of `transfers.update`. Raises Invalid."""
    asked = parse(Update, given)
    return UpdateText(id_, account, changes_of(asked.metadata), asked.description)


def reverse(given: dict[str, Any]) -> CreateReversal:
    """The command of `transfers.reversals.create`. Raises Invalid."""
    asked = parse(Reverse, given)
    return CreateReversal(
        asked.transfer,
        asked.amount,
        asked.refund_application_fee,
        asked.description,
        metadata_of(asked.metadata),
        currency_in(given),
    )
