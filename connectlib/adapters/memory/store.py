"""The store in dictionaries: for notebooks and tests, and the model others are compared with.

One lock for each branch; a transaction changes nothing before it commits.
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any

from connectlib.adapters.memory.audit import MemoryAudit
from connectlib.adapters.memory.queries import answer
from connectlib.adapters.memory.tables import Tables
from connectlib.core.book import Book
from connectlib.core.drafts import Unpaid
from connectlib.core.heads import HeadState
from connectlib.core.ledger import BrokenLedgerError, batch_bytes, seal
from connectlib.core.payout_items import SKEW, is_short
from connectlib.core.rows import Lane, LedgerBatch, World
from connectlib.flows.gather import Wanted, links_of
from connectlib.ports.store import Behind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connectlib.core.book import AnyWork
    from connectlib.core.rows import Due
    from connectlib.ports.store import Query, Scene


class MemoryTx:
    """See `ports.store.Tx`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._books: list[Book] = []
        self.now: tuple[int, int] | None = None

    def gather(self, scene: Scene, works: Sequence[AnyWork]) -> Book:
        """See `ports.store.Tx`."""
        book = Book(
            scene.world,
            branch=scene.branch,
            at=scene.at,
            wall=scene.wall,
            ids=scene.ids,
            joined=scene.joined,
        )
        of, world = self._tables, scene.world.id
        if scene.keeps_now:
            self.now = (world, scene.at)
        links = {
            id_: row
            for id_ in links_of(works)
            if (row := of.rows.get(id_)) is not None and row.world == world
        }
        wanted = Wanted(works, links, scene.at)
        for id_ in (*wanted.rows, *wanted.accounts):
            row = of.rows.get(id_)
            if row is not None and row.world == world:
                book.rows[id_] = row
                book.stored[id_] = row.version
        for account in wanted.heads:
            if account in of.heads:
                book.heads[account] = HeadState(of.heads[account])
        self._take_ledger(book, wanted)
        for name in wanted.keys:
            for (found_world, account), kept in of.keys.get(name, {}).items():
                if found_world == world:
                    book.keys[account, name] = kept
        for owner, currency in wanted.unpaid:
            book.unpaid[owner, currency] = self._unpaid(world, owner, currency, book.at)
            if is_short(book, owner, currency):
                later = book.at + SKEW
                book.unpaid[owner, currency] = self._unpaid(world, owner, currency, later)
        return book

    def _take_ledger(self, book: Book, wanted: Wanted) -> None:
        of = self._tables
        book.gathered = wanted.ledger
        keys = set(wanted.ledger)
        for owner in wanted.wallets:
            owned = of.owned.get((book.world.id, owner), ())
            keys.update(
                key for key in owned if not key.available_on or key.available_on >= wanted.since
            )
        for key in keys:
            if key in of.ledger:
                entry = of.ledger[key].copy()
                book.ledger[entry.key] = entry
        if wanted.ledger or wanted.wallets:
            book.lane = of.lane

    def _unpaid(self, world: int, owner: str, currency: str, at: int) -> list[Unpaid]:
        of = self._tables
        found = []
        for available_on, id_ in of.unpaid.get((world, owner, currency), ()):
            if available_on > at:
                break
            rest = of.rests.get(id_)
            net = of.bts[id_].net if rest is None else rest
            found.append(Unpaid(id_, net, available_on))
        return found

    def write(self, book: Book) -> None:
        """See `ports.store.Tx`."""
        self._books.append(book)

    def apply(self) -> None:
        """Make what was written count."""
        for book in self._books:
            self._apply(book)

    def _apply(self, book: Book) -> None:
        of = self._tables
        if not of.versions.keys().isdisjoint(book.versions):
            raise BrokenLedgerError("a version of an object is written once")
        for id_, row in book.changed.items():
            if id_ in of.rows and of.rows[id_].version != book.stored.get(id_):
                raise BrokenLedgerError(f"{id_} has moved on since it was read")
            of.put_row(row)
        for account, head in book.heads.items():
            of.heads[account] = head.seq
        if book.transactions:
            self._seal(book)
        of.versions.update(book.versions)
        for bt in book.bts:
            of.put_bt(bt)
        for item in book.items:
            of.put_item(item)
        for callback in book.callbacks:
            of.put_callback(callback)
        for event in book.events:
            of.put_event(event)
        for key in book.changed_keys.values():
            of.put_key(key)
        for due in book.undues.values():
            of.drop_due(due)
        for due in book.dues.values():
            of.put_due(due)

    def _seal(self, book: Book) -> None:
        of, lane = self._tables, self._tables.lane
        keys = {entry.id: entry.key for entry in book.ledger.values()}
        digest = seal(lane.hash, batch_bytes(book.transactions, book.transfers, keys.__getitem__))
        n = len(book.transactions)
        batch = LedgerBatch(
            book.branch, 0, lane.batches + 1, book.transactions[0].id, n, digest, book.at
        )
        of.batches.append(batch)
        of.lane = Lane(book.branch, 0, lane.seq + n, lane.batches + 1, digest)
        of.transactions += book.transactions
        of.transfers += book.transfers
        for entry in book.ledger.values():
            if entry.version != entry.stored:
                of.put_ledger(entry)


