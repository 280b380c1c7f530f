"""Money that changes its currency: what is booked, and at which rate.

A conversion sells one currency to the fx position and buys another from it; what the mid rate
would have given more is the spread. Everything else about a charge is booked in one currency
before or after. (docs/currencies.md; Stripe docs, "Currency conversion".)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.fx import Rate, convert
from connectlib.core.postings import Fact, Owners, keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectlib.core.drafts import Draft
    from connectlib.core.fx import RateTable
    from connectlib.core.ledger import LedgerKey

    #: The rates in force at a moment.
    Rates = Callable[[int], RateTable]


class NoRate(Exception):
    """There is no rate between two currencies: nothing can be booked."""

    def __init__(self, source: str, target: str) -> None:
        super().__init__(f"no rate from {source} to {target}")
        self.source, self.target = source, target


class Amount(NamedTuple):
    """An amount as one party holds it. rate: how it came about, None where nothing was changed.

    spread: minor units that the mid rate would have given more.
    """

    amount: int
    currency: str
    rate: str | None = None
    spread: int = 0


def rate_of(rates: Rates, at: int, source: str, target: str) -> Rate:
    """The rate between two currencies at a moment. Raises NoRate."""
    found = rates(at).rate(source, target)
    if found is None:
        raise NoRate(source, target)
    return found


def cost_of(rates: Rates, at: int, source: str, target: str) -> Rate:
    """The rate at which money goes out: what of `target` an amount of `source` costs.

    Raises NoRate.
    """
    found = rates(at).cost(source, target)
    if found is None:
        raise NoRate(source, target)
    return found


def exchanged(amount: int, source: str, target: str, rate: Rate | None) -> Amount:
    """An amount of one currency as it is in another."""
    if source == target or rate is None:
        return Amount(amount, source)
    found = convert(amount, rate)
    return Amount(found.amount, target, rate.text, found.spread)


def sell(draft: Draft, owners: Owners, amount: int, got: Amount, ref: str) -> None:
    """Post that `owners.account` changes an amount into what it got for it."""
    if got.rate is not None:
        draft.post(Fact.CONVERSION, owners, (amount, got.amount, got.spread, 0), ref)


def buy(draft: Draft, owners: Owners, paid: Amount, amount: int, ref: str) -> None:
    """Post that `owners.account` gives what an amount of another currency costs it."""
    if paid.rate is not None:
        draft.post(Fact.CONVERSION, owners, (paid.amount, amount, 0, paid.spread), ref)


def sell_keys(world: int, account: str, source: str, target: str, day: int) -> set[LedgerKey]:
    """The ledger accounts of such a conversion: none where nothing is converted."""
    if source == target:
        return set()
    return keys(Fact.CONVERSION, Owners(world, source, account, account, day, target))
