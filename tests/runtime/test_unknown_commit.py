"""COMMIT raises: what a key guards is asked again and found; the rest is said to be unknown."""

from __future__ import annotations

import pytest

from connectlib import Connect, ConnectError, OutcomeUnknown
from connectlib.adapters.sql.dialects.sqlite import SqliteHand
from connectlib.ports.store import CommitUnknown, Contention
from tests.engines import engine

CHARGE = {"amount": 10_000, "currency": "usd", "source": "tok_visa"}


@pytest.fixture
def shop(tmp_path):
    of = engine(f"sqlite:///{tmp_path}/shop.db", cache=False)
    connect = Connect.over(of)
    connect.charges.create(**CHARGE)
    yield connect
    assert connect.ledger.verify().ok
    connect.close()


def failing(monkeypatch, where: list[str]) -> None:
    """The next COMMITs: `after` takes effect and raises, `before` raises and does not."""
    commit = SqliteHand.commit

    def staged(self: SqliteHand) -> None:
        what = where.pop(0) if where else "fine"
        if what == "after":
            commit(self)
            raise CommitUnknown("the line went dead")
        if what == "before":
            self._connection.execute("ROLLBACK")
            raise CommitUnknown("the line went dead")
        if what == "busy":
            self._connection.execute("ROLLBACK")
            raise Contention("busy")
        commit(self)

    monkeypatch.setattr(SqliteHand, "commit", staged)


@pytest.mark.parametrize("first", ["after", "before", "fine", "busy"])
@pytest.mark.parametrize("second", ["after", "before", "fine", "busy"])
def test_a_charge_with_a_key_is_made_once(shop, monkeypatch, first, second) -> None:
    failing(monkeypatch, [first, second])
    charge = shop.charges.create(**CHARGE, idempotency_key="order-1")
    assert charge.status == "succeeded"
    assert len(shop.charges.list().data) == 2
    assert shop.charges.create(**CHARGE, idempotency_key="order-1") == charge
    assert shop.balance.retrieve().pending["usd"] == 2 * 9_680


@pytest.mark.parametrize("where", ["after", "before"])
def test_a_transfer_with_a_key_is_made_once(shop, monkeypatch, where) -> None:
    account = shop.testing.account()
    source = shop.charges.list().data[0].id
    failing(monkeypatch, [where])
    shop.transfers.create(
        amount=100,
        currency="usd",
        destination=account.id,
        source_transaction=source,
        idempotency_key="t",
    )
    assert shop.balance.retrieve(account=account.id).pending["usd"] == 100


@pytest.mark.parametrize(("where", "there"), [("after", 2), ("before", 1)])
def test_without_a_key_the_outcome_is_unknown(shop, monkeypatch, where, there) -> None:
    failing(monkeypatch, [where])
    with pytest.raises(OutcomeUnknown) as caught:
        shop.charges.create(**CHARGE)
    assert "same idempotency key" in caught.value.hint
    assert len(shop.charges.list().data) == there


def test_the_others_of_a_batch_are_not_drawn_in(shop, monkeypatch) -> None:
    failing(monkeypatch, ["after"])
    results = shop.charges.create_many(
        [{**CHARGE, "idempotency_key": "a"}, {**CHARGE, "idempotency_key": "b"}]
    )
    assert [each.status for each in results] == ["succeeded", "succeeded"]
    assert len(shop.charges.list().data) == 3


def test_contention_without_end_is_one_typed_error(shop, monkeypatch) -> None:
    monkeypatch.setattr("connectlib.runtime.executor.PAUSE", 0.0001)
    failing(monkeypatch, ["busy"] * 100)
    with pytest.raises(ConnectError) as caught:
        shop.charges.create(**CHARGE, idempotency_key="x")
    assert caught.value.http_status == 429
    monkeypatch.undo()
    assert shop.charges.create(**CHARGE, idempotency_key="x").status == "succeeded"
