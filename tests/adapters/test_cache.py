"""The cache may be empty, stale or poisoned: what the engine does is the same."""

from __future__ import annotations

import threading

import pytest

from connectlib import Connect
from connectlib.adapters.cache.local import LocalCache
from connectlib.ports.cache import Cached
from tests.engines import client


class Time:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_a_value_is_loaded_once_and_kept_for_its_time() -> None:
    time, loads = Time(), []
    cache = LocalCache(now=time, ttl=1.0)

    def load() -> Cached:
        loads.append(1)
        return Cached(len(loads), f"v{len(loads)}")

    assert [cache.get("k", load) for _ in range(3)] == ["v1"] * 3
    time.at = 1.1
    assert cache.get("k", load) == "v2"


def test_absence_is_kept_too() -> None:
    loads = []
    cache = LocalCache(now=Time())
    for _ in range(2):
        assert cache.get("k", lambda: loads.append(1) or Cached(0, None)) is None
    assert len(loads) == 1


def test_an_older_version_never_replaces_a_newer_one() -> None:
    cache = LocalCache(now=Time())
    cache.put("k", Cached(2, "new"))
    cache.put("k", Cached(1, "old"))
    assert cache.get("k", lambda: Cached(9, "loaded")) == "new"


def test_many_that_miss_at_once_load_once() -> None:
    cache, loads, gate = LocalCache(now=Time()), [], threading.Barrier(8)
    go = threading.Event()

    def load() -> Cached:
        loads.append(1)
        go.wait(2)
        return Cached(1, "v")

    found = []

    def one() -> None:
        gate.wait()
        found.append(cache.get("k", load))

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    while not loads:
        pass
    go.set()
    for thread in threads:
        thread.join()
    assert (found, len(loads)) == (["v"] * 8, 1)


def test_what_was_invalidated_while_it_was_loaded_is_not_kept() -> None:
    cache = LocalCache(now=Time())

    def load() -> Cached:
        cache.invalidate(["k"])
        return Cached(1, "old")

    assert cache.get("k", load) == "old"
    assert cache.get("k", lambda: Cached(2, "new")) == "new"


def test_a_failing_load_is_tried_again() -> None:
    cache = LocalCache(now=Time())

    def fail() -> Cached:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        cache.get("k", fail)
    assert cache.get("k", lambda: Cached(1, "v")) == "v"


class Poisoned:
    """Keeps the first thing it ever saw, for ever, and forgets nothing."""

    def __init__(self) -> None:
        self.kept: dict[str, Cached] = {}

    def get(self, key, load):
        return self.kept.setdefault(key, load()).value

    def put(self, key, entry):
        self.kept.setdefault(key, entry)

    def invalidate(self, keys):
        pass

    def clear(self):
        pass


def life(connect: Connect) -> list[object]:
    """What the ledger says after a life: the cache has had its chance at every step."""
    ada = connect.testing.account()
    for amount in (1_000, 2_000, 3_000):
        charge = connect.charges.create(
            amount=amount,
            currency="usd",
            source="tok_visa",
            transfer_data={"destination": ada.id},
            application_fee_amount=100,
        )
        connect.charges.retrieve(charge.id)
        connect.refunds.create(charge=charge.id, amount=500, reverse_transfer=True)
        connect.charges.retrieve(charge.id)
        connect.clock.advance(days=1)
    connect.clock.advance(days=5)
    report = connect.ledger.verify()
    assert report.ok
    return [str(move) for move in connect.ledger.transfers()]


def test_the_ledger_is_the_same_with_cache_without_and_poisoned() -> None:
    traces = [life(client("sqlite://", cache=cache)) for cache in (None, False, Poisoned())]
    assert traces[0] == traces[1] == traces[2]
