"""Rows of the ledger are only added: the library's role needs no right to change them."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest

from connectlib import Connect, VirtualClock
from tests.engines import engine

LEDGER = "cl_ledger_transaction, cl_ledger_transfer, cl_ledger_batch"


def test_a_role_that_may_not_change_the_ledger_can_do_everything(pg_url) -> None:
    with psycopg.connect(pg_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS shop")
        connection.execute("CREATE ROLE shop LOGIN")
        connection.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO shop")
        connection.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {LEDGER} FROM shop")
    url = pg_url.replace("postgres@", "shop@")
    assert url != pg_url
    with Connect(url, clock=VirtualClock()) as connect:
        ada = connect.testing.account()
        charge = connect.charges.create(
            amount=10_000,
            currency="usd",
            source="tok_visa",
            transfer_data={"destination": ada},
            application_fee_amount=100,
        )
        connect.refunds.create(
            charge=charge, amount=500, reverse_transfer=True, refund_application_fee=True
        )
        connect.clock.advance(days=7)
        assert connect.payouts.list(account=ada)[0].status == "paid"
        assert connect.ledger.verify().ok
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE cl_ledger_transfer SET amount = 1")
    with psycopg.connect(pg_url, autocommit=True) as connection:
        connection.execute("DROP OWNED BY shop")
        connection.execute("DROP ROLE shop")


@pytest.mark.parametrize(
    "verb", ["UPDATE cl_ledger_transfer SET amount = 1", "DELETE FROM cl_ledger_batch"]
)
def test_on_sqlite_our_own_connections_refuse_it(tmp_path, verb) -> None:
    of = engine(f"sqlite:///{tmp_path}/shop.db")
    with of.store._writers.lend() as connection:
        with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
            connection.execute(verb)
    of.close()
