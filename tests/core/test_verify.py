"""Whatever is changed behind the engine's back, `verify` names it."""

from __future__ import annotations

import sqlite3

import pytest

from connectlib import Connect, VirtualClock


@pytest.fixture
def books(tmp_path):
    """A database with a life in it, and its path."""
    path = tmp_path / "shop.db"
    with Connect(f"sqlite:///{path}", clock=VirtualClock()) as connect:
        ada = connect.testing.account()
        for n in range(6):
            charge = connect.charges.create(
                amount=10_000 + n,
                currency="usd",
                source="tok_visa",
                transfer_data={"destination": ada.id},
                application_fee_amount=1_000,
            )
        connect.refunds.create(charge=charge.id, amount=500, reverse_transfer=True)
        connect.clock.advance(days=4)
        assert connect.ledger.verify().ok
    return path


def tampered(path, *statements: str):
    with sqlite3.connect(path) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount != 0, statement
    connection.close()
    with Connect(f"sqlite:///{path}", clock=VirtualClock()) as connect:
        return connect.ledger.verify()


TRANSFER, TXN, BATCH = "cl_ledger_transfer", "cl_ledger_transaction", "cl_ledger_batch"
LAST = "(SELECT max(txn) FROM cl_ledger_transfer)"
CASES = {
    "amount": (f"UPDATE {TRANSFER} SET amount = amount + 1 WHERE txn = 32 AND leg = 1", TRANSFER),
    "debit balance": (f"UPDATE {TRANSFER} SET d_balance = 7 WHERE txn = 32 AND leg = 1", TRANSFER),
    "credit balance": (f"UPDATE {TRANSFER} SET c_balance = 7 WHERE txn = 48 AND leg = 0", TRANSFER),
    "debit number": (f"UPDATE {TRANSFER} SET d_seq = 999 WHERE txn = 32 AND leg = 1", BATCH),
    "account": (f"UPDATE {TRANSFER} SET debit = 5 WHERE txn = 32 AND leg = 1", TRANSFER),
    "currency": (f"UPDATE {TRANSFER} SET currency = 'eur' WHERE txn = 32 AND leg = 1", TRANSFER),
    "deleted leg": (f"DELETE FROM {TRANSFER} WHERE txn = 32 AND leg = 1", TRANSFER),
    "deleted last": (f"DELETE FROM {TRANSFER} WHERE txn = {LAST}", TXN),
    "kind": (f"UPDATE {TXN} SET kind = 5 WHERE id = 48", "cl_ledger_batch"),
    "about": (f"UPDATE {TXN} SET ref = 'ch_other' WHERE id = 48", "cl_ledger_batch"),
    "moment": (f"UPDATE {TXN} SET created = created + 1 WHERE id = 48", "cl_ledger_batch"),
    "deleted transaction": (f"DELETE FROM {TXN} WHERE id = 48", TXN),
    "seal": ("UPDATE cl_ledger_batch SET hash = 'x' WHERE seq = 2", "cl_ledger_batch"),
    "deleted seal": ("DELETE FROM cl_ledger_batch WHERE seq = 2", TXN),
    "deleted last seal": (
        "DELETE FROM cl_ledger_batch WHERE seq = (SELECT max(seq) FROM cl_ledger_batch)",
        TXN,
    ),
    "head": ("UPDATE cl_ledger_lane SET seq = seq + 1", "cl_ledger_lane"),
    "head hash": ("UPDATE cl_ledger_lane SET hash = 'x'", "cl_ledger_lane"),
    "counter": (
        "UPDATE cl_ledger_account SET credits_posted = credits_posted + 1 WHERE purpose = 2",
        "cl_ledger_account",
    ),
    "version": (
        "UPDATE cl_ledger_account SET version = version + 1 WHERE purpose = 10",
        "cl_ledger_account",
    ),
    "owner": (
        "UPDATE cl_ledger_account SET owner = 'acct_x' WHERE purpose = 10",
        "cl_ledger_account",
    ),
    "day": ("UPDATE cl_ledger_account SET available_on = 5 WHERE purpose = 1", "cl_ledger_account"),
    "deleted account": ("DELETE FROM cl_ledger_account WHERE purpose = 10", TRANSFER),
    "balance transaction": (
        "UPDATE cl_balance_transaction SET amount = amount + 1 WHERE type = 'charge'",
        "cl_balance_transaction",
    ),
    "its fee": (
        "UPDATE cl_balance_transaction SET fee = fee + 1 WHERE type = 'charge'",
        "cl_balance_transaction",
    ),
    "its day": (
        "UPDATE cl_balance_transaction SET day = 0 WHERE type = 'charge'",
        "cl_balance_transaction",
    ),
    "deleted balance transaction": (
        "DELETE FROM cl_balance_transaction WHERE type = 'payout'",
        "cl_balance_transaction",
    ),
}


@pytest.mark.parametrize("name", list(CASES))
def test_tampering_is_named(books, name) -> None:
    statement, table = CASES[name]
    report = tampered(books, statement)
    assert not report.ok
    assert report.flaw.table == table, report.flaw


def test_swapped_rows_are_named(books) -> None:
    report = tampered(
        books,
        f"UPDATE {TRANSFER} SET txn = -1 WHERE txn = 16",
        f"UPDATE {TRANSFER} SET txn = 16 WHERE txn = 32",
        f"UPDATE {TRANSFER} SET txn = 32 WHERE txn = -1",
    )
    assert (report.flaw.table, report.flaw.key) == (BATCH, "(0, 1)")


def test_a_row_added_at_the_end_is_named(books) -> None:
    report = tampered(
        books,
        f"INSERT INTO {TXN} SELECT branch, id + 16, world, kind, ref, created FROM {TXN}"
        f" WHERE id = (SELECT max(id) FROM {TXN})",
    )
    assert report.flaw.table == TXN


def test_the_engine_itself_cannot_change_the_books(books) -> None:
    from connectlib.adapters.sql.dialects.sqlite import Sqlite

    connection = Sqlite(str(books)).connect()
    with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
        connection.execute(f"UPDATE {TRANSFER} SET amount = 1")
    connection.close()
