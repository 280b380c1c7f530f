"""Parameters of refunds."""

from __future__ import annotations

from typing import Any, Literal

from connectlib.core.commands import CreateRefund, UpdateText
from connectlib.wire.params.base import (
    Amount,
    Flag,
    Id,
    Metadata,
    Params,
    changes_of,
    metadata_of,
    parse,
)


class Create(Params):
    """`refunds.create`."""

    charge: Id
    amount: Amount | None = None
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None
    reverse_transfer: Flag = False
    refund_application_fee: Flag = False
    metadata: Metadata | None = None


class Update(Params):
    """`refunds.update`."""

    metadata: Metadata | None = None


def create(given: dict[str, Any], *, account: str) -> CreateRefund:
    """The command of `refunds.create`. Raises Invalid."""
    asked = parse(Create, given)
    return CreateRefund(
        asked.charge,
        account,
        asked.amount,
        asked.reason,
        asked.reverse_transfer,
        asked.refund_application_fee,
        metadata_of(asked.metadata),
    )


def update(id_: str, given: dict[str, Any], *, account: str) -> UpdateText:
    """The command of `refunds.update`. Raises Invalid."""
    return UpdateText(id_, account, changes_of(parse(Update, given).metadata))
