"""Clocks: the only place where the time of the machine is read."""

from __future__ import annotations

import threading
import time

#: Where a virtual clock starts: Monday 2 November 2026, noon UTC, with no US bank holiday in
#: the days that follow.
START = 1_793_620_800 * 1_000_000


class SystemClock:
    """The clock of the machine."""

    def now(self) -> int:
        """Microseconds since 1970 UTC."""
        return time.time_ns() // 1_000


class VirtualClock:
    """A clock that stands still until it is moved, and never goes back."""

    def __init__(self, start: int = START) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> int:
        """Microseconds since 1970 UTC."""
        return self._now

    def set(self, at: int) -> None:
        """Move the clock forward.

        Raises ValueError where `at` lies before now.
        """
        with self._lock:
            if at < self._now:
                raise ValueError(
                    f"a clock never goes back: {at} is before {self._now}; open another world"
                    " (platform=) to start anew"
                )
            self._now = at


#: Seconds that only ever grow, for times to live.
monotonic = time.monotonic
