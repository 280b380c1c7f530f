"""Payouts and what they contain."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import Payout, PayoutItem

payouts = table_of(
    Payout,
    "cl_payout",
    indexes=[("branch", "world", "account", "id")],
    checks={"amount": "amount > 0"},
)
payout_items = table_of(
    PayoutItem,
    "cl_payout_item",
    key=("branch", "payout", "n"),
    indexes=[("branch", "balance_transaction")],
)
