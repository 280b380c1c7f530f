"""The bench is honest: its floor writes what the engine writes; and it runs."""

from __future__ import annotations

import sqlite3

from tools.bench import cases
from tools.bench.__main__ import Case, result
from tools.bench.cases import Place, charging
from tools.bench.floors import SqliteFloor
from tools.bench.recording import client, counts, prepare, record


def rows(path) -> dict[str, int]:
    with sqlite3.connect(path) as connection:
        names = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name.startswith("cl_")
        ]
        found = {n: connection.execute(f"SELECT count(*) FROM {n}").fetchone()[0] for n in names}
    connection.close()
    return found


def test_the_floor_writes_every_row_that_the_engine_writes(tmp_path) -> None:
    commits = record(tmp_path, 7, charging(5, "k"))
    assert len(commits) == 10
    engine, floor = f"sqlite:///{tmp_path}/e.db", f"sqlite:///{tmp_path}/f.db"
    account = prepare(engine)
    prepare(floor)
    connect = client(engine, seed=7)
    charging(5, "k")(connect, account)
    connect.close()
    raw = SqliteFloor(f"{tmp_path}/f.db")
    for commit in commits:
        raw.commit(commit)
    raw.close()
    assert rows(tmp_path / "e.db") == rows(tmp_path / "f.db")
    assert counts(commits)["cl_idempotency_key"] == 5
    with_proof = client(floor, seed=9)
    assert with_proof.ledger.verify().ok
    with_proof.close()


def test_a_case_gives_a_line(tmp_path) -> None:
    numbers = iter(range(10))
    place = Place("sqlite", lambda: f"sqlite:///{tmp_path}/b{next(numbers)}.db", tmp_path)
    case = Case("charge", lambda r: cases.one_at_a_time(place, r, 3), 0.1)
    line = result(case, list(case.run(2)))
    assert line.low <= line.ratio <= line.high
    assert line.engine_per_s > 0
