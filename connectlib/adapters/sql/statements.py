"""Every hot statement, by name: described by SQLAlchemy, compiled once per dialect.

All of them name one branch. Their parameters: b the branch, w the world, ids a list. Time and
ids are bound, never made in SQL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement

from connectlib.adapters.sql import tables as t
from connectlib.adapters.sql.tables import base
from connectlib.core.rows import (
    Account,
    ApplicationFee,
    Charge,
    Customer,
    DataKey,
    ExternalAccount,
    FeeRefund,
    FxQuote,
    PaymentIntent,
    PaymentMethod,
    Payout,
    Person,
    Refund,
    SetupIntent,
    Token,
    Transfer,
    TransferReversal,
    TransferSchedule,
)

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler

B, W = sa.bindparam("b", type_=base.SMALL), sa.bindparam("w", type_=base.SMALL)

#: Versioned kinds in the order in which their rows are locked.
KINDS: tuple[type[Any], ...] = (
    Account,
    Customer,
    PaymentMethod,
    PaymentIntent,
    SetupIntent,
    FxQuote,
    TransferSchedule,
    Charge,
    Transfer,
    TransferReversal,
    Refund,
    ApplicationFee,
    FeeRefund,
    Payout,
    Person,
    ExternalAccount,
    Token,
    DataKey,
)


def _all_but(kind: type[Any], *fixed: str) -> tuple[str, ...]:
    """Every column but those of the first six that are not the version, and those named."""
    never = {*kind._fields[:4], "created", *fixed}
    return tuple(field for field in kind._fields if field not in never)


#: What each kind may change; nothing that an index of lists holds.
MUTABLE: dict[type[Any], tuple[str, ...]] = {
    Account: tuple(f for f in Account._fields if f not in Account._fields[:6] or f == "version"),
    Charge: (
        "version",
        "status",
        "amount_refunded",
        "transferred",
        "available_on",
        "fee_amount",
        "balance_transaction",
        "application_fee",
        "transfer",
        "failure_code",
        "failure_message",
        "outcome",
        "description",
        "receipt_email",
        "metadata",
        "amount_captured",
        "capture_before",
        "settled",
        "settled_currency",
        "exchange_rate",
        "refunds_waiting",
        "options",
        "application_fee_amount",
        "transfer_amount",
        "statement_descriptor",
    ),
    Customer: _all_but(Customer),
    Token: _all_but(Token, "type", "shown"),
    DataKey: _all_but(DataKey, "subject"),
    Person: _all_but(Person, "kind"),
    ExternalAccount: _all_but(
        ExternalAccount, "object", "country", "currency", "last4", "fingerprint", "routing_number"
    ),
    PaymentMethod: ("version", "customer", "billing", "details", "spent", "ready", "metadata"),
    PaymentIntent: _all_but(PaymentIntent, "client_secret"),
    SetupIntent: _all_but(SetupIntent, "client_secret"),
    FxQuote: ("version",),
    TransferSchedule: (
        "version",
        "status",
        "release_on",
        "transfer",
        "failure_code",
        "failure_message",
        "description",
        "metadata",
    ),
    Transfer: ("version", "amount_reversed", "arrived_reversed", "description", "metadata"),
    TransferReversal: ("version", "description", "metadata"),
    Refund: (
        "version",
        "status",
        "available_on",
        "balance_transaction",
        "failure_balance_transaction",
        "failure_reason",
        "pending_reason",
        "transfer_reversal",
        "fee_refund",
        "metadata",
        "settled",
        "settled_currency",
        "exchange_rate",
    ),
    ApplicationFee: ("version", "amount_refunded", "taken_back", "earned_back"),
    FeeRefund: ("version", "metadata"),
    Payout: (
        "version",
        "status",
        "arrival_date",
        "failure_balance_transaction",
        "failure_code",
        "failure_message",
        "metadata",
    ),
}


class Among(ColumnElement[bool]):
    """`column` is one of a bound list: one text for any length of the list."""

    inherit_cache = True

    def __init__(self, column: sa.ColumnElement[Any], name: str = "ids") -> None:
        self.column = column
        self.bind = sa.bindparam(name, type_=ARRAY(base.plain(column.type)))
        self.text_bind = sa.bindparam(name, type_=sa.Text())


@compiles(Among)
def _among(element: Among, compiler: SQLCompiler, **words: Any) -> str:
    column = compiler.process(element.column, **words)
    return f"{column} = ANY ({compiler.process(element.bind, **words)})"


@compiles(Among, "sqlite")
def _among_sqlite(element: Among, compiler: SQLCompiler, **words: Any) -> str:
    column = compiler.process(element.column, **words)
    listed = compiler.process(element.text_bind, **words)
    return f"{column} IN (SELECT value FROM json_each({listed}))"


def _of(table: sa.Table) -> sa.Select[Any]:
    return sa.select(table).where(table.c.branch == B)


def _rows(table: sa.Table) -> sa.Select[Any]:
    # By key alone: a world beside it tempts SQLite to walk the index of lists. Who reads checks it.
    return _of(table).where(Among(table.c.id))


def _locked(statement: sa.Select[Any], *order: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return statement.order_by(*order).with_for_update(key_share=True)


class Swap(NamedTuple):
    """A compare-and-set: new values for a row whose `guard` column is still the old one.

    Rows for it are tuples (*values of columns, branch, key, old).
    """

    table: sa.Table
    key: str
    guard: str
    columns: tuple[str, ...]

    def statement(self) -> sa.Update:
        """The UPDATE of one row: its parameters in the order of the tuple."""
        of = self.table.c
        return (
            sa.update(self.table)
            .where(
                of.branch == B,
                of[self.key] == sa.bindparam("key", type_=base.plain(of[self.key].type)),
                of[self.guard] == sa.bindparam("old", type_=base.plain(of[self.guard].type)),
            )
            .values(
                {
                    name: sa.bindparam(f"n_{name}", type_=base.plain(of[name].type))
                    for name in self.columns
                }
            )
        )


_COUNTERS = (
    "debits_posted",
    "credits_posted",
    "debits_pending",
    "credits_pending",
    "version",
)
SWAPS: dict[str, Swap] = {
    **{
        f"swap {t.TABLES[kind].name}": Swap(
            t.TABLES[kind],
            "id",
            "version",
            tuple(c.name for c in t.TABLES[kind].columns if c.name in MUTABLE[kind]),
        )
        for kind in KINDS
    },
    "swap lane": Swap(t.ledger_lanes, "lane", "seq", ("seq", "batches", "hash")),
    "swap heads": Swap(t.heads, "account", "seq", ("seq",)),
    "swap ledger": Swap(t.ledger_accounts, "id", "version", _COUNTERS),
}

_ledger = t.ledger_accounts
_wallets = _of(_ledger).where(
    Among(_ledger.c.owner, "owners"),
    _ledger.c.world == W,
    # Days that have matured are empty, and stay so: they need no lock.
    sa.or_(
        _ledger.c.available_on == 0,
        sa.and_(
            _ledger.c.available_on >= sa.bindparam("since", type_=base.BIG),
            _ledger.c.debits_posted != _ledger.c.credits_posted,
        ),
    ),
)
_bt, _item, _payout = t.balance_transactions, t.payout_items, t.payouts
_since = (
    sa.select(_payout.c.cursor)
    .where(
        _payout.c.branch == B,
        _payout.c.world == W,
        _payout.c.account == sa.bindparam("owner", type_=base.TEXT),
        _payout.c.currency == sa.bindparam("currency", type_=base.TEXT),
    )
    .order_by(_payout.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_done = t.payout_items.alias("done")
_paid = (
    sa.select(_done.c.n)
    .where(
        _done.c.branch == B,
        _done.c.balance_transaction == _bt.c.id,
        _done.c.rest == 0,
    )
    .exists()
)
_unpaid = (
    sa.select(
        _bt.c.id,
        (_bt.c.amount - _bt.c.fee).label("net"),
        _item.c.rest,
        _bt.c.available_on,
    )
    .select_from(
        _bt.outerjoin(
            _item,
            sa.and_(_item.c.branch == B, _item.c.balance_transaction == _bt.c.id),
        )
    )
    .where(
        _bt.c.branch == B,
        _bt.c.world == W,
        _bt.c.account == sa.bindparam("owner", type_=base.TEXT),
        _bt.c.currency == sa.bindparam("currency", type_=base.TEXT),
        _bt.c.available_on <= sa.bindparam("at", type_=base.BIG),
        _bt.c.type != "payout",
        sa.not_(_paid),
    )
    .order_by(_bt.c.available_on, _bt.c.id, _item.c.payout, _item.c.n)
)

REGISTRY: dict[str, Any] = {
    **{f"rows {t.TABLES[kind].name}": _rows(t.TABLES[kind]) for kind in KINDS},
    **{
        f"lock {t.TABLES[kind].name}": _locked(_rows(t.TABLES[kind]), t.TABLES[kind].c.id)
        for kind in KINDS
    },
    **{name: swap.statement() for name, swap in SWAPS.items()},
    "lock heads": _locked(
        _of(t.heads).where(t.heads.c.world == W, Among(t.heads.c.account)), t.heads.c.account
    ),
    "lock ledger": _locked(_of(_ledger).where(Among(_ledger.c.id)), _ledger.c.id),
    # By number, but not along the index of numbers: that one would be walked from end to end.
    "lock wallets": _locked(_wallets, _ledger.c.id + 0),
    "keys": _of(t.idempotency_keys).where(
        t.idempotency_keys.c.world == W, Among(t.idempotency_keys.c.key)
    ),
    "unpaid": _unpaid.where(_bt.c.available_on >= sa.func.coalesce(_since, 0)),
    # Without the cursor of the last payout: for what a process whose clock is behind has written.
    "unpaid all": _unpaid,
    "any lane": _locked(
        _of(t.ledger_lanes).limit(1), t.ledger_lanes.c.seq, t.ledger_lanes.c.lane
    ).with_for_update(key_share=True, skip_locked=True),
    "this lane": _of(t.ledger_lanes)
    .where(t.ledger_lanes.c.lane == sa.bindparam("lane", type_=base.SMALL))
    .with_for_update(key_share=True),
    "undue": sa.delete(t.due).where(
        t.due.c.branch == B,
        t.due.c.world == W,
        t.due.c.due_at == sa.bindparam("due_at", type_=base.BIG),
        t.due.c.kind == sa.bindparam("kind", type_=base.SMALL),
        t.due.c.ref == sa.bindparam("ref", type_=base.TEXT),
    ),
    "claim": sa.update(t.due)
    .where(
        t.due.c.branch == B,
        t.due.c.world == W,
        t.due.c.due_at == sa.bindparam("due_at", type_=base.BIG),
        t.due.c.kind == sa.bindparam("kind", type_=base.SMALL),
        t.due.c.ref == sa.bindparam("ref", type_=base.TEXT),
        t.due.c.lease <= sa.bindparam("wall", type_=base.BIG),
    )
    .values(lease=sa.bindparam("n_lease", type_=base.BIG)),
    "worlds": sa.select(t.worlds).order_by(t.worlds.c.id),
    # Of a commit: a batch whose clock is behind the world's sets null where none may be, and fails.
    "keep now": sa.update(t.worlds)
    .where(
        t.worlds.c.id == W,
        sa.or_(t.worlds.c.now.is_(None), t.worlds.c.now != sa.bindparam("at", type_=base.BIG)),
    )
    .values(
        now=sa.bindparam("at", type_=base.BIG),
        created=sa.case(
            (
                sa.or_(
                    t.worlds.c.now.is_(None), t.worlds.c.now < sa.bindparam("at", type_=base.BIG)
                ),
                t.worlds.c.created,
            )
        ),
    ),
    "set now": sa.update(t.worlds)
    .where(
        t.worlds.c.id == W,
        sa.or_(t.worlds.c.now.is_(None), t.worlds.c.now < sa.bindparam("at", type_=base.BIG)),
    )
    .values(now=sa.bindparam("at", type_=base.BIG)),
    "due work": _of(t.due)
    .where(
        t.due.c.world == W,
        t.due.c.due_at <= sa.bindparam("until", type_=base.BIG),
        t.due.c.lease <= sa.bindparam("wall", type_=base.BIG),
    )
    .order_by(t.due.c.due_at, t.due.c.kind, t.due.c.ref)
    .limit(sa.bindparam("n", type_=base.BIG)),
    "next due": sa.select(sa.func.min(t.due.c.due_at)).where(
        t.due.c.branch == B,
        t.due.c.world == W,
        t.due.c.due_at > sa.bindparam("after", type_=base.BIG),
    ),
    "wallet": _of(_ledger).where(
        _ledger.c.world == W, _ledger.c.owner == sa.bindparam("owner", type_=base.TEXT)
    ),
    "totals": _of(_ledger).where(_ledger.c.world == W).order_by(_ledger.c.id),
    "version": _of(t.object_versions).where(
        t.object_versions.c.world == W,
        t.object_versions.c.id == sa.bindparam("id", type_=base.TEXT),
        t.object_versions.c.version == sa.bindparam("version", type_=base.BIG),
    ),
}
