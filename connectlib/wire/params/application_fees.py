"""Parameters of application fees: only their refunds have any."""

from __future__ import annotations

from typing import Any

from connectlib.core.commands import CreateFeeRefund, UpdateText
from connectlib.wire.params.base import (
    Amount,
    ChangedMetadata,
    Id,
    Metadata,
    Params,
    changes_of,
    currency_in,
    metadata_of,
    parse,
)


class Refund(Params):
    """`application_fees.refunds.create`."""

    fee: Id
    amount: Amount | None = None
    metadata: Metadata | None = None


class Update(Params):
    """`application_fees.refunds.update`."""

    metadata: ChangedMetadata | None = None


def refund(given: dict[str, Any]) -> CreateFeeRefund:
    """The command of `application_fees.refunds.create`. Raises Invalid."""
    asked = parse(Refund, given)
    return CreateFeeRefund(asked.fee, asked.amount, metadata_of(asked.metadata), currency_in(given))


def update(id_: str, given: dict[str, Any], *, account: str) -> UpdateText:
    """The command of `application_fees.refunds.update`. Raises Invalid."""
    return UpdateText(id_, account, changes_of(parse(Update, given).metadata))
