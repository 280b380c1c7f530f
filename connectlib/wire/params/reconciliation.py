"""What to reconcile: a period, and the rows of a settlement file.

A settlement file is CSV text in UTF-8 whose first line names its columns, in any order: `key` (the
id of our charge or refund), `kind` (charge or refund), `amount` (whole minor units, positive
for refunds too), `currency`, and `created` (seconds since 1970, or an ISO date or moment; UTC where
it does not say). Other columns are not looked at.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connectlib.core.moments import SECOND
from connectlib.core.reconciliation import CHARGE, REFUND, Entry
from connectlib.core.refusals import Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import AMOUNT_MAX, without_numbers
from connectlib.wire.params.ranges import SECONDS_MAX
from connectlib.wire.params.values import currency_code, moment, shown, text_of, whole, wrong

COLUMNS = Entry._fields
#: Rows of one file: a kilobyte or so of each is held.
ROWS_MAX = 2_000_000
PARAM = "settlement"
_WHOLE = re.compile(r"[0-9]{1,18}")
_KINDS = (CHARGE, REFUND)
_HINT = f"the columns are {', '.join(COLUMNS)}; see docs/reconciliation.md"


def period(since: object, until: object) -> tuple[int, int]:
    """A period in microseconds, its end not part of it. Raises Invalid."""
    edges = []
    for param, given in (("since", since), ("until", until)):
        at = moment(given, param)
        if not 0 <= at <= SECONDS_MAX * SECOND:
            wrong(param, "Invalid moment: it is not between 1970 and 3000.", "check the units")
        edges.append(at)
    if edges[0] >= edges[1]:
        wrong("until", "Invalid period: it has to end after it begins.", "until is not part of it")
    return edges[0], edges[1]


def lines(text: Iterable[str]) -> list[Entry]:
    """The entries of a CSV text, given line by line. Raises Invalid, naming line and column."""
    reader = csv.reader(text, strict=True)
    try:
        names = _header(next(reader, []))
        found: list[Entry] = []
        for values in reader:
            place = f"line {reader.line_num}"
            if any(value.strip() for value in values):
                if len(values) != len(names):
                    what = f"{len(values)} columns, where the first line names {len(names)}"
                    wrong(f"{PARAM}[{place}]", f"Invalid settlement, {place}: {what}.", _HINT)
                given = {name: values[at].strip() for at, name in enumerate(names)}
                found.append(_entry(place, given))
                _bounded(found)
    except csv.Error as error:
        wrong(PARAM, f"Invalid settlement, line {reader.line_num}: {error}.", "pass CSV in UTF-8")
    return found


def _header(given: list[str]) -> list[str]:
    names = [name.lstrip("\ufeff").strip().lower() for name in given]
    for column in COLUMNS:
        if names.count(column) != 1:
            what = "has no column" if column not in names else "has more than one column"
            wrong(f"{PARAM}[line 1][{column}]", f"Invalid settlement, line 1: it {what} {column}.",
                  _HINT)  # fmt: skip
    return names


def rows(given: Iterable[object]) -> list[Entry]:
    """The entries of rows, each a dict with the columns. Raises Invalid, naming row and column."""
    found: list[Entry] = []
    for number, row in enumerate(given, start=1):
        place = f"row {number}"
        if not isinstance(row, Mapping):
            what = f"Invalid settlement, {place}: {shown(row)}."
            wrong(f"{PARAM}[{place}]", what, f"pass dicts; {_HINT}")
        found.append(_entry(place, row))
        _bounded(found)
    return found


def _bounded(found: list[Entry]) -> None:
    if len(found) > ROWS_MAX:
        wrong(PARAM, f"Invalid settlement: it has more than {ROWS_MAX:,} rows.", "split it")


def _entry(place: str, row: Mapping[Any, Any]) -> Entry:
    return Entry(*(_value(place, column, row.get(column)) for column in COLUMNS))


def _value(place: str, column: str, given: object) -> Any:
    """One value; what is wrong with it is said with row and column. Raises Invalid."""
    param = f"{PARAM}[{place}][{column}]"
    if given is None or given == "":
        message = f"Invalid settlement, {place}, column {column}: there is no value."
        wrong(param, message, _HINT, Why.PARAMETER_MISSING)
    try:
        return _READ[column](given, param)
    except Invalid as invalid:
        refused = invalid.refused
    message = f"Invalid settlement, {place}, column {column}: {refused.message}"
    raise Invalid(refused._replace(message=message))


def _key(given: object, param: str) -> str:
    return text_of(given, param)


def _kind(given: object, param: str) -> str:
    kind = text_of(given, param).lower()
    if kind not in _KINDS:
        wrong(param, f"{shown(kind)!r} is neither charge nor refund.", f"use one of {_KINDS}")
    return kind


def _amount(given: object, param: str) -> int:
    if isinstance(given, str):
        if not _WHOLE.fullmatch(given):
            message = (
                f"{without_numbers(shown(given))!r} is no whole number of minor units above 0."
            )
            hint = "1000 is $10.00; of a refund, too, the amount is positive"
            wrong(param, message, hint, Why.INVALID_INTEGER)
        given = int(given)
    return whole(given, param, least=1, most=AMOUNT_MAX)


def _created(given: object, param: str) -> int:
    value = int(given) if isinstance(given, str) and _WHOLE.fullmatch(given) else given
    at = moment(value, param)
    if not 0 < at <= SECONDS_MAX * SECOND:
        wrong(param, "it is not between 1970 and 3000.", "pass seconds, or an ISO date or moment")
    return at


#: column -> what reads it, given the name of the parameter
_READ: dict[str, Callable[[Any, str], Any]] = {
    "key": _key,
    "kind": _kind,
    "amount": _amount,
    "currency": currency_code,
    "created": _created,
}
