"""Transfers to be made later."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import TransferSchedule

transfer_schedules = table_of(
    TransferSchedule,
    "cl_transfer_schedule",
    indexes=[("branch", "world", "account", "id")],
    present=["source_transaction"],
    checks={"amount": "amount > 0"},
)
