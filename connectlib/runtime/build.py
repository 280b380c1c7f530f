"""From the arguments of `Connect` to an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.adapters.cache.local import LocalCache
from connectlib.adapters.cache.none import NoCache
from connectlib.adapters.clock import SystemClock, VirtualClock, monotonic
from connectlib.adapters.entropy import RandomIds
from connectlib.adapters.processors.simulator import Simulator
from connectlib.adapters.rails.simulator import BankSimulator
from connectlib.core.accounts import DEFAULT_CURRENCY
from connectlib.core.fees import DEFAULT_FEES, FeeSchedule
from connectlib.runtime.engine import Engine, Parts, new_world

if TYPE_CHECKING:
    from connectlib.core.rows import World
    from connectlib.ports.clock import WallClock
    from connectlib.ports.ids import Ids
    from connectlib.ports.rail import Rail
    from connectlib.ports.store import Store

#: Characters that the name of a platform may have.
_NAME_MAX = 100


class Misconfigured(Exception):
    """The engine cannot be set up like this; `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def build(
    url: str | None,
    *,
    platform: str = "default",
    country: str = "US",
    livemode: bool = False,
    clock: Any = None,
    cache: Any = None,
    branches: int = 1,
    fees: Any = None,
    processor: Any = None,
    ids: Ids | None = None,
    wall: WallClock | None = None,
    store: Store | None = None,
    rail: Rail | None = None,
    grouped: bool = True,
) -> Engine:
    """An engine over the store behind a URL, or over one that is given.

    Raises: Misconfigured, WorldMismatch, SchemaMismatch, Unavailable.
    """
    _check(platform, country, livemode=livemode, fees=fees)
    wall = wall or SystemClock()
    if clock is None:
        clock = VirtualClock() if url is None else SystemClock()
    if cache is None:
        cache = LocalCache(now=monotonic)
    elif cache is False:
        cache = NoCache()
    parts = Parts(
        store=store or open_store(url, branches),
        clock=clock,
        wall=wall,
        ids=ids or RandomIds(),
        cache=cache,
        processor=processor or Simulator(),
        rail=rail or BankSimulator(),
        fees=fees or DEFAULT_FEES,
        virtual=clock if hasattr(clock, "set") else None,
    )
    world = new_world(platform, country, livemode=livemode, ids=parts.ids, at=clock.now())
    return Engine(parts, world, branches=branches, grouped=grouped)


def _check(platform: str, country: str, *, livemode: bool, fees: Any) -> None:
    if livemode:
        raise Misconfigured(
            "livemode=True is not possible: only simulated processors and banks exist so far.",
            "leave livemode out; no real money can be moved by this release",
        )
    if not 1 <= len(platform) <= _NAME_MAX:
        raise Misconfigured(
            f"platform must be a name of 1 to {_NAME_MAX} characters.", "leave it out, or name it"
        )
    if country not in DEFAULT_CURRENCY:
        raise Misconfigured(
            f"country {country!r} is not one where a platform can be yet.",
            "use one of " + " ".join(sorted(DEFAULT_CURRENCY)),
        )
    if fees is not None and not isinstance(fees, FeeSchedule):
        raise Misconfigured(
            "fees must be a FeeSchedule.", "build one: connectlib.FeeSchedule({...: Rate(...)})"
        )


def check_branches(branches: int) -> None:
    """Refuse more than one branch, until money can move between them.

    Raises: Misconfigured.
    """
    if branches != 1:
        raise Misconfigured(
            f"branches={branches!r} is not possible yet: money cannot move between branches.",
            "leave branches at 1; every row carries its branch already, so it can grow later",
        )


def worlds(url: str) -> list[World]:
    """The worlds that a database holds."""
    store = open_store(url, 1)
    try:
        return store.worlds()
    finally:
        store.close()


def open_store(url: str | None, branches: int) -> Store:
    """The store behind a URL; None is memory."""
    if url is None:
        from connectlib.adapters.memory.store import MemoryStore

        return MemoryStore(branches=branches)
    if not url.startswith(("sqlite:", "postgresql:", "postgresql+")):
        raise Misconfigured(
            "the URL is not one of a store.",
            "use sqlite:///shop.db or postgresql://user@host/name; leave it out for memory",
        )
    try:
        from connectlib.adapters.sql.opening import open_store as open_sql

        return open_sql(url, branches=branches)
    except ModuleNotFoundError as error:
        raise Misconfigured(
            f"PostgreSQL needs the package {error.name}.", 'pip install "connectlib[postgres]"'
        ) from error
