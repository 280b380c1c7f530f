"""Exchange rates from the file of reference rates that the European Central Bank publishes.

`eurofxref-hist.csv`, alone or in its zip: one line for each business day since 1999, newest
first, one column for each currency, how much of it one euro is worth, N/A where there is none.
The ECB fixes them for information; real conversions cost more, which is what spread_ppm is for.
(ecb.europa.eu, "Euro foreign exchange reference rates".)
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from bisect import bisect_right
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.currencies import currency_of
from connectlib.core.fx import RateTable
from connectlib.core.moments import date_of, moment_of
from connectlib.ports.fx import RatesError

if TYPE_CHECKING:
    import os

_URL = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"
_HINT = f"download it anew from {_URL}"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_NONE = frozenset({"N/A", ""})
#: So many tables of days are kept ready.
_KEPT = 64


class _File(NamedTuple):
    """What a file says. columns: {place in a line: currency}. days ascend, lines beside them."""

    columns: dict[int, str]
    days: list[int]
    lines: list[list[str]]


class EcbRates:
    """The reference rates of the last published day on or before a moment.

    path: `eurofxref-hist.csv`, or the zip that holds it. Days are UTC dates; a day's rates
    count from its beginning, and the last day's until the file has a newer one: `refresh()`,
    which `run_due()` calls, reads it again when it has changed. spread_ppm: parts per million
    taken off the mid rate of every conversion; 10_000 is 1 %. flaw: what was wrong with the file
    at the last refresh, None where nothing was; the rates read before stay in force.

    Raises RatesError for a file that is missing or not what it should be.
    """

    def __init__(self, path: str | os.PathLike[str], spread_ppm: int = 0) -> None:
        RateTable("eur", {}, spread_ppm=spread_ppm)  # a wrong spread is said here, not later
        self.path = Path(path)
        self.spread_ppm = spread_ppm
        self.flaw: RatesError | None = None
        self._stamp = self._stat()
        self._file = read(self.path)
        self._made: dict[int, RateTable] = {}

    def table(self, at: int) -> RateTable:
        """The rates of the last published day on or before a moment.

        Raises RatesError for a moment before the first day of the file.
        """
        file = self._file
        place = bisect_right(file.days, at) - 1
        if place < 0:
            raise RatesError(
                f"{self.path} begins on {date_of(file.days[0])}:"
                f" it has no rates for {date_of(at)}.",
                "use a file that goes back further, or a later clock",
            )
        day = file.days[place]
        made = self._made.get(day)
        if made is None:
            if len(self._made) >= _KEPT:
                self._made = {}
            line = file.lines[place]
            rates = {
                code: line[column]
                for column, code in file.columns.items()
                if line[column] not in _NONE
            }
            made = self._made[day] = RateTable(
                "eur", rates, spread_ppm=self.spread_ppm, source="ecb", as_of=day
            )
        return made

    def refresh(self, at: int) -> None:
        """Read the file again where it has changed; see `flaw` for what is wrong with it."""
        try:
            stamp = self._stat()
            if stamp != self._stamp:
                self._file, self._made = read(self.path), {}
                self._stamp = stamp
            self.flaw = None
        except RatesError as error:
            self.flaw = error

    def _stat(self) -> tuple[int, int]:
        try:
            found = self.path.stat()
        except OSError as error:
            raise _unreadable(self.path, error) from error
        return found.st_mtime_ns, found.st_size

    def __repr__(self) -> str:
        return f"EcbRates({str(self.path)!r}, until {date_of(self._file.days[-1])})"


def read(path: Path) -> _File:
    """What a file says, every cell of it checked. Raises RatesError."""
    lines = csv.reader(io.StringIO(_text(path), newline=""))
    try:
        header = [cell.strip() for cell in next(lines, [])]
        # Every line of the published file ends with a comma, the heading too.
        width = len(header) - (header[-1:] == [""])
        columns = _columns(path, header)
        found: dict[int, list[str]] = {}
        for line in lines:
            if line:
                cells = [cell.strip() for cell in line]
                day = _checked(path, lines.line_num, cells, columns, width)
                if day in found:
                    raise _flaw(path, lines.line_num, "Date", "each day once", cells[0])
                found[day] = cells
    except csv.Error as error:
        raise RatesError(f"{path}, line {lines.line_num}: {error}.", _HINT) from error
    if not found:
        raise RatesError(f"{path} has no day in it.", _HINT)
    days = sorted(found)
    return _File(columns, days, [found[day] for day in days])


def _columns(path: Path, header: list[str]) -> dict[int, str]:
    """{place: currency} of those we know; the rest are of currencies that are gone."""
    if not header or header[0] != "Date":
        raise _flaw(path, 1, "1", "the heading Date", header[0] if header else "nothing")
    columns = {
        place: code.lower() for place, code in enumerate(header[1:], 1) if currency_of(code.lower())
    }
    if not columns:
        raise _flaw(path, 1, "2", "the code of a currency, such as USD", ",".join(header[1:4]))
    if len(set(columns.values())) != len(columns):
        raise _flaw(path, 1, "2", "each currency once", ",".join(header[1:]))
    return columns


def _checked(path: Path, number: int, cells: list[str], columns: dict[int, str], width: int) -> int:
    """The moment of a line's day, once the line is known to be right."""
    day = _day(cells[0])
    if day is None:
        raise _flaw(path, number, "Date", "a day such as 2026-10-30", cells[0])
    # A decimal comma would move every rate after it to the next currency.
    if len(cells) != width and not (len(cells) == width + 1 and not cells[width]):
        raise _flaw(path, number, str(len(cells)), f"{width} columns", f"{len(cells)} of them")
    for place, code in columns.items():
        cell = cells[place]
        if cell not in _NONE and not (_NUMBER.fullmatch(cell) and cell.strip("0.")):
            raise _flaw(path, number, code.upper(), "a positive number, or N/A", cell)
    return day


def _day(text: str) -> int | None:
    """The moment a day begins; None for what is no day."""
    try:
        return moment_of(date.fromisoformat(text)) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _flaw(path: Path, line: int, column: str, expected: str, found: str) -> RatesError:
    return RatesError(
        f"{path}, line {line}, column {column}: expected {expected}, found {found!r:.50}.", _HINT
    )


def _text(path: Path) -> str:
    """The text of the file, out of its zip where it is in one."""
    data = b""
    try:
        data = path.read_bytes()
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                names = [name for name in packed.namelist() if name.lower().endswith(".csv")]
                if len(names) != 1:
                    raise RatesError(f"{path}: expected one .csv in it, found {names}.", _HINT)
                data = packed.read(names[0])
        return data.decode("utf-8-sig")
    except (OSError, zipfile.BadZipFile) as error:
        raise _unreadable(path, error) from error
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RatesError(f"{path}, line {line}: expected text, found other bytes.", _HINT) from None


def _unreadable(path: Path, error: Exception) -> RatesError:
    return RatesError(f"{path} cannot be read: {error}.", _HINT)
