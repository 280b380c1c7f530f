"""Questions that only read, answered from dictionaries: what the SQL store must agree with."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any

from connectlib.core.drafts import decode
from connectlib.core.ledger import ledger_id
from connectlib.core.rows import (
    BY_PREFIX,
    Account,
    ApplicationFee,
    BalanceTransaction,
    Charge,
    Due,
    Event,
    Payout,
    Refund,
    Transfer,
    TransferReversal,
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
    from connectlib.adapters.memory.tables import Tables
    from connectlib.ports.store import Query

_COMPARE = {">": gt, ">=": ge, "<": lt, "<=": le}


def answer(of: Tables, query: Query) -> Any:
    """What a query asks: see `ports.store` for the shapes."""
    return _ANSWERS[type(query)](of, query)


def _by_id(of: Tables, kind: type[Any], id_: Any) -> Any:
    if kind is BalanceTransaction:
        return of.bts.get(id_)
    if kind is Event:
        return of.event_ids.get(id_)
    row = of.rows.get(id_)
    return row if isinstance(row, kind) else None


def _one(of: Tables, query: One) -> Any:
    row = _by_id(of, query.kind, query.id)
    if row is None or row.world != query.world:
        return None
    return row if query.account in (None, row.account) else None


def _version(of: Tables, query: Version) -> Any:
    found = of.versions.get((query.id, query.version))
    if found is None or found.world != query.world:
        return None
    return decode(BY_PREFIX[query.id.partition("_")[0]], found.snapshot)


def _page(of: Tables, query: Page) -> list[Any]:
    order = of.order.get((query.kind, query.world, query.account), [])
    if query.before is not None:
        places = iter(order[bisect_right(order, query.before) :])
    elif query.after is not None:
        places = reversed(order[: bisect_left(order, query.after)])
    else:
        places = reversed(order)
    found: list[Any] = []
    for place in places:
        if len(found) >= query.limit:
            break
        if query.kind is Event and query.order == "seq":
            row: Any = of.events[query.world, query.account, place]
        else:
            row = _by_id(of, query.kind, place)
        if _fits(of, row, query):
            found.append(row)
    return found


def _fits(of: Tables, row: Any, query: Page) -> bool:
    for name, value in query.where:
        if name == "payout" and query.kind is BalanceTransaction:
            inside = any(each.balance_transaction == row.id for each in of.items.get(value, ()))
            if not inside and row.source != value:
                return False
        elif name == "connected":
            if row.id == row.account:
                return False
        elif getattr(row, name) != value:
            return False
    return all(_COMPARE[op](row.created, bound) for op, bound in query.created)


def _due_work(of: Tables, query: DueWork) -> list[Due]:
    found: list[Due] = []
    for name in of.due[bisect_left(of.due, (query.world, 0, 0, "")) :]:
        if name[0] != query.world or name[1] > query.until or len(found) >= query.limit:
            break
        if of.due_rows[name].lease <= query.wall:
            found.append(of.due_rows[name])
    return found


def _next_due(of: Tables, query: NextDue) -> int | None:
    place = bisect_left(of.due, (query.world, query.after + 1, 0, ""))
    if place < len(of.due) and of.due[place][0] == query.world:
        return of.due[place][1]
    return None


def _wallet(of: Tables, query: Wallet) -> list[Any]:
    keys = of.owned.get((query.world, query.owner), ())
    return [of.ledger[key].copy() for key in keys]


def _totals(of: Tables, query: Totals) -> list[Any]:
    keys = sorted((key for key in of.ledger if key.world == query.world), key=ledger_id)
    return [of.ledger[key].copy() for key in keys]


def _transfers_of(of: Tables, query: TransfersOf) -> list[Entry]:
    by_id = {entry.id: entry.key for entry in of.ledger.values()}
    facts = {each.id: each for each in of.transactions}
    found: list[Entry] = []
    for row in of.transfers:
        fact, debit, credit = facts[row.txn], by_id[row.debit], by_id[row.credit]
        if (row.txn, row.leg) <= query.after or fact.world != query.world:
            continue
        if query.ref is not None and fact.ref != query.ref:
            continue
        if query.ref is None and query.owner not in (None, debit.owner, credit.owner):
            continue
        found.append(Entry(row, fact, debit, credit))
        if len(found) == query.limit:
            break
    return found


def _balance_at(of: Tables, query: BalanceAt) -> int:
    created = {each.id: each.created for each in of.transactions}
    last = (0, 0)
    for row in of.transfers:
        if created[row.txn] > query.at:
            continue
        if row.debit == query.account_id:
            last = max(last, (row.d_seq, row.d_balance))
        elif row.credit == query.account_id:
            last = max(last, (row.c_seq, row.c_balance))
    return last[1]


def _sums(of: Tables, query: Sums) -> dict[str, tuple[int, int]]:
    rows = [row for row in of.rows.values() if row.world == query.world]
    own = [row for row in rows if row.account == query.account]

    def total(kind: type[Any], column: str, among: list[Any], **equal: Any) -> tuple[int, int]:
        amounts = [
            getattr(row, column)
            for row in among
            if isinstance(row, kind)
            and all(getattr(row, name) == value for name, value in equal.items())
        ]
        return len(amounts), sum(amounts)

    connected = [
        row for row in own if isinstance(row, Account) and row.id != row.account and not row.deleted
    ]
    return {
        "charges": total(Charge, "amount", own, status="succeeded"),
        "processing_fees": total(Charge, "fee_amount", own, status="succeeded"),
        "transfers": total(Transfer, "amount", own),
        "reversals": total(TransferReversal, "amount", own),
        "refunds": total(Refund, "amount", own, status="succeeded"),
        "application_fees": total(ApplicationFee, "amount", own),
        "payouts_paid": total(Payout, "amount", rows, status="paid"),
        "accounts": (len(connected), 0),
    }


_ANSWERS: dict[type[Any], Callable[[Any, Any], Any]] = {
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