class MemoryStore:
    """See `ports.store.Store`."""

    parallel = True

    def __init__(self, *, branches: int = 1) -> None:
        self.branches = branches
        self._tables = [Tables(branch) for branch in range(branches)]
        self._locks = [RLock() for _ in range(branches)]
        self._worlds: dict[tuple[str, int], World] = {}
        self._lock = Lock()

    @contextmanager
    def transaction(self, branch: int) -> Iterator[MemoryTx]:
        """See `ports.store.Store`."""
        with self._locks[branch]:
            tx = MemoryTx(self._tables[branch])
            yield tx
            if tx.now is not None:
                self._keep_now(*tx.now)
            tx.apply()
        if tx.now is not None:
            self.set_now(*tx.now)

    def _keep_now(self, world: int, now: int) -> None:
        """Refuse a batch whose clock is behind its world's."""
        for found in self.worlds():
            if found.id == world and found.now is not None and found.now > now:
                raise Behind(f"the world stands at {found.now}, the batch at {now}")

    def answer(self, query: Query) -> Any:
        """See `ports.store.Store`."""
        with self._locks[query.branch]:
            return answer(self._tables[query.branch], query)

    def open_world(self, world: World) -> World:
        """See `ports.store.Store`."""
        with self._lock:
            name = (world.platform, world.livemode)
            fresh = world._replace(id=len(self._worlds) + 1)
            return self._worlds.setdefault(name, fresh)

    def worlds(self) -> list[World]:
        """See `ports.store.Store`."""
        with self._lock:
            return list(self._worlds.values())

    def set_now(self, world: int, now: int) -> None:
        """See `ports.store.Store`."""
        with self._lock:
            for name, found in self._worlds.items():
                if found.id == world and (found.now is None or found.now < now):
                    self._worlds[name] = found._replace(now=now)

    def claim(self, dues: Sequence[Due], *, wall: int, lease: int) -> list[Due]:
        """See `ports.store.Store`."""
        ours: list[Due] = []
        for due in dues:
            name = (due.world, due.due_at, due.kind, due.ref)
            with self._locks[due.branch]:
                rows = self._tables[due.branch].due_rows
                found = rows.get(name)
                if found is not None and found.lease <= wall:
                    rows[name] = found._replace(lease=wall + lease)
                    ours.append(due)
        return ours

    @contextmanager
    def audit(self, branch: int) -> Iterator[MemoryAudit]:
        """See `ports.store.Store`."""
        with self._locks[branch]:
            yield MemoryAudit(self._tables[branch])

    def scrub(self) -> None:
        """See `ports.store.Store`: nothing lies about."""

    def close(self) -> None:
        """Nothing to give back."""
