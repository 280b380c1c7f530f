"""Refunds of charges and of payments."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import Refund

refunds = table_of(
    Refund,
    "cl_refund",
    indexes=[("branch", "world", "account", "id"), ("branch", "charge", "id")],
    checks={"amount": "amount > 0"},
)
