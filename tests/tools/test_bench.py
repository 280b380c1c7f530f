"""The bench is honest: its floors write what the engine writes, and its lines say what they say."""

from __future__ import annotations

import json

import pytest

from tools.bench import __main__ as bench
from tools.bench.floors import Ready, SqliteFloor, floor_of
from tools.bench.measure import Case, Line, Must, Round, line_of
from tools.bench.places import Files
from tools.bench.recording import client, difference, prepare, record
from tools.bench.writes import DishonestFloor, Pair, charging, one_at_a_time, transferring


@pytest.mark.parametrize(("make", "commits"), [(charging, 2), (transferring, 1)])
def test_the_floor_writes_every_row_that_the_engine_writes(tmp_path, make, commits) -> None:
    place = Files(tmp_path)
    recorded = record(tmp_path, make(5, "k"))
    assert len(recorded) == 5 * commits
    engine, floor = place.fresh(), place.fresh()
    account, large = prepare(engine)
    prepare(floor)
    connect = client(engine)
    raw, other = floor_of(floor), floor_of(engine)
    before = raw.counts()
    make(5, "k")(connect, account, large)
    connect.close()
    for commit in recorded:
        raw.write(raw.ready(commit))
    after = raw.counts()
    assert difference(other.counts(), after, grouped=False) is None
    assert after["cl_idempotency_key"] == before["cl_idempotency_key"] + 5
    assert after["cl_ledger_batch"] == before["cl_ledger_batch"] + 5
    raw.close()
    other.close()
    # Updates too: a balance or a hash that was not written would not add up.
    with client(floor) as proof:
        assert proof.ledger.verify().ok


def test_a_floor_that_leaves_rows_out_is_refused(tmp_path, monkeypatch) -> None:
    write = SqliteFloor.write

    def lazy(self, ready: Ready) -> None:
        write(self, ready._replace(runs=[r for r in ready.runs if "cl_event " not in r[0]]))

    monkeypatch.setattr(SqliteFloor, "write", lazy)
    with pytest.raises(DishonestFloor, match="cl_event"):
        list(one_at_a_time(Files(tmp_path), 1, n=2, make=charging, commits=2))


def test_a_pair_that_wrote_the_same_is_closed_in_peace(tmp_path) -> None:
    Pair(Files(tmp_path)).close()


def test_one_case_gives_one_line_and_json_of_it(tmp_path, capsys) -> None:
    file = tmp_path / "lines.json"
    words = ["--quick", "--only", "sqlite: transfer, one", "--json", str(file)]
    assert bench.main(words) == 0
    found = json.loads(file.read_text("utf-8"))
    assert (found["quick"], found["rounds"]) == (True, 5)
    (line,) = found["lines"]
    assert tuple(line) == Line._fields
    assert line["ratio_low"] <= line["ratio"] <= line["ratio_high"]
    assert line["engine_us"] > 0 < line["floor_us"]
    assert "sqlite: transfer, one at a time" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("must", "floor", "ratio", "ok"),
    [
        (Must(ratio=0.5), 3.0, 0.5, True),
        (Must(ratio=0.6), 3.0, 0.5, False),
        (Must(us=600_000), 3.0, 0.5, True),
        (Must(us=500_000), 0.0, None, False),
        (Must(), 3.0, 0.5, None),
    ],
)
def test_the_verdict_is_of_the_median_and_warm_ups_do_not_count(must, floor, ratio, ok) -> None:
    def rounds(n: int):
        seconds = [100.0, 6.0, 5.0, 60.0][:n]
        return (Round(each, floor * each / 6.0, 10) for each in seconds)

    line = line_of(Case("x", rounds, must, "y"), 3)
    assert (line.engine_us, line.ratio, line.ok) == (600_000.0, ratio, ok)
