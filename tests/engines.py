"""Engines for tests: any store, seeded ids, a wall clock that can be moved."""

from __future__ import annotations

from typing import Any

from connectlib import Connect
from connectlib.adapters.clock import VirtualClock
from connectlib.adapters.entropy import SeededIds
from connectlib.runtime.build import build
from connectlib.runtime.engine import Engine
from connectlib.runtime.pump import pump


class HandClock:
    """A wall clock moved by hand: leases run out when the test says so."""

    def __init__(self, at: int = 1_700_000_000_000_000) -> None:
        self.at = at

    def now(self) -> int:
        return self.at

    def pass_leases(self) -> None:
        self.at += 3_600 * 1_000_000


def engine(url: str | None = None, *, seed: int = 1, **parts: Any) -> Engine:
    """An engine that makes the same ids for the same seed and calls."""
    parts.setdefault("clock", VirtualClock())
    parts.setdefault("wall", HandClock())
    return build(url, ids=SeededIds(seed), **parts)


def client(url: str | None = None, **parts: Any) -> Connect:
    """A client over such an engine."""
    return Connect.over(engine(url, **parts))


def restart(old: Engine, *, seed: int = 99) -> Engine:
    """Another process over the same store: new ids, leases of the dead run out."""
    wall = HandClock(old.wall.now())
    wall.pass_leases()
    clock = VirtualClock(old.clock.now())
    return build(
        None,
        store=old.store,
        ids=SeededIds(seed),
        clock=clock,
        wall=wall,
        processor=old.processor,
        rail=old.rail,
        fees=old.ground.fees,
        fx=old.parts.fx,
        country=old.world.country,
        branches=old.ground.branches,
        files=old.files,
        cache=False,
    )


def settle_all(of: Engine) -> None:
    """Pump until nothing is left to do now."""
    while pump(of):
        pass


def balances(connect: Connect, *accounts: str) -> list[dict[str, tuple[int, int, int]]]:
    """(pending, available, in transit) by currency: of the platform, then of accounts."""
    found = []
    for account in (None, *accounts):
        funds = connect.balance.retrieve(account=account)
        found.append(
            {
                entry["currency"]: (
                    entry["amount"],
                    funds.available[entry["currency"]],
                    funds.in_transit[entry["currency"]],
                )
                for entry in funds.pending
            }
        )
    return found
