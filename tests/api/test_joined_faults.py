"""Joined transactions when something goes wrong: savepoints, tasks at once, wrong databases."""

from __future__ import annotations

import asyncio
import shutil

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
    with Connect(url, clock=VirtualClock(), cache=False) as connect:
        yield connect, engine
        assert connect.ledger.verify().ok
    engine.dispose()


def funded(connect):
    """(an account, a charge whose funds it may get)."""
    return connect.testing.account(), connect.charges.create(**CHARGE)


def send(connect, account, charge, amount=100):
    return connect.transfers.create(
        amount=amount, currency="usd", destination=account.id, source_transaction=charge.id
    )


def test_a_savepoint_of_the_session_takes_back_what_was_done_in_it(shop) -> None:
    connect, engine = shop
    account, charge = funded(connect)
    with Session(engine) as session, session.begin(), connect.transaction(session):
        kept = send(connect, account, charge, 1)
        with pytest.raises(RuntimeError, match="change of mind"):
            with session.begin_nested():
                send(connect, account, charge, 20)
                with session.begin_nested():
                    send(connect, account, charge, 300)
                raise RuntimeError("change of mind")
        with session.begin_nested():
            also = send(connect, account, charge, 4_000)
    assert [each.id for each in connect.transfers.list()] == [also.id, kept.id]
    assert connect.balance.retrieve(account=account.id).pending["usd"] == 4_001


def test_a_savepoint_of_a_connection_does_too(shop) -> None:
    connect, engine = shop
    account, charge = funded(connect)
    with engine.begin() as connection, connect.transaction(connection):
        with pytest.raises(RuntimeError, match="change of mind"):
            with connection.begin_nested():
                send(connect, account, charge)
                raise RuntimeError("change of mind")
    assert connect.transfers.list().data == []


def test_a_session_that_has_ended_its_transaction_is_refused(shop) -> None:
    connect, engine = shop
    account, charge = funded(connect)
    with Session(engine) as session:
        session.begin()
        with connect.transaction(session):
            session.commit()
            with pytest.raises(TransactionError, match="has ended"):
                send(connect, account, charge)
    assert connect.transfers.list().data == []


def test_tasks_at_once_in_one_transaction_take_turns(pg_url) -> None:
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

    async def main() -> None:
        engine = create_async_engine(pg_url.replace("postgresql:", "postgresql+psycopg:"))
        async with AsyncConnect(pg_url, clock=VirtualClock()) as connect:
            account = await connect.testing.account()
            charge = await connect.charges.create(**CHARGE)

            def one():
                return connect.transfers.create(
                    amount=7, currency="usd", destination=account.id, source_transaction=charge.id
                )

            async with AsyncSession(engine) as session, session.begin():
                async with connect.transaction(session):
                    made = await asyncio.gather(*(one() for _ in range(8)))
                    with pytest.raises(RuntimeError, match="change of mind"):
                        async with session.begin_nested():
                            await one()
                            raise RuntimeError("change of mind")
            assert len({each.id for each in made}) == 8
            balance = await connect.balance.retrieve(account=account.id)
            assert balance.pending["usd"] == 56
            assert (await connect.ledger.verify()).ok
        await engine.dispose()

    asyncio.run(main())


def test_a_call_that_fails_leaves_nothing_and_breaks_the_block_until_a_rollback(shop) -> None:
    connect, engine = shop
    account, charge = funded(connect)

    def fail(_connection, statement, *_words) -> None:
        if getattr(getattr(statement, "table", None), "name", "") == "cl_event":
            raise sa.exc.OperationalError("INSERT", {}, Exception("disk I/O error"))

    with engine.begin() as connection, connect.transaction(connection):
        kept = send(connect, account, charge, 1)
        inner = connection.begin_nested()
        sa.event.listen(connection, "before_execute", fail)
        with pytest.raises(ConnectError):
            send(connect, account, charge, 20)
        sa.event.remove(connection, "before_execute", fail)
        with pytest.raises(RetryTransaction, match="earlier call"):
            send(connect, account, charge, 300)
        inner.rollback()
        also = send(connect, account, charge, 4_000)
    assert [each.id for each in connect.transfers.list()] == [also.id, kept.id]
    assert connect.balance.retrieve(account=account.id).pending["usd"] == 4_001


