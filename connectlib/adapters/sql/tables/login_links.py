"""Login links."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import LoginLink

login_links = table_of(LoginLink, "cl_login_link", indexes=[("branch", "world", "account", "id")])
