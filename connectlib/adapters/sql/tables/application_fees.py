"""Application fees and their refunds."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import ApplicationFee, FeeRefund

application_fees = table_of(
    ApplicationFee,
    "cl_application_fee",
    indexes=[("branch", "world", "account", "id"), ("branch", "charge")],
    checks={
        "amount": "amount > 0",
        "refunded": "amount_refunded >= 0 AND amount_refunded <= amount",
    },
)
fee_refunds = table_of(
    FeeRefund, "cl_fee_refund", indexes=[("branch", "fee", "id")], checks={"amount": "amount > 0"}
)
