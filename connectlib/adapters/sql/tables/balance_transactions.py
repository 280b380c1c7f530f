"""Balance transactions."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import BalanceTransaction

balance_transactions = table_of(
    BalanceTransaction,
    "cl_balance_transaction",
    indexes=[
        ("branch", "world", "account", "id"),
        ("branch", "account", "currency", "available_on", "id"),
        ("branch", "source"),
    ],
)
