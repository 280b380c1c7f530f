"""Currencies: our own table, since three numbers of each matter and only ISO's are common.

Amounts everywhere are in wire units: minor units with `wire_exponent` digits. The minimum is
that of a charge which settles in the currency. (docs.stripe.com/currencies; ISO 4217.)
"""

from __future__ import annotations

from typing import NamedTuple

_SPECIAL = "docs.stripe.com/currencies, special cases"
_LISTED = "docs.stripe.com/currencies, zero- and three-decimal lists; unverified"
_PLAIN = "ISO 4217: two decimals"
_MINIMUM = "docs.stripe.com/currencies, minimum charge amounts"
#: Where no minimum is published.
_MIN_UNKNOWN = 50
#: Cards take twelve digits at most.
CHARGE_MAX = 999_999_999_999


class Currency(NamedTuple):
    """What amounts of a currency look like.

    iso_exponent: decimals by ISO 4217. wire_exponent: decimals of amounts here. payout_step,
    charge_step: what payouts and charges must be divisible by. charge_min, charge_max: wire
    units.
    """

    code: str
    iso_exponent: int = 2
    wire_exponent: int = 2
    payout_step: int = 1
    charge_step: int = 1
    charge_min: int = _MIN_UNKNOWN
    charge_max: int = CHARGE_MAX
    source: str = _PLAIN


#: Smallest charge, in wire units.
_MINIMA = {
    "usd": 50, "aed": 200, "ars": 50, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "cop": 50,
    "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "idr": 50, "ils": 50,
    "inr": 50, "jpy": 50, "krw": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "php": 50,
    "pln": 200, "ron": 200, "rub": 50, "sek": 300, "sgd": 50, "thb": 1000, "zar": 50,
}  # fmt: skip
_TWO = (
    "aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad"
    " cdf chf cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl"
    " htg idr ils inr jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr"
    " mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr"
    " sek sgd shp sle sos srd std szl thb tjs top try ttd tzs uah usd uyu uzs wst xcd xcg yer zar"
    " zmw"
)
_ZERO = "bif clp djf gnf jpy kmf krw pyg rwf vnd vuv xaf xof xpf"
_THREE = "bhd jod kwd omr tnd"


def _table() -> dict[str, Currency]:
    rows = [Currency(code) for code in _TWO.split()]
    rows += [Currency(code, 0, 0, charge_min=1, source=_LISTED) for code in _ZERO.split()]
    rows += [
        Currency(code, 3, 3, payout_step=10, charge_step=10, charge_min=500, source=_LISTED)
        for code in _THREE.split()
    ]
    rows += [
        Currency("mga", 2, 0, charge_min=1, source=_LISTED),
        Currency("isk", 0, 2, 100, 100, 100, source=_SPECIAL),
        Currency("ugx", 0, 2, 100, 100, 100, source=_SPECIAL),
        Currency("huf", 2, 2, payout_step=100, source=_SPECIAL),
        Currency("twd", 2, 2, payout_step=100, source=_SPECIAL),
    ]
    return {
        row.code: row._replace(
            charge_min=_MINIMA.get(row.code, row.charge_min),
            source=f"{row.source}; {_MINIMUM}" if row.code in _MINIMA else row.source,
        )
        for row in rows
    }


CURRENCIES: dict[str, Currency] = _table()


def currency_of(code: str) -> Currency | None:
    """The currency of a lower-case code; None where it is not known."""
    return CURRENCIES.get(code)
