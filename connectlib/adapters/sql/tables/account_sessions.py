"""Account sessions."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import AccountSession

account_sessions = table_of(
    AccountSession, "cl_account_session", indexes=[("branch", "world", "account", "id")]
)
