"""Countries: where accounts may be opened, under which agreement, in which currency.

(docs.stripe.com/connect/accounts; Connect docs, "Cross-border payouts", "Payout schedules".)
"""

from __future__ import annotations

from connectlib.core.refusals import Refused, Why

_EURO = "AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"
#: Country -> default currency, where accounts take payments: the legal tender (ISO 4217).
DEFAULT_CURRENCY: dict[str, str] = {
    **dict.fromkeys(_EURO.split(), "eur"),
    "AE": "aed", "AU": "aud", "BR": "brl", "CA": "cad", "CH": "chf", "CZ": "czk", "DK": "dkk",
    "GB": "gbp", "GI": "gbp", "HK": "hkd", "HU": "huf", "IN": "inr", "JP": "jpy", "LI": "chf",
    "MX": "mxn", "MY": "myr", "NO": "nok", "NZ": "nzd", "PL": "pln", "RO": "ron", "SE": "sek",
    "SG": "sgd", "TH": "thb", "US": "usd",
}  # fmt: skip
#: Country -> default currency, where accounts are paid only, under the recipient agreement.
RECIPIENT_CURRENCY: dict[str, str] = {
    "AG": "xcd", "AL": "all", "AM": "amd", "AO": "aoa", "AR": "ars", "AZ": "azn", "BA": "bam",
    "BD": "bdt", "BH": "bhd", "BJ": "xof", "BN": "bnd", "BS": "bsd", "BT": "btn", "BW": "bwp",
    "CI": "xof", "CL": "clp", "CO": "cop", "DO": "dop", "DZ": "dzd", "EC": "usd", "EG": "egp",
    "ET": "etb", "GA": "xaf", "GH": "ghs", "GT": "gtq", "GY": "gyd", "ID": "idr", "IL": "ils",
    "IS": "isk", "JM": "jmd", "JO": "jod", "KE": "kes", "KH": "khr", "KR": "krw", "KW": "kwd",
    "KZ": "kzt", "LA": "lak", "LC": "xcd", "LK": "lkr", "MA": "mad", "MC": "eur", "MD": "mdl",
    "MG": "mga", "MK": "mkd", "MN": "mnt", "MO": "mop", "MU": "mur", "MZ": "mzn", "NA": "nad",
    "NE": "xof", "OM": "omr", "PA": "usd", "PE": "pen", "PH": "php", "PK": "pkr", "PY": "pyg",
    "QA": "qar", "RS": "rsd", "RW": "rwf", "SA": "sar", "SM": "eur", "SN": "xof", "SV": "usd",
    "TN": "tnd", "TR": "try", "TT": "ttd", "TW": "twd", "TZ": "tzs", "UY": "uyu", "UZ": "uzs",
    "VN": "vnd", "ZA": "zar",
}  # fmt: skip

#: Country -> payout intervals that accounts there may have (Stripe docs, "Payout schedules").
#: Countries not named may have any. It binds in live mode; test mode takes any of ours.
PAYOUT_INTERVALS: dict[str, tuple[str, ...]] = {
    "BR": ("daily",),
    "IN": ("daily",),
    "JP": ("manual", "weekly", "monthly"),
}


def currency_for(country: str) -> str:
    """The default currency of accounts of a country; US dollars where we have no figure."""
    return DEFAULT_CURRENCY.get(country) or RECIPIENT_CURRENCY.get(country, "usd")


def is_known(country: str) -> bool:
    """Whether accounts may be opened there at all."""
    return country in DEFAULT_CURRENCY or country in RECIPIENT_CURRENCY


def refuse_country(country: str, agreement: str) -> Refused | None:
    """Why no account can be opened in a country under an agreement."""
    if agreement == "recipient" or country in DEFAULT_CURRENCY:
        return None
    return Refused(
        Why.COUNTRY_UNSUPPORTED,
        f"Accounts in {country} cannot be opened under the full service agreement.",
        "country",
        'pass tos_acceptance={"service_agreement": "recipient"} for an account that is paid only',
    )


def refuse_interval(country: str, interval: str | None, *, livemode: bool) -> Refused | None:
    """Why accounts of a country cannot be paid out like this."""
    allowed = PAYOUT_INTERVALS.get(country)
    if not livemode or interval is None or allowed is None or interval in allowed:
        return None
    return Refused(
        Why.PARAMETER_INVALID,
        f"Accounts in {country} cannot have the payout schedule {interval}.",
        "settings[payouts][schedule][interval]",
        "use one of " + ", ".join(allowed),
    )
