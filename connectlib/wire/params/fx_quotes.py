"""Parameters of quotes of exchange rates."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from connectlib.core.commands import CreateFxQuote
from connectlib.core.currencies import CURRENCIES
from connectlib.core.drafts import encode
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import CurrencyCode, Id, Params, parse, refuse


def _some(codes: list[str]) -> list[str]:
    if not codes:
        raise refuse(
            Why.INVALID_EMPTY,
            "You passed an empty list for this parameter.",
            'pass the currencies to convert from: ["eur", "gbp"]',
        )
    return list(dict.fromkeys(codes))


class Payment(Params):
    """`usage[payment]`."""

    destination: Id | None = None
    on_behalf_of: Id | None = None


class Transfer(Params):
    """`usage[transfer]`."""

    destination: Id


class Usage(Params):
    """`usage`."""

    type: Literal["payment", "transfer"]
    payment: Payment | None = None
    transfer: Transfer | None = None


class Create(Params):
    """`fx_quotes.create`."""

    to_currency: CurrencyCode
    from_currencies: Annotated[
        list[CurrencyCode], Field(max_length=len(CURRENCIES)), AfterValidator(_some)
    ]
    lock_duration: Literal["none", "five_minutes", "hour", "day"] = "none"
    usage: Usage | None = None


def create(given: dict[str, Any], *, account: str) -> CreateFxQuote:
    """The command of `fx_quotes.create`. Raises Invalid."""
    asked = parse(Create, given)
    usage = asked.usage or Usage(type="payment")
    other = "transfer" if usage.type == "payment" else "payment"
    if getattr(usage, other) is not None:
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE,
                f"usage[{other}] cannot be given where usage[type] is {usage.type}.",
                f"usage[{other}]",
                f"leave it out, or say usage[type]={other}",
            )
        )
    if usage.type == "transfer" and usage.transfer is None:
        raise Invalid(
            Refused(
                Why.PARAMETER_MISSING,
                "Missing required param: usage[transfer][destination].",
                "usage[transfer][destination]",
                "pass the account that the transfer will go to",
            )
        )
    shown = usage.model_dump()
    return CreateFxQuote(
        account,
        asked.to_currency,
        tuple(asked.from_currencies),
        asked.lock_duration,
        encode({name: shown[name] for name in ("payment", "transfer", "type")}),
        tuple(
            (f"usage[{usage.type}][{name}]", id_)
            for name, id_ in (shown[usage.type] or {}).items()
            if id_ is not None
        ),
    )
