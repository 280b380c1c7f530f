"""The pump and the virtual clock: what falls due is done, instant by instant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.moments import DAY, midnight
from connectlib.flows.jobs import due
from connectlib.ports.fx import LiveRates
from connectlib.ports.store import NextDue
from connectlib.runtime.run import run

if TYPE_CHECKING:
    from connectlib.runtime.engine import Engine

#: How many pieces of due work one batch takes.
CHUNK = 500


def pump(engine: Engine, *, limit: int | None = None) -> int:
    """Do what is due by now, at every branch; the number of pieces done, at most `limit`."""
    if isinstance(engine.ground.fx, LiveRates):
        engine.ground.fx.refresh(engine.clock.now())
    done = 0
    for branch in range(engine.ground.branches):
        while limit is None or done < limit:
            chunk = CHUNK if limit is None else min(CHUNK, limit - done)
            flow = due.run(
                engine.ground,
                branch,
                until=engine.clock.now(),
                wall=engine.wall.now(),
                limit=chunk,
            )
            found = run(engine, flow)
            if not found:
                break
            done += found
    return done


def catch_up(engine: Engine) -> None:
    """Where time is real: let funds mature before a request of a new day is looked at.

    Days begin at midnight UTC, so once a day is enough; nothing outside is called.
    """
    now = engine.clock.now()
    if now < engine.caught_up_until:
        return
    for branch in range(engine.ground.branches):
        while run(engine, due.mature_all(engine.ground, branch, until=now, wall=engine.wall.now())):
            pass
    engine.caught_up_until = midnight(now) + DAY


def next_due(engine: Engine, after: int) -> int | None:
    """The first instant after another at which something of the world falls due."""
    found = [
        at
        for branch in range(engine.ground.branches)
        if (at := engine.store.answer(NextDue(branch, engine.world.id, after))) is not None
    ]
    return min(found, default=None)


def advance_to(engine: Engine, target: int, *, keep: bool = True) -> int:
    """Move the virtual clock, stopping at every instant at which something falls due.

    What somebody else is at work on, under a lease, is left to them. Returns the number of
    pieces of due work done. keep: store where the clock stands now; the next commit does so anyway.
    """
    virtual = engine.parts.virtual
    if virtual is None:
        raise TypeError("the clock of this engine is the real one: it cannot be moved")
    done = pump(engine)
    while (at := next_due(engine, virtual.now())) is not None and at <= target:
        virtual.set(at)
        done += pump(engine)
    if target > virtual.now():
        virtual.set(target)
    if keep:
        engine.store.set_now(engine.world.id, virtual.now())
    return done
