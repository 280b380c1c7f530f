"""From a URL to a store: the dialect, and a schema that is there and ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from connectlib.adapters.sql import schema
from connectlib.adapters.sql.store import SqlStore
from connectlib.ports.store import Unavailable

if TYPE_CHECKING:
    from connectlib.adapters.sql.dialects import Dialect
    from connectlib.adapters.sql.dialects.sqlite import Sqlite


def open_store(url: str, *, branches: int = 1) -> SqlStore:
    """The store behind a URL.

    An empty SQLite file is migrated; an empty PostgreSQL schema, and an old one anywhere, is
    refused. `?prepare_threshold=0` turns prepared statements off, for a transaction pooler.

    Raises: SchemaMismatch, Unavailable.
    """
    made = sa.make_url(url)
    try:
        if made.get_backend_name() == "sqlite":
            return SqlStore(_sqlite(made), branches=branches)
        return SqlStore(_postgres(made), branches=branches)
    except sa.exc.DBAPIError as error:
        raise Unavailable(str(error.orig)) from error


def _sqlite(url: sa.URL) -> Dialect:
    from connectlib.adapters.sql.dialects.sqlite import Sqlite

    path = url.database or ":memory:"
    if path == ":memory:":
        return _in_memory(Sqlite(path))
    engine = schema.engine_of(str(url))
    with engine.connect() as connection:
        found = schema.current(connection)
    engine.dispose()
    if found is None:
        schema.upgrade(str(url))
    else:
        schema.refuse(found, str(url))
    return Sqlite(path)


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
