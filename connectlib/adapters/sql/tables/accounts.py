"""Worlds and accounts."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import Account, World

worlds = table_of(World, "cl_world", key=("id",), unique=[("platform", "livemode")])
accounts = table_of(Account, "cl_account", indexes=[("branch", "world", "account", "id")])
