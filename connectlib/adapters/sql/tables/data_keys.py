"""The keys of subjects, under lock."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import DataKey

data_keys = table_of(DataKey, "cl_data_key", indexes=[("branch", "world", "account", "kek", "id")])
