"""The books: ledger accounts with four counters, ledger transfers, and the seal of a commit.

A ledger account is one (world, owner, purpose, currency, available_on); its id derives from
these, so it is known before anything is read. A ledger transfer debits one account and credits
another, so debits equal credits by structure. Posted counters only grow; the pending counters
are for holds, rise with one and fall when it is resolved.
"""

from __future__ import annotations

import hashlib
import struct
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from connectlib.core.rows import LedgerTransaction, LedgerTransfer

#: Counters are BIGINT columns.
COUNTER_MAX = 2**63 - 1
#: How many hash chains a branch may have; a transaction's id is its number there * LANES + lane.
LANES = 16
#: What the chain of a lane starts from.
GENESIS = "0" * 64


class Purpose(IntEnum):
    """Which book of its owner a ledger account is."""

    PENDING = 1
    AVAILABLE = 2
    IN_TRANSIT = 3
    CLEARING = 10
    PROCESSING_FEES = 11
    REFUNDS_IN_TRANSIT = 12
    BANK = 13
    FX_POSITION = 20
    FX_SPREAD = 21


#: Accounts whose balance is what they owe us; all others show what we owe.
DEBIT_NORMAL = frozenset({Purpose.CLEARING, Purpose.BANK})
#: The three books that make up what Stripe calls a balance.
BALANCE = (Purpose.PENDING, Purpose.AVAILABLE, Purpose.IN_TRANSIT)
#: Accounts that may never be overdrawn: a CHECK of the schema says the same.
GUARDED = frozenset({Purpose.IN_TRANSIT, Purpose.REFUNDS_IN_TRANSIT})
#: Owners that are not accounts of the marketplace.
PROCESSOR, BANK, FX = "processor", "bank", "fx"


class BrokenLedgerError(Exception):
    """The books would stop adding up: a bug, never an answer."""


class LedgerKey(NamedTuple):
    """What a ledger account is of. available_on: a day's midnight, 0 = no date."""

    world: int
    owner: str
    purpose: int
    currency: str
    available_on: int


@lru_cache(maxsize=65_536)
def key_of(world: int, owner: str, purpose: int, currency: str, available_on: int) -> LedgerKey:
    """The same key object for the same words: hashed once, compared by identity."""
    return LedgerKey(world, owner, purpose, currency, available_on)


@lru_cache(maxsize=65_536)
def ledger_id(key: LedgerKey) -> int:
    """The 63-bit id of a ledger account: the head of BLAKE2b over its key."""
    digest = hashlib.blake2b("\x1f".join(map(str, key)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


class LedgerAccount:
    """A ledger account at work: loaded under its lock, moved, written back once a batch.

    stored: the version that the store holds; 0 = the account is new.
    """

    __slots__ = ("cp", "cq", "dp", "dq", "id", "key", "stored", "version")

    def __init__(
        self,
        key: LedgerKey,
        *,
        dp: int = 0,
        cp: int = 0,
        dq: int = 0,
        cq: int = 0,
        version: int = 0,
    ) -> None:
        self.id = ledger_id(key)
        self.key = key
        self.dp, self.cp, self.dq, self.cq = dp, cp, dq, cq
        self.version = self.stored = version

    @property
    def balance(self) -> int:
        """Credits - debits posted: positive = owed to the owner."""
        return self.cp - self.dp

    @property
    def spendable(self) -> int:
        """The balance less what is held by unresolved debits."""
        return self.cp - self.dp - self.dq

    def copy(self) -> LedgerAccount:
        """A separate account with the same counters."""
        twin = LedgerAccount(
            self.key, dp=self.dp, cp=self.cp, dq=self.dq, cq=self.cq, version=self.version
        )
        twin.stored = self.stored
        return twin


_TRANSFER = struct.Struct(">qhqqqqqqq")
_TRANSACTION = struct.Struct(">qhhq")


def transfer_bytes(row: LedgerTransfer) -> bytes:
    """The canonical bytes of a ledger transfer. Its branch is in the name of the lane."""
    return (
        _TRANSFER.pack(row[1], row[2], row[3], row[4], row[6], row[7], row[8], row[9], row[10])
        + row[5].encode()
    )


def transaction_bytes(row: LedgerTransaction) -> bytes:
    """The canonical bytes of a ledger transaction."""
    return _TRANSACTION.pack(row[1], row[2], row[3], row[5]) + row[4].encode()


def account_bytes(key: LedgerKey) -> bytes:
    """The canonical bytes of what a ledger account is of: sealed where it is first used."""
    return "\x1f".join(map(str, key)).encode() + b"\x1e"


def batch_bytes(
    transactions: Iterable[LedgerTransaction],
    transfers: Iterable[LedgerTransfer],
    key_of_id: Callable[[int], LedgerKey],
) -> Iterator[bytes]:
    """The canonical bytes of a commit: each transaction, then its ledger transfers in order.

    Where a ledger account is used for the first time, what it is of comes before the transfer.
    """
    rest = iter(transfers)
    row = next(rest, None)
    for transaction in transactions:
        yield transaction_bytes(transaction)
        while row is not None and row[1] == transaction[1]:
            if row[7] == 1:
                yield account_bytes(key_of_id(row[3]))
            if row[9] == 1:
                yield account_bytes(key_of_id(row[4]))
            yield transfer_bytes(row)
            row = next(rest, None)


def seal(previous: str, parts: Iterable[bytes]) -> str:
    """The next hash of a lane: SHA-256 over the one before and the bytes of the commit."""
    digest = hashlib.sha256(previous.encode())
    digest.update(b"".join(parts))
    return digest.hexdigest()
