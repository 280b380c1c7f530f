"""When money becomes available: by the country of the account and the kind of payment.

Dates are midnights UTC, counted from the UTC date of capture. (Stripe docs, "Payout speed and
delays"; business days as measured on recorded traffic: the n-th business day strictly after.)
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from connectlib.core.moments import DAY, add_business_days, date_of, moment_of


class Delay(NamedTuple):
    """How long money stays pending."""

    days: int
    is_business: bool
    source: str


_DOCS = "Stripe docs, payouts: waiting period"
_BUSINESS_3 = Delay(3, True, _DOCS)
_CALENDAR_7 = Delay(7, False, _DOCS)
_EUROPE = (
    "AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IT LI LT LU LV MT NL NO PL PT RO SE SI"
    " SK"
)

#: (country, kind) -> delay; kind "*" is any other.
DELAYS: dict[tuple[str, str], Delay] = {
    **{(country, "*"): _BUSINESS_3 for country in [*_EUROPE.split(), "CA", "MX"]},
    **{(country, "*"): _CALENDAR_7 for country in ("HK", "SG")},
    ("MY", "*"): Delay(7, True, _DOCS),
    ("US", "*"): Delay(2, True, _DOCS),
    ("AU", "*"): Delay(2, True, _DOCS),
    ("NZ", "*"): Delay(4, True, _DOCS),
    ("AE", "*"): Delay(5, True, _DOCS),
    ("TH", "*"): Delay(7, True, _DOCS),
    ("IN", "*"): Delay(2, True, _DOCS),
    ("JP", "*"): Delay(4, True, _DOCS),
    ("BR", "*"): Delay(30, False, _DOCS),
    ("BR", "boleto"): Delay(2, True, _DOCS),
    ("BR", "voucher"): Delay(30, False, "as domestic cards"),
}


def delay_of(country: str, kind: str) -> Delay:
    """The delay of a kind of payment in a country; 7 calendar days where we have no figure."""
    return DELAYS.get((country, kind)) or DELAYS.get((country, "*")) or _CALENDAR_7


@lru_cache(maxsize=4096)
def _available(day: int, country: str, kind: str) -> int:
    delay = delay_of(country, kind)
    start = day * DAY
    if delay.is_business:
        return moment_of(add_business_days(date_of(start), delay.days, country))
    return start + delay.days * DAY


def available_on(at: int, country: str, kind: str) -> int:
    """The moment from which money captured at `at` is available: a midnight."""
    return _available(at // DAY, country, kind)
