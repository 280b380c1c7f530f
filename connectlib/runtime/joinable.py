"""Whether the application's transaction can be joined: open, strict, and on our database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import exc as errors

from connectlib.ports.store import Behind, Contention, Race, StoreFault

if TYPE_CHECKING:
    from connectlib.adapters.sql.store import SqlStore
    from connectlib.runtime.engine import Engine

#: Where `sqlite_engine` notes on a connection that its transactions begin IMMEDIATE.
BEGINS_IMMEDIATE = "connectlib_begins_immediate"
_FIND = sa.text("SELECT account FROM cl_world WHERE id = :id")


class NotJoinable(Exception):
    """The transaction cannot be joined, or not any more; the message says why and what to do."""


def fault_of(error: errors.SQLAlchemyError) -> StoreFault:
    """Our name for what SQLAlchemy raised in a transaction that is not ours to repeat."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    text = str(getattr(error, "orig", error)).strip()
    if isinstance(error, errors.IntegrityError):
        return Behind(text) if "cl_world" in text else Race(text)
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
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        _check_sqlite(connection)
    elif getattr(driver, "autocommit", False):
        raise NotJoinable(
            "the connection is in AUTOCOMMIT, so nothing would be rolled back: use an engine or"
            " connection without isolation_level='AUTOCOMMIT'"
        )
    _check_place(store, connection, engine)


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


def _check_place(store: SqlStore, connection: sa.Connection, engine: Engine) -> None:
    """See to it that the database is ours, and no copy of it."""
    try:
        found = connection.execute(_FIND, {"id": engine.world.id}).scalar()
        theirs = connection.exec_driver_sql(store.dialect.place).first()
    except errors.DBAPIError as error:
        raise NotJoinable(_apart(store, connection)) from error
    if found != engine.world.account or not store.is_at(tuple(theirs or ())):
        raise NotJoinable(_apart(store, connection))


def _apart(store: SqlStore, connection: sa.Connection) -> str:
    theirs = connection.engine.url.render_as_string(hide_password=True)
    return (
        f"the transaction is on another database than connectlib's: {theirs} is not"
        f" {store.dialect.where}"
    )
