"""Statements in a libpq pipeline, without a cursor for each: the driver's cost per statement.

psycopg's cursors convert, adapt and look up every statement anew, which for a dozen small ones
costs more than the server does. Here parameters are text already, statements are prepared once
per connection under names of our own, and everything between two syncs is one round trip.
"""

from __future__ import annotations

import re
import selectors
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from psycopg import errors, pq
from psycopg.adapt import Transformer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMED = re.compile(r"%\((\w+)\)s")
#: poll, where there is one: it opens nothing and knows no limit.
_Waiting: Any = getattr(selectors, "PollSelector", selectors.SelectSelector)
_FAILED = frozenset({pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE})


class Numbered(NamedTuple):
    """A statement with $1, $2 ... and, where it had names, the names in that order."""

    text: bytes
    order: tuple[str, ...]


@lru_cache(maxsize=4096)
def numbered(text: str) -> Numbered:
    """A statement as libpq takes it: a name that stands twice is one parameter."""
    order = list(dict.fromkeys(_NAMED.findall(text)))
    if order:
        text = _NAMED.sub(lambda found: f"${order.index(found[1]) + 1}", text)
    else:
        parts = text.split("%s")
        text = "".join(f"{part}${i}" for i, part in enumerate(parts[:-1], start=1)) + parts[-1]
    return Numbered(text.encode(), tuple(order))


def as_text(value: Any) -> bytes | None:
    """A parameter as PostgreSQL reads it."""
    if value is None:
        return None
    return (value if type(value) is str else str(value)).encode()


class Session:
    """A connection and the statements that have been prepared on it."""

    def __init__(self, connection: psycopg.Connection[Any], *, prepare: bool) -> None:
        self.connection = connection
        self._pgconn = connection.pgconn
        self._reader = Transformer(connection)
        self._prepare = prepare
        self._names: dict[bytes, bytes] = {}
        self._made = 0

    @property
    def is_idle(self) -> bool:
        """Whether the connection can be used for something else."""
        return (
            not self.connection.closed
            and self._pgconn.pipeline_status == pq.PipelineStatus.OFF
            and self._pgconn.transaction_status == pq.TransactionStatus.IDLE
        )

    def run(self, commands: Sequence[tuple[bytes, Sequence[bytes | None]]]) -> list[Any]:
        """Send everything, in one round trip; the result of each.

        Raises psycopg's error of the first that failed; those after it have not been run.
        """
        pgconn = self._pgconn
        pgconn.enter_pipeline_mode()
        fresh: list[bytes] = []
        wanted: list[bool] = []
        try:
            for text, params in commands:
                if not self._prepare:
                    pgconn.send_query_params(text, params)
                else:
                    name = self._names.get(text)
                    if name is None:
                        self._made += 1
                        name = self._names[text] = b"cl_%d" % self._made
                        fresh.append(text)
                        pgconn.send_prepare(name, text)
                        wanted.append(False)
                    pgconn.send_query_prepared(name, params)
                wanted.append(True)
            pgconn.pipeline_sync()
            results = self._drain()
            pgconn.exit_pipeline_mode()
        except BaseException:
            self.connection.close()  # half-way through a pipeline nothing else can be done
            raise
        failed = next((each for each in results if each.status in _FAILED), None)
        if failed is not None:
            error = errors.error_from_result(failed)
            if isinstance(error, errors.InvalidSqlStatementName):
                self._names.clear()  # somebody has made the server forget them
            for text in fresh:
                self._names.pop(text, None)  # not all have been prepared: names are cheap
            raise error
        return [each for each, is_one in zip(results, wanted, strict=True) if is_one]

    def _drain(self) -> list[Any]:
        """Send what is buffered and read every result up to the sync."""
        pgconn = self._pgconn
        waiting = _Waiting()
        waiting.register(pgconn.socket, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while pgconn.flush():
            if any(event & selectors.EVENT_READ for _, event in waiting.select()):
                pgconn.consume_input()
        waiting.modify(pgconn.socket, selectors.EVENT_READ)
        results: list[Any] = []
        while True:
            while pgconn.is_busy():
                waiting.select()
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:
                continue
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                return results
            results.append(result)

    def rows_of(self, result: Any) -> list[tuple[Any, ...]]:
        """The rows of a result, made by the driver: in C, where it has any."""
        self._reader.set_pgresult(result, set_loaders=True, format=pq.Format.TEXT)
        return self._reader.load_rows(0, result.ntuples, tuple)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def params_of(order: Sequence[str], params: Mapping[str, Any]) -> list[bytes | None]:
    """Named parameters in the order of a statement; a list becomes an array."""
    found: list[bytes | None] = []
    for name in order:
        value = params[name]
        if type(value) is list:
            value = array(value, text=bool(value) and type(value[0]) is str)
        found.append(as_text(value))
    return found


def array(values: Sequence[Any], *, text: bool) -> str:
    """A PostgreSQL array literal, built by hand: the driver's own lists cost far more."""
    if not text:
        return "{" + ",".join(["NULL" if v is None else str(v) for v in values]) + "}"
    if None not in values:
        joined = '","'.join(values)
        if "\\" not in joined and joined.count('"') == 2 * (len(values) - 1):
            return f'{{"{joined}"}}'
    quoted = [
        "NULL" if v is None else '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for v in values
    ]
    return "{" + ",".join(quoted) + "}"
