"""Setup intents."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import SetupIntent

setup_intents = table_of(
    SetupIntent,
    "cl_setup_intent",
    indexes=[("branch", "world", "account", "id")],
    present=["customer"],
)
