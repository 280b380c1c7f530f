"""Questions about the books: ledger transfers, and balances of the past."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa

from connectlib.adapters.sql import tables as t
from connectlib.adapters.sql.parameters import B, Run, W, bound
from connectlib.adapters.sql.tables.base import BIG, SMALL, TEXT
from connectlib.core.ledger import COUNTER_MAX, LedgerKey
from connectlib.core.rows import LedgerTransaction, LedgerTransfer
from connectlib.ports.store import BalanceAt, Entry, KeysUnder, TransfersOf


@cache
def entries(owner: bool, newest: bool = False) -> Any:  # noqa: FBT001, FBT002 (keys of the cache)
    """The statement that lists ledger transfers, of an owner or all, in either order."""
    row, txn = t.ledger_transfers, t.ledger_transactions
    debit, credit = t.ledger_accounts.alias("d"), t.ledger_accounts.alias("c")
    last, leg = bound("txn", BIG), bound("leg", SMALL)
    found = (
        sa.select(row, txn, *_key(debit), *_key(credit))
        .where(
            txn.c.branch == B,
            txn.c.id == row.c.txn,
            txn.c.world == W,
            row.c.txn <= last if newest else row.c.txn >= last,
            sa.or_(row.c.txn < last, row.c.leg < leg)
            if newest
            else sa.or_(row.c.txn > last, row.c.leg > leg),
            *_sides(debit, credit),
        )
        .order_by(*_in_order(row.c.txn, row.c.leg, newest=newest))
        .limit(bound("n", BIG))
    )
    if owner:
        name = bound("owner", TEXT)
        found = found.where(sa.or_(debit.c.owner == name, credit.c.owner == name))
    return found


def _in_order(*columns: Any, newest: bool) -> list[Any]:
    return [each.desc() if newest else each for each in columns]


def _key(side: Any) -> list[Any]:
    return [side.c[name] for name in LedgerKey._fields]


def _sides(debit: Any, credit: Any) -> list[Any]:
    row = t.ledger_transfers
    return [
        row.c.branch == B,
        debit.c.branch == B,
        credit.c.branch == B,
        debit.c.id == row.c.debit,
        credit.c.id == row.c.credit,
    ]


@cache
def facts(newest: bool = False) -> Any:  # noqa: FBT001, FBT002 (a key of the cache)
    """The ledger transactions about an object, in either order."""
    txn = t.ledger_transactions
    return (
        sa.select(txn)
        .where(
            txn.c.branch == B,
            txn.c.ref == bound("ref", TEXT),
            txn.c.id <= bound("txn", BIG) if newest else txn.c.id >= bound("txn", BIG),
        )
        .order_by(*_in_order(txn.c.id, newest=newest))
        .limit(bound("n", BIG))
    )


@cache
def legs(newest: bool = False) -> Any:  # noqa: FBT001, FBT002 (a key of the cache)
    """The ledger transfers of one ledger transaction, in either order."""
    row = t.ledger_transfers
    debit, credit = t.ledger_accounts.alias("d"), t.ledger_accounts.alias("c")
    return (
        sa.select(row, *_key(debit), *_key(credit))
        .where(row.c.txn == bound("txn", BIG), *_sides(debit, credit))
        .order_by(*_in_order(row.c.leg, newest=newest))
    )


_WIDE, _DEEP = len(LedgerTransfer._fields), len(LedgerKey._fields)


def _start(query: TransfersOf) -> tuple[int, int]:
    """Where a list begins: after it."""
    return query.after or ((COUNTER_MAX, 0) if query.newest else (-1, -1))


def transfers_of(run: Run, query: TransfersOf) -> list[Entry]:
    if query.ref is not None:
        return _transfers_about(run, query)
    txn, leg = _start(query)
    params = {
        "b": query.branch,
        "w": query.world,
        "owner": query.owner,
        "txn": txn,
        "leg": leg,
        "n": query.limit,
    }
    last = _WIDE + len(LedgerTransaction._fields)
    return [
        Entry(
            LedgerTransfer(*values[:_WIDE]),
            LedgerTransaction(*values[_WIDE:last]),
            LedgerKey(*values[last : last + _DEEP]),
            LedgerKey(*values[last + _DEEP :]),
        )
        for values in run(entries(query.owner is not None, query.newest), params)
    ]


def _transfers_about(run: Run, query: TransfersOf) -> list[Entry]:
    """One fact after the other: joined, SQLite would walk all ledger transfers for a few."""
    start, newest = _start(query), query.newest
    first, _ = start
    params = {"b": query.branch, "ref": query.ref, "txn": first, "n": query.limit}
    found: list[Entry] = []
    for values in run(facts(newest), params):
        fact = LedgerTransaction(*values)
        if fact.world == query.world and len(found) < query.limit:
            found += [
                Entry(
                    LedgerTransfer(*leg[:_WIDE]),
                    fact,
                    LedgerKey(*leg[_WIDE : _WIDE + _DEEP]),
                    LedgerKey(*leg[_WIDE + _DEEP :]),
                )
                for leg in run(legs(newest), {"b": query.branch, "txn": fact.id})
            ]
    places = [((one.row.txn, one.row.leg), one) for one in found]
    left = [one for place, one in places if (place < start if newest else place > start)]
    return left[: query.limit]


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


def balance_at(run: Run, query: BalanceAt) -> int:
    params = {"b": query.branch, "id": query.account_id, "at": query.at}
    found = [tuple(row) for side in ("debit", "credit") for row in run(last_before(side), params)]
    return int(max(found, default=(0, 0))[1])


@cache
def under() -> Any:
    """The statement that counts data keys by the key-encryption key they are under."""
    of = t.data_keys.c
    return (
        sa.select(of.kek, sa.func.count())
        .where(of.branch == B, of.world == W, of.account == bound("account", TEXT))
        .group_by(of.kek)
    )


def keys_under(run: Run, query: KeysUnder) -> dict[str, int]:
    params = {"b": query.branch, "w": query.world, "account": query.account}
    return {kek: int(count) for kek, count in run(under(), params)}
