"""No cache: everything is read where it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from connectlib.ports.cache import Cached


class NoCache:
    """See `ports.cache.Cache`."""

    def get(self, key: str, load: Callable[[], Cached]) -> object | None:
        """See `ports.cache.Cache`: always loads."""
        return load().value

    def put(self, key: str, entry: Cached) -> None:
        """Keep nothing."""

    def invalidate(self, keys: Iterable[str]) -> None:
        """Nothing is kept."""

    def clear(self) -> None:
        """Nothing is kept."""
