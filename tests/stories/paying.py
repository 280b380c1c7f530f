"""What the stories of payment intents are told with."""

from __future__ import annotations

import pytest

from connectlib import ConnectError

VISA, STRANGER = "pm_card_visa", "pm_card_authenticationRequired"
DECLINED = "pm_card_visa_chargeDeclined"


def funds(connect, account=None):
    balance = connect.balance.retrieve(account=account)
    return balance.pending["usd"], balance.available["usd"]


def pay(connect, method=VISA, **words):
    words = {"amount": 10_000, "currency": "usd", "confirm": True, **words}
    return connect.payment_intents.create(payment_method=method, **words)


def told(connect, account=None, **words):
    """Types of the events so far, oldest first."""
    events = list(connect.events.list(account=account, limit=100, **words))[::-1]
    return [event.type for event in events]


def refused(call, *args, **words):
    with pytest.raises(ConnectError) as caught:
        call(*args, **words)
    return caught.value


def charge_of(connect, intent, **words):
    return connect.charges.retrieve(intent.latest_charge, **words)
