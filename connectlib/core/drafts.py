"""What one decision wants written: rows, balance transactions, postings, events, due work."""

from __future__ import annotations

import json
from functools import cache
from json import encoder as _json
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from connectlib.core.postings import Fact, Move, Owners, moves
from connectlib.core.rows import (
    BLIND,
    BalanceTransaction,
    Callback,
    Due,
    IdempotencyKey,
    PayoutItem,
    Versioned,
    amend,
    maker,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

R = TypeVar("R", bound=Versioned)


def _refuse(value: object) -> object:
    raise TypeError(f"{type(value).__name__} has no place in a row")


# json.dumps makes a new encoder for every call; this one is made once, and is twice as fast.
_make = vars(_json).get("c_make_encoder")
_chunks: Any = (
    _make(None, _refuse, _json.encode_basestring, None, ":", ",", False, False, False)
    if _make is not None
    else None
)
_slow = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def encode(value: Any) -> str:
    """Compact JSON of a row, a list or a map; the same text for the same values."""
    return "".join(_chunks(value, 0)) if _chunks is not None else _slow(value)


def snapshot(row: Versioned) -> str:
    """Compact JSON of a row without the defaults at its end: most of a wide row says nothing.

    Without its blind indexes: they are of the row as it is, and go when it is erased.
    """
    kind: Any = type(row)
    if kind in BLIND:
        row = amend(row, **dict.fromkeys(BLIND[kind]))
    defaults = _defaults(kind)
    last = len(row)
    while row[last - 1] == defaults[last - 1]:
        last -= 1
    return encode(row[:last])


@cache
def _defaults(kind: Any) -> tuple[Any, ...]:
    return tuple(kind._field_defaults.get(name, _REQUIRED) for name in kind._fields)


_REQUIRED = object()


def decode(kind: type[R], text: str) -> R:
    """The row that a snapshot holds; fields added since have their defaults."""
    return kind(*json.loads(text))


class Unpaid(NamedTuple):
    """A balance transaction that is available and not, or only in part, paid out."""

    id: str
    rest: int
    available_on: int


class Posting(NamedTuple):
    """One ledger transaction to be: its fact, what it is about, its moves."""

    fact: Fact
    ref: str
    moves: list[Move]


class Emission(NamedTuple):
    """One event to be. `account` is the namespace it is told in."""

    type: str
    row: Versioned
    account: str
    previous: str | None = None


_emission = maker(Emission)


class Draft:
    """What one decision wants written: nothing of it counts before it is absorbed.

    unpaid: what stays unpaid of an owner's balance transactions after a payout. origin: the
    idempotency key of the request, told in its events.
    """

    __slots__ = (
        "bts",
        "callbacks",
        "dues",
        "emissions",
        "items",
        "key",
        "origin",
        "postings",
        "rows",
        "undues",
        "unpaid",
    )

    def __init__(self) -> None:
        self.rows: list[Versioned] = []
        self.bts: list[BalanceTransaction] = []
        self.callbacks: list[Callback] = []
        self.postings: list[Posting] = []
        self.emissions: list[Emission] = []
        self.dues: list[Due] = []
        self.undues: list[Due] = []
        self.items: list[PayoutItem] = []
        self.unpaid: dict[tuple[str, str], list[Unpaid]] = {}
        self.key: IdempotencyKey | None = None
        self.origin: str | None = None

    def put(self, row: R) -> R:
        """Write a new row (version 1) or the next version of one."""
        self.rows.append(row)
        return row

    def emit(
        self,
        type_: str,
        row: Versioned,
        *,
        account: str = "",
        previous: str | None = None,
        first: bool = False,
    ) -> None:
        """Tell that `row` has made a transition, in its own namespace or in `account`.

        first: before what has been told so far, since it is the cause of it.
        """
        emission = _emission((type_, row, account or row.account, previous))
        if first:
            self.emissions.insert(0, emission)
        else:
            self.emissions.append(emission)

    def post(self, fact: Fact, owners: Owners, amounts: Sequence[int], ref: str) -> None:
        """Post a business fact about `ref`: one amount per leg of its policy, 0 = nothing."""
        made = moves(fact, owners, amounts)
        if made:
            self.postings.append(Posting(fact, ref, made))
