"""How the migrations of connectlib run: on a given connection, or as SQL text.

connectlib hands over an open connection in `config.attributes["connection"]`; the transaction is
the caller's, so that a schema appears whole or not at all. Without one, `sqlalchemy.url` is used:
offline for `--sql`, online for authors of migrations. The version table is connectlib's own, and
an application's tables are never looked at, so both can share one database.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool
from sqlalchemy.engine import Connection

from connectlib.adapters.sql.tables import metadata

VERSION_TABLE = "connectlib_alembic_version"


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether autogenerate may compare a thing found in the database."""
    return kind != "table" or (name or "").startswith("cl_")


def offline(url: str) -> None:
    """Print the statements, for whoever applies them by hand."""
    context.configure(
        url=url,
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with context.begin_transaction():
        context.run_migrations()


def online(connection: Connection) -> None:
    """Run the migrations; joins the transaction the connection is in, if any."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        include_name=is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    """Choose by what the configuration carries."""
    connection = context.config.attributes.get("connection")
    if connection is not None and not context.is_offline_mode():
        return online(connection)
    url = context.config.get_main_option("sqlalchemy.url")
    if url is None:
        raise RuntimeError("neither attributes['connection'] nor sqlalchemy.url is given")
    if context.is_offline_mode():
        return offline(url)
    with create_engine(url, poolclass=pool.NullPool).begin() as own:
        return online(own)


run()
