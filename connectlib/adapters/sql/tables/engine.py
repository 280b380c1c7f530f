"""What the engine keeps for itself: versions, keys, due work, event numbers."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import Due, Head, IdempotencyKey, ObjectVersion

object_versions = table_of(ObjectVersion, "cl_object_version", key=("branch", "id", "version"))
idempotency_keys = table_of(
    IdempotencyKey, "cl_idempotency_key", key=("branch", "world", "key", "account")
)
due = table_of(Due, "cl_due", key=("branch", "world", "due_at", "kind", "ref"))
heads = table_of(Head, "cl_head", key=("branch", "account"), fillfactor=50)
