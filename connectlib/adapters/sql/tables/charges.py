"""Charges, and the payments that transfers make."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import Charge

charges = table_of(
    Charge,
    "cl_charge",
    indexes=[("branch", "world", "account", "id")],
    present=["transfer_group", "payment_intent", "customer"],
    checks={
        "amount": "amount > 0",
        "refunded": "amount_refunded >= 0 AND amount_refunded <= amount",
        # In the currency it settled in, where it may be more than the amount.
        "transferred": "transferred >= 0",
    },
)
