"""One transaction of one branch over a hand: gather what works need, write what they decided."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from connectlib.adapters.sql.kinds import KINDS
from connectlib.adapters.sql.statements import SWAPS
from connectlib.adapters.sql.tables import TABLES
from connectlib.core.book import Book
from connectlib.core.drafts import Unpaid
from connectlib.core.heads import HeadState
from connectlib.core.ledger import LedgerAccount, batch_bytes, key_of, ledger_id, seal
from connectlib.core.payout_items import SKEW, is_short
from connectlib.core.rows import (
    BY_PREFIX,
    Account,
    BalanceTransaction,
    Callback,
    Due,
    Event,
    Head,
    IdempotencyKey,
    Lane,
    LedgerAccountRow,
    LedgerBatch,
    LedgerTransaction,
    LedgerTransfer,
    ObjectVersion,
    PayoutItem,
)
from connectlib.flows.gather import Wanted, links_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connectlib.adapters.sql.bulk import Hand
    from connectlib.core.book import AnyWork
    from connectlib.core.rows import Versioned
    from connectlib.ports.store import Scene

_NAME: dict[type[Any], str] = {kind: TABLES[kind].name for kind in KINDS}


def _swapped(kind: Any) -> itemgetter[tuple[Any, ...]]:
    """Takes what a swap of a row of a kind may change, and what finds the row."""
    names = (*SWAPS[f"swap {_NAME[kind]}"].columns, "branch", "id")
    return itemgetter(*[kind._fields.index(name) for name in names])


_SWAPPED = {kind: _swapped(kind) for kind in KINDS if f"swap {_NAME[kind]}" in SWAPS}


def account_of(row: Sequence[Any]) -> LedgerAccount:
    """The ledger account that a row of `LedgerAccountRow` holds."""
    return LedgerAccount(
        key_of(row[2], row[3], row[4], row[5], row[6]),
        dp=row[7],
        cp=row[8],
        dq=row[9],
        cq=row[10],
        version=row[11],
    )


def by_kind(ids: Iterable[str]) -> list[tuple[type[Any], list[str]]]:
    """Ids sorted into kinds, kinds in the order of locking; what is no id of ours is left out."""
    found: dict[type[Any], list[str]] = {}
    for id_ in ids:
        kind = BY_PREFIX.get(id_.partition("_")[0])
        if kind is not None:
            found.setdefault(kind, []).append(id_)
    return [(kind, found[kind]) for kind in KINDS if kind in found]


class SqlTx:
    """See `ports.store.Tx`. lanes: how many hash chains the branch has."""

    def __init__(self, hand: Hand, *, lanes: int) -> None:
        self._hand = hand
        self._lanes = lanes
        self._keeps_now = False

    # gathering

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
        self._keeps_now = scene.keeps_now
        wanted = Wanted(works, self._links(scene, works), scene.at)
        book.gathered = wanted.ledger
        plan: list[tuple[str, dict[str, Any]]] = []
        takers: list[Any] = []
        self._ask(plan, takers, book, wanted)
        if not plan:
            return book
        for take, rows in zip(takers, self._hand.read(plan), strict=True):
            take(rows)
        if book.lane is None and (wanted.ledger or wanted.wallets):
            self._wait_for_lane(book)
        for owner, currency in wanted.unpaid:
            if is_short(book, owner, currency):
                self._look_everywhere(book, owner, currency)
        return book

    def _look_everywhere(self, book: Book, owner: str, currency: str) -> None:
        """Read what is unpaid without the cursor, as far as clocks may be apart."""
        base = {"b": book.branch, "w": book.world.id, "at": book.at + SKEW}
        (rows,) = self._hand.read([("unpaid all", {**base, "owner": owner, "currency": currency})])
        _unpaid_into(book, (owner, currency))(rows)

    def _links(self, scene: Scene, works: Sequence[AnyWork]) -> dict[str, Versioned]:
        ids = links_of(works)
        if not ids:
            return {}
        kinds = by_kind(ids)
        base = {"b": scene.branch, "w": scene.world.id}
        asks = [(f"rows {_NAME[kind]}", {**base, "ids": found}) for kind, found in kinds]
        return {
            row[1]: kind(*row)
            for (kind, _), rows in zip(kinds, self._hand.read(asks), strict=True)
            for row in rows
            if row[2] == scene.world.id
        }

    def _ask(self, plan: list[Any], takers: list[Any], book: Book, wanted: Wanted) -> None:
        """Plan the reads: what is locked first, in one order for everybody."""
        base = {"b": book.branch, "w": book.world.id}

        def ask(name: str, take: Any, **params: Any) -> None:
            plan.append((name, {**base, **params}))
            takers.append(take)

        for kind, ids in by_kind(wanted.rows):
            ask(f"lock {_NAME[kind]}", _rows_into(book, kind), ids=ids)
        if wanted.heads:
            ask("lock heads", _heads_into(book), ids=wanted.heads)
        if wanted.ledger or wanted.wallets:
            # Whoever locks a wallet holds the head of its owner, and so does whoever locks a
            # ledger account of that owner: two statements cannot meet crosswise.
            numbers = sorted(ledger_id(key) for key in wanted.ledger)
            ask("lock ledger", _ledger_into(book), ids=numbers)
            if wanted.wallets:
                take = _ledger_into(book)
                ask("lock wallets", take, owners=wanted.wallets, since=wanted.since)
        if wanted.accounts:
            ask(f"rows {_NAME[Account]}", _rows_into(book, Account), ids=wanted.accounts)
        if wanted.keys:
            ask("keys", _keys_into(book), ids=wanted.keys)
        for owner, currency in wanted.unpaid:
            take = _unpaid_into(book, (owner, currency))
            ask("unpaid", take, owner=owner, currency=currency, at=book.at)
        if wanted.ledger or wanted.wallets:
            ask("any lane", _lane_into(book))

    def _wait_for_lane(self, book: Book) -> None:
        lane = book.wall % self._lanes
        (rows,) = self._hand.read([("this lane", {"b": book.branch, "lane": lane})])
        _lane_into(book)(rows)

    # writing

    def write(self, book: Book) -> None:
        """See `ports.store.Tx`."""
        hand = self._hand
        self._write_rows(book)
        self._write_heads(book)
        self._write_ledger(book)
        hand.insert(BalanceTransaction, book.bts)
        hand.insert(PayoutItem, book.items)
        hand.insert(Callback, book.callbacks)
        hand.insert(ObjectVersion, list(book.versions.values()))
        hand.insert(Event, book.events)
        hand.insert(IdempotencyKey, sorted(book.changed_keys.values()))
        hand.remove(sorted(book.undues.values()))
        hand.insert(Due, sorted(book.dues.values()))
        if self._keeps_now:
            hand.change("keep now", {"w": book.world.id, "at": book.at})

    def _write_rows(self, book: Book) -> None:
        fresh: dict[type[Any], list[Any]] = {}
        moved: dict[type[Any], list[Any]] = {}
        for id_, row in book.changed.items():
            (moved if id_ in book.stored else fresh).setdefault(type(row), []).append(row)
        for kind in KINDS:
            if kind in fresh:
                self._hand.insert(kind, fresh[kind])
            if kind in moved:
                name = f"swap {_NAME[kind]}"
                values, stored = _SWAPPED[kind], book.stored
                self._hand.swap(name, [(*values(row), stored[row.id]) for row in moved[kind]])

    def _write_heads(self, book: Book) -> None:
        moved = sorted(
            (account, head) for account, head in book.heads.items() if head.seq != head.stored
        )
        branch, world = book.branch, book.world.id
        new = [Head(branch, account, world, head.seq) for account, head in moved if not head.stored]
        self._hand.insert(Head, new)
        self._hand.swap(
            "swap heads",
            [(head.seq, branch, account, head.stored) for account, head in moved if head.stored],
        )

    def _write_ledger(self, book: Book) -> None:
        if not book.transactions or book.lane is None:
            return
        hand, branch, lane = self._hand, book.branch, book.lane
        touched = [each for each in book.ledger.values() if each.version != each.stored]
        touched.sort(key=lambda each: each.id)
        hand.insert(
            LedgerAccountRow,
            [
                LedgerAccountRow(branch, a.id, *a.key, a.dp, a.cp, a.dq, a.cq, a.version)
                for a in touched
                if not a.stored
            ],
        )
        hand.swap(
            "swap ledger",
            [
                (a.dp, a.cp, a.dq, a.cq, a.version, branch, a.id, a.stored)
                for a in touched
                if a.stored
            ],
        )
        hand.insert(LedgerTransaction, book.transactions)
        hand.insert(LedgerTransfer, book.transfers)
        batch, moved = sealed(book, lane)
        hand.insert(LedgerBatch, [batch])
        hand.swap(
            "swap lane", [(moved.seq, moved.batches, moved.hash, branch, lane.lane, lane.seq)]
        )


def sealed(book: Book, lane: Lane) -> tuple[LedgerBatch, Lane]:
    """The seal of the batch's ledger transactions, and its lane after it."""
    keys = {entry.id: entry.key for entry in book.ledger.values()}
    parts = batch_bytes(book.transactions, book.transfers, keys.__getitem__)
    digest = seal(lane.hash, parts)
    n = len(book.transactions)
    batch = LedgerBatch(
        book.branch, lane.lane, lane.batches + 1, book.transactions[0].id, n, digest, book.at
    )
    return batch, Lane(book.branch, lane.lane, lane.seq + n, lane.batches + 1, digest)


