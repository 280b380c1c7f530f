"""Payments in several currencies, in the public API, to the minor unit: who gets what.

After every story `tests.currencies.explain` ties public objects to the books.
"""

from __future__ import annotations

import pytest

from connectlib.core.fee_policies import FeePolicy
from tests.currencies import BY_HAND, RETURNING, bt_of, fx, last, refused, total


def test_the_worked_example_of_a_destination_charge_across_currencies(opened) -> None:
    connect, rates = opened(RETURNING)
    ada = connect.testing.account(country="CA")
    rates.set("usd", {"cad": "1.35576"})
    connect.charges.create(amount=10_000, currency="cad", source="tok_visa", on_behalf_of=ada.id)
    before = total(connect, "cad")
    charge = connect.charges.create(
        amount=1_000,
        currency="usd",
        source="tok_visa",
        on_behalf_of=ada.id,
        transfer_data={"destination": ada.id},
        application_fee_amount=30,
    )
    assert bt_of(connect, charge) == (1_356, "cad", 69, 1.35576)
    transfer = connect.transfers.retrieve(charge.transfer)
    assert (transfer.amount, transfer.currency) == (1_356, "cad")
    payment = connect.charges.retrieve(transfer.destination_payment, account=ada.id)
    assert (payment.amount, payment.currency) == (1_356, "cad")
    assert payment.application_fee_amount == 41
    assert bt_of(connect, payment, ada.id) == (1_356, "cad", 41, None)
    fee = connect.application_fees.retrieve(charge.application_fee)
    assert (fee.amount, fee.currency) == (30, "usd")
    assert (fee.charge, fee.originating_transaction) == (payment.id, charge.id)
    assert bt_of(connect, fee) == (30, "usd", 0, None)

    rates.set("usd", {"cad": "1.38343"})
    connect.clock.advance(days=1)
    refund = connect.refunds.create(
        charge=charge.id, amount=500, reverse_transfer=True, refund_application_fee=True
    )
    assert refund.status == "succeeded"
    assert bt_of(connect, refund) == (-692, "cad", -19, 1.38343)
    (reversal,) = connect.transfers.reversals.list(transfer.id).data
    assert (reversal.amount, reversal.currency, reversal.source_refund) == (678, "cad", refund.id)
    back = connect.refunds.retrieve(reversal.destination_payment_refund, account=ada.id)
    assert (back.amount, back.currency) == (678, "cad")
    assert bt_of(connect, back, ada.id) == (-678, "cad", 0, None)
    fee = connect.application_fees.retrieve(charge.application_fee)
    assert (fee.amount_refunded, fee.currency) == (15, "usd")
    assert last(connect, "application_fee_refund") == (-15, "usd", 0, None)
    assert last(connect, "adjustment", ada.id) == (20, "cad", 0, None)
    # The platform bears the difference of the rates, and the fee that is not returned.
    assert total(connect, "cad") == before - 69 + 19 - 692 + 678
    assert total(connect, "cad", ada.id) == 1_356 - 41 - 678 + 20
    assert fx(connect) == {"usd": 1_000 - 30 - 500 + 15, "cad": -1_356 + 41 + 692 - 20}


def test_a_direct_charge_in_a_foreign_currency_pays_its_fee_in_a_third(opened) -> None:
    connect, _ = opened(FeePolicy())
    ada = connect.testing.account(country="DE")
    charge = connect.charges.create(
        amount=10_000,
        currency="gbp",
        source="tok_visa",
        application_fee_amount=1_000,
        account=ada.id,
    )
    assert bt_of(connect, charge, ada.id) == (11_765, "eur", 1_176 + 201, 1.17647)
    fee = connect.application_fees.retrieve(charge.application_fee)
    assert (fee.amount, fee.currency) == (1_000, "gbp")
    assert bt_of(connect, fee) == (1_294, "usd", 0, 1.29411)
    assert fx(connect) == {"gbp": 10_000, "eur": 1_176 - 11_765, "usd": -1_294}
    assert fx(connect, "fx_spread") == {}
    for amount in (333, 333, None):
        connect.application_fees.refunds.create(fee.id, amount=amount)
    assert connect.application_fees.retrieve(fee.id).refunded is True
    assert fx(connect) == {"gbp": 10_000, "eur": -11_765}
    assert total(connect, "usd") == 0
    assert total(connect, "eur", ada.id) == 11_765 - 201


