"""Time, as it is given to the engine: integers of microseconds since 1970 UTC."""

from __future__ import annotations

from typing import Protocol


class WallClock(Protocol):
    """The clock on the wall: for leases and time-outs, and for business where time is real."""

    def now(self) -> int:
        """Microseconds since 1970 UTC."""
        ...
