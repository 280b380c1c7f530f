"""Numbers of bank accounts, looked at closely where the extra `banks` is installed.

schwifty knows the IBANs of every country, and many banks by name; python-stdnum knows US routing
numbers, Mexican CLABEs and accounts of New Zealand. Without them what the core knows of their
shape and check digits is all there is.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from connectlib.core.bank_formats import IBAN_LENGTHS
from connectlib.ports.bank_numbers import BankNumbers, Seen, Wrong

ROUTING, ACCOUNT = "routing_number", "account_number"


@cache
def _library(name: str) -> Any:
    """A module of the extra; None where it is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        return None


class LibraryNumbers:
    """See `ports.bank_numbers.NumberChecker`."""

    __slots__ = ()

    def look(self, numbers: BankNumbers) -> Seen | Wrong:
        """What the libraries that are installed know of them."""
        country, routing, number = numbers
        if country in IBAN_LENGTHS or (country == "GB" and number.startswith("GB")):
            return _iban(number)
        if country == "US":
            return _stdnum("stdnum.us.rtn", routing or "", ROUTING)
        if country == "NZ":
            return _stdnum("stdnum.nz.bankaccount", number, ACCOUNT)
        return Seen()


def _iban(number: str) -> Seen | Wrong:
    schwifty = _library("schwifty")
    if schwifty is None:
        return Seen()
    iban = schwifty.IBAN(number, allow_invalid=True)
    try:
        iban.validate()
    except ValueError:  # every exception of schwifty is one; its words may hold the number
        hint = "give the IBAN as it stands on a bank statement"
        return Wrong(ACCOUNT, "The IBAN is not one of its country.", hint)
    return Seen(iban.bank_name or None)


def _stdnum(module: str, number: str, part: str) -> Seen | Wrong:
    library = _library(module)
    if library is None or library.is_valid(number):
        return Seen()
    return Wrong(part, "The number is none that a bank has given out.", "look for a wrong digit")
