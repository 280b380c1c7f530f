"""Foreign exchange: rates as exact fractions, and conversions that lose no minor unit.

A rate has two faces: the mid rate of a table, exact, and the customer's rate, the mid with the
spread taken off, of six significant digits: what Stripe shows as `exchange_rate`. The
customer's rate is never better than the mid, so for every amount

    converted + spread = the mid value, rounded to the nearest minor unit

exactly: the spread is booked, and what stays in the fx position is at most half a minor unit
for each conversion. (For money going out, `RateTable.cost`, it is `converted - spread`.)
"""

from __future__ import annotations

import re
from math import gcd
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.currencies import currency_of
from connectlib.core.money import PPM, proportion_half_up
from connectlib.core.refusals import Refused, Why

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

#: Digits of a rate as Stripe shows it (measured: 1.35576, 0.49334; a quote's 0.000617274).
SIGNIFICANT = 6
_DECIMAL = re.compile(r"([0-9]{1,40})(?:\.([0-9]{1,40}))?")
#: Rates of a table lie between this many to one and one to this many.
_RATE_MAX = 10**12


class Rate(NamedTuple):
    """What one minor unit of `src` gives in minor units of `dst`.

    text: as shown. numerator, denominator: exactly that. mid_numerator, mid_denominator: the
    rate before the spread.
    """

    src: str
    dst: str
    text: str
    numerator: int
    denominator: int
    mid_numerator: int
    mid_denominator: int

    @classmethod
    def fixed(cls, src: str, dst: str, text: str, mid: tuple[int, int] | None = None) -> Rate:
        """A rate agreed on before, such as a quote's, given as shown.

        mid: the mid rate it was made from; without one it has no spread. Raises ValueError.
        """
        numerator, denominator = parse_decimal(text)
        return cls(src, dst, text, numerator, denominator, *(mid or (numerator, denominator)))


class Converted(NamedTuple):
    """What an amount came to: minor units of the other currency.

    spread: how many more (of money going out: less) the mid rate would have given; never
    negative, whatever the sign of the amount.
    """

    amount: int
    spread: int


def convert(amount: int, rate: Rate) -> Converted:
    """An amount in the other currency, rounded to nearest, halves away from zero.

    A negative amount comes to the same as a positive one, with the other sign.
    """
    converted = proportion_half_up(amount, rate.numerator, rate.denominator)
    at_mid = proportion_half_up(amount, rate.mid_numerator, rate.mid_denominator)
    return Converted(converted, abs(at_mid - converted))


def convert_part(before: int, after: int, rate: Rate) -> int:
    """What the part of a sum from `before` to `after` comes to at the rate of the sum.

    Parts that follow one another add up to the sum converted at once, however it is cut.
    """
    return convert(after, rate).amount - convert(before, rate).amount


def parse_decimal(text: str | int | Decimal) -> tuple[int, int]:
    """A positive decimal number as a fraction in lowest terms. Raises ValueError.

    Floats are refused: 1.1 is not eleven tenths.
    """
    found = None if isinstance(text, float) else _DECIMAL.fullmatch(str(text))
    whole, fraction = (found[1], found[2] or "") if found else ("0", "")
    numerator = int(whole + fraction)
    if numerator == 0:
        raise ValueError(f"a rate must be a positive decimal number as text, not {text!r:.50}")
    return _lowest(numerator, 10 ** len(fraction))


def _lowest(numerator: int, denominator: int) -> tuple[int, int]:
    divisor = gcd(numerator, denominator)
    return numerator // divisor, denominator // divisor


