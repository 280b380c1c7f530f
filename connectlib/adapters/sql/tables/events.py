"""Events."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import Event

events = table_of(Event, "cl_event", unique=[("branch", "world", "account", "seq")])
