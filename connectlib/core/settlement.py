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

#: What `Means.delay_kind` says of a card issued in another country than the account's.
FOREIGN = "card/foreign"
ANY = "*"
_METHODS = "Stripe docs, settlement times of payment methods"

#: (country, kind) -> delay; "*" is any other.
DELAYS: dict[tuple[str, str], Delay] = {
    **{(country, ANY): _BUSINESS_3 for country in [*_EUROPE.split(), "CA", "MX"]},
    **{(country, ANY): _CALENDAR_7 for country in ("HK", "SG")},
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
    ("BR", FOREIGN): Delay(5, False, _DOCS),
    ("IN", FOREIGN): Delay(5, True, _DOCS),
    (ANY, "us_bank_account"): Delay(4, True, _METHODS),
    (ANY, "sepa_debit"): Delay(6, True, _METHODS),
    (ANY, "bacs_debit"): Delay(4, True, _METHODS),
    (ANY, "au_becs_debit"): Delay(2, True, _METHODS),
    (ANY, "acss_debit"): Delay(5, True, _METHODS),
}


def delay_of(country: str, kind: str) -> Delay:
    """The delay of a kind of payment in a country; 7 calendar days where we have no figure."""
    for name in ((country, kind), (ANY, kind), (country, ANY)):
        found = DELAYS.get(name)
        if found is not None:
            return found
    return _CALENDAR_7


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
