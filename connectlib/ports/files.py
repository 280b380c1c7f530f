"""What a file store must offer: bytes under a key, whole or not at all.

It is never called while a transaction of the store of rows is open. What it raises beside these
faults is taken for a fault of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class FilesFault(Exception):
    """The file store failed, or what it holds is damaged."""


class NoFileStore(Exception):
    """There is no file store: the client was opened without one."""


class TooManyBytes(Exception):
    """More bytes came than may: nothing of them is kept."""


class Stored(NamedTuple):
    """Bytes that lie in the store. digest: their SHA-256, in hexadecimal digits."""

    key: str
    size: int
    digest: str


class FileStore(Protocol):
    """Where bytes live. A key has 1 to 128 letters, digits and underscores."""

    def put(self, key: str, chunks: Iterable[bytes]) -> None:
        """Keep the bytes of the chunks: durable, and there as a whole, when it returns.

        Where taking a chunk raises, nothing is there and the exception goes on.
        """
        ...

    def get(self, key: str) -> Iterator[bytes]:
        """The bytes, in chunks. Raises KeyError where there are none."""
        ...

    def stat(self, key: str) -> int | None:
        """How many bytes there are; None where there are none."""
        ...

    def delete(self, key: str) -> None:
        """Forget the bytes; what is gone is gone."""
        ...
