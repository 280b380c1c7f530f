"""A file store in a directory: written beside, synced, then given its name in one step."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from connectlib.ports.files import FilesFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_KEY = re.compile(r"[A-Za-z0-9_]{1,128}")
#: What a file that is being written is called at the end. No key has a dot.
_UNDONE = ".part"
_CHUNK = 1 << 20


class DirectoryFiles:
    """Bytes in files below a directory, which is made if it is not there.

    Files can be read by their owner alone. Several processes may share a directory. One that
    dies while it writes leaves a `.part` behind, which nobody reads: `sweep` removes them.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    def put(self, key: str, chunks: Iterable[bytes]) -> None:
        """See `ports.files.FileStore`."""
        place = self._place(key)
        with _faults():
            place.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(_UNDONE, dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in chunks:
                    with _faults():
                        file.write(chunk)
                with _faults():
                    file.flush()
                    os.fsync(file.fileno())
            with _faults():
                Path(name).replace(place)
                self._sync(place.parent)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink(missing_ok=True)
            raise

    def get(self, key: str) -> Iterator[bytes]:
        """See `ports.files.FileStore`."""
        try:
            file = self._place(key).open("rb")
        except FileNotFoundError:
            raise KeyError(key) from None
        except OSError as error:
            raise FilesFault(_words(error)) from error

        def chunks() -> Iterator[bytes]:
            with file, _faults():
                while chunk := file.read(_CHUNK):
                    yield chunk

        return chunks()

    def stat(self, key: str) -> int | None:
        """See `ports.files.FileStore`."""
        try:
            return self._place(key).stat().st_size
        except FileNotFoundError:
            return None
        except OSError as error:
            raise FilesFault(_words(error)) from error

    def delete(self, key: str) -> None:
        """See `ports.files.FileStore`."""
        with _faults():
            self._place(key).unlink(missing_ok=True)

    def sweep(self) -> int:
        """Remove what writers that died have left; how many files. Not while others write."""
        found = list(self._path.glob(f"*/*{_UNDONE}"))
        for each in found:
            with _faults():
                each.unlink(missing_ok=True)
        return len(found)

    def _place(self, key: str) -> Path:
        """Where the bytes of a key are: in one of a thousand folders, by its last letters."""
        if not _KEY.fullmatch(key):
            raise ValueError("this is no key of a file store")
        return self._path / key[-2:].lower() / key

    def _sync(self, folder: Path) -> None:
        """Make the names in a folder durable, where the system can."""
        for each in (folder, self._path):
            handle = os.open(each, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


class _faults:  # noqa: N801 (it reads like a word of the language)
    """Inside of it an OSError becomes a FilesFault, without the path."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            raise FilesFault(_words(error)) from error


def _words(error: OSError) -> str:
    return error.strerror or type(error).__name__
