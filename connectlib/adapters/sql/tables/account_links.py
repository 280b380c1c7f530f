"""Account links."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import AccountLink

account_links = table_of(
    AccountLink, "cl_account_link", indexes=[("branch", "world", "account", "id")]
)
