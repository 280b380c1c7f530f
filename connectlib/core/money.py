"""Arithmetic of minor units. Every division here names its rounding; every split adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.currencies import currency_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Parts in a whole of a rate: a rate of 29_000 ppm is 2.9 %.
PPM = 1_000_000
#: Signs that messages use; other currencies show their code.
_SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "brl": "R$"}


def proportion_half_up(amount: int, part: int, whole: int) -> int:
    """`amount * part / whole`, rounded half away from zero."""
    if whole <= 0:
        raise ValueError(f"the whole must be positive, not {whole}")
    twice = 2 * amount * part
    sign = -1 if twice < 0 else 1
    return sign * ((abs(twice) + whole) // (2 * whole))


def share_half_up(amount: int, ppm: int) -> int:
    """A rate in parts per million of an amount, rounded half away from zero."""
    return proportion_half_up(amount, ppm, PPM)


def cumulative_share(total: int, whole: int, before: int, after: int) -> int:
    """The part of `total` that goes with the part of `whole` from `before` to `after`.

    `total * after / whole`, rounded half away from zero, less the same of `before`: parts that
    follow one another never drift, and the last one takes what is left of the total.
    """
    given = proportion_half_up(total, before, whole)
    return proportion_half_up(total, after, whole) - given


def _half_even(whole: int, rest: int, by: int) -> bool:
    return 2 * rest > by or (2 * rest == by and whole % 2 == 1)


#: Rule of rounding -> whether a quotient gets one more, given its whole part, rest and divisor.
ROUNDING: dict[str, Callable[[int, int, int], bool]] = {
    "half_up": lambda _whole, rest, by: 2 * rest >= by,
    "half_even": _half_even,
    "down": lambda _whole, _rest, _by: False,
    "up": lambda _whole, rest, _by: rest > 0,
}


def divide(amount: int, by: int, rounding: str) -> int:
    """`amount / by`, rounded by the rule of that name; up is away from zero, down toward it."""
    if by <= 0:
        raise ValueError(f"the divisor must be positive, not {by}")
    whole, rest = divmod(abs(amount), by)
    if ROUNDING[rounding](whole, rest, by):
        whole += 1
    return whole if amount >= 0 else -whole


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount in proportion to weights, so that the parts add up to it.

    Each part is rounded toward zero; what is left goes, one unit each, to the parts that lost
    most, the first of equals first (largest remainder).
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    sign = -1 if amount < 0 else 1
    parts = [abs(amount) * weight // total for weight in weights]
    lost = [abs(amount) * weight % total for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-lost[place], place))
    for place in order[: abs(amount) - sum(parts)]:
        parts[place] += 1
    return [sign * part for part in parts]


def display(amount: int, currency: str) -> str:
    """An amount for messages: $11.00, R$5.00, 1,000 JPY's ¥1,000, 12.500 KWD."""
    found = currency_of(currency)
    exponent = found.wire_exponent if found else 2
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 10**exponent)
    digits = f"{whole:,}" + (f".{rest:0{exponent}d}" if exponent else "")
    mark = _SIGNS.get(currency)
    return f"{sign}{mark}{digits}" if mark else f"{sign}{digits} {currency.upper()}"
