"""Questions that only read: each a compiled statement, run on a driver connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connectlib.adapters.sql import tables as t
from connectlib.adapters.sql.statements import REGISTRY
from connectlib.adapters.sql.tables.base import BIG, SMALL, TEXT, plain
from connectlib.adapters.sql.tx import account_of
from connectlib.core.drafts import decode
from connectlib.core.ledger import LedgerKey
from connectlib.core.rows import (
    BY_PREFIX,
    BalanceTransaction,
    Due,
    LedgerTransaction,
    LedgerTransfer,
)
from connectlib.ports.store import (
    BalanceAt,
    DueWork,
    Entry,
    NextDue,
    One,
    Page,
    Sums,
    Totals,
    TransfersOf,
    Version,
    Wallet,
)

if TYPE_CHECKING:
    from connectlib.ports.store import Query

#: Runs a statement of the registry, or one made by a function of this module.
Run = Callable[[Any, Mapping[str, Any]], list[Any]]

_COMPARE = {">": gt, ">=": ge, "<": lt, "<=": le}


def bound(name: str, type_: Any) -> sa.BindParameter[Any]:
    """A parameter of a statement."""
    return sa.bindparam(name, type_=type_)


B, W = bound("b", SMALL), bound("w", SMALL)


def answer(run: Run, query: Query) -> Any:
    """What a query asks: see `ports.store` for the shapes."""
    return _ANSWERS[type(query)](run, query)


def _one(run: Run, query: One) -> Any:
    statement = by_key(t.TABLES[query.kind].name)
    return of_one(query, run(statement, {"b": query.branch, "id": query.id}))


def of_one(query: One, rows: list[Any]) -> Any:
    """The row found by its key, where it is of the world and namespace asked for."""
    kind, _, world, _, account = query
    for values in rows:
        row = kind._make(values)
        if row.world == world and account in (None, row.account):
            return row
    return None


@cache
def by_key(name: str) -> Any:
    """A row by its key; the caller checks whose it is."""
    table = t.metadata.tables[name]
    return sa.select(table).where(table.c.branch == B, table.c.id == bound("id", TEXT))


def _version(run: Run, query: Version) -> Any:
    params = {"b": query.branch, "w": query.world, "id": query.id, "version": query.version}
    for row in run(REGISTRY["version"], params):
        return decode(BY_PREFIX[query.id.partition("_")[0]], row[4])
    return None


def _page(run: Run, query: Page) -> list[Any]:
    statement = page(
        _hashable(query.kind),
        tuple(name for name, _ in query.where),
        tuple(op for op, _ in query.created),
        (query.after is not None) - (query.before is not None),
        query.order,
    )
    params: dict[str, Any] = {
        "b": query.branch,
        "w": query.world,
        "account": query.account,
        "n": query.limit,
        "edge": query.after if query.after is not None else query.before,
    }
    params |= {f"is_{name}": value for name, value in query.where}
    params |= {f"created_{i}": value for i, (_, value) in enumerate(query.created)}
    return [query.kind(*values) for values in run(statement, params)]


def _hashable(kind: type[Any]) -> Any:
    """A class as a key of a cache: named tuples' classes are not typed as hashable."""
    return kind


@lru_cache(maxsize=1024)
def page(kind: Any, where: tuple[str, ...], created: tuple[str, ...], side: int, order: str) -> Any:
    """The statement of a page. side: 1 after the edge, -1 before it, 0 from the newest."""
    table = t.TABLES[kind]
    of = table.c
    by = of[order]
    found = sa.select(table).where(
        of.branch == B, of.world == W, of.account == bound("account", TEXT)
    )
    for name in where:
        if kind is BalanceTransaction and name == "payout":
            found = found.where(_in_payout(of.id, of.source))
        elif name == "connected":
            found = found.where(of.id != of.account)
        else:
            found = found.where(of[name] == bound(f"is_{name}", plain(of[name].type)))
    for i, op in enumerate(created):
        found = found.where(_COMPARE[op](of.created, bound(f"created_{i}", BIG)))
    if side:
        found = found.where((lt if side > 0 else gt)(by, bound("edge", plain(by.type))))
    return found.order_by(by.asc() if side < 0 else by.desc()).limit(bound("n", BIG))


def _in_payout(id_: Any, source: Any) -> Any:
    items = t.payout_items
    payout = bound("is_payout", TEXT)
    inside = sa.select(items.c.balance_transaction).where(
        items.c.branch == B, items.c.payout == payout
    )
    return sa.or_(id_.in_(inside), source == payout)


def _due_work(run: Run, query: DueWork) -> list[Due]:
    params = {
        "b": query.branch,
        "w": query.world,
        "until": query.until,
        "wall": query.wall,
        "n": query.limit,
    }
    return [Due(*values) for values in run(REGISTRY["due work"], params)]


def _next_due(run: Run, query: NextDue) -> int | None:
    params = {"b": query.branch, "w": query.world, "after": query.after}
    ((found,),) = run(REGISTRY["next due"], params)
    return None if found is None else int(found)


def _wallet(run: Run, query: Wallet) -> list[Any]:
    params = {"b": query.branch, "w": query.world, "owner": query.owner}
    return [account_of(row) for row in run(REGISTRY["wallet"], params)]