class RateTable:
    """Mid rates of one moment, each what one unit of the base is worth, in major units.

    spread_ppm: parts per million taken off the mid. source: who says so. as_of: microseconds,
    since when they have been in force. Never changed once made.
    """

    __slots__ = ("_found", "as_of", "base", "rates", "source", "spread_ppm")

    def __init__(
        self,
        base: str,
        rates: Mapping[str, str | int | Decimal],
        *,
        spread_ppm: int = 0,
        source: str = "",
        as_of: int = 0,
    ) -> None:
        if not 0 <= spread_ppm < PPM:
            raise ValueError(f"spread_ppm must be from 0 to {PPM - 1}, not {spread_ppm}")
        parsed = {code: parse_decimal(rate) for code, rate in rates.items()}
        if parsed.setdefault(base, (1, 1)) != (1, 1):
            raise ValueError(f"the rate of the base {base} must be 1, not {rates[base]}")
        for code, (numerator, denominator) in parsed.items():
            if currency_of(code) is None:
                raise ValueError(f"{code!r:.20} is not a currency: use codes such as usd")
            if max(numerator, denominator) > _RATE_MAX * min(numerator, denominator):
                raise ValueError(f"the rate of {code} is not one of money: {rates[code]}")
        self.base, self.spread_ppm = base, spread_ppm
        self.source, self.as_of = source, as_of
        self.rates: Mapping[str, tuple[int, int]] = MappingProxyType(parsed)
        self._found: dict[tuple[str, str, bool], Rate] = {}

    def rate(self, src: str, dst: str) -> Rate | None:
        """The rate at which money comes in: the spread taken off. None: a currency is unknown.

        It is rounded to six digits, halves up, but down where that would beat the mid; so even
        without a spread a large amount may lose to the digits, and what it loses is spread.
        """
        return self._rate(src, dst, out=False)

    def cost(self, src: str, dst: str) -> Rate | None:
        """The rate at which money goes out: what a balance in `dst` pays for an amount of `src`.

        The other side of the same trade, so the spread is put on: a refund of 500 usd takes more
        cad from a balance than a charge of 500 usd brings in. (The rates measured for a refund
        and its charge, 1.38343 and 1.35576, would fit one mid and 1 % either way; unverified.)
        """
        return self._rate(src, dst, out=True)

    def mid(self, src: str, dst: str) -> tuple[int, int] | None:
        """The mid rate between minor units, as a fraction in lowest terms."""
        source, target = self.rates.get(src), self.rates.get(dst)
        one, other = currency_of(src), currency_of(dst)
        if source is None or target is None or one is None or other is None:
            return None
        shift = other.wire_exponent - one.wire_exponent
        up, down = 10 ** max(shift, 0), 10 ** max(-shift, 0)
        return _lowest(target[0] * source[1] * up, target[1] * source[0] * down)

    def _rate(self, src: str, dst: str, *, out: bool) -> Rate | None:
        name = (src, dst, out)
        found = self._found.get(name)
        if found is None:
            mid = (1, 1) if src == dst and currency_of(src) else self.mid(src, dst)
            if mid is None:
                return None
            spread = self.spread_ppm if src != dst else 0
            text = _digits(mid, spread, out=out)
            found = self._found[name] = Rate.fixed(src, dst, text, mid)
        return found

    def __repr__(self) -> str:
        return f"RateTable({self.base}, {len(self.rates)} currencies, {self.source or 'no source'})"


def _digits(mid: tuple[int, int], spread_ppm: int, *, out: bool) -> str:
    """The customer's rate: six significant digits, never better for them than the mid."""
    kept = (PPM, PPM - spread_ppm) if out else (PPM - spread_ppm, PPM)
    numerator, denominator = mid[0] * kept[0], mid[1] * kept[1]
    places = _places(numerator, denominator)
    nearest = _scaled(numerator, denominator, places)
    up, down = 10 ** max(places, 0), 10 ** max(-places, 0)
    if out:
        nearest = max(nearest, -(-mid[0] * up // (mid[1] * down)))
    else:
        nearest = min(nearest, mid[0] * up // (mid[1] * down))
    return shifted(str(nearest), -places)


def six_digits(numerator: int, denominator: int) -> str:
    """A positive fraction as a decimal of six significant digits, halves up."""
    places = _places(numerator, denominator)
    return shifted(str(_scaled(numerator, denominator, places)), -places)


def _places(numerator: int, denominator: int) -> int:
    """How many decimal places six significant digits are; negative for numbers of millions."""
    places = SIGNIFICANT - len(str(numerator)) + len(str(denominator))
    # The lengths give the right number, or one too many.
    above = numerator * 10 ** max(places, 0) >= denominator * 10 ** (SIGNIFICANT + max(-places, 0))
    return places - 1 if above else places


def _scaled(numerator: int, denominator: int, places: int) -> int:
    """A positive fraction in units of its last place, halves up."""
    up: int = 10 ** max(places, 0)
    down: int = 10 ** max(-places, 0)
    return (2 * numerator * up + denominator * down) // (2 * denominator * down)


def shifted(text: str, places: int) -> str:
    """A decimal number as text times ten to the power of `places`, without idle zeros."""
    whole, _, fraction = text.partition(".")
    digits = (whole + fraction).lstrip("0") or "0"
    point = len(fraction) - places
    if point <= 0:
        return digits + "0" * -point
    digits = digits.rjust(point + 1, "0")
    return f"{digits[:-point]}.{digits[-point:]}".rstrip("0").rstrip(".")


def no_rate(src: str, dst: str, param: str = "currency") -> Refused:
    """The refusal where the table in force does not know one of two currencies."""
    return Refused(
        Why.INVALID_CURRENCY,
        f"No exchange rate from {src} to {dst} is known.",
        param,
        "use a currency that the rates given to the engine (fx=) have",
    )
