"""Customers."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import Customer

customers = table_of(
    Customer,
    "cl_customer",
    indexes=[("branch", "world", "account", "id")],
    present=["email", "email_index"],
)
