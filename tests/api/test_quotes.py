"""Quotes say what the charge or refund then does; who bears which fee is booked as said."""

from __future__ import annotations

import pytest

from connectlib import (
    Bearers,
    Connect,
    FeePolicy,
    FeeSchedule,
    InvalidRequestError,
    Rate,
    Surcharges,
)

KINDS = {
    "separate": lambda _: {},
    "split": lambda to: {
        "splits": [
            {"destination": to[0].id, "percent": "33.3"},
            {"destination": to[1].id, "amount": 2_501},
        ]
    },
    "destination": lambda to: {
        "transfer_data": {"destination": to[0].id},
        "application_fee_amount": 123,
    },
    "destination abroad": lambda to: {
        "transfer_data": {"destination": to[1].id},
        "application_fee_amount": 123,
    },
    "transfer amount": lambda to: {"transfer_data": {"destination": to[1].id, "amount": 5_001}},
    "direct": lambda to: {"account": to[0].id, "application_fee_amount": 123},
    "direct abroad": lambda to: {"account": to[1].id, "application_fee_amount": 123},
}
POLICIES = {
    "as Stripe does": FeePolicy(),
    "accounts bear": FeePolicy(bearers=Bearers(processing="account")),
    "the platform bears": FeePolicy(bearers=Bearers(processing="platform", fx="account")),
    "returned": FeePolicy(
        bearers=Bearers(processing={"direct": "platform"}, refund={"direct": "account"}),
        refund_returns_processing=True,
        refund=FeeSchedule({("*", "*", "*"): Rate(0, 25)}),
    ),
}


def balances(connect, accounts):
    found = {}
    for account in (None, *accounts):
        wallet = connect.balance.retrieve(account=account)
        name = account or connect.accounts.retrieve().id
        for part in (*wallet.pending, *wallet.available):
            key = name, part["currency"]
            found[key] = found.get(key, 0) + part["amount"]
    return {key: amount for key, amount in found.items() if amount}


def told(quote):
    return {(one["account"], one["currency"]): one["net"] for one in quote.parties if one["net"]}


def change(before, after):
    every = {**before, **after}
    found = {key: after.get(key, 0) - before.get(key, 0) for key in every}
    return {key: amount for key, amount in found.items() if amount}


