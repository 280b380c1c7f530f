"""What the memory store keeps: dictionaries by key, and the orders that reads need."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING, Any

from connectlib.core.ledger import GENESIS, LedgerAccount, LedgerKey
from connectlib.core.rows import (
    BalanceTransaction,
    Callback,
    Due,
    Event,
    IdempotencyKey,
    Lane,
    LedgerBatch,
    LedgerTransaction,
    LedgerTransfer,
    ObjectVersion,
    PayoutItem,
)

if TYPE_CHECKING:
    from connectlib.core.rows import Versioned


class Tables:
    """The data of one branch."""

    def __init__(self, branch: int) -> None:
        self.branch = branch
        self.rows: dict[str, Versioned] = {}
        self.versions: dict[tuple[str, int], ObjectVersion] = {}
        self.keys: dict[str, dict[tuple[int, str], IdempotencyKey]] = {}
        self.heads: dict[str, int] = {}
        self.ledger: dict[LedgerKey, LedgerAccount] = {}
        self.owned: dict[tuple[int, str], list[LedgerKey]] = {}
        self.transactions: list[LedgerTransaction] = []
        self.transfers: list[LedgerTransfer] = []
        self.batches: list[LedgerBatch] = []
        self.lane = Lane(branch, 0, 0, 0, GENESIS)
        self.bts: dict[str, BalanceTransaction] = {}
        self.items: dict[str, list[PayoutItem]] = {}
        self.callbacks: dict[str, Callback] = {}
        self.due: list[tuple[int, int, int, str]] = []
        self.due_rows: dict[tuple[int, int, int, str], Due] = {}
        #: (kind, world, account) -> values of the kind's order, ascending
        self.order: dict[tuple[type[Any], int, str], list[Any]] = {}
        #: (world, owner, currency) -> [(available_on, id)] of what is not wholly paid out
        self.unpaid: dict[tuple[int, str, str], list[tuple[int, str]]] = {}
        self.rests: dict[str, int] = {}
        self.events: dict[tuple[int, str, int], Event] = {}
        self.event_ids: dict[str, Event] = {}

    def listed(self, kind: type[Any], world: int, account: str, place: Any) -> None:
        """Put a new row where lists find it."""
        order = self.order.setdefault((kind, world, account), [])
        if order and order[-1] > place:
            insort(order, place)
        else:
            order.append(place)

    def put_row(self, row: Versioned) -> None:
        """Write a row, new or changed."""
        if row.id not in self.rows:
            self.listed(type(row), row.world, row.account, row.id)
        self.rows[row.id] = row

    def put_event(self, event: Event) -> None:
        """Write an event."""
        self.events[event.world, event.account, event.seq] = event
        self.event_ids[event.id] = event
        self.listed(Event, event.world, event.account, event.seq)

    def put_bt(self, bt: BalanceTransaction) -> None:
        """Write a balance transaction."""
        self.bts[bt.id] = bt
        self.listed(BalanceTransaction, bt.world, bt.account, bt.id)
        if bt.type != "payout":
            waiting = self.unpaid.setdefault((bt.world, bt.account, bt.currency), [])
            insort(waiting, (bt.available_on, bt.id))

    def put_callback(self, row: Callback) -> None:
        """Write news of the processor."""
        self.callbacks[row.id] = row
        self.listed(Callback, row.world, row.account, row.id)

    def put_item(self, item: PayoutItem) -> None:
        """Write what a payout contains of one balance transaction."""
        self.items.setdefault(item.payout, []).append(item)
        self.rests[item.balance_transaction] = item.rest
        if not item.rest:
            bt = self.bts[item.balance_transaction]
            waiting = self.unpaid[bt.world, bt.account, bt.currency]
            del waiting[bisect_left(waiting, (bt.available_on, bt.id))]

    def put_key(self, key: IdempotencyKey) -> None:
        """Write an idempotency key."""
        self.keys.setdefault(key.key, {})[key.world, key.account] = key

    def put_due(self, due: Due) -> None:
        """Write due work, unless it is there already."""
        name = (due.world, due.due_at, due.kind, due.ref)
        if name not in self.due_rows:
            insort(self.due, name)
            self.due_rows[name] = due

    def drop_due(self, due: Due) -> None:
        """Remove due work; what is gone is gone."""
        name = (due.world, due.due_at, due.kind, due.ref)
        if self.due_rows.pop(name, None) is not None:
            del self.due[bisect_left(self.due, name)]

    def put_ledger(self, entry: LedgerAccount) -> None:
        """Write a ledger account, new or moved."""
        key = entry.key
        if key not in self.ledger:
            self.owned.setdefault((key.world, key.owner), []).append(key)
        kept = entry.copy()
        kept.stored = kept.version
        self.ledger[key] = kept
