"""The schema in a database: which version is there, and how to bring it to ours.

Alembic's migrations are the only source of the schema. They ship in the wheel as
`connectlib/_alembic`; in a checkout they lie in `alembic/` at its top.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from connectlib.ports.store import SchemaMismatch

VERSION_TABLE = "connectlib_alembic_version"
#: What mends an old or missing schema.
COMMAND = "connectlib migrate --db '{url}'"


def scripts() -> Path:
    """The folder with the migrations."""
    package = Path(__file__).resolve().parents[2]
    for folder in (package / "_alembic", package.parent / "alembic"):
        if (folder / "env.py").is_file():
            return folder
    raise SchemaMismatch("the migrations are missing from this install", "pip install connectlib")


def _config() -> object:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def head() -> str:
    """The newest revision that this release knows."""
    versions = sorted(path.stem for path in (scripts() / "versions").glob("[0-9]*.py"))
    return versions[-1].split("_")[0]


def current(connection: sa.Connection) -> str | None:
    """The revision of a database; None where there is no schema of ours."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    rows = connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).all()
    return str(rows[0][0]) if rows else None


def upgrade_on(connection: sa.Connection) -> None:
    """Migrate on an open connection, in its transaction."""
    from alembic import command
    from alembic.config import Config

    config = _config()
    if isinstance(config, Config):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def engine_of(url: str) -> sa.Engine:
    """An engine for schema work."""
    made = sa.make_url(url)
    if made.get_backend_name() == "postgresql":
        made = made.set(drivername="postgresql+psycopg")
    return sa.create_engine(made, poolclass=sa.NullPool)


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest schema."""
    engine = engine_of(url)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # Two processes that meet an empty file: one migrates, the other finds it done.
            connection.exec_driver_sql("PRAGMA busy_timeout = 10000")
            connection.exec_driver_sql("PRAGMA journal_mode = wal")
            driver: Any = connection.connection.driver_connection
            driver.isolation_level = None
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            # One migration at a time; let go at the end of the transaction.
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        if current(connection) != head():
            upgrade_on(connection)
        connection.commit()
    engine.dispose()


def check(url: str) -> None:
    """Refuse a schema that is not ours, naming the command that mends it.

    Raises: SchemaMismatch.
    """
    engine = engine_of(url)
    with engine.connect() as connection:
        found = current(connection)
    engine.dispose()
    refuse(found, url)


def refuse(found: str | None, url: str) -> None:
    """Raise SchemaMismatch unless the revision found is ours."""
    shown = sa.make_url(url).render_as_string(hide_password=True)
    command = COMMAND.format(url=shown)
    if found is None:
        raise SchemaMismatch("the database has no connectlib schema", command)
    if found < head():
        raise SchemaMismatch(f"the schema is at {found}, this release needs {head()}", command)
    if found > head():
        raise SchemaMismatch(
            f"the schema is at {found}, newer than this release ({head()})",
            "pip install --upgrade connectlib",
        )


#: The key of the migration lock: the first bytes of SHA-256 of "connectlib", as a number.
LOCK = 0x5D1C3F0A
