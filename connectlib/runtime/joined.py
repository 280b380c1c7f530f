"""Inside the application's own transaction: the same flows, on its connection.

Nothing here begins, commits or retries: the application's COMMIT is ours too. Calls to the
world outside are put off until the pump comes round.
"""

from __future__ import annotations

from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any, NoReturn

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import exc as errors

from connectlib.flows.gather import fold
from connectlib.ports.steps import DEFERRED, Deferred
from connectlib.ports.store import Behind, Contention
from connectlib.runtime.engine import cache_key
from connectlib.runtime.executor import until_fresh
from connectlib.runtime.joinable import BEGINS_IMMEDIATE, NotJoinable, check, fault_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from connectlib.adapters.sql.store import SqlStore
    from connectlib.core.book import AnyWork
    from connectlib.core.rows import Due
    from connectlib.ports.processor import Declined, Method
    from connectlib.ports.store import Query
    from connectlib.runtime.engine import Engine
    from connectlib.runtime.executor import Executor


class Joined:
    """An engine whose every commit is the application's. Made for one open transaction.

    source: gives the connection of the transaction; asked before every use, since a Session
    sends its savepoints only then.
    """

    def __init__(
        self, engine: Engine, store: SqlStore, source: Callable[[], sa.Connection]
    ) -> None:
        self._engine = engine
        self._store = store
        self._source = source
        self._turn = RLock()
        self._changed: set[str] = set()
        self._broken = False
        self.is_open = True
        self.bridge: Callable[[Callable[[], Any]], Awaitable[Any]] | None = None
        self.parts, self.world, self.ground = engine.parts, engine.world, engine.ground
        self.clock, self.wall, self.ids = engine.clock, engine.wall, engine.ids
        self.cache, self.vault = engine.cache, engine.vault
        self.committers = [_Inside(self, each) for each in engine.executors]
        self.store = _Questions(self)
        self.processor = _Later(engine)
        self.rail = self.identities = self.ownership = _Later(engine)
        self.files, self.numbers = _NoFilesHere(), engine.numbers
        connection = source()
        check(store, connection, engine)
        self._root = connection.get_transaction()
        event.listen(connection, "commit", self._committed)
        event.listen(connection, "rollback_savepoint", self._mended)

    def _committed(self, _connection: sa.Connection) -> None:
        keys = [cache_key(self.world, id_) for id_ in self._changed]
        self._changed.clear()
        self._engine.cache.invalidate(keys)

    def _mended(self, _connection: sa.Connection, _name: str, _context: Any) -> None:
        self._broken = False

    def do(self, executor: Executor, works: Sequence[AnyWork]) -> list[Any]:
        """Do works inside the transaction: one outcome or exception for each.

        A savepoint of our own sees to it that nothing stays of a batch that fails; after one,
        the block is refused until the application rolls back, to a savepoint at least.
        """
        with self._turn:
            connection = self._connection()
            try:
                with connection.begin_nested():
                    return until_fresh(works, partial(self._batch, connection, executor))
            except BaseException as error:
                self._broken = True
                if not isinstance(error, errors.SQLAlchemyError):
                    raise
                fault = fault_of(error)
                if isinstance(fault, Behind):
                    self._engine.follow()
                raise fault from error

    def _batch(
        self, connection: sa.Connection, executor: Executor, works: Sequence[AnyWork]
    ) -> list[Any]:
        tx = self._store.joined(connection)
        book = tx.gather(executor.scene(joined=True), works)
        results = fold(book, works)
        tx.write(book)
        self._changed.update(book.changed)
        return results

    def answer(self, query: Query) -> Any:
        """What a query asks, as this transaction sees it."""
        with self._turn:
            connection = self._connection()
            try:
                return self._store.joined_answer(connection, query)
            except errors.SQLAlchemyError as error:
                raise fault_of(error) from error

    def cached(self, kind: type[Any], id_: str) -> Any:
        """A row by id: never through the cache in here."""
        from connectlib.ports.store import One

        return self.answer(One(kind, self.ground.branch(id_), self.world.id, id_))

    def _connection(self) -> sa.Connection:
        """The connection of the transaction, while it is the one that was joined."""
        if not self.is_open:
            raise NotJoinable(
                "this connect.transaction() block has ended: what belongs into the transaction"
                " has to be done inside the block. Where this is a task that was started inside"
                " and lives on, start it outside: it is refused this once, so that nothing"
                " happens outside the transaction unnoticed"
            )
        if self._broken:
            raise Contention("an earlier call inside this block has failed")
        try:
            connection = self._source()
            same = connection.get_transaction() is self._root
        except errors.SQLAlchemyError as error:
            raise NotJoinable(f"the transaction cannot be used any more: {error}") from error
        if not same:
            raise NotJoinable(
                "the transaction that was joined has ended: commit and roll back after the"
                " connect.transaction() block"
            )
        return connection


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

    def scrub(self) -> None:
        """Not here: it is refused before."""

    def claim(self, *_: Any, **__: Any) -> list[Due]:
        """Not here: it commits by itself."""
        raise NotJoinable(
            "payouts.cancel() cannot be called inside a connect.transaction() block: it has to"
            " keep the bank from being asked at once; call it outside"
        )


class _Later:
    """What stands for processor and rail: sources are known here, calls outside are put off."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def resolve(self, sources: Sequence[str]) -> list[Method | None]:
        """See `ports.processor`: a lookup, no call outside."""
        return self._engine.processor.resolve(sources)

    def tokenize(self, kind: str, details: Mapping[str, str]) -> Method | Declined | None:
        """See `ports.processor`: no call outside either."""
        return self._engine.processor.tokenize(kind, details)

    def authorize(self, _requests: Any) -> Deferred:
        """Not now."""
        return DEFERRED

    refund = submit = track = lookup = capture = release = set_up = authorize


class _NoFilesHere:
    """What stands for the file store: its bytes would not go with the transaction."""

    def put(self, *_: Any) -> NoReturn:
        """Not here."""
        raise NotJoinable(
            "files cannot be written or read inside a connect.transaction() block: their bytes do"
            " not belong to the transaction; upload before it, and name the file by its id"
        )

    get = stat = delete = put


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
