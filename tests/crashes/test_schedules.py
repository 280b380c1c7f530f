"""Stop the flows of transfer schedules, and the pump, after each step: the end is the same."""

from __future__ import annotations

import itertools

import pytest

from connectlib import Connect
from connectlib.core.book import Request
from connectlib.core.commands import CreateTransferSchedule, UpdateTransferSchedule
from connectlib.flows import transfer_schedules
from connectlib.flows.jobs import due
from connectlib.runtime.pump import advance_to
from connectlib.runtime.run import run
from tests.crashes.test_every_step import DAY, STORES, Counted, stop_after
from tests.engines import balances, engine, restart, settle_all


class Scene:
    """Schedules of every kind, and each flow with the same words again and again."""

    def __init__(self, url: str | None) -> None:
        self.engine = engine(url, cache=False)
        connect = Connect.over(self.engine)
        self.account = connect.testing.account()
        self.charge = connect.charges.create(amount=50_000, currency="usd", source="tok_visa")
        self.held = self._plan(connect, 5_000, source_transaction=self.charge.id)
        self.soon = self._plan(
            connect, 2_000, source_transaction=self.charge.id, release_on="2026-11-03T09:00"
        )
        self.late = self._plan(connect, 300, release_on="2026-11-03")

    def _plan(self, connect, amount: int, **words):
        return connect.transfer_schedules.create(
            amount=amount, currency="usd", destination=self.account.id, **words
        )

    def flow(self, name: str, of):
        """The flow, with its idempotency key, on an engine."""
        ground = of.ground
        request = Request(of.world.account, "key", "print")
        if name == "create":
            command = CreateTransferSchedule(700, "usd", self.account.id, self.charge.id)
            return transfer_schedules.create(ground, [(command, request)])
        if name == "update":
            command = UpdateTransferSchedule(self.held.id, of.clock.now() + DAY // 2)
            return transfer_schedules.update(ground, command, request)
        return getattr(transfer_schedules, name)(ground, self.held.id, request)

    def end(self, of) -> object:
        """Let everything come to rest: balances, and what became of each schedule."""
        settle_all(of)
        advance_to(of, of.clock.now() + 10 * DAY)
        connect = Connect.over(of)
        report = connect.ledger.verify()
        assert report.ok, report.flaw
        schedules = sorted((row.amount, row.status) for row in connect.transfer_schedules.list())
        transfers = sorted((row.amount, row.schedule is None) for row in connect.transfers.list())
        return balances(connect, self.account.id), schedules, transfers


@pytest.fixture(params=STORES)
def url(request, tmp_path):
    numbers = itertools.count()
    return {
        "memory": lambda: None,
        "sqlite": lambda: f"sqlite:///{tmp_path}/{next(numbers)}.db",
    }[request.param]


@pytest.mark.parametrize("name", ["create", "update", "release", "cancel"])
def test_a_flow_stopped_anywhere_and_repeated_ends_as_if_it_never_was(url, name) -> None:
    whole = Scene(url())
    expected = run(whole.engine, whole.flow(name, whole.engine))
    end = whole.end(whole.engine)
    for steps in itertools.count():
        scene = Scene(url())
        finished = stop_after(scene.engine, scene.flow(name, scene.engine), steps)
        again = restart(scene.engine)
        assert type(run(again, scene.flow(name, again))) is type(expected)
        assert scene.end(again) == end, f"after {steps} steps"
        if finished:
            assert steps > 0
            break


def test_a_pump_stopped_anywhere_goes_on_elsewhere(url) -> None:
    end = Scene(url())
    expected = end.end(end.engine)
    assert expected[1] == [(300, "released"), (2_000, "released"), (5_000, "scheduled")]
    for steps in range(1, 30):
        scene = Scene(url())
        of, left = scene.engine, steps
        target = of.clock.now() + 6 * DAY
        while left > 0 and of.clock.now() < target:
            counted = Counted(of)
            flow = due.run(of.ground, 0, until=of.clock.now(), wall=of.wall.now(), limit=100)
            done = counted.drive(flow, left)
            left -= counted.steps
            if done == 0:
                of.clock.set(of.clock.now() + DAY // 4)
        assert scene.end(restart(of)) == expected, f"after {steps} steps"
