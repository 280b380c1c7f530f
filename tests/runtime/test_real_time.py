"""Where time is real nobody moves the clock: funds mature before a request of a new day."""

from __future__ import annotations

import pytest

from connectlib import Connect, VirtualClock
from tests.engines import HandClock, engine
from tests.servers import Postgres

DAY = 86_400 * 1_000_000


def real(url: str | None, clock: HandClock) -> Connect:
    return Connect.over(engine(url, clock=clock))


def test_funds_mature_without_a_worker(tmp_path) -> None:
    clock = HandClock(VirtualClock().now())
    with real(f"sqlite:///{tmp_path}/shop.db", clock) as connect:
        assert not connect.clock.is_virtual
        account = connect.testing.account()
        charge = connect.charges.create(amount=10_000, currency="usd", source="tok_visa")
        clock.at += 3 * DAY
        connect.transfers.create(
            amount=5_000, currency="usd", destination=account.id, source_transaction=charge.id
        )
        connect.transfers.create(amount=100, currency="usd", destination=account.id)
        assert connect.balance.retrieve().available["usd"] == 9_680 - 5_100
        assert connect.payouts.list(account=account.id).data == []
        assert connect.run_due() == 0
        assert connect.ledger.verify().ok


def test_the_worker_pays_out(tmp_path) -> None:
    clock = HandClock(VirtualClock().now())
    with real(None, clock) as connect:
        account = connect.testing.account()
        connect.charges.create(
            amount=10_000,
            currency="usd",
            source="tok_visa",
            transfer_data={"destination": account.id},
        )
        for _ in range(5):
            clock.at += DAY
            connect.run_due()
        (payout,) = connect.payouts.list(account=account.id).data
        assert (payout.amount, payout.status) == (10_000, "paid")


def test_a_server_that_restarts_is_met_again(durable_postgres: Postgres) -> None:
    from connectlib.adapters.sql.schema import upgrade

    url = durable_postgres.create("restarted")
    upgrade(url)
    with Connect(url, clock=VirtualClock(), cache=False) as connect:
        charge = connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
        durable_postgres.kill()
        durable_postgres.restart()
        assert connect.charges.retrieve(charge.id) == charge
        again = connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
        assert again.status == "succeeded"
        assert connect.ledger.verify().ok


def test_a_rollback_leaves_prepared_statements_alone(pg_url: str) -> None:
    """The driver makes the server forget them after a ROLLBACK of its own."""
    of = engine(pg_url, cache=False)
    connect = Connect.over(of)
    account = connect.testing.account()
    for _ in range(7):  # often enough that the driver has prepared statements too
        connect.payouts.list(account=account.id)
        connect.charges.create(amount=1_000, currency="usd", source="tok_bypassPending")
        connect.payouts.create(amount=100, currency="usd")
        connect.run_due()
    for _ in range(3):
        with pytest.raises(RuntimeError, match="stop"), of.store.transaction(0) as tx:
            tx.gather(of.executors[0].scene(), [])
            raise RuntimeError("stop")
        again = connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
        assert again.status == "succeeded"
    assert connect.ledger.verify().ok
    connect.close()
