"""All test sources in one place: found by their name, or made from a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.adapters.processors.declines import CARD_DECLINES
from connectlib.adapters.processors.sources import (
    MICRODEPOSITS,
    WHEN_READY,
    Source,
    fingerprint,
)
from connectlib.adapters.processors.test_banks import KINDS, OTHERS, TEST_ACCOUNTS
from connectlib.adapters.processors.test_cards import TEST_CARDS
from connectlib.adapters.processors.test_ibans import BANK_CODES
from connectlib.ports.processor import Declined, Method

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectlib.adapters.processors.test_banks import Account
    from connectlib.adapters.processors.test_cards import Card

_EXP_MONTH, _EXP_YEAR = 12, 2034
_BANK = "STRIPE TEST BANK"

#: Years that a card may run out in, whatever today is; in two digits, before 70 is 20xx.
_YEARS = range(2000, 2101)
_MONTHS = range(1, 13)
_CENTURY = 70


def _card(card: Card, source: str) -> Method:
    print_ = fingerprint("card", card.number)
    return Method(
        source,
        "card",
        card.country,
        card.bypass,
        (
            ("brand", card.brand),
            ("country", card.country),
            ("exp_month", _EXP_MONTH),
            ("exp_year", _EXP_YEAR),
            ("fingerprint", print_),
            ("funding", card.funding),
            ("last4", card.number[-4:]),
            ("network", card.brand),
        ),
        print_,
        (
            ("address_line1_check", card.line1),
            ("address_postal_code_check", card.postal),
            ("cvc_check", card.cvc),
        ),
    )


def _account(account: Account, source: str) -> Method:
    print_ = fingerprint(account.kind, account.bank, account.number)
    details: dict[str, str | int | None] = {"fingerprint": print_, "last4": account.number[-4:]}
    if account.kind == "sepa_debit":
        bank, branch = BANK_CODES[account.country]
        details["bank_code"] = account.number[4 : 4 + bank]
        details["branch_code"] = account.number[4 + bank : 4 + bank + branch] or None
        details["country"] = account.country
    else:
        kind = KINDS[account.kind]
        details |= zip(kind.bank_fields, kind.banks, strict=True)
    if account.kind in KINDS and KINDS[account.kind].verify:
        details["bank_name"] = _BANK
    if account.kind == "us_bank_account":
        details |= {"account_holder_type": "individual", "account_type": "checking"}
    shown = tuple(sorted(details.items()))
    return Method(source, account.kind, account.country, False, shown, print_)


def _sources_of(card: Card) -> list[str]:
    """Every name of a card; one without names gets one that tells nothing of its number."""
    if not card.names:
        return ["tok_test_" + fingerprint("card", card.number)]
    return [
        source
        for name in card.names
        for source in ([name[1:]] if name[0] == "=" else [f"tok_{name}", f"pm_card_{name}"])
    ]


def _by_number(account: Account) -> str:
    """The source of an account that is given by its number."""
    if account.name is not None and not account.verify:
        return account.name
    return "ba_test_" + fingerprint(account.kind, account.bank, account.number)


def _catalogue() -> tuple[dict[str, Source], dict[tuple[str, str, str], str]]:
    sources: dict[str, Source] = {}
    numbers: dict[tuple[str, str, str], str] = {}
    for card, does in TEST_CARDS:
        for source in _sources_of(card):
            sources[source] = Source(_card(card, source), does)
            numbers.setdefault(("card", "", card.number), source)
    for account in TEST_ACCOUNTS:
        if account.name is not None:
            sources[account.name] = Source(_account(account, account.name), account.does)
        source = _by_number(account)
        does = account.does
        if account.verify:
            does = does._replace(action=MICRODEPOSITS, spared=WHEN_READY)
        sources.setdefault(source, Source(_account(account, source), does))
        numbers[account.kind, account.bank, account.number] = source
    for source, (kind, country, does) in OTHERS.items():
        sources[source] = Source(Method(source, kind, country), does)
    return sources, numbers


#: Every source that can be charged, and (kind, bank, number) -> source.
SOURCES, NUMBERS = _catalogue()


def tokenize(kind: str, details: Mapping[str, str]) -> Method | Declined | None:
    """See `ports.processor.Processor.tokenize`."""
    if kind == "card":
        return _tokenize_card(details)
    if kind == "sepa_debit":
        return _found("sepa_debit", "", _plain(details.get("iban", "")).upper())
    if kind in KINDS:
        return _tokenize_account(kind, details)
    if kind == "boleto":
        return _tokenize_boleto(details)
    return SOURCES["src_pay_by_bank"].method if kind == "pay_by_bank" else None


def _plain(number: str) -> str:
    return number.replace(" ", "").replace("-", "")


def _found(kind: str, bank: str, number: str) -> Method | None:
    source = NUMBERS.get((kind, bank, number))
    return SOURCES[source].method if source is not None else None


def _tokenize_card(details: Mapping[str, str]) -> Method | Declined | None:
    number = _plain(details.get("number", ""))
    if not is_card_number(number):
        return CARD_DECLINES["incorrect_number"]
    found = _found("card", "", number)
    if found is None:
        return None
    month = _whole(details.get("exp_month", str(_EXP_MONTH)))
    if month not in _MONTHS:
        return CARD_DECLINES["invalid_expiry_month"]
    year = _whole(details.get("exp_year", str(_EXP_YEAR)))
    if year is not None and year < 100:
        year += 2000 if year < _CENTURY else 1900
    if year not in _YEARS:
        return CARD_DECLINES["invalid_expiry_year"]
    cvc = details.get("cvc")
    amex = ("brand", "amex") in found.details
    if cvc is not None and (_whole(cvc) is None or len(cvc) != (4 if amex else 3)):
        return CARD_DECLINES["invalid_cvc"]
    shown: dict[str, str | int | None] = dict(found.details)
    shown |= {"exp_month": month, "exp_year": year}
    checks = dict(found.checks)
    if cvc is not None and checks["cvc_check"] is None:
        checks["cvc_check"] = "pass"
    return found._replace(details=tuple(shown.items()), checks=tuple(checks.items()))


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def is_card_number(number: str) -> bool:
    """Whether the last digit is the right one (Luhn)."""
    if not (number.isascii() and number.isdigit()):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(digit // 10 + digit % 10 for digit in doubled) % 10 == 0


#: The published account of Bacs whose number is refused.
_BACS_INVALID = "00044444"
_ACCOUNT_INVALID = Declined(
    "account_number_invalid", "The bank account number is invalid.", param="account_number"
)


def _tokenize_account(kind: str, details: Mapping[str, str]) -> Method | Declined | None:
    bank = "".join(_plain(details.get(field, "")) for field in KINDS[kind].bank_fields)
    number = _plain(details.get("account_number", ""))
    found = _found(kind, bank, number)
    if found is None:
        wrong = kind == "bacs_debit" and number == _BACS_INVALID
        return _ACCOUNT_INVALID if wrong else None
    shown: dict[str, str | int | None] = dict(found.details)
    for name in ("account_holder_type", "account_type"):
        if name in details and name in shown:
            shown[name] = details[name]
    return found._replace(details=tuple(shown.items()))


_BOLETO = "src_boleto_"


def _tokenize_boleto(details: Mapping[str, str]) -> Method:
    """A voucher; the buyer's email address says what becomes of it."""
    person = details.get("email", "").partition("@")[0]
    words = (source.removeprefix(_BOLETO) for source in OTHERS if source.startswith(_BOLETO))
    outcome = _BOLETO + next((word for word in words if person.endswith(word)), "pay")
    shown = (("tax_id", details.get("tax_id")),)
    return SOURCES[outcome].method._replace(details=shown)
