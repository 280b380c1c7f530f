"""The last month of a card: in its place, and not in the past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.core.moments import date_of
from connectlib.core.refusals import Refused, Why

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A card ends within so many years.
_YEARS_AHEAD = 50
#: Years of two digits from this one on are of the last century: published test data has 70 as
#: a year that is wrong.
_LAST_CENTURY = 70


def refuse(details: Mapping[str, Any], at: int) -> Refused | None:
    """Why a card with these exp_month and exp_year is refused; None where it is not."""
    month, year, today = details["exp_month"], details["exp_year"], date_of(at)
    if not 1 <= month <= 12:
        return _wrong("month")
    if not today.year <= year <= today.year + _YEARS_AHEAD:
        return _wrong("year")
    return _wrong("month") if (year, month) < (today.year, today.month) else None


def _wrong(part: str) -> Refused:
    return Refused(
        Why.CARD_DECLINED,
        f"Your card's expiration {part} is invalid.",
        f"exp_{part}",
        "give the last month in which the card can be used; it must not be in the past",
        code=f"invalid_expiry_{part}",
    )


def full_year(year: int) -> int:
    """A year of four digits, of one that may have two."""
    if year > 99:
        return year
    return year + (2000 if year < _LAST_CENTURY else 1900)
