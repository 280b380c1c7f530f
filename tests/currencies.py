"""Rates that a test sets, and what has to be so in every currency."""

from __future__ import annotations

from collections import Counter

import pytest

from connectlib import InvalidRequestError
from connectlib.adapters.fx.static import TEST_RATES
from connectlib.core.fee_policies import FeePolicy
from connectlib.core.fees import FeeSchedule, Rate
from connectlib.core.fx import RateTable

#: No processing fee, where a story is of something else.
FREE = FeePolicy(processing=FeeSchedule({("*", "*", "*"): Rate(0, 0)}))
BY_HAND = {"payouts": {"schedule": {"interval": "manual"}}}
RETURNING = FeePolicy(refund_returns_processing=True)


class Rates:
    """Rates that a story sets; before it moves the clock."""

    def __init__(self) -> None:
        self.set("eur", TEST_RATES)

    def set(self, base: str, rates, spread_ppm: int = 0) -> None:
        self._table = RateTable(base, rates, spread_ppm=spread_ppm)

    def table(self, at: int) -> RateTable:
        return self._table


def namespaces(connect):
    return [None, *(account.id for account in connect.accounts.list(limit=100).data)]


def explain(connect) -> None:
    """Prove the books, and explain what is held of every currency by public objects.

    What buyers have paid less what was given back is what balances hold, what the processor
    has taken, and what stands at the fx position and in the spread.
    """
    report = connect.ledger.verify()
    assert report.ok, report.flaw
    paid, held = Counter(), Counter()
    succeeded = set()
    for account in namespaces(connect):
        for charge in connect.charges.list(account=account, limit=100).data:
            if charge.status == "succeeded" and charge.source_transfer is None:
                paid[charge.currency] += charge.amount_captured
                succeeded.add(charge.id)
        for refund in connect.refunds.list(account=account, limit=100).data:
            if (
                refund.balance_transaction
                and refund.status != "failed"
                and refund.charge in succeeded
            ):
                paid[refund.currency] -= refund.amount
        for bt in connect.balance_transactions.list(account=account, limit=100).data:
            assert bt.net == bt.amount - bt.fee
            if not bt.type.startswith("payout"):
                held[bt.currency] += bt.net
    for row in connect.ledger.trial_balance():
        if row.purpose in ("processing_fees", "fx_position", "fx_spread"):
            held[row.currency] += row.balance
    assert {c: n for c, n in held.items() if n} == {c: n for c, n in paid.items() if n}


def fx(connect, purpose="fx_position"):
    """{currency: what stands at the fx position, or in the spread}."""
    found = {r.currency: r.balance for r in connect.ledger.trial_balance() if r.purpose == purpose}
    return {currency: amount for currency, amount in found.items() if amount}


def bt_of(connect, made, account=None):
    """(amount, currency, fee, rate) of the balance transaction of an object."""
    bt = connect.balance_transactions.retrieve(made.balance_transaction, account=account)
    return bt.amount, bt.currency, bt.fee, bt.exchange_rate


def last(connect, type_, account=None):
    found = connect.balance_transactions.list(account=account, type=type_).data[0]
    return found.amount, found.currency, found.fee, found.exchange_rate


def total(connect, currency, account=None):
    """Pending and available minor units of a currency."""
    balance = connect.balance.retrieve(account=account)
    return balance.pending[currency] + balance.available[currency]


def refused(call, *args, **words):
    with pytest.raises(InvalidRequestError) as caught:
        call(*args, **words)
    return caught.value
