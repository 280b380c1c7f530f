"""The command line: what it prints, its JSON, its exit codes, its messages."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from typer.testing import CliRunner

from connectlib import Connect, VirtualClock
from connectlib.cli.app import app

ORDERS = """order_id,customer_id,order_status,order_purchase_timestamp,order_estimated_delivery_date
o1,c1,delivered,2018-01-10 10:00:00,2018-02-01 00:00:00
o2,c2,canceled,2018-01-11 10:00:00,2018-01-20 00:00:00
o3,c3,shipped,2018-01-12 10:00:00,2018-02-01 00:00:00
"""
PAYMENTS = """order_id,payment_sequential,payment_type,payment_installments,payment_value
o1,1,credit_card,1,100.00
o1,2,voucher,1,20.00
o2,1,boleto,1,50.0
o3,1,not_defined,1,0.00
o3,2,credit_card,1,0.49
"""
ITEMS = """order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value
o1,1,p1,s1,2018-01-12 00:00:00,70.00,10.00
o1,2,p2,s2,2018-01-12 00:00:00,30.00,10.00
o2,1,p3,s1,2018-01-12 00:00:00,45.00,5.00
"""
SELLERS = "seller_id,seller_state\ns1,SP\ns2,RJ\ns3,DF\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "olist_orders_dataset.csv").write_text(ORDERS)
    (tmp_path / "olist_order_payments_dataset.csv").write_text(PAYMENTS)
    (tmp_path / "olist_order_items_dataset.csv").write_text(ITEMS)
    (tmp_path / "olist_sellers_dataset.csv").write_text(SELLERS)
    return tmp_path


def call(*words: object, code: int = 0):
    found = CliRunner().invoke(app, [str(word) for word in words])
    assert found.exit_code == code, found.output
    return found


EXPECTED = {
    "orders": 3,
    "sellers": 2,
    "charges": 3,
    "charged": 17_000,
    "refused": 2,
    "processing_fees": 399 + 39 + 0 + 345,
    "transfers": 4,
    "transferred": (8_000 - 840) + (4_000 - 360) + (5_000 - 540),
    "commission": 840 + 360 + 540,
    "shortfall": 0,
    "reversals": 1,
    "reversed": 4_460,
    "refunds": 1,
    "refunded": 5_000,
    "seller_net": 10_800,
    "platform_balance": 17_000 - 783 - 15_260 + 4_460 - 5_000,
    "ledger_ok": True,
}


def test_a_replay_counts_to_the_centavo_and_a_second_changes_nothing(folder) -> None:
    db = f"sqlite:///{folder}/shop.db"
    first = json.loads(call("replay", folder, "--db", db, "--json").stdout)
    assert {name: first[name] for name in EXPECTED} == EXPECTED
    assert first["paid_out"] + first["sellers_balance"] == first["seller_net"]
    in_memory = json.loads(call("replay", folder, "--json").stdout)
    again = json.loads(call("replay", folder, "--db", db, "--json").stdout)
    for each in (first, in_memory, again):
        each.pop("seconds")
    assert first == in_memory == again


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("orders", "2018-01-11 10:00:00", "yesterday", ("line 3", "order_purchase_timestamp")),
        ("order_payments", "50.0", "5O.0", ("line 4", "payment_value", "99.90")),
        ("order_payments", "boleto", "barter", ("line 4", "payment_type", "voucher")),
        ("order_items", "70.00", "70.001", ("line 2", "price")),
        ("order_items", "price", "cost", ("line 1", "price")),
        ("sellers", "s2,RJ", "s9,RJ", ("s2",)),
    ],
)
def test_a_row_that_cannot_be_read_stops_before_anything_is_written(
    folder, file, old, new, said
) -> None:
    path = folder / f"olist_{file}_dataset.csv"
    path.write_text(path.read_text().replace(old, new, 1))
    found = call("replay", folder, "--db", f"sqlite:///{folder}/shop.db", code=2)
    for word in (path.name, *said):
        assert word in found.stderr
    assert not (folder / "shop.db").exists()


def test_a_missing_file_is_named(tmp_path) -> None:
    found = call("replay", tmp_path, code=2)
    assert "olist_order_payments_dataset.csv" in found.stderr


def test_the_demo_ends_with_a_verified_ledger_and_is_seeded(tmp_path) -> None:
    words = ("demo", "--orders", 25, "--days", 5, "--json")
    first = json.loads(call(*words).stdout)
    assert first == json.loads(call(*words, "--db", f"sqlite:///{tmp_path}/d.db").stdout)
    assert first["ledger_ok"]
    assert sum(row["paid_out"] for row in first["sellers"]) > 0
    assert "Ledger:" in call("demo", "--orders", 5, "--days", 2).stdout


@pytest.fixture
def books(tmp_path):
    url = f"sqlite:///{tmp_path}/shop.db"
    with Connect(url, clock=VirtualClock()) as connect:
        charge = connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
    return url, charge


def test_the_books_can_be_looked_at(books) -> None:
    url, charge = books
    report = json.loads(call("ledger", "verify", "--db", url, "--json").stdout)
    assert (report["ok"], report["transfers"], report["flaw"]) == (True, 2, None)
    assert "intact" in call("ledger", "verify", "--db", url).stdout
    lines = json.loads(call("ledger", "trial-balance", "--db", url, "--json").stdout)
    assert sum(line["debits"] for line in lines) == sum(line["credits"] for line in lines)
    moves = call("ledger", "transfers", "--db", url, "--about", charge.id).stdout.splitlines()
    assert len(moves) == 2
    assert "processor:clearing:usd" in moves[0]


def test_broken_books_are_exit_code_1(books, tmp_path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("UPDATE cl_ledger_transfer SET amount = amount + 1")
    connection.close()
    found = call("ledger", "verify", "--db", books[0], code=1)
    assert "BROKEN: cl_ledger" in found.stdout


def test_looking_at_books_makes_no_world(books) -> None:
    found = call("ledger", "verify", "--db", books[0], "--platform", "typo", code=2)
    assert "there are: default" in found.stderr


def test_a_story_is_told_in_every_form(books) -> None:
    url, charge = books
    text = call("explain", charge.id, "--db", url).stdout
    assert text.startswith(f"{charge.id}  $10.00 charge · succeeded · 2 Nov")
    assert "you keep $9.41" in text.splitlines()[-1]
    assert call("explain", charge.id, "--db", url, "--format", "mermaid").stdout.startswith("flow")
    assert call("explain", charge.id, "--db", url, "--format", "svg").stdout.startswith("<svg")
    told = json.loads(call("explain", charge.id, "--db", url, "--json").stdout)
    assert [(step["from"], step["to"], step["amount"]) for step in told["steps"]] == [
        ("buyer", "platform", 1_000),
        ("platform", "processor", 59),
    ]
    assert "No such charge" in call("explain", "ch_none", "--db", url, code=2).stderr
    wrong = ("--account", "acct_none")
    assert "access" in call("explain", charge.id, "--db", url, *wrong, code=2).stderr


def test_doctor_and_migrate(empty_pg_url, tmp_path) -> None:
    assert "FAIL schema" in call("doctor", "--db", empty_pg_url, code=1).stdout
    assert "CREATE TABLE cl_charge" in call("migrate", "--db", empty_pg_url, "--sql").stdout
    assert (
        "the schema is at 0001 (it was at nothing)" in call("migrate", "--db", empty_pg_url).stdout
    )
    found = json.loads(call("doctor", "--db", empty_pg_url, "--json", code=1).stdout)
    (broken,) = [check for check in found if not check["ok"]]
    assert (broken["name"], broken["found"]) == ("fsync", "off")
    assert "FAIL database" in call("doctor", "--db", "postgresql://localhost:1/no", code=1).stdout
    assert call("doctor").stdout.startswith("ok   connectlib")


def test_without_a_database_it_says_so(monkeypatch) -> None:
    monkeypatch.delenv("CONNECTLIB_URL", raising=False)
    assert "CONNECTLIB_URL" in call("ledger", "verify", code=2).stderr


def test_an_empty_schema_is_exit_code_3(empty_pg_url) -> None:
    found = call("demo", "--db", empty_pg_url, code=3)
    assert "connectlib migrate" in found.stderr


@pytest.fixture
def settled(books, tmp_path):
    """(words of the command, its settlement file, the charge in it)."""
    url, charge = books
    file = tmp_path / "settled.csv"
    file.write_text(f"key,kind,amount,currency,created\n{charge.id},charge,1000,usd,2026-11-04\n")
    return (
        ("reconcile", "--db", url, "--since", "2026-11-02", "--until", "2026-11-03"),
        file,
        charge,
    )


def test_a_settlement_file_that_agrees_is_exit_code_0(settled) -> None:
    words, file, _ = settled
    found = call(*words, "--settlement", file)
    assert "compared with the settlement file" in found.stdout
    assert "matched 1 of $10.00\nok\n" in found.stdout
    assert "The processor's list is left out" in found.stderr
    assert "nothing was compared" in call(*words).stdout
    seconds = ("--since", "1793577600", "--until", "1793664000")
    report = json.loads(call(*words[:3], *seconds, "--settlement", file, "--json").stdout)
    assert (report["ok"], report["compared"]) == (True, ["settlement"])
    assert report["since"] == 1_793_577_600


def test_a_settlement_file_that_differs_is_exit_code_1(settled) -> None:
    words, file, charge = settled
    file.write_text(file.read_text().replace("1000", "999"))
    found = call(*words, "--settlement", file, code=1)
    said = f"amount differs: charge {charge.id}: ours $10.00 (succeeded), settlement $9.99"
    assert said in found.stdout
    report = json.loads(call(*words, "--settlement", file, "--json", code=1).stdout)
    assert [line["what"] for line in report["differences"]] == ["amount_differs"]


def test_a_sealed_database_is_looked_at_with_its_keys(tmp_path, monkeypatch) -> None:
    text = f"old:{b64encode(bytes(range(32))).decode()}"
    url = f"sqlite:///{tmp_path}/sealed.db"
    with Connect(url, clock=VirtualClock(), keys=text) as connect:
        connect.customers.create(name="Ada")
        connect.charges.create(amount=1000, currency="usd", source="tok_visa")
    refused = call("ledger", "verify", "--db", url, code=3)
    assert "keys" in refused.output
    monkeypatch.setenv("CONNECTLIB_KEYS", text)
    call("ledger", "verify", "--db", url)
