"""A schedule is made and released in the application's own transaction, or not at all."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from connectlib import Connect, VirtualClock, sqlite_engine


def test_delivered_and_released_in_one_commit(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    engine = sqlite_engine(url)
    with Connect(url, clock=VirtualClock()) as connect:
        account = connect.testing.account()
        charge = connect.charges.create(amount=10_000, currency="usd", source="tok_visa")
        words = {"amount": 6_000, "currency": "usd", "destination": account.id}
        with Session(engine) as session, session.begin(), connect.transaction(session):
            held = connect.transfer_schedules.create(source_transaction=charge.id, **words)
            done = connect.transfer_schedules.release(held.id)
        assert connect.transfer_schedules.retrieve(held.id) == done
        assert connect.balance.retrieve(account=account.id).pending["usd"] == 6_000
        other = connect.transfer_schedules.create(**{**words, "amount": 1})
        with pytest.raises(RuntimeError, match="stop"):
            _cancel_and_stop(connect, engine, other.id)
        assert connect.transfer_schedules.retrieve(other.id).status == "scheduled"
        assert connect.ledger.verify().ok
    engine.dispose()


def _cancel_and_stop(connect, engine, id_) -> None:
    with Session(engine) as session, session.begin(), connect.transaction(session):
        assert connect.transfer_schedules.cancel(id_).status == "canceled"
        raise RuntimeError("stop")
