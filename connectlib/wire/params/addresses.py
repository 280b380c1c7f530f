"""Addresses: what customers, payment methods and shipments have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from connectlib.core.drafts import encode
from connectlib.wire.params.base import Changed255, Email, Params, Text255, clean

#: Digits of an international telephone number (ITU-T E.164); most cards have more.
_PHONE_MAX = 15


def phone(text: str) -> str:
    """A telephone number: written internationally it is none of a card, whatever its digits."""
    if text.startswith("+") and sum(letter.isdigit() for letter in text) <= _PHONE_MAX:
        return text
    return clean(text)


CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Phone = Annotated[
    str, Field(min_length=1, max_length=20, pattern=r"^[0-9+(). x-]+$"), AfterValidator(phone)
]


class Address(Params):
    """A postal address; country: two letters."""

    city: Text255 | None = None
    country: CountryCode | None = None
    line1: Text255 | None = None
    line2: Text255 | None = None
    postal_code: Text255 | None = None
    state: Text255 | None = None


class ChangedAddress(Params):
    """A postal address that is changed part by part: an empty text takes a part away."""

    city: Changed255 | None = None
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] | None = None
    line1: Changed255 | None = None
    line2: Changed255 | None = None
    postal_code: Changed255 | None = None
    state: Changed255 | None = None


class Shipping(Params):
    """Where something is sent, and to whom."""

    address: Address
    name: Text255
    phone: Phone | None = None


class BillingDetails(Params):
    """Who a card or bank account belongs to."""

    address: Address | None = None
    email: Email | None = None
    name: Text255 | None = None
    phone: Phone | None = None
    tax_id: Text255 | None = None


def words_of(given: Params | None) -> str | None:
    """What was given as compact JSON, every field of it; None where nothing was."""
    return None if given is None else encode(given.model_dump())


def given_of(given: Params | None) -> str | None:
    """What was given as compact JSON, only what was; None where nothing was."""
    return None if given is None else encode(given.model_dump(exclude_none=True))
