"""Many at one transfer schedule at once: one of them wins, and the charge counts it once."""

from __future__ import annotations

import threading

import pytest

from connectlib import Connect, ConnectError, VirtualClock

THREADS = 12


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def connect(request, tmp_path):
    urls = {"memory": None, "sqlite": f"sqlite:///{tmp_path}/shop.db"}
    url = urls.get(request.param) or (
        request.getfixturevalue("pg_url") if request.param == "postgresql" else None
    )
    with Connect(url, clock=VirtualClock()) as client:
        yield client
        assert client.ledger.verify().ok


def together(*works) -> list[object]:
    """Run the works in threads that start at once; each result or error."""
    results: list[object] = [None] * len(works)
    gate = threading.Barrier(len(works))

    def one(place: int) -> None:
        gate.wait()
        try:
            results[place] = works[place]()
        except ConnectError as error:
            results[place] = error

    threads = [threading.Thread(target=one, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def ready(connect, **extra):
    """(charge, schedule): 6,000 of 10,000."""
    account = connect.testing.account()
    charge = connect.charges.create(amount=10_000, currency="usd", source="tok_visa")
    words = {"amount": 6_000, "currency": "usd", "destination": account.id, **extra}
    return charge, connect.transfer_schedules.create(source_transaction=charge.id, **words)


def counted(connect, charge) -> int:
    return connect._engine.cached(type(charge._row), charge.id).transferred


def test_releases_at_once_make_one_transfer(connect) -> None:
    charge, held = ready(connect)
    release = connect.transfer_schedules.release
    results = together(*[lambda: release(held.id)] * THREADS)
    done = [each for each in results if not isinstance(each, ConnectError)]
    codes = {each.code for each in results if isinstance(each, ConnectError)}
    assert len(done) == 1
    assert codes == {"transfer_schedule_unexpected_state"}
    assert [each.id for each in connect.transfers.list()] == [done[0].transfer]
    assert counted(connect, charge) == 6_000


@pytest.mark.parametrize("round_", range(8))
def test_a_release_and_a_cancel_at_once_are_one_or_the_other(connect, round_) -> None:
    charge, held = ready(connect)
    schedules = connect.transfer_schedules
    works = [lambda: schedules.release(held.id), lambda: schedules.cancel(held.id)]
    results = together(*works[:: 1 - 2 * (round_ % 2)])
    (won,) = [each for each in results if not isinstance(each, ConnectError)]
    found = schedules.retrieve(held.id)
    assert found == won
    released = found.status == "released"
    assert len(connect.transfers.list().data) == released
    assert counted(connect, charge) == (6_000 if released else 0)


def test_pumps_and_hands_at_once_make_one_transfer(connect) -> None:
    charge, dated = ready(connect, release_on="2026-11-02T12:00:30")
    connect._engine.parts.virtual.set(connect._engine.clock.now() + 60_000_000)
    release = connect.transfer_schedules.release
    together(*[connect.run_due, lambda: release(dated.id)] * (THREADS // 2))
    (transfer,) = connect.transfers.list().data
    found = connect.transfer_schedules.retrieve(dated.id)
    assert (found.status, found.transfer) == ("released", transfer.id)
    assert counted(connect, charge) == 6_000
    assert connect.run_due() == 0


def test_schedules_and_transfers_at_once_never_exceed_their_charge(connect) -> None:
    charge, _ = ready(connect)
    words = {"amount": 1_000, "currency": "usd", "source_transaction": charge.id}
    words["destination"] = connect.testing.account().id
    creates = [connect.transfers.create, connect.transfer_schedules.create]
    results = together(*[lambda make=make: make(**words) for make in creates * (THREADS // 2)])
    done = [each for each in results if not isinstance(each, ConnectError)]
    assert len(done) == 4
    assert counted(connect, charge) == 10_000
