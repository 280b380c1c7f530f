"""The proof of the books: one pass over a snapshot that finds the first row that is wrong.

Ledger transfers come in the order of their keys, which interleaves the lanes of a branch; each
ledger account's own rows are put in order by their numbers. Checked are: ids, numbers without a
gap, running balances, counters, limits, the seal of every commit, the heads of the lanes, and
that balance transactions and ledger tell the same of every (account, currency, day).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from connectlib.core.ledger import (
    GENESIS,
    GUARDED,
    LANES,
    LedgerKey,
    Purpose,
    account_bytes,
    ledger_id,
    transaction_bytes,
    transfer_bytes,
)
from connectlib.core.postings import Fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectlib.core.rows import (
        BalanceTransaction,
        Lane,
        LedgerAccountRow,
        LedgerBatch,
        LedgerTransaction,
        LedgerTransfer,
    )

#: (owner, currency, day): what balance transactions and ledger must agree on, in one world.
_Tie = tuple[int, str, str, int]


class Books(Protocol):
    """One snapshot of one branch, read as streams in the order of the primary key."""

    def accounts(self) -> Iterator[LedgerAccountRow]:
        """Every ledger account."""
        ...

    def transactions(self) -> Iterator[LedgerTransaction]:
        """Every ledger transaction."""
        ...

    def transfers(self) -> Iterator[LedgerTransfer]:
        """Every ledger transfer, by (txn, leg)."""
        ...

    def batches(self) -> Iterator[LedgerBatch]:
        """Every sealed batch, by its first transaction."""
        ...

    def lanes(self) -> Iterator[Lane]:
        """The head of every lane."""
        ...

    def balance_transactions(self) -> Iterator[BalanceTransaction]:
        """Every balance transaction."""
        ...


class Flaw(NamedTuple):
    """What is wrong with which row."""

    table: str
    key: str
    what: str


class Report(NamedTuple):
    """What `verify` found: how much it read, and the first row that is wrong."""

    ok: bool
    flaw: Flaw | None = None
    accounts: int = 0
    transactions: int = 0
    transfers: int = 0
    batches: int = 0
    balance_transactions: int = 0


class _Found(Exception):
    def __init__(self, table: str, key: object, what: str) -> None:
        super().__init__(what)
        self.flaw = Flaw(table, str(key), what)


class _Account:
    """A ledger account as the transfers tell it so far."""

    __slots__ = ("cp", "dp", "early", "key", "row", "seq")

    def __init__(self, row: LedgerAccountRow) -> None:
        self.row = row
        self.key = LedgerKey(*row[2:7])
        self.seq = self.dp = self.cp = 0
        self.early: dict[int, tuple[int, int, object]] = {}

    def take(self, seq: int, delta: int, balance: int, where: object) -> None:
        """One more row of this account: in its turn, or kept until its turn comes."""
        if seq != self.seq + 1:
            if seq <= self.seq or seq in self.early:
                raise _Found("cl_ledger_transfer", where, f"number {seq} of {self.key} is twice")
            self.early[seq] = (delta, balance, where)
            return
        self._step(delta, balance, where)
        while self.early and (found := self.early.pop(self.seq + 1, None)) is not None:
            self._step(*found)

    def _step(self, delta: int, balance: int, where: object) -> None:
        self.seq += 1
        if delta > 0:
            self.cp += delta
        else:
            self.dp -= delta
        if self.cp - self.dp != balance:
            what = f"the balance of {self.key} after it is {self.cp - self.dp}, not {balance}"
            raise _Found("cl_ledger_transfer", where, what)


class _Lane:
    """One hash chain as the rows tell it so far."""

    __slots__ = ("batch", "batches", "digest", "hash", "left", "seq")

    def __init__(self) -> None:
        self.hash = GENESIS
        self.seq = self.batches = self.left = 0
        self.batch: LedgerBatch | None = None
        self.digest = hashlib.sha256()


class Proof:
    """One pass over the books of a branch."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._accounts: dict[int, _Account] = {}
        self._lanes: dict[int, _Lane] = {}
        self._matured: dict[_Tie, int] = {}
        self._counts = dict.fromkeys(
            ("accounts", "transactions", "transfers", "batches", "balance_transactions"), 0
        )

    def run(self) -> Report:
        """Read everything; the report names the first row that is wrong."""
        flaw = None
        try:
            self._read_accounts()
            self._read_transfers()
            self._close_accounts()
            self._close_lanes()
            self._tie()
        except _Found as found:
            flaw = found.flaw
        return Report(flaw is None, flaw, **self._counts)

    def _read_accounts(self) -> None:
        for row in self._books.accounts():
            self._counts["accounts"] += 1
            account = _Account(row)
            if ledger_id(account.key) != row.id:
                raise _Found("cl_ledger_account", row.id, f"the id is not that of {account.key}")
            over = row.debits_posted + row.debits_pending > row.credits_posted
            if row.purpose in GUARDED and over:
                raise _Found("cl_ledger_account", row.id, f"{account.key} is overdrawn")
            self._accounts[row.id] = account

    def _read_transfers(self) -> None:
        transfers = self._books.transfers()
        batches = self._books.batches()
        batch = next(batches, None)
        row = next(transfers, None)
        for transaction in self._books.transactions():
            self._counts["transactions"] += 1
            lane = self._lanes.setdefault(transaction.id % LANES, _Lane())
            while batch is not None and batch.first <= transaction.id:
                self._open(batch)
                batch = next(batches, None)
            self._enter(lane, transaction)
            legs = 0
            while row is not None and row[1] == transaction.id:
                self._check(row, legs, transaction, lane)
                legs += 1
                row = next(transfers, None)
            if not legs or (row is not None and row[1] < transaction.id):
                what = "the ledger transaction has no ledger transfers, or they are not its own"
                raise _Found("cl_ledger_transaction", transaction.id, what)
            self._leave(lane)
        if row is not None:
            raise _Found("cl_ledger_transfer", (row.txn, row.leg), "it has no transaction")
        if batch is not None:
            raise _Found("cl_ledger_batch", (batch.lane, batch.seq), "its rows are missing")

    def _open(self, batch: LedgerBatch) -> None:
        self._counts["batches"] += 1
        lane = self._lanes.setdefault(batch.lane, _Lane())
        where = (batch.lane, batch.seq)
        if lane.left:
            missing = (lane.seq + 1) * LANES + batch.lane
            raise _Found("cl_ledger_transaction", missing, "it is missing from its batch")
        if batch.seq != lane.batches + 1:
            raise _Found("cl_ledger_batch", where, f"batch {lane.batches + 1} is missing")
        if batch.first != (lane.seq + 1) * LANES + batch.lane:
            raise _Found("cl_ledger_batch", where, "it does not begin where the one before ends")
        lane.batch, lane.left = batch, batch.n
        lane.digest = hashlib.sha256(lane.hash.encode())

    def _enter(self, lane: _Lane, transaction: LedgerTransaction) -> None:
        if not lane.left:
            raise _Found("cl_ledger_transaction", transaction.id, "no batch has sealed it")
        if transaction.id // LANES != lane.seq + 1:
            raise _Found(
                "cl_ledger_transaction", transaction.id, "the transaction before it is missing"
            )
        lane.digest.update(transaction_bytes(transaction))

    def _check(
        self, row: LedgerTransfer, legs: int, transaction: LedgerTransaction, lane: _Lane
    ) -> None:
        self._counts["transfers"] += 1
        _, txn, leg, debit_id, credit_id, currency, amount, d_seq, d_balance, c_seq, c_balance = row
        debit, credit = self._accounts.get(debit_id), self._accounts.get(credit_id)
        if leg != legs:
            raise _Found("cl_ledger_transfer", (txn, leg), f"leg {legs} is missing")
        if debit is None or credit is None:
            raise _Found("cl_ledger_transfer", (txn, leg), "a ledger account of it is missing")
        if amount <= 0 or currency != debit.key.currency or currency != credit.key.currency:
            raise _Found("cl_ledger_transfer", (txn, leg), "amount or currency is impossible")
        debit.take(d_seq, -amount, d_balance, (txn, leg))
        credit.take(c_seq, amount, c_balance, (txn, leg))
        update = lane.digest.update
        if d_seq == 1:
            update(account_bytes(debit.key))
        if c_seq == 1:
            update(account_bytes(credit.key))
        update(transfer_bytes(row))
        if transaction.kind == Fact.MATURING:
            self._mature(debit.key, amount)
        elif transaction.kind == Fact.MATURING_NEGATIVE:
            self._mature(credit.key, -amount)

    def _mature(self, day: LedgerKey, amount: int) -> None:
        tie = (day.world, day.owner, day.currency, day.available_on)
        self._matured[tie] = self._matured.get(tie, 0) + amount

    def _leave(self, lane: _Lane) -> None:
        lane.seq += 1
        lane.left -= 1
        if lane.left:
            return
        batch, lane.hash = lane.batch, lane.digest.hexdigest()
        lane.batches += 1
        if batch is not None and batch.hash != lane.hash:
            what = "its rows are not those that were sealed, or the chain before it is broken"
            raise _Found("cl_ledger_batch", (batch.lane, batch.seq), what)

    def _close_accounts(self) -> None:
        for id_, account in self._accounts.items():
            row = account.row
            if account.early:
                where = min(account.early.values(), key=str)[2]
                what = f"number {account.seq + 1} of {account.key} is missing before it"
                raise _Found("cl_ledger_transfer", where, what)
            told = (account.dp, account.cp, account.seq)
            kept = (row.debits_posted, row.credits_posted, row.version)
            if told != kept:
                what = f"debits, credits and version of {account.key} are {kept}, not {told}"
                raise _Found("cl_ledger_account", id_, what)

    def _close_lanes(self) -> None:
        heads = {head.lane: head for head in self._books.lanes()}
        for number, lane in self._lanes.items():
            if lane.left:
                raise _Found("cl_ledger_batch", (number, lane.batches + 1), "rows are missing")
            if number not in heads:
                raise _Found("cl_ledger_lane", number, "the lane has no head")
        for number, head in heads.items():
            lane = self._lanes.get(number, _Lane())
            told = (lane.seq, lane.batches, lane.hash)
            if told != (head.seq, head.batches, head.hash):
                what = f"it ends at transaction {lane.seq}, not {head.seq}: rows at its end differ"
                raise _Found("cl_ledger_lane", number, what)

    def _tie(self) -> None:
        """Balance transactions and ledger tell the same of every account, currency and day."""
        told: dict[_Tie, int] = {}
        last: dict[_Tie, str] = {}
        for bt in self._books.balance_transactions():
            self._counts["balance_transactions"] += 1
            tie = (bt.world, bt.account, bt.currency, bt.day)
            told[tie] = told.get(tie, 0) + bt.amount - bt.fee
            last[tie] = bt.id
        kept: dict[_Tie, int] = {}
        for account in self._accounts.values():
            world, owner, purpose, currency, day = account.key
            if purpose in {Purpose.PENDING, Purpose.AVAILABLE}:
                kept[world, owner, currency, day] = account.cp - account.dp
        for (world, owner, currency, day), amount in self._matured.items():
            here = (world, owner, currency, day)
            kept[here] = kept.get(here, 0) + amount
            there = (world, owner, currency, 0)
            kept[there] = kept.get(there, 0) - amount
        for tie in sorted(told.keys() | kept.keys()):
            if told.get(tie, 0) != kept.get(tie, 0):
                what = (
                    f"{tie[1]} in {tie[2]} on day {tie[3]}: balance transactions say"
                    f" {told.get(tie, 0)}, the ledger {kept.get(tie, 0)}"
                )
                raise _Found("cl_balance_transaction", last.get(tie, "none"), what)


def prove(books: Books) -> Report:
    """Verify the books of one branch."""
    return Proof(books).run()


def together(reports: list[Report]) -> Report:
    """The report of several branches: the first flaw, and what all of them read."""
    flaw = next((report.flaw for report in reports if report.flaw is not None), None)
    counts: list[Any] = [sum(column) for column in zip(*(r[2:] for r in reports), strict=True)]
    return Report(flaw is None, flaw, *counts)
