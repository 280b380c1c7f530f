"""The cache in this process: cachetools under a lock, one loader for each key.

What another process has changed is seen after the time to live at the latest; what this one
has changed, at once.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from cachetools import TTLCache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from connectlib.ports.cache import Cached

#: How stale a value may be, in seconds.
TTL = 1.0
SIZE = 10_000


class _Loading:
    """A load under way: others wait for it. stale: it was invalidated meanwhile."""

    __slots__ = ("done", "entry", "stale")

    def __init__(self) -> None:
        self.done = threading.Event()
        self.entry: Cached | None = None
        self.stale = False


class LocalCache:
    """See `ports.cache.Cache`. now: seconds that only grow."""

    def __init__(self, *, now: Callable[[], float], size: int = SIZE, ttl: float = TTL) -> None:
        self._now, self._size, self._ttl = now, size, ttl
        self._start()

    def _start(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._loading: dict[str, _Loading] = {}
        self._kept: TTLCache[str, Cached] = TTLCache(self._size, self._ttl, timer=self._now)

    def get(self, key: str, load: Callable[[], Cached]) -> object | None:
        """See `ports.cache.Cache`."""
        if os.getpid() != self._pid:
            self._start()
        with self._lock:
            try:
                return self._kept[key].value
            except KeyError:
                pass
            under_way = self._loading.get(key)
            mine = None
            if under_way is None:
                mine = self._loading[key] = _Loading()
        if mine is not None:
            return self._load(key, mine, load)
        if under_way is not None:
            under_way.done.wait()
            if under_way.entry is not None and not under_way.stale:
                return under_way.entry.value
        return load().value

    def _load(self, key: str, loading: _Loading, load: Callable[[], Cached]) -> object | None:
        try:
            entry = load()
            loading.entry = entry
            return entry.value
        finally:
            with self._lock:
                if self._loading.get(key) is loading:
                    del self._loading[key]
                if loading.entry is not None and not loading.stale:
                    self._keep(key, loading.entry)
            loading.done.set()

    def put(self, key: str, entry: Cached) -> None:
        """See `ports.cache.Cache`."""
        with self._lock:
            self._keep(key, entry)

    def _keep(self, key: str, entry: Cached) -> None:
        try:
            kept = self._kept[key]
        except KeyError:
            kept = None
        if kept is None or kept.version <= entry.version:
            self._kept[key] = entry

    def invalidate(self, keys: Iterable[str]) -> None:
        """See `ports.cache.Cache`."""
        with self._lock:
            for key in keys:
                self._kept.pop(key, None)
                loading = self._loading.pop(key, None)
                if loading is not None:
                    loading.stale = True

    def clear(self) -> None:
        """See `ports.cache.Cache`."""
        with self._lock:
            self._kept.clear()
            for loading in self._loading.values():
                loading.stale = True
            self._loading.clear()
