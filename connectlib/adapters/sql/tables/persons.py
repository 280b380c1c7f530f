"""Persons and companies that accounts have told of."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import Person

persons = table_of(
    Person,
    "cl_person",
    indexes=[("branch", "world", "account", "id")],
)
