"""Links to files."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import FileLink

file_links = table_of(
    FileLink,
    "cl_file_link",
    indexes=[("branch", "file", "id"), ("branch", "world", "account", "id")],
)
