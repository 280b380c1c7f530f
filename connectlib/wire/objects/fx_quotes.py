"""Quotes of exchange rates, as Stripe shows them. Their status is derived from the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.core.currencies import CURRENCIES
from connectlib.core.fx import shifted, six_digits
from connectlib.core.fx_quotes import Quoted, lock_duration, lock_status, rates_of
from connectlib.wire.objects.base import StripeObject, loaded, timestamp

if TYPE_CHECKING:
    from connectlib.core.rows import FxQuote


class FxQuoteObject(StripeObject):
    """A quote. Rates are numbers between major units: 1 krw gives 0.000617274 chf.

    now: the moment its status is told for; that of its creation where none is given.
    """

    __slots__ = ("_now",)
    OBJECT = "fx_quote"

    def __init__(self, row: FxQuote, *, livemode: bool = False, now: int | None = None) -> None:
        super().__init__(row, livemode=livemode)
        object.__setattr__(self, "_now", row.created if now is None else now)

    def _render(self) -> dict[str, Any]:
        row = self._row
        return {
            "id": row.id,
            "object": "fx_quote",
            "created": timestamp(row.created),
            "lock_duration": lock_duration(row),
            "lock_expires_at": timestamp(row.expires_at) if row.expires_at else None,
            "lock_status": lock_status(row, self._now),
            "rates": {
                code: _rate(code, row.to_currency, quoted) for code, quoted in rates_of(row).items()
            },
            "to_currency": row.to_currency,
            "usage": loaded(row.usage),
        }

    def _summary(self) -> str:
        shown = self._shown()
        rates = ", ".join(
            f"1 {code} = {rate['exchange_rate']} {self._row.to_currency}"
            for code, rate in shown["rates"].items()
        )
        return f"{self._row.id} {shown['lock_status']} {rates}"


def _rate(src: str, dst: str, quoted: Quoted) -> dict[str, Any]:
    """One rate and what it was made of. Shown as numbers, as Stripe does; kept as text."""
    shift = CURRENCIES[src].wire_exponent - CURRENCIES[dst].wire_exponent
    base = shifted(six_digits(quoted.mid_numerator, quoted.mid_denominator), shift)
    is_reference = quoted.source == "ecb"
    return {
        "exchange_rate": float(shifted(quoted.text, shift)),
        "rate_details": {
            "base_rate": float(base),
            "duration_premium": 0.0,
            "fx_fee_rate": float(shifted(str(quoted.spread_ppm), -6)),
            "reference_rate": float(base) if is_reference else None,
            "reference_rate_provider": "ecb" if is_reference else None,
        },
    }
