"""What `doctor` looks at, and what `migrate` does."""

from __future__ import annotations

import contextlib
import io
import platform
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

import sqlalchemy as sa

from connectlib import __version__
from connectlib.adapters.sql import schema
from connectlib.adapters.sql.opening import UnreadableURL, look, readable
from connectlib.ports.store import StoreFault

#: Packages the engine needs, and those of extras.
CORE = ("sqlalchemy", "alembic", "pydantic", "py-moneyed", "cachetools")
EXTRAS = {
    "psycopg": "postgres",
    "greenlet": "async",
    "cryptography": "crypto",
    "schwifty": "banks",
    "stripe": "stripe",
}


_URL = "sqlite:///shop.db or postgresql://user@host/name"


class Check(NamedTuple):
    """One thing looked at. mend: the command that puts it right."""

    name: str
    ok: bool
    found: str
    mend: str | None = None


def checks(url: str | None) -> Iterator[Check]:
    """Everything that can be looked at."""
    yield Check("connectlib", ok=True, found=__version__)
    yield Check("python", ok=True, found=platform.python_version())
    for package in CORE:
        yield _package(package, f"pip install {package}")
    for package, extra in EXTRAS.items():
        found = _package(package, f'pip install "connectlib[{extra}]"')
        yield found._replace(ok=True)
    if url is None:
        yield Check("database", ok=True, found="none given", mend="--db sqlite:///shop.db")
        return
    yield from _database(url)


def _package(name: str, mend: str) -> Check:
    try:
        return Check(name, ok=True, found=version(name))
    except PackageNotFoundError:
        return Check(name, ok=False, found="not installed", mend=mend)


def _database(url: str) -> Iterator[Check]:
    try:
        look(readable(url))  # connecting would make the file
        engine = schema.engine_of(url)
        began = time.perf_counter()
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
            took = (time.perf_counter() - began) * 1000
            shown = engine.url.render_as_string(hide_password=True)
            yield Check("database", ok=True, found=f"{shown} answers in {took:.1f} ms")
            yield _schema(connection, url)
            yield from _settings(connection)
    except UnreadableURL as error:
        yield Check("database", ok=False, found=f"the URL cannot be read: {error}", mend=_URL)
    except (sa.exc.SQLAlchemyError, ModuleNotFoundError, StoreFault) as error:
        reason = str(error).splitlines()[0]
        yield Check("database", ok=False, found=reason, mend="check the URL and the server")


def _schema(connection: sa.Connection, url: str) -> Check:
    found, wanted = schema.current(connection), schema.head()
    shown = sa.make_url(url).render_as_string(hide_password=True)
    if found == wanted:
        return Check("schema", ok=True, found=f"at {found}")
    mend = schema.COMMAND.format(url=shown)
    return Check("schema", ok=False, found=f"at {found or 'nothing'}, wanted {wanted}", mend=mend)


def _settings(connection: sa.Connection) -> Iterator[Check]:
    if connection.dialect.name == "sqlite":
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        yield Check(
            "journal",
            ok=mode in {"wal", "memory"},
            found=str(mode),
            mend=None if mode in {"wal", "memory"} else "open it once with Connect(url)",
        )
        return
    for name, wanted in (("fsync", "on"), ("full_page_writes", "on")):
        value = connection.exec_driver_sql(f"SHOW {name}").scalar()
        mend = None if value == wanted else f"set {name} = {wanted} in postgresql.conf"
        yield Check(name, ok=value == wanted, found=str(value), mend=mend)


def migrated(url: str, *, sql: bool) -> dict[str, Any]:
    """Migrate a database, or say by which SQL."""
    if sql:
        return {"sql": _as_sql(url)}
    engine = schema.engine_of(url)
    with engine.connect() as connection:
        before = schema.current(connection)
    engine.dispose()
    schema.upgrade(url)
    return {"from": before, "to": schema.head()}


def _as_sql(url: str) -> str:
    from alembic import command
    from alembic.config import Config

    text = io.StringIO()
    config = Config(output_buffer=text)
    config.set_main_option("script_location", str(schema.scripts()))
    config.set_main_option("path_separator", "os")
    made = sa.make_url(url)
    if made.get_backend_name() == "postgresql":
        made = made.set(drivername="postgresql+psycopg")
    config.set_main_option("sqlalchemy.url", str(made).replace("%", "%%"))
    with contextlib.redirect_stdout(text):
        command.upgrade(config, "head", sql=True)
    return text.getvalue()
