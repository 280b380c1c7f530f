"""The application's own transaction: one commit for its rows and ours, or none."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from connectlib import (
    AsyncConnect,
    Connect,
    ConnectError,
    RetryTransaction,
    TransactionError,
    VirtualClock,
    sqlite_engine,
)

MAKE = sa.text("CREATE TABLE orders (id BIGINT PRIMARY KEY)")
ADD = sa.text("INSERT INTO orders VALUES (:id)")
COUNT = sa.text("SELECT count(*) FROM orders")
CHARGE = {"amount": 10_000, "currency": "usd", "source": "tok_visa"}


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request, tmp_path):
    """(client, engine of the application) on one database."""
    if request.param == "postgresql":
        url = request.getfixturevalue("pg_url")
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    else:
        url = f"sqlite:///{tmp_path}/shop.db"
        engine = sqlite_engine(url)
    with Connect(url, clock=VirtualClock()) as connect:
        with engine.begin() as connection:
            connection.execute(MAKE)
        yield connect, engine
        assert connect.ledger.verify().ok
    engine.dispose()


def orders(engine) -> int:
    with engine.begin() as connection:
        return connection.execute(COUNT).scalar()


def test_a_quote_made_inside_goes_with_the_transaction(shop) -> None:
    connect, engine = shop
    words = {"to_currency": "usd", "from_currencies": ["eur"], "lock_duration": "hour"}
    with engine.connect() as connection, connection.begin() as begun:
        with connect.transaction(connection):
            lost = connect.fx_quotes.create(**words)
            assert connect.fx_quotes.retrieve(lost.id) == lost
        begun.rollback()
    with engine.begin() as connection, connect.transaction(connection):
        kept = connect.fx_quotes.create(**words)
    assert connect.fx_quotes.retrieve(kept.id).rates.eur.exchange_rate == 1.1
    assert [each.id for each in connect.fx_quotes.list()] == [kept.id]


def test_a_charge_inside_is_an_intent_until_the_pump(shop) -> None:
    connect, engine = shop
    with Session(engine) as session, session.begin(), connect.transaction(session):
        session.execute(ADD, {"id": 1})
        charge = connect.charges.create(**CHARGE, idempotency_key="order-1")
        assert charge.status == "pending"
        assert connect.charges.retrieve(charge.id).status == "pending"
    assert orders(engine) == 1
    assert connect.charges.create(**CHARGE, idempotency_key="order-1") == charge
    assert connect.run_due() == 1
    assert connect.charges.retrieve(charge.id).status == "succeeded"
    assert connect.balance.retrieve().pending["usd"] == 9_680


def test_a_rollback_takes_everything_back(shop) -> None:
    connect, engine = shop
    account = connect.testing.account()
    charge = connect.charges.create(**CHARGE)
    before = connect.events.list(limit=100).to_dict()
    with pytest.raises(RuntimeError, match="change of mind"):
        with engine.begin() as connection, connect.transaction(connection):
            connection.execute(ADD, {"id": 1})
            connect.transfers.create(
                amount=100,
                currency="usd",
                destination=account.id,
                source_transaction=charge.id,
                idempotency_key="t",
            )
            raise RuntimeError("change of mind")
    assert orders(engine) == 0
    assert connect.events.list(limit=100).to_dict() == before
    assert connect.charges.retrieve(charge.id) == charge


def test_money_between_balances_is_final_with_the_commit(shop) -> None:
    connect, engine = shop
    account = connect.testing.account()
    charge = connect.charges.create(**CHARGE)
    connect.charges.retrieve(charge.id)
    with engine.begin() as connection, connect.transaction(connection):
        connection.execute(ADD, {"id": 1})
        connect.transfers.create(
            amount=100, currency="usd", destination=account.id, source_transaction=charge.id
        )
        assert connect.balance.retrieve(account=account.id).pending["usd"] == 100
    assert connect.balance.retrieve(account=account.id).pending["usd"] == 100
    refund_first = {"charge": charge.id, "amount": 40}
    with engine.begin() as connection, connect.transaction(connection):
        refund = connect.refunds.create(**refund_first)
        assert refund.status == "pending"
    assert connect.charges.retrieve(charge.id).amount_refunded == 40
    connect.run_due()
    assert connect.refunds.retrieve(refund.id).status == "succeeded"


def test_a_refusal_inside_leaves_the_rest_alone(shop) -> None:
    connect, engine = shop
    with engine.begin() as connection, connect.transaction(connection):
        connection.execute(ADD, {"id": 1})
        with pytest.raises(ConnectError):
            connect.payouts.create(amount=1, currency="usd")
        connect.charges.create(**CHARGE)
    assert orders(engine) == 1
    assert len(connect.charges.list().data) == 1


def test_two_transactions_with_one_key_do_not_both_win(shop) -> None:
    connect, engine = shop
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: the second waits for the first")
    first, second = engine.connect(), engine.connect()
    second.execute(sa.text("SET lock_timeout = '300ms'"))
    second.commit()
    first.begin()
    second.begin()
    with connect.transaction(first):
        connect.charges.create(**CHARGE, idempotency_key="one")
    with pytest.raises(RetryTransaction), connect.transaction(second):
        connect.charges.create(**CHARGE, idempotency_key="one")
    second.rollback()
    first.commit()
    first.close()
    second.close()
    assert len(connect.charges.list().data) == 1


def test_blocks_do_not_nest(shop) -> None:
    connect, engine = shop
    with engine.begin() as connection, connect.transaction(connection):
        with pytest.raises(TransactionError, match="do not nest"):
            with connect.transaction(connection):
                pass


def test_what_cannot_be_joined_says_why(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    connect = Connect(url)
    plain = sa.create_engine(url)
    with plain.begin() as connection, pytest.raises(TransactionError, match="sqlite_engine"):
        with connect.transaction(connection):
            pass
    other = sqlite_engine(f"sqlite:///{tmp_path}/other.db")
    with other.begin() as connection, pytest.raises(ConnectError):
        with connect.transaction(connection):
            pass
    with pytest.raises(TransactionError, match="Session"), connect.transaction("session"):
        pass
    with (
        pytest.raises(TransactionError, match="memory"),
        Connect().transaction(sqlite_engine(url).connect()),
    ):
        pass
    connect.close()


def test_the_awaiting_client_joins_an_async_session(pg_url) -> None:
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

    async def main() -> None:
        engine = create_async_engine(pg_url.replace("postgresql:", "postgresql+psycopg:"))
        async with AsyncConnect(pg_url, clock=VirtualClock()) as connect:
            account = await connect.testing.account()
            async with engine.begin() as connection:
                await connection.execute(MAKE)
            async with AsyncSession(engine) as session, session.begin():
                async with connect.transaction(session):
                    await session.execute(ADD, {"id": 1})
                    charge = await connect.charges.create(
                        **CHARGE, transfer_data={"destination": account.id}
                    )
                    assert charge.status == "pending"
            assert await connect.run_due() == 1
            found = await connect.charges.retrieve(charge.id)
            assert found.status == "succeeded"
            assert (await connect.ledger.verify()).ok
        await engine.dispose()

    asyncio.run(main())