def test_fee_refunds_follow_the_rate_of_the_charge_and_add_up(opened) -> None:
    connect, _ = opened()
    ada = connect.testing.account(country="DE")
    charge = connect.charges.create(
        amount=10_000, currency="usd", source="tok_visa", application_fee_amount=999, account=ada.id
    )
    assert bt_of(connect, charge, ada.id) == (9_091, "eur", 908, 0.90909)
    given = []
    for amount in (100, 1, 898):
        connect.application_fees.refunds.create(charge.application_fee, amount=amount)
        given.append(
            (
                last(connect, "application_fee_refund")[0],
                last(connect, "adjustment", ada.id)[0],
            )
        )
    assert given == [(-100, 91), (-1, 1), (-898, 816)]
    assert fx(connect) == {"usd": 10_000, "eur": -9_091}


def test_a_refund_of_a_foreign_charge_gives_its_fee_back(opened) -> None:
    connect, rates = opened()
    ada = connect.testing.account(country="DE")
    charge = connect.charges.create(
        amount=10_000,
        currency="usd",
        source="tok_visa",
        application_fee_amount=1_000,
        account=ada.id,
    )
    connect.charges.create(amount=5_000, currency="eur", source="tok_de", account=ada.id)
    rates.set("eur", {"usd": "1"})
    connect.clock.advance(hours=1)
    amounts = []
    for amount in (3_333, 3_333, None):
        refund = connect.refunds.create(
            charge=charge.id, amount=amount, account=ada.id, refund_application_fee=True
        )
        amounts.append(bt_of(connect, refund, ada.id)[:2])
    assert amounts == [(-3_333, "eur"), (-3_333, "eur"), (-3_334, "eur")]
    assert connect.charges.retrieve(charge.id, account=ada.id).refunded is True
    assert connect.application_fees.retrieve(charge.application_fee).refunded is True
    assert total(connect, "usd") == 0
    assert total(connect, "eur", ada.id) == 5_000 + 9_091 - 10_000
    assert fx(connect) == {"eur": 10_000 - 9_091}


def test_a_destination_in_another_currency_gets_it_converted(opened) -> None:
    connect, _ = opened(FeePolicy())
    ada = connect.testing.account(country="GB")
    charge = connect.charges.create(
        amount=10_000,
        currency="usd",
        source="tok_visa",
        transfer_data={"destination": ada.id},
        application_fee_amount=1_000,
    )
    assert bt_of(connect, charge) == (10_000, "usd", 320, None)
    transfer = connect.transfers.retrieve(charge.transfer)
    assert (transfer.amount, transfer.currency) == (10_000, "usd")
    payment = connect.charges.retrieve(transfer.destination_payment, account=ada.id)
    assert (payment.amount, payment.currency) == (10_000, "usd")
    assert bt_of(connect, payment, ada.id) == (7_727, "gbp", 773, 0.772727)
    fee = connect.application_fees.retrieve(charge.application_fee)
    assert (fee.amount, fee.currency, fee.account) == (1_000, "usd", ada.id)
    assert bt_of(connect, fee)[:2] == (1_000, "usd")
    assert total(connect, "gbp", ada.id) == 7_727 - 773
    assert total(connect, "usd") == 1_000 - 320
    arrived = []
    for amount in (3_333, 1, None):
        reversal = connect.transfers.reversals.create(transfer.id, amount=amount)
        back = connect.refunds.retrieve(reversal.destination_payment_refund, account=ada.id)
        arrived.append(bt_of(connect, back, ada.id)[0])
    assert arrived == [-2_575, -1, -5_151]
    assert sum(arrived) == -7_727
    assert connect.transfers.retrieve(transfer.id).reversed is True
    connect.application_fees.refunds.create(fee.id)
    assert total(connect, "gbp", ada.id) == 0
    assert fx(connect) == {}


def test_a_refund_takes_back_what_arrived_in_another_currency(opened) -> None:
    connect, rates = opened()
    ada = connect.testing.account(country="GB", settings=BY_HAND)
    charge = connect.charges.create(
        amount=10_000,
        currency="usd",
        source="tok_visa",
        transfer_data={"destination": ada.id},
        application_fee_amount=1_000,
    )
    rates.set("eur", {"usd": "2", "gbp": "0.5"})
    connect.clock.advance(days=3)
    for amount in (3_333, 3_333, None):
        connect.refunds.create(
            charge=charge.id, amount=amount, reverse_transfer=True, refund_application_fee=True
        )
    assert total(connect, "gbp", ada.id) == 0
    assert total(connect, "usd") == 0
    assert fx(connect) == {}


