"""The kinds of payment methods, and what each takes.

Source: Stripe docs, "Payment method support".
"""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """currencies: those it can be charged in; empty = any. is_instant: settled when answered."""

    currencies: frozenset[str] = frozenset()
    is_instant: bool = False


KINDS: dict[str, Kind] = {
    "card": Kind(is_instant=True),
    "us_bank_account": Kind(frozenset({"usd"})),
    "sepa_debit": Kind(frozenset({"eur"})),
    "bacs_debit": Kind(frozenset({"gbp"})),
    "au_becs_debit": Kind(frozenset({"aud"})),
    "acss_debit": Kind(frozenset({"cad", "usd"})),
    "boleto": Kind(frozenset({"brl"})),
    "pay_by_bank": Kind(frozenset({"gbp", "eur"})),
}


def takes(kind: str, currency: str) -> bool:
    """Whether a kind of payment can be charged in a currency; one that is not known can."""
    found = KINDS.get(kind)
    return found is None or not found.currencies or currency in found.currencies


def currencies_of(kind: str) -> list[str]:
    """The currencies that a kind of payment can be charged in; none: any."""
    return sorted(KINDS.get(kind, Kind()).currencies)
