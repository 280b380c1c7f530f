"""Questions that only read, answered from dictionaries: what the SQL store must agree with."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable
from operator import attrgetter, ge, gt, le, lt
from typing import TYPE_CHECKING, Any

from connectlib.core.banks import bank_prefix
from connectlib.core.drafts import decode
from connectlib.core.due import DueKind
from connectlib.core.ledger import ledger_id
from connectlib.core.rows import (
    BY_PREFIX,
    Account,
    ApplicationFee,
    BalanceTransaction,
    Callback,
    Charge,
    DataKey,
    Due,
    Event,
    Payout,
    PayoutItem,
    Refund,
    Transfer,
    TransferReversal,
)
from connectlib.ports.store import (
    HANGS_BY,
    BalanceAt,
    Busy,
    DueWork,
    Entry,
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
    from connectlib.adapters.memory.tables import Tables
    from connectlib.ports.store import Query

_COMPARE = {">": gt, ">=": ge, "<": lt, "<=": le}
_ID, _TXN = attrgetter("id"), attrgetter("txn")


def answer(of: Tables, query: Query) -> Any:
    """What a query asks: see `ports.store` for the shapes."""
    return _ANSWERS[type(query)](of, query)


def _by_id(of: Tables, kind: type[Any], id_: Any) -> Any:
    if kind is BalanceTransaction:
        return of.bts.get(id_)
    if kind is Event:
        return of.event_ids.get(id_)
    if kind is Callback:
        return of.callbacks.get(id_)
    row = of.rows.get(id_)
    return row if isinstance(row, kind) else None


def _one(of: Tables, query: One) -> Any:
    row = _by_id(of, query.kind, query.id)
    if row is None or row.world != query.world:
        return None
    return row if query.account in (None, row.account) else None


def _several(of: Tables, query: Several) -> list[Any]:
    found = (_by_id(of, query.kind, id_) for id_ in sorted(set(query.ids)))
    return [row for row in found if row is not None and row.world == query.world]


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
        elif name == "destination" and query.kind is Payout:
            if not row.bank.startswith(bank_prefix(value)):
                return False
        elif isinstance(value, tuple):
            if getattr(row, name) not in value:
                return False
        elif getattr(row, name) != value:
            return False
    ranges = (*(("created", *bound) for bound in query.created), *query.ranges)
    return all(_COMPARE[op](getattr(row, column), bound) for column, op, bound in ranges)


def _span(of: Tables, query: Span) -> list[Any]:
    found: list[Any] = []
    for id_ in _ids_between(of, query):
        row = _by_id(of, query.kind, id_)
        if row.world != query.world:
            continue
        if all(_COMPARE[op](getattr(row, name), value) for name, op, value in query.where):
            found.append(row)
        if len(found) == query.limit:
            break
    return found


def _ids_between(of: Tables, query: Span) -> list[str]:
    if query.kind is Event:  # in the order of their numbers elsewhere
        return sorted(id_ for id_ in of.event_ids if query.after < id_ < query.before)
    orders = [
        ids
        for (kind, world, _), ids in of.order.items()
        if kind is query.kind and world == query.world
    ]
    return sorted(
        id_
        for ids in orders
        for id_ in ids[bisect_right(ids, query.after) : bisect_left(ids, query.before)]
    )


def _hanging(of: Tables, query: Hanging) -> tuple[list[Any], int]:
    column = HANGS_BY[query.kind]
    if query.kind is PayoutItem:
        rows: list[Any] = list(of.items.get(query.on, ()))
    else:
        places = (
            places
            for (kind, world, _), places in of.order.items()
            if kind is query.kind and world == query.world
        )
        all_ = (of.rows[id_] for ids in places for id_ in ids)
        rows = [row for row in all_ if getattr(row, column) == query.on]
        rows.sort(key=_ID)
    return rows[: query.limit], len(rows)


def _keys_under(of: Tables, query: KeysUnder) -> dict[str, int]:
    ids = of.order.get((DataKey, query.world, query.account), [])
    return dict(Counter(_by_id(of, DataKey, id_).kek for id_ in ids))


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


def _busy(of: Tables, query: Busy) -> bool:
    for world, _, kind, ref in of.due:
        row = of.rows.get(ref) if world == query.world and kind != DueKind.MATURE else None
        if isinstance(row, Charge | Refund) and row.account == query.account:
            return True
        if isinstance(row, Charge) and row.destination == query.account:
            return True
    return False


def _wallet(of: Tables, query: Wallet) -> list[Any]:
    keys = of.owned.get((query.world, query.owner), ())
    return [of.ledger[key].copy() for key in keys]


def _totals(of: Tables, query: Totals) -> list[Any]:
    keys = sorted((key for key in of.ledger if key.world == query.world), key=ledger_id)
    return [of.ledger[key].copy() for key in keys]


def _transfers_of(of: Tables, query: TransfersOf) -> list[Entry]:
    if query.ref is not None:
        return _transfers_about(of, query)
    by_id = {entry.id: entry.key for entry in of.ledger.values()}
    facts = {each.id: each for each in of.transactions}
    found: list[Entry] = []
    step = -1 if query.newest else 1
    for row in sorted(of.transfers, key=lambda row: (row.txn, row.leg))[::step]:
        fact, debit, credit = facts[row.txn], by_id[row.debit], by_id[row.credit]
        if fact.world != query.world:
            continue
        if not _is_beyond((row.txn, row.leg), query):
            continue
        if query.owner not in (None, debit.owner, credit.owner):
            continue
        found.append(Entry(row, fact, debit, credit))
        if len(found) == query.limit:
            break
    return found


def _transfers_about(of: Tables, query: TransfersOf) -> list[Entry]:
    """One fact after the other: what a story asks for many objects in turn."""
    rows = []
    for fact in of.transactions:
        if fact.ref == query.ref and fact.world == query.world:
            place = bisect_left(of.transfers, fact.id, key=_TXN)
            while place < len(of.transfers) and of.transfers[place].txn == fact.id:
                rows.append((of.transfers[place], fact))
                place += 1
    rows = [(row, fact) for row, fact in rows if _is_beyond((row.txn, row.leg), query)]
    rows = rows[:: -1 if query.newest else 1][: query.limit]
    sides = {id_ for row, _ in rows for id_ in (row.debit, row.credit)}
    by_id = {entry.id: entry.key for entry in of.ledger.values() if entry.id in sides}
    return [Entry(row, fact, by_id[row.debit], by_id[row.credit]) for row, fact in rows]


def _is_beyond(place: tuple[int, int], query: TransfersOf) -> bool:
    """Whether a ledger transfer comes after where the ones before ended."""
    if query.after is None:
        return True
    return place < query.after if query.newest else place > query.after


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
    Several: _several,
    Version: _version,
    Page: _page,
    KeysUnder: _keys_under,
    Span: _span,
    Hanging: _hanging,
    DueWork: _due_work,
    NextDue: _next_due,
    Busy: _busy,
    Wallet: _wallet,
    Totals: _totals,
    TransfersOf: _transfers_of,
    BalanceAt: _balance_at,
    Sums: _sums,
}
