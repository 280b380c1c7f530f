"""Joining the application's transaction, in both colours, and knowing when one is joined."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from connectlib.runtime.joinable import NotJoinable
from connectlib.runtime.joined import Joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import sqlalchemy as sa

    from connectlib.runtime.engine import Engine

#: {id of an engine: the transaction that this thread or task has joined with it}
_JOINED: ContextVar[Mapping[int, Joined] | None] = ContextVar("connectlib_joined", default=None)


def joined_of(engine: Engine) -> Joined | None:
    """The transaction that is joined here; None where none is.

    One that has ended is given once more, to refuse: a task that was started inside the block
    and outlives it must not go on outside unnoticed, nor be refused for ever.
    """
    every = _JOINED.get()
    found = every.get(id(engine)) if every else None
    if found is not None and not found.is_open:
        _forget(engine)
    return found


def _forget(engine: Engine) -> None:
    every = _JOINED.get() or {}
    _JOINED.set({name: joined for name, joined in every.items() if name != id(engine)})


def enter(engine: Engine, joined: Joined) -> Any:
    """From here on calls in this thread or task go into the transaction."""
    found = joined_of(engine)
    if found is not None and found.is_open:
        raise NotJoinable("a connect.transaction() block is open already: they do not nest")
    return _JOINED.set({**(_JOINED.get() or {}), id(engine): joined})


def leave(joined: Joined, token: Any) -> None:
    """The block has ended; the application commits or rolls back."""
    joined.is_open = False
    try:
        _JOINED.reset(token)
    except ValueError:
        # Left in another context than it was entered in, as fixtures and dependencies with
        # `yield` may: that one forgets it by itself.
        return


def refuse_inside(engine: Engine, what: str) -> None:
    """Refuse what needs transactions of its own while one is joined. Raises NotJoinable."""
    found = joined_of(engine)
    if found is not None and found.is_open:
        raise NotJoinable(
            f"{what} cannot be called inside a connect.transaction() block: it commits by itself;"
            " call it after your commit"
        )


def open_joined(engine: Engine, session: Any) -> Joined:
    """Join a SQLAlchemy Session or Connection. Raises NotJoinable."""
    return _join(engine, _source_of(session))


async def async_open_joined(engine: Engine, session: Any) -> Joined:
    """Join an AsyncSession or AsyncConnection. Raises NotJoinable.

    The calls of several tasks take turns: each is whole before the next begins.
    """
    inner = getattr(session, "sync_session", None) or getattr(session, "sync_connection", None)
    if not hasattr(session, "run_sync"):
        raise _no_transaction(session)
    if inner is None:
        raise NotJoinable("no transaction is open: use `async with engine.begin()`")
    joined: Joined = await session.run_sync(lambda _: _join(engine, _source_of(inner)))
    turn = asyncio.Lock()

    async def bridge(work: Callable[[], Any]) -> Any:
        async with turn:
            return await session.run_sync(lambda _: work())

    joined.bridge = bridge
    return joined


def _source_of(session: Any) -> Callable[[], sa.Connection]:
    """What gives the connection of a Session, or a Connection itself, whenever it is asked."""
    import sqlalchemy as sa

    if isinstance(session, sa.Connection):
        return lambda: session
    if hasattr(session, "run_sync"):
        raise _no_transaction(session)
    if hasattr(session, "get_bind") and hasattr(session, "connection"):
        connection: Callable[[], sa.Connection] = session.connection
        return connection
    raise _no_transaction(session)


def _no_transaction(session: object) -> NotJoinable:
    return NotJoinable(
        f"{type(session).__name__} is no SQLAlchemy Session or Connection"
        " (AsyncSession or AsyncConnection for AsyncConnect)"
    )


def _join(engine: Engine, source: Callable[[], sa.Connection]) -> Joined:
    from connectlib.adapters.sql.store import SqlStore

    store = engine.store
    if not isinstance(store, SqlStore):
        raise NotJoinable(
            "this Connect() keeps everything in memory: open it on your database,"
            ' Connect("sqlite:///shop.db"), to join its transactions'
        )
    return Joined(engine, store, source)
