"""The command line when something is in the way: exit codes, nothing made by looking, pipes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from connectlib import Connect, IdempotencyError, VirtualClock
from connectlib.cli.olist import UnreadableRow, read
from connectlib.cli.replay import Replay
from tests.cli.test_commands import ITEMS, ORDERS, PAYMENTS, SELLERS, call


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "olist_orders_dataset.csv").write_text(ORDERS)
    (tmp_path / "olist_order_payments_dataset.csv").write_text(PAYMENTS)
    (tmp_path / "olist_order_items_dataset.csv").write_text(ITEMS)
    (tmp_path / "olist_sellers_dataset.csv").write_text(SELLERS)
    return tmp_path


@pytest.mark.parametrize("command", ["verify", "trial-balance", "transfers"])
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///{folder}/nope.db", "there is no file"),
        ("sqlite:///{folder}/empty.db", "no connectlib schema"),
        ("sqlite:///{folder}/text.db", "not a database"),
        ("postgresql://127.0.0.1:1/nothing", "cannot be reached"),
        ("postgresql://user:secret@host:port/x", "cannot be read"),
        ("mysql://x", "not one of a store"),
    ],
)
def test_a_store_in_the_way_is_exit_code_3(tmp_path, command, url, said) -> None:
    (tmp_path / "empty.db").touch()
    (tmp_path / "text.db").write_text("no database" * 500)
    found = call("ledger", command, "--db", url.format(folder=tmp_path), code=3)
    assert said in found.stderr
    assert "secret" not in found.stderr
    assert "Traceback" not in found.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.db", "text.db"]
    assert (tmp_path / "empty.db").stat().st_size == 0


def test_a_wrong_question_is_exit_code_2(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    Connect(url, clock=VirtualClock()).close()
    assert "param=after" in call("ledger", "transfers", "--db", url, "--after", "x", code=2).stderr
    call("ledger", "transfers", "--db", url, "--account", "acct_none", code=2)


def test_doctor_makes_nothing(tmp_path) -> None:
    found = call("doctor", "--db", f"sqlite:///{tmp_path}/nope.db", code=1)
    assert "FAIL database: there is no file" in found.stdout
    assert list(tmp_path.iterdir()) == []
    found = call("doctor", "--db", "postgresql://user:secret@host:port/x", code=1)
    assert "its port is no number" in found.stdout
    assert "secret" not in found.stdout


def test_books_of_a_world_whose_clock_is_ahead_can_be_looked_at(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    with Connect(url, clock=VirtualClock()) as connect:
        connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
        connect.clock.advance(days=3_000)
    assert "intact" in call("ledger", "verify", "--db", url).stdout
    assert len(call("ledger", "transfers", "--db", url, "--newest").stdout.splitlines()) == 3


def test_a_second_demo_in_one_database_is_refused_up_front(tmp_path) -> None:
    words = ("demo", "--orders", 3, "--days", 1, "--db", f"sqlite:///{tmp_path}/demo.db")
    call(*words)
    found = call(*words, code=3)
    assert "played in this database already" in found.stderr


def test_the_environment_has_two_names_for_the_database(tmp_path, monkeypatch) -> None:
    for name in ("one", "two"):
        Connect(f"sqlite:///{tmp_path}/{name}.db", platform=name).close()
    monkeypatch.setenv("CONNECTLIB_URL", f"sqlite:///{tmp_path}/one.db")
    assert "intact" in call("ledger", "verify", "--platform", "one").stdout
    monkeypatch.setenv("CONNECTLIB_DATABASE_URL", f"sqlite:///{tmp_path}/two.db")
    assert "intact" in call("ledger", "verify", "--platform", "two").stdout
    with Connect.from_env(platform="two") as connect:
        assert repr(connect).startswith("<Connect two")


def test_a_closed_pipe_ends_quietly(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    with Connect(url, clock=VirtualClock()) as connect:
        connect.charges.create_many(
            [{"amount": 1_000, "currency": "usd", "source": "tok_visa"}] * 2_000
        )
    words = [sys.executable, "-m", "connectlib", "ledger", "transfers", "--db", url]
    with subprocess.Popen(
        [*words, "--limit", "4000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as found:
        assert found.stdout.readline()
        found.stdout.close()
        assert found.stderr.read() == b""
        assert found.wait(60) == 0


WRONG = [
    ("orders", "2018-01-11 10:00:00", "9018-01-11 10:00:00", ("line 3", "of this century")),
    ("orders", "2018-01-11 10:00:00", "0201-01-11 10:00:00", ("line 3", "purchase_timestamp")),
    ("orders", "o3,c3", "o1,c3", ("line 4", "order_id", "expected a new row, found o1 again")),
    ("order_payments", "o1,2,", "o1,1,", ("line 3", "payment_sequential", "o1, 1 again")),
    ("order_items", "o1,2,p2", "o1,1,p2", ("line 3", "order_item_id", "again")),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), WRONG)
def test_a_row_that_cannot_be_meant_is_named(folder, file, old, new, said) -> None:
    path = folder / f"olist_{file}_dataset.csv"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(UnreadableRow) as caught:
        read(folder)
    for word in (path.name, *said):
        assert word in str(caught.value)


def test_blank_lines_are_no_rows(folder) -> None:
    before = read(folder)
    for path in folder.iterdir():
        path.write_text(path.read_text().replace("\n", "\n\n") + "\n\n")
    assert read(folder) == before


def test_only_refusals_are_counted_as_refused(folder) -> None:
    """A key that was used for something else is no refusal of the engine's: it stops the replay."""
    url = f"sqlite:///{folder}/shop.db"
    clock = VirtualClock(1_500_000_000_000_000)
    with Connect(url, platform="olist", country="BR", clock=clock) as connect:
        connect.charges.create(
            amount=777, currency="brl", source="tok_br", idempotency_key="charge-o1-1"
        )
    played = Replay(folder, url)
    with pytest.raises(IdempotencyError):
        played.run()
    played.close()


def test_what_cannot_be_reconciled_is_exit_code_2(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    Connect(url, clock=VirtualClock()).close()
    file = tmp_path / "settled.csv"
    file.write_text("key,kind,amount,currency,created\nch_1,charge,9.99,usd,2026-11-02\n")
    words = ("reconcile", "--db", url, "--since", "2026-11-02", "--until", "2026-11-03")
    found = call(*words, "--settlement", file, code=2)
    assert "line 2, column amount: '9.99' is no whole number of minor units" in found.stderr
    assert "cannot be read" in call(*words, "--settlement", tmp_path / "nope.csv", code=2).stderr
    for wrong in ("2026-11-02", "then", "9" * 5_000):
        assert "param=until" in call(*words[:-1], wrong, code=2).stderr
    call("reconcile", "--db", url, code=2)
    call(*words[:2], f"sqlite:///{tmp_path}/nope.db", *words[3:], code=3)
