"""Quotes of exchange rates."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import FxQuote

fx_quotes = table_of(FxQuote, "cl_fx_quote", indexes=[("branch", "world", "account", "id")])