def test_separate_charges_and_transfers_go_by_the_settled_currency(opened) -> None:
    connect, _ = opened()
    ada, bia = connect.testing.account(country="DE"), connect.testing.account(country="US")
    charge = connect.charges.create(amount=100_000, currency="jpy", source="tok_visa")
    assert bt_of(connect, charge) == (68_750, "usd", 0, 0.6875)
    error = refused(
        connect.transfers.create,
        amount=1_000,
        currency="jpy",
        destination=ada.id,
        source_transaction=charge.id,
    )
    assert error.param == "currency"
    error = refused(
        connect.transfers.create,
        amount=68_751,
        currency="usd",
        destination=ada.id,
        source_transaction=charge.id,
    )
    assert error.param == "amount"
    words = {"currency": "usd", "source_transaction": charge.id}
    one = connect.transfers.create(amount=33_333, destination=ada.id, **words)
    connect.transfers.create(amount=68_750 - 33_333, destination=bia.id, **words)
    assert total(connect, "usd") == 0
    assert total(connect, "eur", ada.id) == 30_303
    assert total(connect, "usd", bia.id) == 35_417
    assert fx(connect) == {"jpy": 100_000, "usd": 33_333 - 68_750, "eur": -30_303}
    for amount in (1, 16_666, None):
        connect.transfers.reversals.create(one.id, amount=amount)
    assert total(connect, "eur", ada.id) == 0
    assert fx(connect) == {"jpy": 100_000, "usd": -68_750}
    refund = connect.refunds.create(charge=charge.id, amount=48_000)
    assert bt_of(connect, refund) == (-33_000, "usd", 0, 0.6875)
    assert total(connect, "usd") == 333
    assert fx(connect) == {"jpy": 52_000, "usd": -35_750}


def test_a_plain_transfer_to_an_account_of_another_currency(opened) -> None:
    connect, _ = opened()
    ada = connect.testing.account(country="DE")
    connect.charges.create(amount=10_000, currency="usd", source="tok_bypassPending")
    transfer = connect.transfers.create(amount=1_000, currency="usd", destination=ada.id)
    payment = connect.charges.retrieve(transfer.destination_payment, account=ada.id)
    assert bt_of(connect, payment, ada.id) == (909, "eur", 0, 0.90909)
    assert connect.balance.retrieve(account=ada.id).available["eur"] == 909
    reversal = connect.transfers.reversals.create(transfer.id)
    assert reversal.currency == "usd"
    assert connect.balance.retrieve().available["usd"] == 10_000
    assert fx(connect) == {}


def test_the_spread_is_booked_both_ways(opened) -> None:
    connect, rates = opened()
    rates.set("usd", {"eur": "0.5"}, spread_ppm=10_000)
    connect.charges.create(amount=50_000, currency="usd", source="tok_visa")
    charge = connect.charges.create(amount=10_000, currency="eur", source="tok_visa")
    assert bt_of(connect, charge) == (19_800, "usd", 0, 1.98)
    assert fx(connect) == {"eur": 10_000, "usd": -20_000}
    assert fx(connect, "fx_spread") == {"usd": 200}
    refund = connect.refunds.create(charge=charge.id)
    amount, *_, rate = bt_of(connect, refund)
    assert (amount, rate) == (-20_202, 2.0202)
    assert fx(connect) == {}
    assert fx(connect, "fx_spread") == {"usd": 402}


@pytest.mark.parametrize("source", ["tok_refundFail", "pm_card_refundFail"])
def test_a_refund_that_fails_brings_the_money_back_as_it_left(opened, source) -> None:
    connect, rates = opened()
    connect.charges.create(amount=50_000, currency="usd", source="tok_visa")
    charge = connect.charges.create(amount=10_000, currency="eur", source=source)
    before = total(connect, "usd"), fx(connect)
    rates.set("eur", {"usd": "1.3"})
    connect.clock.advance(hours=1)
    refund = connect.refunds.create(charge=charge.id, amount=4_000)
    assert bt_of(connect, refund)[:2] == (-5_200, "usd")
    connect.clock.advance(days=10)
    refund = connect.refunds.retrieve(refund.id)
    assert refund.status == "failed"
    bt = connect.balance_transactions.retrieve(refund.failure_balance_transaction)
    assert (bt.amount, bt.currency, bt.exchange_rate) == (5_200, "usd", 1.3)
    assert (total(connect, "usd"), fx(connect)) == before
    assert connect.charges.retrieve(charge.id).amount_refunded == 0
