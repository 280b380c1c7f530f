"""The store over SQL: connections, transactions, questions, worlds, audits."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connectlib.adapters.sql import queries
from connectlib.adapters.sql import tables as t
from connectlib.adapters.sql.audit import SqlAudit
from connectlib.adapters.sql.bulk import CoreHand, due_params, listed
from connectlib.adapters.sql.connections import Lender
from connectlib.adapters.sql.statements import REGISTRY
from connectlib.adapters.sql.tables.base import SMALL, TEXT
from connectlib.adapters.sql.tx import SqlTx
from connectlib.core.ledger import GENESIS
from connectlib.core.rows import Lane, World
from connectlib.ports.store import One, StoreFault, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connectlib.adapters.sql.dialects import Compiled, Dialect
    from connectlib.core.rows import Due
    from connectlib.ports.store import Query

_W = t.worlds
_PLATFORM = sa.bindparam("platform", type_=TEXT)
_LIVEMODE = sa.bindparam("livemode", type_=SMALL)
_FIND = sa.select(_W).where(_W.c.platform == _PLATFORM, _W.c.livemode == _LIVEMODE)
_LAST = sa.select(sa.func.coalesce(sa.func.max(_W.c.id), 0))
#: How many others may open their first world at the same instant.
_TRIES = 20


class Transaction:
    """One transaction: commits when its block ends, rolls back when the block raises."""

    __slots__ = ("_connection", "_dialect", "_hand", "_writers")

    def __init__(self, dialect: Dialect, writers: Lender) -> None:
        self._dialect, self._writers = dialect, writers

    def __enter__(self) -> SqlTx:
        """Begin."""
        try:
            self._connection = self._writers.take()
        except self._dialect.errors as error:
            raise self._dialect.fault(error) from error
        try:
            self._hand = self._dialect.begin(self._connection)
        except self._dialect.errors as error:
            self._end()
            raise self._dialect.fault(error) from error
        return SqlTx(self._hand, lanes=self._dialect.lanes)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        """Commit, or roll back."""
        try:
            if error is None:
                self._hand.commit()
        except self._dialect.errors as failed:
            raise self._dialect.fault(failed) from failed
        finally:
            self._end()
        if isinstance(error, self._dialect.errors):
            raise self._dialect.fault(error) from error

    def _end(self) -> None:
        self._dialect.rollback(self._connection)
        self._writers.give_back(self._connection)


class SqlStore:
    """See `ports.store.Store`."""

    def __init__(self, dialect: Dialect, *, branches: int = 1) -> None:
        self.dialect = dialect
        self.branches = branches
        self.parallel = dialect.writers > 1
        self._writers = Lender(dialect.connect, limit=dialect.writers, is_sound=dialect.is_sound)
        self._readers = (
            self._writers
            if dialect.single
            else Lender(dialect.connect, limit=dialect.readers, is_sound=dialect.is_sound)
        )
        self._compiled: dict[Any, Compiled] = {}
        self._place: tuple[Any, ...] = ()

    # transactions

    def transaction(self, branch: int) -> Transaction:
        """See `ports.store.Store`."""
        return Transaction(self.dialect, self._writers)

    def joined(self, connection: sa.Connection) -> SqlTx:
        """A transaction inside one that the application has open; it commits."""
        return SqlTx(CoreHand(connection), lanes=self.dialect.lanes)

    def joined_answer(self, connection: sa.Connection, query: Query) -> Any:
        """What a query asks, as the application's open transaction sees it."""

        def run(statement: Any, params: Mapping[str, Any]) -> list[Any]:
            found = connection.execute(statement, listed(params, connection.dialect.name))
            return [tuple(row) for row in found]

        return queries.answer(run, query)

    def is_at(self, place: tuple[Any, ...]) -> bool:
        """Whether a connection that answers so to `dialect.place` is on this database."""
        if self.dialect.same_place(self._place, place):
            return True
        # Asked anew: the server may have been restarted since.
        compiled = self._compile(sa.text(self.dialect.place))
        with self._faults(), self._readers.lend() as connection:
            self._place = tuple(self.dialect.fetch(connection, compiled, {})[0])
        return self.dialect.same_place(self._place, place)

    # reading

    def answer(self, query: Query) -> Any:
        """See `ports.store.Store`. A connection that broke while it lay idle is replaced once."""
        try:
            return self._answer(query)
        except Unavailable:
            self._readers.close()
            return self._answer(query)

    def _answer(self, query: Query) -> Any:
        # Reads by key are short: no context managers on this path.
        dialect, readers, compile_ = self.dialect, self._readers, self._compile
        try:
            connection = readers.take()
        except dialect.errors as error:
            raise dialect.fault(error) from error
        try:
            if type(query) is One:
                kind, branch, _, id_, _ = query
                found = compile_(queries.by_key(t.TABLES[kind].name))
                return queries.of_one(query, dialect.fetch_by_key(connection, found, branch, id_))
            return queries.answer(
                lambda statement, params: dialect.fetch(connection, compile_(statement), params),
                query,
            )
        except dialect.errors as error:
            raise dialect.fault(error) from error
        finally:
            readers.give_back(connection)

    def _compile(self, statement: Any) -> Compiled:
        found = self._compiled.get(statement)
        if found is None:
            found = self._compiled[statement] = self.dialect.compile(statement)
        return found

    @contextmanager
    def audit(self, branch: int) -> Iterator[SqlAudit]:
        """See `ports.store.Store`."""
        with self._faults(), self._readers.lend() as connection:
            self.dialect.snapshot(connection)
            try:
                yield SqlAudit(self.dialect, connection, branch)
            finally:
                self.dialect.rollback(connection)

    # small changes of their own

    def claim(self, dues: Sequence[Due], *, wall: int, lease: int) -> list[Due]:
        """See `ports.store.Store`."""
        dialect, compiled = self.dialect, self._compile(REGISTRY["claim"])
        ours: list[Due] = []
        with self._faults(), self._writers.lend() as connection:
            try:
                hand = dialect.begin(connection)
                hand.read(())
                for due in dues:
                    params = {**due_params(due), "wall": wall, "n_lease": wall + lease}
                    if dialect.change(connection, compiled, params) == 1:
                        ours.append(due)
                hand.commit()
            except BaseException:
                dialect.rollback(connection)
                raise
        return ours

    def set_now(self, world: int, now: int) -> None:
        """See `ports.store.Store`."""
        self._change(REGISTRY["set now"], {"w": world, "at": now})

    def _change(self, statement: Any, params: Mapping[str, Any]) -> int:
        with self._faults(), self._writers.lend() as connection:
            return self.dialect.change(connection, self._compile(statement), params)

    def scrub(self) -> None:
        """See `ports.store.Store`."""
        with self._faults(), self._writers.lend() as connection:
            self.dialect.scrub(connection)

    def open_world(self, world: World) -> World:
        """See `ports.store.Store`."""
        found = self._find(world) or self._make(world)
        lanes = [
            Lane(branch, lane, 0, 0, GENESIS)
            for branch in range(self.branches)
            for lane in range(self.dialect.lanes)
        ]
        with self._faults(), self._writers.lend() as connection:
            hand = self.dialect.begin(connection)
            hand.insert(Lane, lanes)
            hand.commit()
        return found

    def worlds(self) -> list[World]:
        """See `ports.store.Store`."""
        every = self._compile(REGISTRY["worlds"])
        with self._faults(), self._readers.lend() as connection:
            return [World(*row) for row in self.dialect.fetch(connection, every, {})]

    def _find(self, world: World) -> World | None:
        params = {"platform": world.platform, "livemode": world.livemode}
        with self._faults(), self._readers.lend() as connection:
            rows = self.dialect.fetch(connection, self._compile(_FIND), params)
        return World(*rows[0]) if rows else None

    def _make(self, world: World) -> World:
        last_fault: StoreFault = StoreFault("never tried")
        for _ in range(_TRIES):
            try:
                with self._faults(), self._writers.lend() as connection:
                    ((last,),) = self.dialect.fetch(connection, self._compile(_LAST), {})
                    fresh = world._replace(id=last + 1)
                    made = self.dialect.compile(sa.insert(_W))
                    self.dialect.change(connection, made, fresh._asdict())
                    return fresh
            except StoreFault as fault:
                found = self._find(world)
                if found is not None:
                    return found
                last_fault = fault
        raise last_fault

    def close(self) -> None:
        """See `ports.store.Store`."""
        self._readers.close()
        self._writers.close()

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Name what the driver raises; everything else passes."""
        try:
            yield
        except self.dialect.errors as error:
            raise self.dialect.fault(error) from error
