"""Files: what is known of them; their bytes lie in a file store."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import File

files = table_of(File, "cl_file", indexes=[("branch", "world", "account", "id")])