def _totals(run: Run, query: Totals) -> list[Any]:
    rows = run(REGISTRY["totals"], {"b": query.branch, "w": query.world})
    return [account_of(row) for row in rows]


@cache
def entries(narrow: str | None) -> Any:
    """The statement that lists ledger transfers, narrowed by ref or owner."""
    row, txn = t.ledger_transfers, t.ledger_transactions
    debit, credit = t.ledger_accounts.alias("d"), t.ledger_accounts.alias("c")
    last, leg = bound("txn", BIG), bound("leg", SMALL)
    keys = [
        side.c[name]
        for side in (debit, credit)
        for name in ("world", "owner", "purpose", "currency", "available_on")
    ]
    found = sa.select(row, txn, *keys).where(
        row.c.branch == B,
        txn.c.branch == B,
        debit.c.branch == B,
        credit.c.branch == B,
        txn.c.id == row.c.txn,
        txn.c.world == W,
        debit.c.id == row.c.debit,
        credit.c.id == row.c.credit,
        row.c.txn >= last,
        sa.or_(row.c.txn > last, row.c.leg > leg),
    )
    if narrow == "ref":
        found = found.where(txn.c.ref == bound("ref", TEXT))
    elif narrow == "owner":
        owner = bound("owner", TEXT)
        found = found.where(sa.or_(debit.c.owner == owner, credit.c.owner == owner))
    return found.order_by(row.c.txn, row.c.leg).limit(bound("n", BIG))


def _transfers_of(run: Run, query: TransfersOf) -> list[Entry]:
    narrow = "ref" if query.ref is not None else "owner" if query.owner is not None else None
    params = {
        "b": query.branch,
        "w": query.world,
        "ref": query.ref,
        "owner": query.owner,
        "txn": query.after[0],
        "leg": query.after[1],
        "n": query.limit,
    }
    wide, deep = len(LedgerTransfer._fields), len(LedgerTransaction._fields)
    return [
        Entry(
            LedgerTransfer(*values[:wide]),
            LedgerTransaction(*values[wide : wide + deep]),
            LedgerKey(*values[wide + deep : wide + deep + 5]),
            LedgerKey(*values[wide + deep + 5 :]),
        )
        for values in run(entries(narrow), params)
    ]


@cache
def last_before(side: str) -> Any:
    """The last ledger transfer on one side of a ledger account at an instant."""
    row, txn = t.ledger_transfers, t.ledger_transactions
    number = "d_seq" if side == "debit" else "c_seq"
    balance = "d_balance" if side == "debit" else "c_balance"
    return (
        sa.select(row.c[number], row.c[balance])
        .where(
            row.c.branch == B,
            txn.c.branch == B,
            txn.c.id == row.c.txn,
            txn.c.created <= bound("at", BIG),
            row.c[side] == bound("id", BIG),
        )
        .order_by(row.c[number].desc())
        .limit(1)
    )


def _balance_at(run: Run, query: BalanceAt) -> int:
    params = {"b": query.branch, "id": query.account_id, "at": query.at}
    found = [tuple(row) for side in ("debit", "credit") for row in run(last_before(side), params)]
    return int(max(found, default=(0, 0))[1])


#: name -> (table, column summed, further equalities, whether of one namespace)
_SUMS: dict[str, tuple[sa.Table, str, dict[str, Any], bool]] = {
    "charges": (t.charges, "amount", {"status": "succeeded"}, True),
    "processing_fees": (t.charges, "fee_amount", {"status": "succeeded"}, True),
    "transfers": (t.transfers, "amount", {}, True),
    "reversals": (t.transfer_reversals, "amount", {}, True),
    "refunds": (t.refunds, "amount", {"status": "succeeded"}, True),
    "application_fees": (t.application_fees, "amount", {}, True),
    "payouts_paid": (t.payouts, "amount", {"status": "paid"}, False),
}


@cache
def total(name: str) -> Any:
    """The statement that counts and adds one kind of object."""
    table, column, equal, own = _SUMS[name]
    found = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(table.c[column]), 0)).where(
        table.c.branch == B, table.c.world == W
    )
    if own:
        found = found.where(table.c.account == bound("account", TEXT))
    for key, value in equal.items():
        found = found.where(table.c[key] == value)
    return found


@cache
def connected() -> Any:
    """The statement that counts connected accounts."""
    of = t.accounts.c
    return sa.select(sa.func.count()).where(
        of.branch == B, of.world == W, of.account == bound("account", TEXT), of.deleted == 0,
        of.id != of.account,
    )  # fmt: skip


def _sums(run: Run, query: Sums) -> dict[str, tuple[int, int]]:
    params = {"b": query.branch, "w": query.world, "account": query.account}
    found = {}
    for name in _SUMS:
        ((count, amount),) = run(total(name), params)
        found[name] = (int(count), int(amount))
    ((count,),) = run(connected(), params)
    found["accounts"] = (int(count), 0)
    return found


_ANSWERS: dict[type[Any], Callable[[Run, Any], Any]] = {
    One: _one,
    Version: _version,
    Page: _page,
    DueWork: _due_work,
    NextDue: _next_due,
    Wallet: _wallet,
    Totals: _totals,
    TransfersOf: _transfers_of,
    BalanceAt: _balance_at,
    Sums: _sums,
}
