"""Questions that only read: each a compiled statement, run on a driver connection."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from operator import attrgetter, ge, gt, le, lt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connectlib.adapters.sql import ledger_queries
from connectlib.adapters.sql import tables as t
from connectlib.adapters.sql.parameters import B, Run, W, bound
from connectlib.adapters.sql.statements import REGISTRY, Among
from connectlib.adapters.sql.tables.base import BIG, TEXT, plain
from connectlib.adapters.sql.tx import account_of
from connectlib.core.banks import bank_prefix
from connectlib.core.drafts import decode
from connectlib.core.due import DueKind
from connectlib.core.rows import BY_PREFIX, BalanceTransaction, Due, Payout
from connectlib.ports.store import (
    HANGS_BY,
    BalanceAt,
    Busy,
    DueWork,
    Hanging,
    KeysUnder,
    NextDue,
    One,
    Page,
    Several,
    Span,
    Sums,
    Totals,
    TransfersOf,
    Version,
    Wallet,
)

if TYPE_CHECKING:
    from connectlib.ports.store import Query

_COMPARE = {">": gt, ">=": ge, "<": lt, "<=": le}


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


def _several(run: Run, query: Several) -> list[Any]:
    params = {"b": query.branch, "ids": sorted(set(query.ids))}
    found = [query.kind(*row) for row in run(REGISTRY[f"rows {t.TABLES[query.kind].name}"], params)]
    return sorted((row for row in found if row.world == query.world), key=attrgetter("id"))


def _version(run: Run, query: Version) -> Any:
    params = {"b": query.branch, "w": query.world, "id": query.id, "version": query.version}
    for row in run(REGISTRY["version"], params):
        return decode(BY_PREFIX[query.id.partition("_")[0]], row[4])
    return None


def _page(run: Run, query: Page) -> list[Any]:
    statement = page(
        _hashable(query.kind),
        tuple((name, isinstance(value, tuple)) for name, value in query.where),
        (*(("created", op) for op, _ in query.created), *(each[:2] for each in query.ranges)),
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
    params |= {
        f"is_{name}": list(value) if isinstance(value, tuple) else value
        for name, value in query.where
    }
    if query.kind is Payout and "is_destination" in params:
        params["is_destination"] = bank_prefix(params["is_destination"])
    bounds = (*(each[-1] for each in query.created), *(each[-1] for each in query.ranges))
    params |= {f"bound_{i}": value for i, value in enumerate(bounds)}
    return [query.kind(*values) for values in run(statement, params)]


def _hashable(kind: type[Any]) -> Any:
    """A class as a key of a cache: named tuples' classes are not typed as hashable."""
    return kind


@lru_cache(maxsize=1024)
def page(
    kind: Any,
    where: tuple[tuple[str, bool], ...],
    ranges: tuple[tuple[str, str], ...],
    side: int,
    order: str,
) -> Any:
    """The statement of a page. side: 1 after the edge, -1 before it, 0 from the newest.

    where: (column, whether it is one of a list). ranges: (column, operator).
    """
    table = t.TABLES[kind]
    of = table.c
    by = of[order]
    found = sa.select(table).where(
        of.branch == B, of.world == W, of.account == bound("account", TEXT)
    )
    for name, many in where:
        if kind is BalanceTransaction and name == "payout":
            found = found.where(_in_payout(of.id, of.source))
        elif name == "connected":
            found = found.where(of.id != of.account)
        elif name == "destination" and kind is Payout:
            begins = bound("is_destination", TEXT)
            head = sa.func.substr(of.bank, 1, sa.func.length(begins))
            found = found.where(head == begins)
        elif many:
            found = found.where(Among(of[name], f"is_{name}"))
        else:
            found = found.where(of[name] == bound(f"is_{name}", plain(of[name].type)))
    for i, (column, op) in enumerate(ranges):
        found = found.where(_COMPARE[op](of[column], bound(f"bound_{i}", BIG)))
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


