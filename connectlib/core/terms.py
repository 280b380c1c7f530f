"""The terms of a charge: fixed by who takes part, before anybody outside is asked.

Whose country's rules and fees apply, and in which currency each party holds what it gets. An
account holds a currency that is its default or that its bank account takes; everything else is
converted to its default currency. (Stripe docs, "Currency conversion", "Settlement currency".)
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from connectlib.core.rows import Account, World


class Terms(NamedTuple):
    """country: whose rules and fees apply. settles: the currency the charge settles in.

    earned: the currency in which the platform gets an application fee. billed: the currency in
    which it pays processing fees that it bears for somebody else's charge. payer: who pays them
    as `controller.fees.payer` of the account of a direct charge says: account, or application.
    arrivals: (account, currency) in which each account that gets a part of it holds that part.
    """

    country: str
    settles: str
    earned: str
    billed: str
    payer: str = "account"
    arrivals: tuple[tuple[str, str], ...] = ()

    def arrives(self, account: str) -> str:
        """The currency in which an account holds its part."""
        for one, currency in self.arrivals:
            if one == account:
                return currency
        return self.settles


@lru_cache(maxsize=65_536)
def _bank_currency(bank: str) -> str | None:
    found = json.loads(bank).get("currency")
    return str(found) if found else None


def currency_at(account: Account | None, currency: str) -> str:
    """The currency in which an account holds what comes in in a currency."""
    if account is None or currency == account.default_currency:
        return currency
    if account.bank is not None and _bank_currency(account.bank) == currency:
        return currency
    return account.default_currency


def parties(
    account: str, destination: str | None, on_behalf_of: str | None, splits: Iterable[str] = ()
) -> tuple[str, ...]:
    """Ids of the accounts that the terms of a charge depend on, beside the platform's own."""
    named = (account, destination, on_behalf_of, *splits)
    return tuple(dict.fromkeys(one for one in named if one))


def terms_of(
    find: Callable[[str], Account | None],
    world: World,
    *,
    currency: str,
    account: str,
    destination: str | None = None,
    on_behalf_of: str | None = None,
    splits: Sequence[str] = (),
) -> Terms:
    """The terms of a charge, given how to find an account by its id."""
    platform = find(world.account)
    by = on_behalf_of or account
    business = platform if by == world.account else find(by)
    settles = currency_at(business, currency)
    arrivals: tuple[tuple[str, str], ...] = ()
    if destination is not None or splits:
        payees = dict.fromkeys((destination, *splits)) if splits else (destination,)
        arrivals = tuple([(one, currency_at(find(one), settles)) for one in payees if one])
    return Terms(
        business.country if business else world.country,
        settles,
        currency_at(platform, currency),
        currency_at(platform, settles),
        business.fees_payer if business is not None else "account",
        arrivals,
    )
