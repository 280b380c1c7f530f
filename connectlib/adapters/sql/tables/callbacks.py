"""News of the processor."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import Callback

callbacks = table_of(
    Callback,
    "cl_callback",
    indexes=[("branch", "world", "account", "id"), ("branch", "object_id")],
)
