"""Bank accounts and debit cards that accounts are paid out to."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import ExternalAccount

external_accounts = table_of(
    ExternalAccount,
    "cl_external_account",
    indexes=[("branch", "world", "account", "id")],
)
