"""Payments in several currencies: parts, quotes, odd units, no rates, and what fails later."""

from __future__ import annotations

import pytest

from connectlib.ports.processor import Captured, Declined, News
from tests.currencies import bt_of, fx, refused, total


def test_a_part_is_captured_in_a_foreign_currency(opened) -> None:
    connect, rates = opened()
    ada = connect.testing.account(country="GB")
    intent = connect.payment_intents.create(
        amount=10_000,
        currency="eur",
        payment_method="pm_card_visa",
        confirm=True,
        capture_method="manual",
        transfer_data={"destination": ada.id},
        application_fee_amount=2_000,
    )
    assert (intent.status, fx(connect)) == ("requires_capture", {})
    rates.set("eur", {"usd": "1.2", "gbp": "0.8"})
    connect.clock.advance(days=1)
    done = connect.payment_intents.capture(intent.id, amount_to_capture=5_001)
    charge = connect.charges.retrieve(done.latest_charge)
    assert (charge.amount, charge.amount_captured) == (10_000, 5_001)
    assert bt_of(connect, charge) == (6_001, "usd", 0, 1.2)
    # 6,001 usd arrive as gbp, out of which 2,000 eur are paid; the platform gets them in usd.
    assert total(connect, "gbp", ada.id) == 4_001 - 1_600
    assert total(connect, "usd") == 2_400
    assert fx(connect) == {"eur": 5_001, "usd": -2_400, "gbp": -2_401}


def test_a_split_charge_is_converted_once_for_all_and_for_each(opened) -> None:
    connect, _ = opened()
    ada, bia = connect.testing.account(country="DE"), connect.testing.account(country="US")
    charge = connect.charges.create(
        amount=10_001,
        currency="gbp",
        source="tok_visa",
        splits=[
            {"destination": ada.id, "percent": "33.3333"},
            {"destination": bia.id, "percent": "66.6667"},
        ],
        split_remainder="last",
    )
    settled = bt_of(connect, charge)[0]
    assert settled == 12_942
    transfers = connect.transfers.list(transfer_group=charge.transfer_group).data
    group = transfers or connect.transfers.list().data
    sums = {one.destination: one.amount for one in group}
    assert sum(sums.values()) == settled
    assert total(connect, "usd") == 0
    assert total(connect, "usd", bia.id) == sums[bia.id]
    assert total(connect, "eur", ada.id) == round(sums[ada.id] * 0.90909)


def test_a_quote_is_honoured_while_it_lasts(opened) -> None:
    connect, rates = opened()
    quote = connect.fx_quotes.create(
        to_currency="usd", from_currencies=["eur"], lock_duration="hour"
    )
    rates.set("eur", {"usd": "1.5"})
    connect.clock.advance(minutes=59)
    words = {"amount": 10_000, "currency": "eur", "source": "tok_visa", "fx_quote": quote.id}
    charge = connect.charges.create(**words)
    assert bt_of(connect, charge) == (11_000, "usd", 0, 1.1)
    intent = connect.payment_intents.create(
        amount=10_000,
        currency="eur",
        fx_quote=quote.id,
        payment_method="pm_card_visa",
        confirm=True,
        capture_method="manual",
    )
    connect.clock.advance(minutes=1)
    done = connect.payment_intents.capture(intent.id)
    held = connect.charges.retrieve(done.latest_charge)
    assert bt_of(connect, held) == (11_000, "usd", 0, 1.1)
    assert fx(connect) == {"eur": 20_000, "usd": -22_000}
    assert refused(connect.charges.create, **words).code == "payment_intent_fx_quote_invalid"
    assert bt_of(connect, connect.charges.create(**words | {"fx_quote": None}))[0] == 15_000
    other = {**words, "currency": "gbp"}
    assert refused(connect.charges.create, **other).param == "fx_quote"


@pytest.mark.parametrize(
    ("currency", "amount", "settled"),
    [
        ("jpy", 100, 69),
        ("krw", 1_000, 73),
        ("clp", 10_000, 1_100),
        ("kwd", 10_000, 3_235),
        ("tnd", 5_000, 162),
        ("isk", 100_00, 73),
        ("ugx", 4_050_000_00, 1_100_00),
        ("huf", 400_50, 110),
        ("twd", 3_501, 110),
        ("mga", 5_000, 110),
    ],
)
def test_units_of_other_sizes_settle_and_come_back(opened, currency, amount, settled) -> None:
    connect, _ = opened()
    charge = connect.charges.create(amount=amount, currency=currency, source="tok_visa")
    assert bt_of(connect, charge)[:2] == (settled, "usd")
    refund = connect.refunds.create(charge=charge.id)
    assert refund.currency == currency
    taken = -bt_of(connect, refund)[0]
    assert settled <= taken <= settled + 1
    assert fx(connect) == ({"usd": taken - settled} if taken != settled else {})


