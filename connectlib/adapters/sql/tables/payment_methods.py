"""Payment methods."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import PaymentMethod

payment_methods = table_of(
    PaymentMethod,
    "cl_payment_method",
    indexes=[("branch", "world", "account", "id")],
    present=["customer"],
)
