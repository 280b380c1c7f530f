"""Transfers and their reversals."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import Transfer, TransferReversal

transfers = table_of(
    Transfer,
    "cl_transfer",
    indexes=[("branch", "world", "account", "id"), ("branch", "destination", "id")],
    present=["transfer_group", "source_transaction"],
    checks={
        "amount": "amount > 0",
        "reversed": "amount_reversed >= 0 AND amount_reversed <= amount",
    },
)
transfer_reversals = table_of(
    TransferReversal,
    "cl_transfer_reversal",
    indexes=[("branch", "transfer", "id")],
    checks={"amount": "amount > 0"},
)