@pytest.mark.parametrize("currency", ["usd", "eur"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("policy", POLICIES)
def test_what_is_quoted_is_what_happens(policy, kind, currency) -> None:
    connect = Connect(fees=POLICIES[policy])
    ada = connect.testing.account()
    bob = connect.testing.account(country="DE")
    words = {"amount": 10_001, "currency": currency, **KINDS[kind]((ada, bob))}
    for account in (None, ada.id, bob.id):  # so that no refund waits for funds
        connect.charges.create(amount=50_000, currency="usd", source="tok_visa", account=account)
    facts = len(connect.ledger.transfers())
    quote = connect.fees.quote(source="tok_visa", **words)
    assert len(connect.ledger.transfers()) == facts
    before = balances(connect, [ada.id, bob.id])
    charge = connect.charges.create(source="tok_visa", **words)
    after = balances(connect, [ada.id, bob.id])
    assert told(quote) == change(before, after)
    extra = {
        "reverse_transfer": charge.transfer is not None,
        "refund_application_fee": charge.application_fee is not None,
    }
    account = words.get("account")
    asked = {"charge": charge.id, "amount": 3_333, "account": account, **extra}
    preview = connect.refunds.preview(**asked)
    assert balances(connect, [ada.id, bob.id]) == after
    connect.refunds.create(**asked)
    assert told(preview) == change(after, balances(connect, [ada.id, bob.id]))
    assert connect.ledger.verify().ok


def nets(policy, kind):
    connect = Connect(fees=POLICIES[policy])
    ada, bob = connect.testing.account(), connect.testing.account()
    words = KINDS[kind]((ada, bob))
    quote = connect.fees.quote(amount=10_001, currency="usd", source="tok_visa", **words)
    assert sum(one["net"] for one in quote.parties) == 10_001 - quote.processing_fee.amount
    found = told(quote)
    platform = found.pop((connect.accounts.retrieve().id, "usd"), 0)
    return platform, [found.get((one.id, "usd"), 0) for one in (ada, bob)]


# 2.9 % of 100.01 + 0.30 is 3.20
@pytest.mark.parametrize(
    ("policy", "kind", "platform", "accounts"),
    [
        ("as Stripe does", "destination", 123 - 320, [9_878, 0]),
        ("accounts bear", "destination", 123, [9_558, 0]),
        ("accounts bear", "transfer amount", 5_000, [0, 4_681]),
        ("accounts bear", "split", 4_170, [3_330 - 183, 2_501 - 137]),
        ("as Stripe does", "direct", 123, [9_558, 0]),
        ("the platform bears", "direct", 123 - 320, [9_878, 0]),
    ],
)
def test_who_bears_the_processing_fee(policy, kind, platform, accounts) -> None:
    assert nets(policy, kind) == (platform, accounts)


def test_what_a_refund_costs_and_returns_goes_where_it_came_from() -> None:
    connect = Connect(fees=POLICIES["returned"])
    ada = connect.testing.account()
    charge = connect.charges.create(
        amount=10_000, currency="usd", source="tok_visa", account=ada.id
    )
    preview = connect.refunds.preview(charge=charge.id, account=ada.id)
    platform = connect.accounts.retrieve().id
    assert told(preview) == {(ada.id, "usd"): -10_025, (platform, "usd"): 290}
    assert preview.processing_fee_returned == 290


def test_a_refund_fee_is_not_taken_of_who_is_not_refunded() -> None:
    free = FeeSchedule({("*", "*", "*"): Rate(0, 25)})
    with pytest.raises(ValueError, match=r"bearers\.refund\.destination"):
        FeePolicy(refund=free, bearers=Bearers(refund="account"))


def test_a_method_is_told_by_what_fees_depend_on() -> None:
    rates = {("*", "*", "card"): Rate(29_000, 30), ("*", "*", "us_bank_account"): Rate(8_000, 0)}
    connect = Connect(
        fees=FeeSchedule(
            rates, surcharges=Surcharges(brand={("*", "amex", "card"): Rate(6_000, 0)})
        )
    )
    words = {"amount": 10_000, "currency": "usd"}

    def fee(**told):
        return connect.fees.quote(**words, **told).processing_fee.amount

    assert fee() == 320
    assert fee(card_brand="amex") == 380
    assert fee(payment_method_type="us_bank_account") == 80
    quote = connect.fees.quote(**words)
    assert repr(quote) == f"<ChargeQuote $100.00: {connect.accounts.retrieve().id} $96.80>"


@pytest.mark.parametrize(
    ("words", "param"),
    [
        ({"amount": 1}, "amount"),
        ({"source": "tok_unknown"}, "source"),
        ({"payment_method_type": "cheque"}, "payment_method_type"),
        ({"payment_method_country": "Germany"}, "payment_method_country"),
        ({"transfer_data": {"destination": "acct_no"}}, "transfer_data[destination]"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_what_cannot_be_charged_cannot_be_quoted(connect, words, param) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        connect.fees.quote(**{"amount": 10_000, "currency": "usd", **words})
    assert caught.value.param == param


def test_what_cannot_be_refunded_cannot_be_previewed(connect) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        connect.refunds.preview(charge="ch_no")
    assert caught.value.code == "resource_missing"
    charge = connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
    with pytest.raises(InvalidRequestError) as caught:
        connect.refunds.preview(charge=charge.id, amount=1_001)
    assert caught.value.param == "amount"
    connect.clock.advance(days=7)
    assert connect.refunds.preview(charge=charge.id).pending_reason == "insufficient_funds"
