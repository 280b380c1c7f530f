"""Parameters of payouts."""

from __future__ import annotations

from typing import Any, Literal

from connectlib.core.commands import CreatePayout, UpdateText
from connectlib.wire.params.base import (
    Amount,
    ChangedMetadata,
    CurrencyCode,
    Descriptor,
    Metadata,
    Params,
    Text1000,
    changes_of,
    metadata_of,
    parse,
)


class Create(Params):
    """`payouts.create`. Instant payouts are not offered yet."""

    amount: Amount
    currency: CurrencyCode
    method: Literal["standard"] = "standard"
    statement_descriptor: Descriptor | None = None
    description: Text1000 | None = None
    metadata: Metadata | None = None


class Update(Params):
    """`payouts.update`."""

    metadata: ChangedMetadata | None = None


def create(given: dict[str, Any], *, account: str) -> CreatePayout:
    """The command of `payouts.create`. Raises Invalid."""
    asked = parse(Create, given)
    return CreatePayout(
        asked.amount,
        asked.currency,
        account,
        asked.method,
        asked.statement_descriptor,
        asked.description,
        metadata_of(asked.metadata),
    )


def update(id_: str, given: dict[str, Any], *, account: str) -> UpdateText:
    """The command of `payouts.update`. Raises Invalid."""
    return UpdateText(id_, account, changes_of(parse(Update, given).metadata))
