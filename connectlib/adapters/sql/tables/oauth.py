"""What owners of accounts have allowed the platform."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import OauthGrant

oauth_grants = table_of(
    OauthGrant,
    "cl_oauth_grant",
    indexes=[("branch", "connected", "id"), ("branch", "world", "account", "id")],
)
