"""What is given to be uploaded: bytes, a path, a file object, or one of these with a name."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectlib.core.files import HEAD
from connectlib.wire.params.values import shown, text_of, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 1 << 16
_NAME_MAX = 255
_PARAM = "file"
_HINT = (
    "pass bytes, a pathlib.Path, a file opened with 'rb', or (name, one of these);"
    " a str is not taken, so that nobody's text becomes a path"
)


class Upload:
    """A file to be uploaded, read as far as its type needs. Close it.

    name: what it is called, without folders; None where it has no name. head: its first bytes.
    """

    def __init__(self, given: object) -> None:
        name: object = None
        if isinstance(given, tuple) and len(given) == 2:
            name, given = given
            if not isinstance(name, str):
                wrong(_PARAM, f"Invalid file name: {shown(name)}", _HINT)
        self._owned = not hasattr(given, "read")
        self._file = _opened(given)
        name = name if name is not None else _name(given)
        self.name = _checked(name) if isinstance(name, str) else None
        try:
            self.head = self._read(HEAD)
        except BaseException:
            self.close()
            raise

    def chunks(self) -> Iterator[bytes]:
        """All its bytes, once."""
        chunk = self.head
        while chunk:
            yield chunk
            chunk = self._read(_CHUNK)

    def close(self) -> None:
        """Close what has been opened here; a file object given stays open."""
        if self._owned:
            with suppress(OSError):
                self._file.close()

    def _read(self, n: int) -> bytes:
        try:
            found = self._file.read(n)
        except (OSError, ValueError) as error:
            what = getattr(error, "strerror", None) or type(error).__name__
            wrong(_PARAM, f"The file cannot be read: {what}.", "open it with 'rb'")
        if not isinstance(found, bytes):
            wrong(_PARAM, "Invalid file: it gives text, not bytes.", "open it with 'rb'")
        return found


def _opened(given: object) -> Any:
    if isinstance(given, bytes | bytearray | memoryview):
        return io.BytesIO(bytes(given))
    if isinstance(given, os.PathLike):
        try:
            return Path(os.fsdecode(given)).open("rb")
        except (OSError, ValueError) as error:
            what = getattr(error, "strerror", None) or type(error).__name__
            wrong(_PARAM, f"The file cannot be read: {what}.", "pass the path of a file")
    if callable(getattr(given, "read", None)):
        return given
    return wrong(_PARAM, f"Invalid file: {shown(given)}", _HINT)


def _name(given: object) -> object:
    if isinstance(given, os.PathLike):
        return os.fsdecode(given)
    return getattr(given, "name", None)


def _checked(name: str) -> str | None:
    """A name without the folders of anybody's system."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return text_of(last, _PARAM, limit=_NAME_MAX) if last.strip(". ") else None
