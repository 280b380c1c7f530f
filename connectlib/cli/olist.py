"""The public Brazilian e-commerce dataset of Olist, as published: four CSV files, read strictly.

Every row is read and checked before anything is played, so that a broken file changes nothing.
Amounts become centavos, times become microseconds (UTC).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from connectlib.core.moments import parse_moment

#: Payment type -> the test source that pays so. The engine itself refuses `not_defined`.
SOURCES = {
    "credit_card": "tok_br",
    "debit_card": "tok_br",
    "boleto": "src_boleto",
    "voucher": "src_voucher",
    "not_defined": "src_not_defined",
}
#: Orders of these states are taken back.
UNDONE = frozenset({"canceled", "unavailable"})


class UnreadableRow(Exception):
    """A row that cannot be read: names file, line, column and what was expected."""


class Payment(NamedTuple):
    """One payment of an order."""

    sequential: int
    source: str
    amount: int


class Item(NamedTuple):
    """One item of an order: price and freight in centavos."""

    number: int
    seller: str
    price: int
    freight: int


class Order(NamedTuple):
    """An order with what was paid and sold. undone_at: when it is taken back, if it is."""

    id: str
    purchased: int
    undone_at: int | None
    payments: tuple[Payment, ...]
    items: tuple[Item, ...]


#: A year outside is a slip of the pen; the clock would run for it all the same.
_YEARS = frozenset(map(str, range(2000, 2100)))
_AMOUNT = re.compile(r"(\d{1,12})(?:\.(\d{1,2}))?")


def _text(value: str) -> str:
    if not value or len(value) > 64:
        raise ValueError("an id of 1 to 64 characters")
    return value


def _centavos(value: str) -> int:
    found = _AMOUNT.fullmatch(value)
    if found is None:
        raise ValueError("an amount such as 99.90")
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def _number(value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 6:
        raise ValueError("a whole number")
    return int(value)


def _moment(value: str) -> int:
    try:
        if len(value) == 19 and value[:4] in _YEARS:
            return parse_moment(value)
    except ValueError:
        pass
    raise ValueError("a time such as 2017-07-09 21:57:05, of this century")


def _source(value: str) -> str:
    if value not in SOURCES:
        raise ValueError("one of " + ", ".join(SOURCES))
    return SOURCES[value]


#: file -> {column: how it is read}
_FILES: dict[str, dict[str, Callable[[str], Any]]] = {
    "olist_orders_dataset.csv": {
        "order_id": _text,
        "order_status": _text,
        "order_purchase_timestamp": _moment,
        "order_estimated_delivery_date": _moment,
    },
    "olist_order_payments_dataset.csv": {
        "order_id": _text,
        "payment_sequential": _number,
        "payment_type": _source,
        "payment_value": _centavos,
    },
    "olist_order_items_dataset.csv": {
        "order_id": _text,
        "order_item_id": _number,
        "seller_id": _text,
        "price": _centavos,
        "freight_value": _centavos,
    },
    "olist_sellers_dataset.csv": {"seller_id": _text},
}


#: file -> how many of these columns, from the first, tell its rows apart
_KEYS = {
    "olist_orders_dataset.csv": 1,
    "olist_order_payments_dataset.csv": 2,
    "olist_order_items_dataset.csv": 2,
    "olist_sellers_dataset.csv": 1,
}


def _rows(folder: Path, name: str) -> Iterator[tuple[Any, ...]]:
    """The columns we need of every row of a file, in the order of the table above."""
    path, columns = folder / name, _FILES[name]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            for column in columns:
                if column not in header:
                    raise UnreadableRow(f"{path}, line 1: expected a column {column}")
            places = [header.index(column) for column in columns]
            seen: set[tuple[Any, ...]] = set()
            for row in reader:
                if not row:
                    continue  # a blank line
                found = _row(path, reader.line_num, row, list(zip(columns, places, strict=True)))
                key = found[: _KEYS[name]]
                if key in seen:
                    shown = ", ".join(list(columns)[: _KEYS[name]])
                    raise UnreadableRow(
                        f"{path}, line {reader.line_num}, column {shown}: expected a new row,"
                        f" found {', '.join(map(str, key))} again"
                    )
                seen.add(key)
                yield found
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableRow(f"{path}: expected a CSV file in UTF-8: {error}") from error


def _row(path: Path, line: int, row: list[str], columns: list[tuple[str, int]]) -> tuple[Any, ...]:
    found = []
    for column, place in columns:
        if place >= len(row):
            raise UnreadableRow(f"{path}, line {line}, column {column}: expected a value")
        try:
            found.append(_FILES[path.name][column](row[place]))
        except ValueError as error:
            shown = repr(row[place])[:60]
            raise UnreadableRow(
                f"{path}, line {line}, column {column}: expected {error}, found {shown}"
            ) from None
    return tuple(found)


def read(folder: Path) -> tuple[list[Order], list[str]]:
    """(orders, ids of the sellers with an item in one of them). Raises UnreadableRow."""
    payments: dict[str, list[Payment]] = {}
    for order, sequential, source, amount in _rows(folder, "olist_order_payments_dataset.csv"):
        payments.setdefault(order, []).append(Payment(sequential, source, amount))
    items: dict[str, list[Item]] = {}
    for order, number, seller, price, freight in _rows(folder, "olist_order_items_dataset.csv"):
        items.setdefault(order, []).append(Item(number, seller, price, freight))
    known = {seller for (seller,) in _rows(folder, "olist_sellers_dataset.csv")}
    orders = []
    for id_, status, purchased, estimated in _rows(folder, "olist_orders_dataset.csv"):
        undone = max(estimated, purchased) if status in UNDONE else None
        paid = tuple(sorted(payments.get(id_, ())))
        sold = tuple(sorted(items.get(id_, ())))
        orders.append(Order(id_, purchased, undone, paid, sold))
    sellers = {item.seller for order in orders for item in order.items}
    for seller in sorted(sellers - known):
        raise UnreadableRow(
            f"{folder / 'olist_sellers_dataset.csv'}: expected a row of seller {seller}, who has"
            " an item"
        )
    return orders, sorted(sellers)
