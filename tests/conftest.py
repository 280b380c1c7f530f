"""Fixtures and settings for every floor: Hypothesis profiles and a PostgreSQL of our own."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.servers import Postgres

# No deadline per example: on a busy machine it measures the neighbours.
_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("quick", max_examples=30, **_COMMON)
settings.register_profile("ci", max_examples=200, derandomize=True, **_COMMON)
settings.register_profile("deep", max_examples=5_000, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

_PG_FIXTURES = {"postgres", "durable_postgres", "empty_pg_url", "pg_url", "module_pg_url"}
_TEMPLATE = "connectlib_migrated"
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _PG_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.pg)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server of the run; fsync is off, so not for tests that pull the plug."""
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(scope="module")
def durable_postgres() -> Iterator[Postgres]:
    """A server of its own with fsync on: kill and restart it at will."""
    server = Postgres(fsync="on")
    yield server
    server.close()


@pytest.fixture(scope="session")
def _template(postgres: Postgres) -> str:
    from connectlib.adapters.sql.schema import upgrade

    upgrade(postgres.create(_TEMPLATE))
    return _TEMPLATE


def _database(server: Postgres, template: str) -> Iterator[str]:
    name = f"t{next(_numbers)}"
    yield server.create(name, template=template)
    server.drop(name)


@pytest.fixture
def empty_pg_url(postgres: Postgres) -> Iterator[str]:
    """The URL of a database with nothing in it."""
    yield from _database(postgres, "template1")


@pytest.fixture
def pg_url(postgres: Postgres, _template: str) -> Iterator[str]:
    """The URL of a migrated database of this test's own."""
    yield from _database(postgres, _template)


@pytest.fixture(scope="module")
def module_pg_url(postgres: Postgres, _template: str) -> Iterator[str]:
    """The URL of a migrated database that the tests of one module share."""
    yield from _database(postgres, _template)
