"""Inside the application's own transaction: the same flows, on its connection.

Nothing here begins, commits or retries: the application's COMMIT is ours too. Calls to the
world outside are put off until the pump comes round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import exc as errors

from connectlib.flows.gather import fold
from connectlib.ports.steps import DEFERRED, Deferred
from connectlib.ports.store import Contention, Race, StoreFault
from connectlib.runtime.engine import cache_key

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from connectlib.adapters.sql.store import SqlStore
    from connectlib.core.book import AnyWork
    from connectlib.ports.processor import Method
    from connectlib.ports.store import Query
    from connectlib.runtime.engine import Engine
    from connectlib.runtime.executor import Executor

#: Where `sqlite_engine` notes on a connection that its transactions begin IMMEDIATE.
BEGINS_IMMEDIATE = "connectlib_begins_immediate"


class NotJoinable(Exception):
    """The transaction cannot be joined; the message says why and what to do."""


class Joined:
    """An engine whose every commit is the application's. Made for one open transaction."""

    def __init__(self, engine: Engine, store: SqlStore, connection: sa.Connection) -> None:
        self._engine = engine
        self._store = store
        self._connection = connection
        self._tx = store.joined(connection)
        self._changed: set[str] = set()
        self.is_open = True
        self.bridge: Callable[[Callable[[], Any]], Awaitable[Any]] | None = None
        self.parts, self.world, self.ground = engine.parts, engine.world, engine.ground
        self.clock, self.wall, self.ids = engine.clock, engine.wall, engine.ids
        self.cache = engine.cache
        self.committers = [_Inside(self, each) for each in engine.executors]
        self.store = _Questions(self)
        self.processor = _Later(engine)
        self.rail = _Later(engine)
        check(store, connection, engine)
        event.listen(connection, "commit", self._committed)

    def _committed(self, _connection: sa.Connection) -> None:
        keys = [cache_key(self.world, id_) for id_ in self._changed]
        self._changed.clear()
        self._engine.cache.invalidate(keys)

    def do(self, executor: Executor, works: Sequence[AnyWork]) -> list[Any]:
        """Do works inside the transaction: one outcome or exception for each."""
        self._check_open()
        try:
            book = self._tx.gather(executor.scene(joined=True), works)
            results = fold(book, works)
            self._tx.write(book)
        except errors.SQLAlchemyError as error:
            raise fault_of(error) from error
        self._changed.update(book.changed)
        return results

    def answer(self, query: Query) -> Any:
        """What a query asks, as this transaction sees it."""
        self._check_open()
        try:
            return self._store.joined_answer(self._connection, query)
        except errors.SQLAlchemyError as error:
            raise fault_of(error) from error

    def cached(self, kind: type[Any], id_: str) -> Any:
        """A row by id: never through the cache in here."""
        from connectlib.ports.store import One

        return self.answer(One(kind, self.ground.branch(id_), self.world.id, id_))

    def _check_open(self) -> None:
        if not self.is_open:
            raise NotJoinable(
                "this connect.transaction() block has ended: what belongs into the transaction"
                " has to be done inside the block"
            )


class _Inside:
    """What stands for a committer: the works are done at once, the commit comes later."""

    def __init__(self, joined: Joined, executor: Executor) -> None:
        self._joined = joined
        self._executor = executor

    def submit(self, works: Sequence[AnyWork]) -> list[Any]:
        """Do works inside the transaction."""
        return self._joined.do(self._executor, works)


class _Questions:
    """What stands for the store: it reads what the transaction sees."""

    def __init__(self, joined: Joined) -> None:
        self.answer = joined.answer


class _Later:
    """What stands for processor and rail: sources are known here, calls outside are put off."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def resolve(self, sources: Sequence[str]) -> list[Method | None]:
        """See `ports.processor`: a lookup, no call outside."""
        return self._engine.processor.resolve(sources)

    def authorize(self, _requests: Any) -> Deferred:
        """Not now."""
        return DEFERRED

    refund = submit = track = authorize


def fault_of(error: errors.SQLAlchemyError) -> StoreFault:
    """Our name for what SQLAlchemy raised in a transaction that is not ours to repeat."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    text = str(getattr(error, "orig", error)).strip()
    if isinstance(error, errors.IntegrityError):
        return Race(text)
    if state in {"40001", "40P01", "55P03"} or "locked" in text or "busy" in text:
        return Contention(text)
    return StoreFault(text)


def check(store: SqlStore, connection: sa.Connection, engine: Engine) -> None:
    """See to it that the transaction is open, of our database, and as strict as our own.

    Raises: NotJoinable.
    """
    if connection.dialect.name != store.dialect.name:
        raise NotJoinable(
            f"the transaction is on {connection.dialect.name}, connectlib on {store.dialect.name}:"
            " both must be the same database"
        )
    if not connection.in_transaction():
        raise NotJoinable("no transaction is open: call session.begin() first")
    if connection.dialect.name == "sqlite":
        _check_sqlite(connection)
    world = engine.world
    try:
        found = connection.execute(
            sa.text("SELECT account FROM cl_world WHERE id = :id"), {"id": world.id}
        ).scalar()
    except errors.DBAPIError as error:
        raise fault_of(error) from error
    if found != world.account:
        raise NotJoinable("the transaction is on another database than connectlib's")


def _check_sqlite(connection: sa.Connection) -> None:
    strict: dict[str, set[Any]] = {
        "journal_mode": {"wal", "memory"},
        "synchronous": {2, 3},
    }
    for name, allowed in strict.items():
        value = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        if value not in allowed:
            raise NotJoinable(
                f"PRAGMA {name} is {value}: make the engine by connectlib.sqlite_engine(url)"
            )
    if not connection.info.get(BEGINS_IMMEDIATE):
        raise NotJoinable(
            "the transaction was not begun by BEGIN IMMEDIATE, so it could fail half-way: make"
            " the engine by connectlib.sqlite_engine(url)"
        )


def sqlite_engine(url: str, **options: Any) -> sa.Engine:
    """An SQLAlchemy engine for SQLite whose transactions connectlib can join.

    WAL, synchronous=FULL, a busy time-out of 5 s, and BEGIN IMMEDIATE for every transaction.
    options: as for `sqlalchemy.create_engine`.
    """
    engine = sa.create_engine(url, **options)
    strict(engine)
    return engine


def strict(engine: sa.Engine) -> None:
    """Make every connection of an SQLite engine as strict as our own."""

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("busy_timeout = 5000", "journal_mode = wal", "synchronous = full"):
            connection.execute(f"PRAGMA {pragma}").close()
        record.info[BEGINS_IMMEDIATE] = True

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
