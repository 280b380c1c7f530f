"""What an update changes of a row, and what its event tells of before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.core.rows import BLIND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectlib.core.rows import Versioned

#: Columns that hold a JSON map.
_MAPS = frozenset({"address", "billing", "details", "metadata", "shipping"})


def changes(row: Versioned, wanted: Mapping[str, object]) -> dict[str, Any]:
    """Those of the wanted values that the row does not have yet."""
    return {name: value for name, value in wanted.items() if getattr(row, name) != value}


def before(row: Versioned, changed: Mapping[str, Any]) -> dict[str, Any]:
    """What the changed columns held, as far as an event may tell it."""
    blind = BLIND.get(type(row), ())
    return {name: getattr(row, name) for name in changed if name not in blind}
