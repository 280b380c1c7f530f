"""Charges, and the payments that transfers make."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import Charge

charges = table_of(
    Charge,
    "cl_charge",
    indexes=[("branch", "world", "account", "id")],
    present=["transfer_group"],
    checks={
        "amount": "amount > 0",
        "refunded": "amount_refunded >= 0 AND amount_refunded <= amount",
        "transferred": "transferred >= 0 AND transferred <= amount",
    },
)
