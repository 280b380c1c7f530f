"""Joining the application's transaction, in both colours, and knowing when one is joined."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from connectlib.runtime.joined import Joined, NotJoinable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import sqlalchemy as sa

    from connectlib.runtime.engine import Engine

#: {id of an engine: the transaction that this thread or task has joined with it}
_JOINED: ContextVar[Mapping[int, Joined] | None] = ContextVar("connectlib_joined", default=None)


def joined_of(engine: Engine) -> Joined | None:
    """The transaction that is joined here; None where none is."""
    found = _JOINED.get()
    return found.get(id(engine)) if found else None


def enter(engine: Engine, joined: Joined) -> Any:
    """From here on calls in this thread or task go into the transaction."""
    if joined_of(engine) is not None:
        raise NotJoinable("a connect.transaction() block is open already: they do not nest")
    return _JOINED.set({**(_JOINED.get() or {}), id(engine): joined})


def leave(joined: Joined, token: Any) -> None:
    """The block has ended; the application commits or rolls back."""
    joined.is_open = False
    _JOINED.reset(token)


def open_joined(engine: Engine, session: Any) -> Joined:
    """Join a SQLAlchemy Session or Connection. Raises NotJoinable."""
    return _join(engine, _connection_of(session))


async def async_open_joined(engine: Engine, session: Any) -> Joined:
    """Join an AsyncSession or AsyncConnection. Raises NotJoinable."""
    connection = session
    if not hasattr(session, "run_sync") or hasattr(session, "sync_session"):
        if not hasattr(session, "sync_session"):
            raise _no_transaction(session)
        connection = await session.connection()
    joined: Joined = await connection.run_sync(lambda inner: _join(engine, inner))

    async def bridge(work: Callable[[], Any]) -> Any:
        return await connection.run_sync(lambda _: work())

    joined.bridge = bridge
    return joined


def _connection_of(session: Any) -> sa.Connection:
    import sqlalchemy as sa

    if isinstance(session, sa.Connection):
        return session
    if hasattr(session, "get_bind") and hasattr(session, "connection"):
        found: sa.Connection = session.connection()
        return found
    raise _no_transaction(session)


def _no_transaction(session: object) -> NotJoinable:
    return NotJoinable(
        f"{type(session).__name__} is no SQLAlchemy Session or Connection"
        " (AsyncSession or AsyncConnection for AsyncConnect)"
    )


def _join(engine: Engine, connection: sa.Connection) -> Joined:
    from connectlib.adapters.sql.store import SqlStore

    store = engine.store
    if not isinstance(store, SqlStore):
        raise NotJoinable(
            "this Connect() keeps everything in memory: open it on your database,"
            ' Connect("sqlite:///shop.db"), to join its transactions'
        )
    return Joined(engine, store, connection)