@lru_cache(maxsize=64)
def span(kind: Any, where: tuple[tuple[str, str], ...]) -> Any:
    """The statement of a part of the order of ids, walked along the key. where: as (column, op).

    The world is no plain equality: SQLite would walk the index of lists for it.
    """
    table = t.TABLES[kind]
    of = table.c
    found = sa.select(table).where(
        of.branch == B,
        of.id > bound("after", TEXT),
        of.id < bound("before", TEXT),
        of.world + 0 == W,
    )
    for i, (column, op) in enumerate(where):
        found = found.where(_COMPARE[op](of[column], bound(f"bound_{i}", plain(of[column].type))))
    return found.order_by(of.id).limit(bound("n", BIG))


def _span(run: Run, query: Span) -> list[Any]:
    params: dict[str, Any] = {
        "b": query.branch,
        "w": query.world,
        "after": query.after,
        "before": query.before,
        "n": query.limit,
    }
    params |= {f"bound_{i}": value for i, (_, _, value) in enumerate(query.where)}
    statement = span(_hashable(query.kind), tuple((name, op) for name, op, _ in query.where))
    return [query.kind(*values) for values in run(statement, params)]


@cache
def hanging(name: str, *, counted: bool = False) -> Any:
    """What hangs on an object, by the index made for it; or how much that is.

    Without the world, which the object has, and not in the order of the key as it is: SQLite
    keeps no statistics and would walk a longer index, or the key, from end to end.
    """
    table = t.metadata.tables[name]
    column = table.c[HANGS_BY[t.NAMES[name]]]
    mine = (table.c.branch == B, column == bound("on", TEXT))
    if counted:
        return sa.select(sa.func.count()).select_from(table).where(*mine)
    order = table.c.id.concat(sa.literal_column("''")) if "id" in table.c else table.c.n
    return sa.select(table).where(*mine).order_by(order).limit(bound("n", BIG))


def _hanging(run: Run, query: Hanging) -> tuple[list[Any], int]:
    name = t.TABLES[query.kind].name
    params = {"b": query.branch, "on": query.on}
    found = [query.kind(*values) for values in run(hanging(name), params | {"n": query.limit})]
    rows = [row for row in found if row.world == query.world]
    if not rows or len(rows) < query.limit:
        return rows, len(rows)
    ((count,),) = run(hanging(name, counted=True), params)
    return rows, int(count)


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


@cache
def busy(name: str) -> Any:
    """The statement that finds due work about the charges or refunds of an account."""
    due, row = t.due, t.metadata.tables[name]
    account = bound("account", TEXT)
    whose = row.c.account == account
    if name == "cl_charge":
        whose = sa.or_(whose, row.c.destination == account)
    return (
        sa.select(due.c.kind)
        .where(
            due.c.branch == B,
            due.c.world == W,
            due.c.kind != int(DueKind.MATURE),
            row.c.branch == due.c.branch,
            row.c.id == due.c.ref,
            whose,
        )
        .limit(1)
    )


def _busy(run: Run, query: Busy) -> bool:
    params = {"b": query.branch, "w": query.world, "account": query.account}
    return any(run(busy(name), params) for name in ("cl_charge", "cl_refund"))


def _wallet(run: Run, query: Wallet) -> list[Any]:
    params = {"b": query.branch, "w": query.world, "owner": query.owner}
    return [account_of(row) for row in run(REGISTRY["wallet"], params)]


def _totals(run: Run, query: Totals) -> list[Any]:
    rows = run(REGISTRY["totals"], {"b": query.branch, "w": query.world})
    return [account_of(row) for row in rows]


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
    Several: _several,
    Version: _version,
    Page: _page,
    Span: _span,
    Hanging: _hanging,
    DueWork: _due_work,
    NextDue: _next_due,
    Busy: _busy,
    Wallet: _wallet,
    Totals: _totals,
    TransfersOf: ledger_queries.transfers_of,
    BalanceAt: ledger_queries.balance_at,
    Sums: _sums,
    KeysUnder: ledger_queries.keys_under,
}
