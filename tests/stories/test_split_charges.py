"""One charge that pays many accounts: in its own commit, all of them or none."""

from __future__ import annotations

import pytest

from connectlib import CardError, InvalidRequestError

CART = {"amount": 10_000, "currency": "usd", "source": "tok_visa"}


def got(connect, *accounts):
    return [connect.balance.retrieve(account=one).pending["usd"] for one in accounts]


@pytest.mark.parametrize(
    ("remainder", "shares", "platform"),
    [
        ("platform", [3_333, 3_333], 3_334),
        ("first", [6_667, 3_333], 0),
        ("last", [3_333, 6_667], 0),
        ("largest", [6_667, 3_333], 0),
    ],
)
def test_percents_are_rounded_down_and_the_rest_has_a_rule(
    connect, remainder, shares, platform
) -> None:
    ada, bob = connect.testing.account(), connect.testing.account()
    splits = [{"destination": one, "percent": "33.335"} for one in (ada, bob)]
    charge = connect.charges.create(**CART, splits=splits, split_remainder=remainder)
    assert got(connect, ada, bob) == shares
    assert connect.balance.retrieve().pending["usd"] == platform - 320
    made = connect.transfers.list(limit=10).data
    assert [one.source_transaction for one in made] == [charge.id, charge.id]
    assert connect.ledger.verify().ok


def test_nobody_is_paid_where_one_cannot_be(connect) -> None:
    ada = connect.testing.account()
    new = connect.accounts.create(country="US", capabilities=["transfers"])
    splits = [{"destination": ada, "amount": 5_000}, {"destination": new, "amount": 1_000}]
    with pytest.raises(InvalidRequestError) as caught:
        connect.charges.create(**CART, splits=splits)
    assert caught.value.code == "insufficient_capabilities_for_transfer"
    assert connect.charges.list().data == []
    with pytest.raises(CardError):
        connect.charges.create(
            **{**CART, "source": "tok_chargeDeclined"}, splits=[{"destination": ada, "amount": 1}]
        )
    assert connect.transfers.list().data == []
    assert got(connect, ada) == [0]


def test_what_is_captured_in_part_is_shared_in_proportion(connect) -> None:
    ada, bob = connect.testing.account(), connect.testing.account()
    splits = [{"destination": ada, "percent": "60"}, {"destination": bob, "amount": 2_500}]
    held = connect.charges.create(**CART, splits=splits, capture=False)
    assert got(connect, ada, bob) == [0, 0]
    connect.charges.capture(held, amount=3_333)
    # 85 % of 33.33 is 28.33 rounded down; 6000 : 2500 of it, the unit left over to the largest rest
    assert got(connect, ada, bob) == [2_000, 833]
    connect.refunds.create(charge=held)
    for one in connect.transfers.list().data:
        connect.transfers.reversals.create(one)
    assert got(connect, ada, bob) == [0, 0]
    assert connect.ledger.verify().ok
