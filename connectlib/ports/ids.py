"""Where the chance in ids comes from."""

from __future__ import annotations

from typing import Protocol


class Ids(Protocol):
    """Makes the bodies of ids: the tick of an instant, then chance. See `core.ids`."""

    def bodies(self, n: int, at: int) -> list[str]:
        """Make n bodies for the instant `at`, ascending among all this source has made."""
        ...
