"""Countries where accounts can be: their currency, and how they are paid out."""

from __future__ import annotations

_EURO = "AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"
#: Country -> default currency: the legal tender there (ISO 4217).
DEFAULT_CURRENCY: dict[str, str] = {
    **dict.fromkeys(_EURO.split(), "eur"),
    "AE": "aed",
    "AU": "aud",
    "BR": "brl",
    "CA": "cad",
    "CH": "chf",
    "CZ": "czk",
    "DK": "dkk",
    "GB": "gbp",
    "HK": "hkd",
    "HU": "huf",
    "IN": "inr",
    "JP": "jpy",
    "LI": "chf",
    "MX": "mxn",
    "MY": "myr",
    "NO": "nok",
    "NZ": "nzd",
    "PL": "pln",
    "RO": "ron",
    "SE": "sek",
    "SG": "sgd",
    "TH": "thb",
    "US": "usd",
}


#: Country -> payout intervals that accounts there may have (Stripe docs, "Payout schedules").
#: Countries not named may have any. It binds in live mode; test mode takes any of ours.
PAYOUT_INTERVALS: dict[str, tuple[str, ...]] = {
    "BR": ("daily",),
    "IN": ("daily",),
    "JP": ("manual", "weekly", "monthly"),
}


def currency_for(country: str) -> str:
    """The default currency of accounts of a country; US dollars where we have no figure."""
    return DEFAULT_CURRENCY.get(country, "usd")
