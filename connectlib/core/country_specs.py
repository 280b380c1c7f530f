"""What an account of a country can do there: its currencies, payment methods and reach.

(API reference, Country Specs. Which methods and cross-border routes a country has is published
in prose only: these tables may be amended.)
"""

from __future__ import annotations

from typing import NamedTuple

from connectlib.core.capabilities import USUAL
from connectlib.core.countries import DEFAULT_CURRENCY, RECIPIENT_CURRENCY
from connectlib.core.currencies import CURRENCIES
from connectlib.core.requirement_facts import Facts
from connectlib.core.requirement_needs import Subject, needs

_REACHING = (
    "AT BE BG CA CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IT LI LT LU LV MT NL NO PL PT RO SE"
    " SI SK US"
)
#: Platforms there may pay accounts in every country (Connect docs, "Cross-border payouts").
_CROSS_BORDER = frozenset(_REACHING.split())
#: Payment methods of a country beside cards.
_METHODS = {
    "US": ("ach",),
    "AU": ("au_becs_debit",),
    "BR": ("boleto",),
    "CA": ("acss_debit",),
    "GB": ("bacs_debit",),
    **{
        country: ("sepa_debit",)
        for country, currency in DEFAULT_CURRENCY.items()
        if currency == "eur"
    },
}


class Fields(NamedTuple):
    """What an account has to tell: before it may do anything, and later."""

    minimum: tuple[str, ...]
    additional: tuple[str, ...]


class CountrySpec(NamedTuple):
    """A country where accounts take payments. bank_account_currencies: (currency, countries)."""

    id: str
    default_currency: str
    bank_account_currencies: tuple[tuple[str, tuple[str, ...]], ...]
    payment_currencies: tuple[str, ...]
    payment_methods: tuple[str, ...]
    transfer_countries: tuple[str, ...]
    individual: Fields
    company: Fields


def verification_fields(country: str, business_type: str) -> Fields:
    """What an account of a country and business type has to tell, by the usual rules."""
    asked = Subject(
        country,
        business_type,
        "full",
        DEFAULT_CURRENCY[country],
        frozenset(USUAL),
        frozenset(),
        False,
        Facts(),
    )
    found = needs(asked)
    first = {need.field for need in found if need.later is None and not need.starts}
    return Fields(
        tuple(sorted(first)),
        tuple(sorted({need.field for need in found} - first)),
    )


def spec_of(country: str) -> CountrySpec | None:
    """The spec of a country; None where no accounts take payments."""
    currency = DEFAULT_CURRENCY.get(country)
    if currency is None:
        return None
    banks = tuple(sorted(one for one, its in DEFAULT_CURRENCY.items() if its == currency))
    everywhere = tuple(sorted({*DEFAULT_CURRENCY, *RECIPIENT_CURRENCY}))
    return CountrySpec(
        country,
        currency,
        ((currency, banks),),
        tuple(sorted(CURRENCIES)),
        (*_METHODS.get(country, ()), "card", "stripe"),
        everywhere if country in _CROSS_BORDER else (country,),
        verification_fields(country, "individual"),
        verification_fields(country, "company"),
    )


def page(
    limit: int, after: str | None, before: str | None
) -> tuple[tuple[CountrySpec, ...], bool] | None:
    """A page of specs by their codes, and whether there is more; None where a cursor is unknown."""
    codes = sorted(DEFAULT_CURRENCY)
    for cursor in (after, before):
        if cursor is not None and cursor not in DEFAULT_CURRENCY:
            return None
    if after is not None:
        codes = [code for code in codes if code > after]
    if before is not None:
        codes = [code for code in codes if code < before]
    shown = codes[-limit:] if before is not None else codes[:limit]
    specs = tuple(found for code in shown if (found := spec_of(code)) is not None)
    return specs, len(shown) < len(codes)
