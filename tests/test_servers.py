"""The server of the tests does what crash tests rely on."""

from __future__ import annotations

import stat

import psycopg
import pytest

from tests.servers import Postgres, is_open_to_all


def test_a_killed_server_keeps_what_was_committed_and_loses_what_was_not(
    durable_postgres: Postgres,
) -> None:
    url = durable_postgres.create("killed")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (n BIGINT)")
        connection.execute("INSERT INTO kept VALUES (1)")
    waiting = psycopg.connect(url)
    waiting.execute("INSERT INTO kept VALUES (2)")
    durable_postgres.kill()
    with pytest.raises(psycopg.OperationalError):
        waiting.commit()
    waiting.close()
    durable_postgres.restart()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(1,)]
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_two_databases_of_one_server_do_not_see_each_other(
    postgres: Postgres, empty_pg_url: str
) -> None:
    other = postgres.create("other")
    try:
        with psycopg.connect(empty_pg_url) as connection:
            connection.execute("CREATE TABLE here (n BIGINT)")
        with psycopg.connect(other) as connection:
            assert connection.execute("SELECT to_regclass('here')").fetchone() == (None,)
    finally:
        postgres.drop("other")


def test_a_closed_server_leaves_nothing_behind() -> None:
    server = Postgres()
    server.close()
    assert server.process.returncode == 0
    assert not server.base.exists()


def test_a_folder_under_a_closed_one_is_not_open(tmp_path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    tmp_path.chmod(stat.S_IRWXU)
    assert not is_open_to_all(inner)
