"""The sources of chance behind ids, keys and nonces: the system's, and seeded ones."""

from __future__ import annotations

import os
import random
import threading
from operator import add
from typing import TYPE_CHECKING

from connectlib.core.ids import RANDOM, TICK_SHIFT, random_parts, tick_parts

if TYPE_CHECKING:
    from collections.abc import Callable

#: Bytes fetched from the system at once.
_BLOCK = RANDOM * 256


class RandomIds:
    """Id bodies from the system's chance; safe in threads, and after a fork."""

    def __init__(self, source: Callable[[int], bytes] = os.urandom) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._last = 0
        self._pid = os.getpid()
        self._parts: list[str] = []

    def bodies(self, n: int, at: int) -> list[str]:
        """See `ports.ids.Ids`: ascending, whatever the clock does."""
        with self._lock:
            parts = self._take(n)
            first = max(self._last + 1, at >> TICK_SHIFT)
            self._last = first + n - 1
        return list(map(add, tick_parts(first, n), parts))

    def _take(self, n: int) -> list[str]:
        if os.getpid() != self._pid:
            self._pid, self._parts = os.getpid(), []
        while len(self._parts) < n:
            size = max(_BLOCK, n * RANDOM)
            self._parts += random_parts(self._source(size), size // RANDOM)
        taken = self._parts[-n:]
        del self._parts[-n:]
        return taken


class SeededIds(RandomIds):
    """The same ids for the same seed and calls: for simulations and golden outputs only."""

    def __init__(self, seed: int) -> None:
        super().__init__(random.Random(seed).randbytes)  # noqa: S311 (simulation)


class SystemEntropy:
    """See `ports.entropy`: the system's, safe in threads and after a fork."""

    def bytes(self, n: int) -> bytes:
        """See `ports.entropy.Entropy`."""
        return os.urandom(n)


class SeededEntropy:
    """The same bytes for the same seed and calls: for simulations only."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 (simulation)
        self._lock = threading.Lock()

    def bytes(self, n: int) -> bytes:
        """See `ports.entropy.Entropy`."""
        with self._lock:
            return self._chance.randbytes(n)
