# Made from connectlib/api/_async/clock.py: edit that.
"""The clock of a client: read it, and where it is virtual, move it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectlib.api.errors import ConfigurationError, open_or_raise, raised
from connectlib.core.moments import DAY, HOUR, MINUTE, SECOND, datetime_of
from connectlib.runtime.engine import Engine
from connectlib.runtime.joining import refuse_inside
from connectlib.runtime.pump import advance_to
from connectlib.runtime.run import call
from connectlib.wire.params.ranges import SECONDS_MAX
from connectlib.wire.params.values import moment as moment_given
from connectlib.wire.params.values import whole, wrong


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
            InvalidRequestError: a step is no int, or leads beyond the year 3000.
            TransactionError: inside a `connect.transaction()` block.
        """
        given = {"days": days, "hours": hours, "minutes": minutes, "seconds": seconds}
        units = {"days": DAY, "hours": HOUR, "minutes": MINUTE, "seconds": SECOND}
        return self._move(lambda: self._engine.clock.now() + _step(given, units))

    def advance_to(self, moment: object) -> int:
        """Move a virtual clock to a moment: a datetime, a date, ISO text or seconds since 1970.

        A naive datetime is UTC.

        Raises:
            ConfigurationError: the clock is the real one, or would go back.
            InvalidRequestError: it is no moment, or lies beyond the year 3000.
            TransactionError: inside a `connect.transaction()` block.
        """
        return self._move(lambda: moment_given(moment, "moment"))

    def _move(self, target_of: Any) -> int:
        try:
            open_or_raise(self._engine)
            target = self._checked(target_of())
            refuse_inside(self._engine, "the clock")
            return call(self._engine, advance_to, self._engine, target)
        except Exception as error:
            found = raised(error)
            if found is None:
                raise
            raise found from error

    def _checked(self, target: int) -> int:
        if not self.is_virtual:
            raise ConfigurationError(
                "The clock is the real one: it cannot be moved.",
                hint="use connect.run_due(), or open Connect() with a VirtualClock",
            )
        if target > SECONDS_MAX * SECOND:
            wrong("moment", "A clock can be moved to the year 3000 at most.", "check the units")
        if target < self._engine.clock.now():
            raise ConfigurationError(
                f"A clock never goes back: it stands at {self.now()}.",
                hint="open another world (platform=) to start anew",
            )
        return target

    def __repr__(self) -> str:
        kind = "virtual" if self.is_virtual else "real"
        return f"<Clock {kind} {self.now():%Y-%m-%d %H:%M:%S}Z>"


def _step(given: dict[str, int], units: dict[str, int]) -> int:
    """Microseconds of a step, each part of it checked. Raises Invalid."""
    most = SECONDS_MAX
    return sum(
        units[name] * whole(value, name, least=-most, most=most) for name, value in given.items()
    )
