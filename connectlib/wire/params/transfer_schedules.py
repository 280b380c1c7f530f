"""Parameters of scheduled transfers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from connectlib.core.commands import CreateTransferSchedule, UpdateTransferSchedule
from connectlib.core.moments import SECOND, moment_of, of_datetime, parse_moment
from connectlib.core.refusals import Why
from connectlib.wire.params.base import (
    Amount,
    CurrencyCode,
    Id,
    Metadata,
    Params,
    Text255,
    Text1000,
    changes_of,
    metadata_of,
    parse,
    refuse,
)

#: The year 3000: what is later is a wrong unit.
_END = 32_503_680_000 * SECOND


def _moment(value: object) -> object:
    """Microseconds of a datetime, a date, an ISO text, or seconds since 1970; all in UTC."""
    found = -1
    try:
        if isinstance(value, datetime):
            found = of_datetime(value)
        elif isinstance(value, date):
            found = moment_of(value)
        elif isinstance(value, str):
            found = parse_moment(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            found = value * SECOND
    except (ValueError, OverflowError):
        found = -1
    if not 0 < found < _END:
        raise refuse(
            Why.PARAMETER_INVALID,
            f"Invalid moment: {str(value)[:40]!r}",
            "pass a datetime, a date, an ISO text such as 2026-11-20T09:00, or whole seconds"
            " since 1970; without an offset it is UTC",
        )
    return found


def _moment_or_none(value: object) -> object:
    return 0 if value == "" else _moment(value)


class Create(Params):
    """`transfer_schedules.create`."""

    amount: Amount
    currency: CurrencyCode
    destination: Id
    source_transaction: Id | None = None
    release_on: Annotated[int, BeforeValidator(_moment)] | None = None
    condition: Text255 | None = None
    transfer_group: Text255 | None = None
    description: Text1000 | None = None
    metadata: Metadata | None = None


class Update(Params):
    """`transfer_schedules.update`. release_on "": no date any more."""

    id: Id
    release_on: Annotated[int, BeforeValidator(_moment_or_none)] | None = None
    description: Text1000 | None = None
    metadata: Metadata | None = None


class Named(Params):
    """`transfer_schedules.release` and `transfer_schedules.cancel`."""

    id: Id


def create(given: dict[str, Any]) -> CreateTransferSchedule:
    """The command of `transfer_schedules.create`. Raises Invalid."""
    asked = parse(Create, given)
    return CreateTransferSchedule(
        asked.amount,
        asked.currency,
        asked.destination,
        asked.source_transaction,
        asked.release_on,
        asked.condition,
        asked.transfer_group,
        asked.description,
        metadata_of(asked.metadata),
    )


def update(given: dict[str, Any]) -> UpdateTransferSchedule:
    """The command of `transfer_schedules.update`. Raises Invalid."""
    asked = parse(Update, given)
    return UpdateTransferSchedule(
        asked.id, asked.release_on, asked.description, changes_of(asked.metadata)
    )


def named(given: dict[str, Any]) -> str:
    """The id that `transfer_schedules.release` or `cancel` names. Raises Invalid."""
    return parse(Named, given).id
