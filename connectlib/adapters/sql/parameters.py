"""What the statements of questions are made with: bound parameters, and who runs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from connectlib.adapters.sql.tables.base import SMALL

#: Runs a statement of the registry, or one made by a function of this module.
Run = Callable[[Any, Mapping[str, Any]], list[Any]]


def bound(name: str, type_: Any) -> sa.BindParameter[Any]:
    """A parameter of a statement."""
    return sa.bindparam(name, type_=type_)


B, W = bound("b", SMALL), bound("w", SMALL)
