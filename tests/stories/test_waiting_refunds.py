"""Refunds that wait for funds: first in, first out, whatever their size."""

from __future__ import annotations

import pytest

from connectlib.ports.processor import Declined, News
from tests.currencies import BY_HAND, FREE, total


def emptied(connect, account, *, amount=10_000, keep=0, **extra):
    """A charge whose money the platform has passed on, but for a part."""
    charge = connect.charges.create(amount=amount, currency="usd", source="tok_visa", **extra)
    left = connect.charges.retrieve(charge.id)
    given = amount - keep if left.transfer is None else 0
    if given:
        connect.transfers.create(
            amount=given, currency="usd", destination=account.id, source_transaction=charge.id
        )
    return charge


def fund(connect, amount, **extra):
    words = {"currency": "usd", "source": "tok_visa", **extra}
    return connect.charges.create(amount=amount, **words)


def states(connect, *refunds):
    return [(r.status, r.pending_reason) for r in map(connect.refunds.retrieve, refunds)]


WAITS, DONE = ("pending", "insufficient_funds"), ("succeeded", None)


def test_a_small_refund_does_not_overtake(opened) -> None:
    connect, _ = opened(FREE)
    ada = connect.testing.account()
    charge = emptied(connect, ada, keep=500)
    big = connect.refunds.create(charge=charge.id, amount=5_000).id
    small = connect.refunds.create(charge=charge.id, amount=400).id
    assert states(connect, big, small) == [WAITS, WAITS]
    assert (total(connect, "usd"), connect.refunds.retrieve(small).balance_transaction) == (
        500,
        None,
    )
    fund(connect, 1_000)
    connect.run_due()
    assert states(connect, big, small) == [WAITS, WAITS]
    fund(connect, 3_500)
    connect.run_due()
    assert states(connect, big, small) == [DONE, WAITS]
    assert total(connect, "usd") == 0
    fund(connect, 400)
    connect.run_due()
    assert states(connect, big, small) == [DONE, DONE]
    assert total(connect, "usd") == 0
    at_once = fund(connect, 400)
    assert connect.refunds.create(charge=at_once.id).status == "succeeded"


def test_funds_for_both_pay_both_oldest_first(opened) -> None:
    connect, _ = opened(FREE)
    ada = connect.testing.account()
    one, two = emptied(connect, ada), emptied(connect, ada)
    ids = [connect.refunds.create(charge=each.id).id for each in (two, one)]
    fund(connect, 30_000)
    connect.run_due()
    assert states(connect, *ids) == [DONE, DONE]
    taken = connect.balance_transactions.list(type="refund").data
    assert [bt.source for bt in taken] == ids[::-1]
    assert total(connect, "usd") == 10_000


def test_each_refund_takes_back_its_own_share_when_its_turn_comes(opened) -> None:
    connect, _ = opened(FREE)
    ada = connect.testing.account(settings=BY_HAND)
    connect.charges.create(
        amount=10_000,
        currency="usd",
        source="tok_bypassPending",
        transfer_data={"destination": ada.id, "amount": 1_000},
    )
    charge = connect.charges.list().data[0]
    connect.payouts.create(amount=9_000, currency="usd")
    ids = [
        connect.refunds.create(charge=charge.id, amount=amount, reverse_transfer=True).id
        for amount in (6_000, 4_000)
    ]
    assert states(connect, *ids) == [WAITS, WAITS]
    assert connect.charges.retrieve(charge.id).amount_refunded == 10_000
    assert connect.transfers.retrieve(charge.transfer).amount_reversed == 0
    fund(connect, 5_400)
    connect.run_due()
    assert states(connect, *ids) == [DONE, WAITS]
    assert connect.transfers.retrieve(charge.transfer).amount_reversed == 600
    fund(connect, 3_600)
    connect.run_due()
    assert states(connect, *ids) == [DONE, DONE]
    reversed_ = connect.transfers.reversals.list(charge.transfer).data
    assert [(each.amount, each.source_refund) for each in reversed_] == [
        (400, ids[1]),
        (600, ids[0]),
    ]
    assert (total(connect, "usd"), total(connect, "usd", ada.id)) == (0, 0)


def test_what_waits_is_tried_every_day_too(opened) -> None:
    connect, _ = opened(FREE)
    ada = connect.testing.account(settings=BY_HAND)
    charge = emptied(connect, ada)
    refund = connect.refunds.create(charge=charge.id).id
    (transfer,) = connect.transfers.list().data
    connect.transfers.reversals.create(transfer.id)
    connect.clock.advance(days=1)
    assert states(connect, refund) == [DONE]


def test_currencies_wait_apart_but_go_by_what_pays(opened) -> None:
    connect, _ = opened(FREE)
    ada = connect.testing.account(settings=BY_HAND)
    emptied(connect, ada, amount=100)
    euro = connect.charges.create(amount=10_000, currency="eur", source="tok_visa")
    pound = connect.charges.create(amount=10_000, currency="gbp", source="tok_visa")
    for charge in (euro, pound):
        settled = connect.balance_transactions.retrieve(charge.balance_transaction).amount
        connect.transfers.create(
            amount=settled, currency="usd", destination=ada.id, source_transaction=charge.id
        )
    big = connect.refunds.create(charge=euro.id).id
    small = connect.refunds.create(charge=pound.id, amount=100).id
    assert states(connect, big, small) == [WAITS, WAITS]
    fund(connect, 1_000)
    connect.run_due()
    assert states(connect, big, small) == [WAITS, WAITS]
    fund(connect, 12_000)
    connect.run_due()
    assert states(connect, big, small) == [DONE, DONE]


def test_the_refunds_of_two_accounts_do_not_wait_for_each_other(opened) -> None:
    connect, _ = opened(FREE)
    ada, bia = connect.testing.account(), connect.testing.account()
    waiting = []
    for account in (ada, bia):
        words = {"amount": 1_000, "currency": "usd", "source": "tok_bypassPending"}
        charge = connect.charges.create(**words, account=account.id)
        connect.payouts.create(amount=1_000, currency="usd", account=account.id)
        waiting.append(connect.refunds.create(charge=charge.id, account=account.id).id)
    connect.transfers.create(
        amount=1_000,
        currency="usd",
        destination=bia.id,
        source_transaction=fund(connect, 1_000).id,
    )
    connect.run_due()
    found = [
        connect.refunds.retrieve(id_, account=account.id)
        for id_, account in zip(waiting, (ada, bia), strict=True)
    ]
    assert [r.status for r in found] == ["pending", "succeeded"]


@pytest.mark.parametrize("funded", [False, True])
def test_a_charge_that_the_bank_takes_back_is_not_refunded_too(opened, funded) -> None:
    connect, _ = opened(FREE)
    ada = connect.testing.account(settings=BY_HAND)
    charge = emptied(connect, ada)
    refund = connect.refunds.create(charge=charge.id, amount=4_000).id
    news = News("evt_1", charge.id, Declined("debit_not_authorized", "No."), 10_000, "usd")
    assert connect.callbacks.hear([news])[0].outcome == "moved"
    assert total(connect, "usd") == -10_000
    if funded:
        fund(connect, 50_000)
    connect.clock.advance(days=2)
    found = connect.refunds.retrieve(refund)
    assert (found.status, found.balance_transaction) == ("failed", None)
    assert connect.charges.retrieve(charge.id).amount_refunded == 0
    again = fund(connect, 60_000)
    assert connect.refunds.create(charge=again.id, amount=1).status == "succeeded"
