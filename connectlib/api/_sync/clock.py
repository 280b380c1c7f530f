# Made from connectlib/api/_async/clock.py: edit that.
"""The clock of a client: read it, and where it is virtual, move it."""

from __future__ import annotations

from datetime import datetime, timedelta

from connectlib.api.errors import ConfigurationError
from connectlib.core.moments import datetime_of, of_datetime
from connectlib.runtime.engine import Engine
from connectlib.runtime.pump import advance_to
from connectlib.runtime.run import call


class Clock:
    """Business time: real, or virtual and moved by hand."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def is_virtual(self) -> bool:
        """Whether this clock can be moved."""
        return self._engine.parts.virtual is not None

    def now(self) -> datetime:
        """The time of the business, UTC."""
        return datetime_of(self._engine.clock.now())

    def advance(
        self, *, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0
    ) -> int:
        """Move a virtual clock forward, doing on the way what falls due at each instant.

        Returns the number of pieces of due work that were done.

        Raises:
            ConfigurationError: the clock is the real one, or would go back.
        """
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self.advance_to(self.now() + step)

    def advance_to(self, moment: datetime) -> int:
        """Move a virtual clock to a moment; a naive one is UTC.

        Raises:
            ConfigurationError: the clock is the real one, or would go back.
        """
        if not self.is_virtual:
            raise ConfigurationError(
                "The clock is the real one: it cannot be moved.",
                hint="use connect.run_due(), or open Connect() with a VirtualClock",
            )
        target = of_datetime(moment)
        if target < self._engine.clock.now():
            raise ConfigurationError(
                f"A clock never goes back: {moment} is before {self.now()}.",
                hint="open another world (platform=) to start anew",
            )
        return call(self._engine, advance_to, self._engine, target)

    def __repr__(self) -> str:
        kind = "virtual" if self.is_virtual else "real"
        return f"<Clock {kind} {self.now():%Y-%m-%d %H:%M:%S}Z>"
