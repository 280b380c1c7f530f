"""Sealed data inside the application's own transaction: with its rows, or not at all."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from connectlib import Connect, LocalKeys, TransactionError, VirtualClock, sqlite_engine

KEYS = LocalKeys(bytes(range(32)))
ADA = {"name": "Ada", "email": "ada@example.com"}


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request, tmp_path):
    if request.param == "postgresql":
        url = request.getfixturevalue("pg_url")
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    else:
        url = f"sqlite:///{tmp_path}/shop.db"
        engine = sqlite_engine(url)
    with Connect(url, clock=VirtualClock(), keys=KEYS) as connect:
        yield connect, engine
    engine.dispose()


def test_what_is_rolled_back_leaves_neither_customer_nor_key(shop) -> None:
    connect, engine = shop
    before = connect.keys.status()
    with engine.connect() as connection, connection.begin() as transaction:
        with connect.transaction(connection):
            made = connect.customers.create(**ADA)
            assert connect.customers.retrieve(made.id).name == "Ada"
            assert connect.customers.list(email=ADA["email"]).data[0].id == made.id
        transaction.rollback()
    assert not connect.customers.list().data
    assert connect.keys.status() == before


def test_what_is_committed_is_sealed_and_erased_with_the_applications_rows(shop) -> None:
    connect, engine = shop
    with engine.begin() as connection, connect.transaction(connection):
        made = connect.customers.create(**ADA)
        with pytest.raises(TransactionError):
            connect.privacy.scrub()
    assert connect.customers.retrieve(made.id).email == ADA["email"]
    with engine.connect() as connection, connection.begin() as transaction:
        with connect.transaction(connection):
            connect.privacy.erase(made.id)
            assert connect.customers.retrieve(made.id).name is None
        transaction.rollback()
    assert connect.customers.retrieve(made.id).name == "Ada"
    with engine.begin() as connection, connect.transaction(connection):
        connect.privacy.erase(made.id)
    assert connect.customers.retrieve(made.id).name is None