def _rows_into(book: Book, kind: type[Any]) -> Any:
    def take(rows: list[Any]) -> None:
        for values in rows:
            row = kind(*values)
            if row.world == book.world.id:
                book.rows[row.id] = row
                book.stored[row.id] = row.version

    return take


def _heads_into(book: Book) -> Any:
    def take(rows: list[Any]) -> None:
        for row in rows:
            book.heads[row[1]] = HeadState(row[3])

    return take


def _ledger_into(book: Book) -> Any:
    def take(rows: list[Any]) -> None:
        for row in rows:
            entry = account_of(row)
            book.ledger[entry.key] = entry

    return take


def _keys_into(book: Book) -> Any:
    def take(rows: list[Any]) -> None:
        for values in rows:
            row = IdempotencyKey(*values)
            book.keys[row.account, row.key] = row

    return take


def _unpaid_into(book: Book, name: tuple[str, str]) -> Any:
    def take(rows: list[Any]) -> None:
        found: dict[str, Unpaid] = {}
        for id_, net, rest, available_on in rows:
            found[id_] = Unpaid(id_, net if rest is None else rest, available_on)
        book.unpaid[name] = list(found.values())

    return take


def _lane_into(book: Book) -> Any:
    def take(rows: list[Any]) -> None:
        if rows:
            book.lane = Lane(*rows[0])

    return take
