"""Tokens: what stands for something personal, once."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.rows import Token

tokens = table_of(Token, "cl_token")
