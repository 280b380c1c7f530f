"""Formats of bank accounts, country by country: patterns, and the few check digits there are.

Sources: Stripe's Connect docs, "Bank account formats"; SWIFT, IBAN Registry, and ISO 13616 for
IBANs; ABA routing numbers: American Bankers Association; CLABE: Banco de Mexico; IFSC: Reserve
Bank of India. A country that is not here takes any number of letters and digits.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.refusals import Refused, Why

if TYPE_CHECKING:
    from collections.abc import Callable


class Format(NamedTuple):
    """What the two numbers look like, without spaces. routing: None = there is none.

    words: what they are called there. account_ok, routing_ok: their check digits.
    """

    account: str
    routing: str | None = None
    words: tuple[str, str] = ("account number", "routing number")
    account_ok: Callable[[str], bool] | None = None
    routing_ok: Callable[[str], bool] | None = None


def aba_ok(routing: str) -> bool:
    """The check digit of a US routing number."""
    weights = (3, 7, 1) * 3
    total = sum(int(digit) * weight for digit, weight in zip(routing, weights, strict=True))
    return total % 10 == 0 and routing.strip("0") != ""


def iban_ok(iban: str) -> bool:
    """The check digits of an IBAN (ISO 7064, mod 97-10)."""
    turned = iban[4:] + iban[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def clabe_ok(clabe: str) -> bool:
    """The check digit of a CLABE."""
    weights = ((3, 7, 1) * 6)[:17]
    total = sum(int(digit) * weight % 10 for digit, weight in zip(clabe[:17], weights, strict=True))
    return (10 - total % 10) % 10 == int(clabe[17])


#: Country -> length of its IBANs (SWIFT, IBAN Registry).
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FR": 27, "GE": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LI": 21, "LT": 20, "LU": 20,
    "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "MU": 30, "NL": 18, "NO": 15,
    "PK": 24, "PL": 28, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19,
    "SK": 24, "SM": 27, "TN": 24, "TR": 26,
}  # fmt: skip


def _iban(country: str, length: int) -> Format:
    pattern = rf"{country}[0-9]{{2}}[A-Z0-9]{{{length - 4}}}"
    return Format(pattern, None, ("IBAN", ""), iban_ok)


FORMATS: dict[str, Format] = {
    **{country: _iban(country, length) for country, length in IBAN_LENGTHS.items()},
    "AU": Format(r"[0-9]{4,9}", r"[0-9]{6}", ("account number", "BSB")),
    "BR": Format(r"[0-9A-Z]{5,14}", r"[0-9]{7}", ("account number", "bank and branch code")),
    "CA": Format(r"[0-9]{7,12}", r"[0-9]{8}", ("account number", "transit and institution number")),
    "GB": Format(r"[0-9]{8}", r"[0-9]{6}", ("account number", "sort code")),
    "HK": Format(r"[0-9]{6,9}", r"[0-9]{6}", ("account number", "clearing and branch code")),
    "IN": Format(r"[0-9A-Z]{5,30}", r"[A-Z]{4}0[A-Z0-9]{6}", ("account number", "IFSC")),
    "JP": Format(r"[0-9]{6,8}", r"[0-9]{7}", ("account number", "bank and branch code")),
    "MX": Format(r"[0-9]{18}", None, ("CLABE", ""), clabe_ok),
    "NZ": Format(r"[0-9]{15,16}", None),
    "SG": Format(r"[0-9]{6,12}", r"[0-9]{7}", ("account number", "bank and branch code")),
    "US": Format(r"[0-9]{4,17}", r"[0-9]{9}", routing_ok=aba_ok),
}
_ANY = Format(r"[0-9A-Z]{4,34}", r"[0-9A-Z]{0,15}")
_BETWEEN = re.compile(r"[\s-]")


def plain(number: str) -> str:
    """A number without what is written between its digits."""
    return _BETWEEN.sub("", number).upper()


def refuse_numbers(country: str, number: str, routing: str | None) -> Refused | None:
    """Why no bank account of a country has these numbers; both as `plain` gives them."""
    if country == "GB" and number.startswith("GB") and not routing:
        shape = _iban("GB", 22)
    else:
        shape = FORMATS.get(country, _ANY)
    name, bank = shape.words
    if shape.routing is not None:
        fits = re.fullmatch(shape.routing, routing or "") is not None
        if not fits or (shape.routing_ok is not None and not shape.routing_ok(routing or "")):
            return Refused(
                Why.ROUTING_NUMBER_INVALID,
                f"Invalid {bank} for {country}.",
                "external_account[routing_number]",
                f"pass the {bank} as the bank writes it",
            )
    elif routing:
        return Refused(
            Why.ROUTING_NUMBER_INVALID,
            f"Bank accounts in {country} have no routing number.",
            "external_account[routing_number]",
            f"leave it out; account_number takes the whole {name}",
        )
    fits = re.fullmatch(shape.account, number) is not None
    if not fits or (shape.account_ok is not None and not shape.account_ok(number)):
        return Refused(
            Why.ACCOUNT_NUMBER_INVALID,
            f"Invalid {name} for {country}.",
            "external_account[account_number]",
            f"check the {name}: it has the wrong length, letters, or check digits",
        )
    return None
