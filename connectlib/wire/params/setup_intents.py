"""Parameters of setup intents."""

from __future__ import annotations

from typing import Any, Literal

from connectlib.core.commands import ConfirmSetup, CreateSetup, UpdateIntent
from connectlib.core.drafts import encode
from connectlib.core.payment_kinds import KINDS
from connectlib.wire.params.base import (
    Flag,
    Id,
    Metadata,
    Params,
    Text1000,
    changes_of,
    metadata_of,
    parse,
)
from connectlib.wire.params.method_data import Details, Kind, inline_of
from connectlib.wire.params.payment_intents import Url


class Create(Params):
    """`setup_intents.create`."""

    confirm: Flag = False
    customer: Id | None = None
    description: Text1000 | None = None
    metadata: Metadata | None = None
    on_behalf_of: Id | None = None
    payment_method: Id | None = None
    payment_method_data: Details | None = None
    payment_method_types: list[Kind] | None = None
    return_url: Url | None = None
    usage: Literal["on_session", "off_session"] = "off_session"


class Update(Params):
    """`setup_intents.update`."""

    customer: Id | None = None
    description: Text1000 | None = None
    metadata: Metadata | None = None
    payment_method: Id | None = None
    payment_method_data: Details | None = None
    payment_method_types: list[Kind] | None = None


class Confirm(Params):
    """`setup_intents.confirm`."""

    payment_method: Id | None = None
    payment_method_data: Details | None = None
    return_url: Url | None = None


class Cancel(Params):
    """`setup_intents.cancel`."""

    cancellation_reason: Literal["abandoned", "requested_by_customer", "duplicate"] | None = None


def create(given: dict[str, Any], *, account: str) -> CreateSetup:
    """The command of `setup_intents.create`. Raises Invalid."""
    asked = parse(Create, given)
    fields: dict[str, Any] = {
        "customer": asked.customer,
        "description": asked.description,
        "on_behalf_of": asked.on_behalf_of,
        "return_url": asked.return_url,
        "usage": asked.usage,
        "method_types": encode(asked.payment_method_types or list(KINDS)),
        "metadata": metadata_of(asked.metadata) if asked.metadata else None,
    }
    kept = tuple(sorted((name, value) for name, value in fields.items() if value is not None))
    inline = inline_of(asked.payment_method_data, asked.payment_method, account)
    return CreateSetup(account, kept, asked.payment_method, asked.confirm, inline)


def update(id_: str, given: dict[str, Any], *, account: str) -> UpdateIntent:
    """The command of `setup_intents.update`. Raises Invalid."""
    asked = parse(Update, given)
    types = asked.payment_method_types
    fields: dict[str, Any] = {
        "customer": asked.customer,
        "description": asked.description,
        "method_types": encode(types) if types else None,
        "metadata": changes_of(asked.metadata),
    }
    kept = tuple(sorted((name, value) for name, value in fields.items() if value is not None))
    inline = inline_of(asked.payment_method_data, asked.payment_method, account)
    return UpdateIntent(id_, account, kept, asked.payment_method, inline)


def confirm(id_: str, given: dict[str, Any], *, account: str) -> ConfirmSetup:
    """The command of `setup_intents.confirm`. Raises Invalid."""
    asked = parse(Confirm, given)
    fields = (("return_url", asked.return_url),) if asked.return_url is not None else ()
    inline = inline_of(asked.payment_method_data, asked.payment_method, account)
    return ConfirmSetup(id_, account, asked.payment_method, fields, inline)


def reason(given: dict[str, Any]) -> str | None:
    """The reason of `setup_intents.cancel`. Raises Invalid."""
    return parse(Cancel, given).cancellation_reason
