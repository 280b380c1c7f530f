"""Business time never goes back, and a payout contains what it pays, whatever clocks say."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from connectlib import ConfigurationError, Connect, RetryTransaction, VirtualClock
from connectlib.core.rows import PayoutItem
from tests.engines import HandClock, engine

DAY, MINUTE = 86_400_000_000, 60_000_000
NOW = VirtualClock().now()
SALE = {"amount": 1_000, "currency": "usd", "source": "tok_bypassPending"}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("pg_url")
    return f"sqlite:///{tmp_path}/shop.db"


def contents(of, payout) -> int:
    """What a payout contains, in minor units: the sum of its parts."""
    from connectlib.adapters.sql import schema
    from connectlib.adapters.sql import tables as t

    url = of.store.dialect.where.replace("***", "")
    items = t.TABLES[PayoutItem]
    query = sa.select(sa.func.sum(items.c.amount)).where(items.c.payout == payout.id)
    with schema.engine_of(url).connect() as connection:
        return int(connection.execute(query).scalar() or 0)


def test_a_process_that_is_behind_is_set_forward_by_its_next_commit(url) -> None:
    one, other = engine(url), engine(url, seed=2)
    ahead, behind = Connect.over(one), Connect.over(other)
    ahead.charges.create(**SALE)
    ahead.clock.advance(days=3)
    paid = ahead.payouts.create(amount=970 - 29, currency="usd")
    assert behind.clock.now() < ahead.clock.now()
    made = behind.charges.create(**SALE)
    assert behind.clock.now() == ahead.clock.now()
    assert made.created == ahead.charges.retrieve(made).created >= paid.created
    again = ahead.payouts.create(amount=941, currency="usd")
    assert contents(one, again) == 941
    behind.clock.advance(days=2)
    assert ahead.payouts.retrieve(again).status in {"pending", "in_transit", "paid"}
    ahead.charges.create(**SALE)
    assert ahead.clock.now() == behind.clock.now()
    assert ahead.ledger.verify().ok
    ahead.close()
    behind.close()


def test_a_joined_transaction_that_is_behind_is_to_be_repeated(url) -> None:
    from connectlib.adapters.sql import schema
    from connectlib.runtime.joined import strict

    ahead, behind = Connect.over(engine(url)), Connect.over(engine(url, seed=2))
    ahead.clock.advance(days=1)
    ahead.charges.create(**SALE)
    outside = schema.engine_of(url)
    if url.startswith("sqlite"):
        strict(outside)
    with pytest.raises(RetryTransaction), outside.begin() as connection:
        with behind.transaction(connection):
            behind.charges.create(**SALE)
    with outside.begin() as connection, behind.transaction(connection):
        behind.charges.create(**SALE)
    assert behind.clock.now() == ahead.clock.now()
    assert len(ahead.charges.list().data) == 2
    ahead.close()
    behind.close()


def test_two_engines_over_one_memory_share_its_time() -> None:
    one = engine()
    other = engine(None, seed=2, store=one.store)
    ahead, behind = Connect.over(one), Connect.over(other)
    ahead.clock.advance(days=3)
    ahead.charges.create(**SALE)
    behind.charges.create(**SALE)
    assert behind.clock.now() == ahead.clock.now()


@pytest.mark.parametrize("late", [3 * DAY, 5 * MINUTE])
def test_real_clocks_apart_lose_nothing_of_a_payout(url, late) -> None:
    slow, fast = HandClock(NOW), HandClock(NOW + late)
    one, other = engine(url, clock=fast), engine(url, seed=2, clock=slow)
    ahead, behind = Connect.over(one), Connect.over(other)
    ahead.charges.create(**SALE)
    ahead.payouts.create(amount=941, currency="usd")
    behind.charges.create(**SALE)  # available since before the payout, by its own clock
    second = ahead.payouts.create(amount=941, currency="usd")
    assert contents(one, second) == 941
    behind.charges.create(**SALE)
    behind.charges.create(**SALE)
    third = ahead.payouts.create(amount=1_000, currency="usd")
    assert contents(one, third) == 1_000
    assert ahead.ledger.verify().ok
    ahead.close()
    behind.close()


def test_money_that_another_process_has_let_mature_is_found(url) -> None:
    midnight = NOW // DAY * DAY + 2 * DAY
    slow, fast = HandClock(NOW), HandClock(NOW)
    one, other = engine(url, clock=fast), engine(url, seed=2, clock=slow)
    ahead, behind = Connect.over(one), Connect.over(other)
    ahead.charges.create(**{**SALE, "source": "tok_visa"})
    fast.at, slow.at = midnight + MINUTE, midnight - MINUTE
    ahead.run_due()
    assert behind.balance.retrieve().available["usd"] == 941
    payout = behind.payouts.create(amount=941, currency="usd")
    assert contents(other, payout) == 941
    ahead.close()
    behind.close()


def test_a_real_clock_behind_its_world_is_refused(url) -> None:
    with Connect(url, clock=VirtualClock()) as connect:
        connect.clock.advance(days=400)
        stood = connect.clock.now()
    with pytest.raises(ConfigurationError, match="never goes back") as caught:
        Connect(url, clock=HandClock(NOW + 399 * DAY))
    assert "VirtualClock" in caught.value.hint
    Connect(url, clock=HandClock(NOW + 400 * DAY - MINUTE)).close()
    Connect(url, clock=HandClock(NOW + 401 * DAY)).close()
    with Connect(url, clock=VirtualClock()) as connect:
        assert connect.clock.now() == stood
