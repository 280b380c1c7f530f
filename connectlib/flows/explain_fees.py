"""What a charge's processing fee is made of, in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connectlib.core.money import display
from connectlib.core.rows import BalanceTransaction
from connectlib.core.story_titles import rate_text
from connectlib.ports.steps import ask
from connectlib.ports.store import One

if TYPE_CHECKING:
    from connectlib.core.rows import Charge
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def price(ground: Ground, row: Charge) -> Flow[str]:
    """The parts that its balance transaction names, or the rate that makes exactly this fee.

    Empty where neither tells: prices may have changed since.
    """
    if not row.fee_amount:
        return ""
    at = (ground.branch(row.id), ground.world.id)
    bt = yield from ask(One(BalanceTransaction, *at, row.balance_transaction or ""))
    details = json.loads(bt.fee_details or "[]") if bt is not None else []
    parts = [
        f"{description} {display(amount, bt.currency)}"
        for amount, kind, description, _ in details
        if kind == "stripe_fee"
    ]
    if len(parts) > 1:
        return ", ".join(parts)
    currency = row.settled_currency or row.currency
    taken = row.settled if row.settled is not None else row.amount
    rate = ground.fees.processing.rate(
        row.country or ground.world.country, currency, json.loads(row.method)["type"]
    )
    if rate.of(taken) != row.fee_amount:
        return ""
    return rate_text(rate.ppm, rate.fixed, currency)
