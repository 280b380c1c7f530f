"""The accounting policy: which business fact makes which ledger transfers, in which order.

Nothing else in the package names a debit or a credit. `docs/ledger.md` holds the table that
is generated from here. The order within a fact keeps accounts non-negative on the way where
that is possible.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.ledger import (
    BANK,
    FX,
    PROCESSOR,
    BrokenLedgerError,
    LedgerKey,
    Purpose,
    key_of,
)
from connectlib.core.rows import maker

if TYPE_CHECKING:
    from collections.abc import Sequence


class Party(IntEnum):
    """Whose book a leg touches."""

    PLATFORM = 0
    ACCOUNT = 1
    PROCESSOR = 2
    BANK = 3
    FX = 4


class Side(NamedTuple):
    """One side of a leg. dated: the money lies in the account of its day, while it is pending.

    bought: in the currency that is bought, where a fact has two.
    """

    party: Party
    purpose: Purpose
    dated: bool = False
    bought: bool = False


class Leg(NamedTuple):
    """One ledger transfer of a fact: from `debit` to `credit`."""

    name: str
    debit: Side
    credit: Side


PLATFORM = Side(Party.PLATFORM, Purpose.PENDING, dated=True)
ACCOUNT = Side(Party.ACCOUNT, Purpose.PENDING, dated=True)
PLATFORM_AVAILABLE = Side(Party.PLATFORM, Purpose.AVAILABLE)
ACCOUNT_AVAILABLE = Side(Party.ACCOUNT, Purpose.AVAILABLE)
IN_TRANSIT = Side(Party.ACCOUNT, Purpose.IN_TRANSIT)
CLEARING = Side(Party.PROCESSOR, Purpose.CLEARING)
FEES = Side(Party.PROCESSOR, Purpose.PROCESSING_FEES)
REFUNDING = Side(Party.PROCESSOR, Purpose.REFUNDS_IN_TRANSIT)
OUTSIDE = Side(Party.BANK, Purpose.BANK)
SOLD = Side(Party.FX, Purpose.FX_POSITION)
BOUGHT = SOLD._replace(bought=True)
SPREAD = Side(Party.FX, Purpose.FX_SPREAD, bought=True)


class Fact(IntEnum):
    """A business fact: the kind of a ledger transaction. Numbers are stored, never reused."""

    CHARGE = 1
    DIRECT_CHARGE = 2
    DIRECT_CHARGE_PLATFORM_PAYS = 3
    DESTINATION_CHARGE = 4
    TRANSFER = 5
    REVERSAL = 6
    REFUND = 7
    REFUND_SETTLED = 8
    REFUND_FAILED = 9
    FEE_REFUND = 10
    MATURING = 11
    MATURING_NEGATIVE = 12
    PAYOUT = 13
    PAYOUT_PAID = 14
    PAYOUT_RETURNED = 15
    CONVERSION = 16
    FEE_CONVERSION = 17
    FEE_REFUND_CONVERSION = 18
    PAYMENT_FAILED = 19
    PROCESSING_FEE_RETURNED = 20
    REFUND_FEE = 21


_CHARGE_FEE = Leg("processing fee", PLATFORM, FEES)

#: A side of PLATFORM or ACCOUNT is the day's pending account, or `available` where no day is given.
POLICY: dict[Fact, tuple[Leg, ...]] = {
    Fact.CHARGE: (Leg("charge", CLEARING, PLATFORM), _CHARGE_FEE),
    Fact.DIRECT_CHARGE: (
        Leg("charge", CLEARING, ACCOUNT),
        Leg("application fee", ACCOUNT, PLATFORM),
        Leg("processing fee", ACCOUNT, FEES),
    ),
    Fact.DIRECT_CHARGE_PLATFORM_PAYS: (
        Leg("charge", CLEARING, ACCOUNT),
        Leg("application fee", ACCOUNT, PLATFORM),
        _CHARGE_FEE,
    ),
    Fact.DESTINATION_CHARGE: (
        Leg("charge", CLEARING, PLATFORM),
        Leg("transfer", PLATFORM, ACCOUNT),
        Leg("application fee", ACCOUNT, PLATFORM),
        _CHARGE_FEE,
    ),
    Fact.TRANSFER: (Leg("transfer", PLATFORM, ACCOUNT),),
    Fact.REVERSAL: (Leg("transfer reversal", ACCOUNT, PLATFORM),),
    Fact.REFUND: (Leg("refund", ACCOUNT, REFUNDING),),
    Fact.REFUND_SETTLED: (Leg("refund settled", REFUNDING, CLEARING),),
    Fact.REFUND_FAILED: (Leg("refund failed", REFUNDING, ACCOUNT),),
    Fact.FEE_REFUND: (Leg("application fee refund", PLATFORM, ACCOUNT),),
    Fact.MATURING: (Leg("maturing", ACCOUNT, ACCOUNT_AVAILABLE),),
    Fact.MATURING_NEGATIVE: (Leg("maturing of a negative day", ACCOUNT_AVAILABLE, ACCOUNT),),
    Fact.PAYOUT: (Leg("payout", ACCOUNT_AVAILABLE, IN_TRANSIT),),
    Fact.PAYOUT_PAID: (Leg("payout paid", IN_TRANSIT, OUTSIDE),),
    Fact.PAYOUT_RETURNED: (Leg("payout returned", IN_TRANSIT, ACCOUNT_AVAILABLE),),
    Fact.CONVERSION: (
        Leg("currency sold", ACCOUNT, SOLD),
        Leg("currency bought", BOUGHT, ACCOUNT._replace(bought=True)),
        Leg("spread of money that comes in", BOUGHT, SPREAD),
        Leg("spread of money that goes out", SOLD, SPREAD._replace(bought=False)),
    ),
    Fact.FEE_CONVERSION: (
        Leg("application fee, as paid", ACCOUNT, SOLD),
        Leg("application fee, as earned", BOUGHT, PLATFORM._replace(bought=True)),
        Leg("spread", BOUGHT, SPREAD),
    ),
    Fact.FEE_REFUND_CONVERSION: (
        Leg("application fee refund, as given", PLATFORM, SOLD),
        Leg("application fee refund, as received", BOUGHT, ACCOUNT._replace(bought=True)),
    ),
    Fact.PAYMENT_FAILED: (Leg("payment failed after all", ACCOUNT, CLEARING),),
    Fact.PROCESSING_FEE_RETURNED: (Leg("processing fee returned", FEES, ACCOUNT),),
    Fact.REFUND_FEE: (Leg("refund fee", ACCOUNT, FEES),),
}


#: What the books call those who are no accounts of the marketplace.
_NAMES = {Party.PROCESSOR: PROCESSOR, Party.BANK: BANK, Party.FX: FX}


class Owners(NamedTuple):
    """Who the parties of a fact are. day: the day account used; 0 = `available`.

    bought: the currency that is bought with `currency`, for facts that have two.
    """

    world: int
    currency: str
    platform: str
    account: str
    day: int = 0
    bought: str = ""

    def key(self, side: Side) -> LedgerKey:
        """The ledger account that a side of a leg means here."""
        party, purpose, dated, bought = side
        currency = self.bought if bought else self.currency
        if party is Party.ACCOUNT or party is Party.PLATFORM:
            owner = self.account if party is Party.ACCOUNT else self.platform
            if dated and not self.day:
                return key_of(self.world, owner, Purpose.AVAILABLE, currency, 0)
            return key_of(self.world, owner, purpose, currency, self.day if dated else 0)
        return key_of(self.world, _NAMES[party], purpose, currency, 0)


class Move(NamedTuple):
    """One ledger transfer to be posted."""

    debit: LedgerKey
    credit: LedgerKey
    amount: int


_move = maker(Move)


@lru_cache(maxsize=16_384)
def _sides(fact: Fact, owners: Owners) -> tuple[tuple[LedgerKey, LedgerKey], ...]:
    return tuple((owners.key(leg.debit), owners.key(leg.credit)) for leg in POLICY[fact])


def moves(fact: Fact, owners: Owners, amounts: Sequence[int]) -> list[Move]:
    """The ledger transfers of a fact, one amount per leg in the order of the policy.

    Legs of amount 0 are left out; a negative amount is a bug.
    """
    sides = _sides(fact, owners)
    if len(sides) != len(amounts) or min(amounts) < 0:
        raise BrokenLedgerError(f"{fact.name} has {len(sides)} legs, got {amounts}")
    return [
        _move((debit, credit, amount))
        for (debit, credit), amount in zip(sides, amounts, strict=True)
        if amount
    ]


def keys(fact: Fact, owners: Owners) -> set[LedgerKey]:
    """Every ledger account that a fact may touch."""
    return {key for sides in _sides(fact, owners) for key in sides}
