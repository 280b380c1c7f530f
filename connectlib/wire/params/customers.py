"""Parameters of customers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from connectlib.core.commands import CreateCustomer, UpdateCustomer
from connectlib.wire.params.addresses import Address, Phone, Shipping, phone, words_of
from connectlib.wire.params.base import (
    Email,
    Id,
    Metadata,
    Params,
    Text255,
    Text1000,
    changes_of,
    clean,
    metadata_of,
    parse,
)

#: Texts of an update: an empty one clears the field.
Word255 = Annotated[str, Field(max_length=255), AfterValidator(clean)]
Word1000 = Annotated[str, Field(max_length=1000), AfterValidator(clean)]
NewEmail = Annotated[
    str, Field(max_length=512, pattern=r"^([^@\s]+@[^@\s]+)?$"), AfterValidator(clean)
]
NewPhone = Annotated[str, Field(max_length=20, pattern=r"^[0-9+(). x-]*$"), AfterValidator(phone)]


class Settings(Params):
    """`invoice_settings`: of it only the payment method that is the first choice."""

    default_payment_method: Id


class Create(Params):
    """`customers.create`."""

    address: Address | None = None
    description: Text1000 | None = None
    email: Email | None = None
    invoice_settings: Settings | None = None
    metadata: Metadata | None = None
    name: Text255 | None = None
    payment_method: Id | None = None
    phone: Phone | None = None
    shipping: Shipping | None = None


class NewSettings(Params):
    """`invoice_settings` of an update."""

    default_payment_method: Word255


class Update(Params):
    """`customers.update`."""

    address: Address | None = None
    description: Word1000 | None = None
    email: NewEmail | None = None
    invoice_settings: NewSettings | None = None
    metadata: Metadata | None = None
    name: Word255 | None = None
    phone: NewPhone | None = None
    shipping: Shipping | None = None


def create(given: dict[str, Any], *, account: str) -> CreateCustomer:
    """The command of `customers.create`. Raises Invalid."""
    asked = parse(Create, given)
    return CreateCustomer(
        account,
        asked.email,
        asked.name,
        asked.phone,
        asked.description,
        words_of(asked.address),
        words_of(asked.shipping),
        asked.payment_method,
        asked.invoice_settings.default_payment_method if asked.invoice_settings else None,
        metadata_of(asked.metadata),
    )


def update(id_: str, given: dict[str, Any], *, account: str) -> UpdateCustomer:
    """The command of `customers.update`. Raises Invalid."""
    empty = {name for name in ("address", "shipping") if given.get(name) == ""}
    asked = parse(Update, {name: value for name, value in given.items() if name not in empty})
    return UpdateCustomer(
        id_,
        account,
        asked.email,
        asked.name,
        asked.phone,
        asked.description,
        "" if "address" in empty else words_of(asked.address),
        "" if "shipping" in empty else words_of(asked.shipping),
        asked.invoice_settings.default_payment_method if asked.invoice_settings else None,
        changes_of(asked.metadata),
    )