@pytest.mark.parametrize("currency", ["isk", "ugx", "kwd", "bhd"])
def test_steps_of_special_currencies_are_kept(opened, currency) -> None:
    connect, _ = opened()
    error = refused(connect.charges.create, amount=1_000_001, currency=currency, source="tok_visa")
    assert (error.code, error.param) == ("parameter_invalid_integer", "amount")


@pytest.mark.parametrize(("amount", "passes"), [(71, False), (72, True)])
def test_the_smallest_amount_counts_after_conversion(opened, amount, passes) -> None:
    connect, _ = opened()
    words = {"amount": amount, "currency": "jpy", "source": "tok_visa"}
    if passes:
        assert bt_of(connect, connect.charges.create(**words))[0] == 50
        return
    error = refused(connect.charges.create, **words)
    assert (error.code, error.param) == ("amount_too_small", "amount")
    assert connect.charges.list().data == []


def test_where_no_rate_is_known_nothing_is_written(opened) -> None:
    connect, rates = opened()
    ada = connect.testing.account(country="DE")
    connect.charges.create(amount=9_000, currency="usd", source="tok_bypassPending")
    foreign = connect.charges.create(amount=9_000, currency="gbp", source="tok_bypassPending")
    rates.set("usd", {"cad": "1.3"})
    connect.clock.advance(hours=1)

    def written():
        rooms = ("charges", "refunds", "transfers", "payment_intents", "events")
        return [len(getattr(connect, room).list(limit=100).data) for room in rooms]

    before = written(), connect.ledger.trial_balance()
    words = {"amount": 1_000, "currency": "gbp"}
    here = {"amount": 1_000, "currency": "usd"}
    paid = {**here, "source": "tok_visa"}
    card = {"payment_method": "pm_card_visa", "confirm": True}
    for call, extra in [
        (connect.charges.create, {**words, "source": "tok_visa"}),
        (connect.payment_intents.create, {**words, **card}),
        (connect.charges.create, {**paid, "transfer_data": {"destination": ada.id}}),
        (connect.charges.create, {**paid, "account": ada.id, "application_fee_amount": 10}),
        (connect.charges.create, {**paid, "splits": [{"destination": ada.id, "amount": 10}]}),
        (connect.transfers.create, {**here, "destination": ada.id}),
        (connect.refunds.create, {"charge": foreign.id}),
    ]:
        error = refused(call, **extra)
        assert error.code == "invalid_currency", extra
        assert "exchange rate" in error.message
    assert (written(), connect.ledger.trial_balance()) == before


def test_a_debit_that_fails_after_success_goes_back_at_its_own_rate(opened) -> None:
    connect, rates = opened()
    connect.charges.create(amount=50_000, currency="usd", source="tok_visa")
    before = total(connect, "usd")
    intent = connect.payment_intents.create(
        amount=10_000,
        currency="eur",
        payment_method="pm_sepaDebit_success_de",
        payment_method_types=["sepa_debit"],
        confirm=True,
    )
    assert intent.status == "processing"
    connect.clock.advance(days=1)
    charge = connect.charges.retrieve(connect.payment_intents.retrieve(intent.id).latest_charge)
    assert bt_of(connect, charge) == (11_000, "usd", 0, 1.1)
    rates.set("eur", {"usd": "1.3"})
    connect.clock.advance(days=1)
    connect.refunds.create(charge=charge.id, amount=2_500)
    news = News("evt_1", charge.id, Declined("debit_not_authorized", "No."), 10_000, "eur")
    (heard,) = connect.callbacks.hear([news])
    assert heard.outcome == "moved"
    failed = connect.charges.retrieve(charge.id)
    assert (failed.status, failed.failure_code) == ("failed", "debit_not_authorized")
    bt = connect.balance_transactions.retrieve(failed.failure_balance_transaction)
    assert (bt.amount, bt.type, bt.exchange_rate) == (-8_250, "payment_failure_refund", 1.1)
    assert total(connect, "usd") == before + 11_000 - 3_250 - 8_250
    (row,) = [
        row
        for row in connect.ledger.trial_balance()
        if (row.purpose, row.currency) == ("clearing", "eur")
    ]
    assert row.balance == 0
    assert fx(connect) == {"usd": 3_250 - 2_750}


def test_news_of_a_capture_settles_in_another_currency(opened) -> None:
    connect, _ = opened()
    charge = connect.charges.create(amount=10_000, currency="eur", source="tok_visa", capture=False)
    news = News("evt_1", charge.id, Captured("r"), 4_000, "eur")
    assert connect.callbacks.hear([news])[0].outcome == "moved"
    assert bt_of(connect, connect.charges.retrieve(charge.id)) == (4_400, "usd", 0, 1.1)
