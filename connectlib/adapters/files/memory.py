"""A file store in memory, for tests; and the one that is there when there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from connectlib.ports.files import NoFileStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class MemoryFiles:
    """Bytes in a dictionary: gone with the process."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def put(self, key: str, chunks: Iterable[bytes]) -> None:
        """See `ports.files.FileStore`."""
        self._kept[key] = b"".join(chunks)

    def get(self, key: str) -> Iterator[bytes]:
        """See `ports.files.FileStore`."""
        return iter((self._kept[key],))

    def stat(self, key: str) -> int | None:
        """See `ports.files.FileStore`."""
        found = self._kept.get(key)
        return None if found is None else len(found)

    def delete(self, key: str) -> None:
        """See `ports.files.FileStore`."""
        self._kept.pop(key, None)


class NoFiles:
    """What stands for a file store that was not given: a database would outlive its bytes."""

    def _refuse(self) -> NoReturn:
        raise NoFileStore("This client has no file store.")

    def put(self, key: str, chunks: Iterable[bytes]) -> None:
        """Refuse."""
        self._refuse()

    def get(self, key: str) -> Iterator[bytes]:
        """Refuse."""
        self._refuse()

    def stat(self, key: str) -> int | None:
        """Refuse."""
        self._refuse()

    def delete(self, key: str) -> None:
        """Refuse."""
        self._refuse()
