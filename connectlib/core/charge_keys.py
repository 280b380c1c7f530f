"""Which ledger accounts booking a charge may touch: see `charge_money`, which books it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from connectlib.core.conversions import sell_keys
from connectlib.core.postings import Fact, Owners, keys

if TYPE_CHECKING:
    from connectlib.core.ledger import LedgerKey
    from connectlib.core.rows import Charge, World
    from connectlib.core.terms import Terms


def touched(row: Charge, world: World, terms: Terms, day: int) -> frozenset[LedgerKey]:
    """Every ledger account that booking a charge may touch."""
    return _touched(world.id, world.account, row.account, row.destination, row.currency, terms, day)


@lru_cache(maxsize=16_384)
def _touched(
    world: int,
    platform: str,
    owner: str,
    destination: str | None,
    source: str,
    terms: Terms,
    day: int,
) -> frozenset[LedgerKey]:
    direct = owner != platform
    settles = terms.settles
    fact = Fact.DIRECT_CHARGE if direct else _fact(destination)
    payee = owner if direct else destination or owner
    found = keys(fact, Owners(world, source, platform, payee, day))
    for account, _ in terms.arrivals:
        if account != destination:
            found |= keys(Fact.TRANSFER, Owners(world, settles, platform, account, day))
    held = {source, settles, terms.earned, terms.billed, *(one for _, one in terms.arrivals)}
    if len(held) == 1:
        return frozenset(found)
    settled = Owners(world, settles, platform, payee, day)
    found |= keys(fact, settled) | sell_keys(world, owner, source, settles, day)
    if direct:
        found |= sell_keys(world, platform, terms.billed, settles, day)
    for account, arrives in terms.arrivals:
        found |= sell_keys(world, account, settles, arrives, day)
    taken = settles if direct else terms.arrives(payee)
    if (direct or destination) and taken != terms.earned:
        fee = Owners(world, taken, platform, payee, day, terms.earned)
        found |= keys(Fact.FEE_CONVERSION, fee)
    elif destination and taken != settles:
        found |= keys(fact, Owners(world, taken, platform, payee, day))
    return frozenset(found)


def _fact(destination: str | None) -> Fact:
    return Fact.DESTINATION_CHARGE if destination else Fact.CHARGE
