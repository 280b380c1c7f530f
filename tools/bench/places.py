"""Where cases run: SQLite files in a folder, databases of a PostgreSQL."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Protocol

import psycopg
import sqlalchemy as sa
from psycopg import sql

from connectlib.adapters.sql.schema import upgrade


class Place(Protocol):
    """Gives fresh databases of one kind. folder: for files that nobody measures."""

    name: str
    folder: Path

    def fresh(self, *, bare: bool = False) -> str:
        """The URL of a new database; bare: without our schema."""
        ...

    def close(self) -> None:
        """Away with the databases."""
        ...


class Files:
    """SQLite: a file for each database."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)

    def fresh(self, *, bare: bool = False) -> str:
        """See Place: the engine migrates an empty file by itself."""
        return f"sqlite:///{self.folder}/bench-{next(self._numbers)}.db"

    def close(self) -> None:
        """See Place: whoever made the folder removes it."""


class Databases:
    """PostgreSQL: databases of our own on a server; `url` is one we may connect to meanwhile."""

    name = "postgresql"

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self._url = sa.make_url(url).set(drivername="postgresql")
        self._names: list[str] = []
        self._template = self._made("template1")
        upgrade(self._at(self._template))

    def _at(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _made(self, template: str) -> str:
        name = f"connectlib_bench_{os.getpid()}_{len(self._names)}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        self._names.append(name)
        return name

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(str(self._at(self._url.database or "postgres")), autocommit=True) as c:
            c.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def fresh(self, *, bare: bool = False) -> str:
        """See Place."""
        return self._at(self._made("template1" if bare else self._template))

    def close(self) -> None:
        """See Place."""
        while self._names:
            self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._names.pop())
