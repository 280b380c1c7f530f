"""From a URL to a store: the dialect, and a schema that is there and ours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connectlib.adapters.sql import schema
from connectlib.adapters.sql.store import SqlStore
from connectlib.ports.store import Unavailable

if TYPE_CHECKING:
    from connectlib.adapters.sql.dialects import Dialect
    from connectlib.adapters.sql.dialects.sqlite import Sqlite


class UnreadableURL(Exception):
    """The text is no URL of a database: a port that is no number, say."""


def open_store(url: str, *, branches: int = 1, make: bool = True) -> SqlStore:
    """The store behind a URL.

    An empty SQLite file is migrated, unless make is False; an empty PostgreSQL schema, and an
    old one anywhere, is refused. `?prepare_threshold=0` turns prepared statements off, for a
    transaction pooler.

    Raises: SchemaMismatch, Unavailable, UnreadableURL.
    """
    made = readable(url)
    try:
        if made.get_backend_name() == "sqlite":
            return SqlStore(_sqlite(made, make=make), branches=branches)
        return SqlStore(_postgres(made), branches=branches)
    except sa.exc.DBAPIError as error:
        raise Unavailable(str(error.orig)) from error


def _sqlite(url: sa.URL, *, make: bool) -> Dialect:
    from connectlib.adapters.sql.dialects.sqlite import Sqlite

    path = url.database or ":memory:"
    if path == ":memory:":
        return _in_memory(Sqlite(path))
    if not make:
        look(url)
    engine = schema.engine_of(str(url))
    with engine.connect() as connection:
        found = schema.current(connection)
    engine.dispose()
    if found is None and make:
        schema.upgrade(str(url))
    else:
        schema.refuse(found, str(url))
    return Sqlite(path)


def readable(url: str) -> sa.URL:
    """The parts of a URL. Raises UnreadableURL, without the text: it may hold a password."""
    try:
        return sa.make_url(url)
    except ValueError:
        raise UnreadableURL("its port is no number") from None
    except sa.exc.ArgumentError:
        raise UnreadableURL("it has not the form of one") from None


def look(url: sa.URL) -> None:
    """Refuse an SQLite file that is not there: connecting would make it. Raises Unavailable."""
    path = url.database or ":memory:"
    is_file = url.get_backend_name() == "sqlite" and path != ":memory:"
    if is_file and not path.startswith("file:") and not Path(path).is_file():
        raise Unavailable(f"there is no file {path}")


def _in_memory(dialect: Sqlite) -> Dialect:
    """A database of its own in memory: one connection, migrated here, kept for good."""
    only = dialect.connect()
    engine = sa.create_engine("sqlite://", creator=lambda: only, poolclass=sa.StaticPool)
    with engine.connect() as connection:
        schema.upgrade_on(connection)
        connection.commit()
    dialect.keep(only)
    return dialect


def _postgres(url: sa.URL) -> Dialect:
    from connectlib.adapters.sql.dialects.postgres import Postgres

    prepare = url.query.get("prepare_threshold") not in {"0", "none", "None"}
    plain = url.set(drivername="postgresql").difference_update_query(["prepare_threshold"])
    conninfo = plain.render_as_string(hide_password=False)
    schema.check(conninfo)
    return Postgres(conninfo, prepare=prepare)