def test_a_session_of_the_other_colour_is_refused(pg_url) -> None:
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

    engine = create_async_engine(pg_url.replace("postgresql:", "postgresql+psycopg:"))

    async def main() -> None:
        async with AsyncConnect(pg_url, clock=VirtualClock()) as connect:
            for given, said in (
                (Session(engine.sync_engine), "Session"),
                (engine.connect(), "no transaction is open"),
            ):
                with pytest.raises(TransactionError, match=said):
                    async with connect.transaction(given):
                        pass
        await engine.dispose()

    with Connect(pg_url, clock=VirtualClock()) as connect:
        with pytest.raises(TransactionError, match="AsyncSession is no"):
            with connect.transaction(AsyncSession(engine)):
                pass
    asyncio.run(main())


def test_autocommit_is_no_transaction(pg_url) -> None:
    engine = sa.create_engine(
        pg_url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
    )
    with Connect(pg_url, clock=VirtualClock()) as connect:
        with engine.begin() as connection, pytest.raises(TransactionError, match="AUTOCOMMIT"):
            with connect.transaction(connection):
                pass
    engine.dispose()


def test_what_runs_outside_is_refused_inside_at_once(shop) -> None:
    connect, engine = shop
    with engine.begin() as connection, connect.transaction(connection):
        with pytest.raises(TransactionError, match=r"run_due.*inside"):
            connect.run_due()
        with pytest.raises(TransactionError, match="inside"):
            connect.clock.advance(days=1)


def test_a_copy_of_the_database_is_not_the_database(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    with Connect(url, clock=VirtualClock()) as connect:
        connect.charges.create(**CHARGE)
    shutil.copy(tmp_path / "shop.db", tmp_path / "copy.db")
    copy = sqlite_engine(f"sqlite:///{tmp_path}/copy.db")
    same = sqlite_engine(f"sqlite:///{tmp_path}/../{tmp_path.name}/shop.db")
    with Connect(url, clock=VirtualClock()) as connect:
        with copy.begin() as connection, pytest.raises(TransactionError) as caught:
            with connect.transaction(connection):
                pass
        assert "copy.db" in str(caught.value)
        assert "shop.db" in str(caught.value)
        with same.begin() as connection, connect.transaction(connection):
            connect.charges.create(**CHARGE)


def test_a_copy_on_a_server_is_not_the_database(postgres, pg_url) -> None:
    with Connect(pg_url, clock=VirtualClock()) as connect:
        connect.charges.create(**CHARGE)
    copied = postgres.create("copied", template=pg_url.rpartition("/")[2].partition("?")[0])
    engine = sa.create_engine(copied.replace("postgresql:", "postgresql+psycopg:"))
    with Connect(pg_url, clock=VirtualClock()) as connect:
        with engine.begin() as connection, pytest.raises(TransactionError, match="copied"):
            with connect.transaction(connection):
                pass
    engine.dispose()


def test_a_task_that_outlives_its_block_is_refused_once_and_then_outside(pg_url) -> None:
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

    async def main() -> None:
        engine = create_async_engine(pg_url.replace("postgresql:", "postgresql+psycopg:"))
        async with AsyncConnect(pg_url, clock=VirtualClock()) as connect:
            ended = asyncio.Event()

            async def worker() -> str:
                await ended.wait()
                with pytest.raises(TransactionError, match="start it outside"):
                    await connect.charges.create(**CHARGE)
                return (await connect.charges.create(**CHARGE)).status

            async with AsyncSession(engine) as session, session.begin():
                async with connect.transaction(session):
                    task = asyncio.create_task(worker())
                    await asyncio.sleep(0)
            ended.set()
            assert await task == "succeeded"
            assert len((await connect.charges.list()).data) == 1
        await engine.dispose()

    asyncio.run(main())
