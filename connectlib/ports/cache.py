"""What a cache must offer: versioned values that may be missing or stale, never wrong for long.

A cache never decides about money: whatever it says, the engine reads again under the lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Cached(NamedTuple):
    """A value and its version; value None means that there is nothing (a negative entry)."""

    version: int
    value: object | None


class Cache(Protocol):
    """Keys are text that names world and object; a newer version always wins."""

    def get(self, key: str, load: Callable[[], Cached]) -> object | None:
        """The value, loaded by one caller where many miss at once; None where there is none."""
        ...

    def put(self, key: str, entry: Cached) -> None:
        """Keep a value unless a newer version is there."""
        ...

    def invalidate(self, keys: Iterable[str]) -> None:
        """Forget these; a load that began before this keeps nothing."""
        ...

    def clear(self) -> None:
        """Forget everything."""
        ...
