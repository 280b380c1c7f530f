"""The edge to py-moneyed: exact in both directions, or refused."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectlib.core.currencies import currency_of
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid

if TYPE_CHECKING:
    from moneyed import Money


def is_money(value: object) -> bool:
    """Whether a value is a py-moneyed Money; the package is not imported to find out."""
    kind = type(value)
    if kind is int:
        return False
    return kind.__module__.partition(".")[0] == "moneyed" and hasattr(value, "amount")


def to_money(amount: int, currency: str) -> Money:
    """A py-moneyed Money of minor units."""
    from moneyed import Money

    found = currency_of(currency)
    exponent = found.wire_exponent if found else 2
    return Money(Decimal(amount).scaleb(-exponent), currency.upper())


def of_money(value: Any, param: str = "amount") -> tuple[int, str]:
    """(minor units, currency) of a Money.

    Raises Invalid for a currency that is not known, and for what has no exact minor units.
    """
    code = str(value.currency.code).lower()
    found = currency_of(code)
    if found is None:
        raise Invalid(Refused(Why.INVALID_CURRENCY, f"Invalid currency: {code[:10]}.", "currency"))
    amount: Decimal = value.amount
    if not amount.is_finite() or abs(amount) > 10**15:
        raise Invalid(
            Refused(
                Why.INVALID_INTEGER,
                "Invalid amount: it must be a finite number.",
                param,
                'pass a Money such as Money("10.00", "USD"), or an int of minor units',
            )
        )
    minor = amount.scaleb(found.wire_exponent)
    if minor != minor.to_integral_value():
        raise Invalid(
            Refused(
                Why.INVALID_INTEGER,
                f"{amount} {code.upper()} is not a whole number of minor units.",
                param,
                f"{code.upper()} has {found.wire_exponent} decimals: round the amount first",
            )
        )
    return int(minor), code
