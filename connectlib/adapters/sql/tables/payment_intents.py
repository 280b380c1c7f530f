"""Payment intents."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import PaymentIntent

payment_intents = table_of(
    PaymentIntent,
    "cl_payment_intent",
    indexes=[("branch", "world", "account", "id")],
    present=["customer"],
    checks={
        "amount": "amount > 0",
        "capturable": "amount_capturable >= 0 AND amount_capturable <= amount",
        "received": "amount_received >= 0 AND amount_received <= amount",
    },
)
