"""Calls to the file store: counted and digested on the way in, its faults told as such."""

from __future__ import annotations

import logging
from hashlib import sha256
from typing import TYPE_CHECKING

from connectlib.ports.files import FilesFault, NoFileStore, Stored, TooManyBytes
from connectlib.runtime.joinable import NotJoinable
from connectlib.wire.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connectlib.runtime.engine import Engine

#: What goes on through a file store as it is.
_KNOWN = (FilesFault, NoFileStore, NotJoinable, Invalid, TooManyBytes)

_log = logging.getLogger("connectlib")


class _Meter:
    """Counts and digests chunks as they pass. Raises TooManyBytes beyond a limit."""

    def __init__(self, chunks: Iterable[bytes], limit: int) -> None:
        self._chunks = chunks
        self._limit = limit
        self._digest = sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > self._limit:
                raise TooManyBytes
            self._digest.update(chunk)
            yield chunk

    def digest(self) -> str:
        """SHA-256 of what has passed."""
        return self._digest.hexdigest()


def put(engine: Engine, chunks: Iterable[bytes], limit: int) -> Stored | None:
    """Put bytes into the file store under a new key; None where there are too many of them."""
    (key,) = engine.ids.bodies(1, engine.clock.now())
    meter = _Meter(chunks, limit)
    try:
        engine.files.put(key, iter(meter))
    except TooManyBytes:
        return None
    except _KNOWN:
        raise
    except Exception as error:
        raise _fault(error) from error
    return Stored(key, meter.size, meter.digest())


def got(engine: Engine, key: str) -> bytes | None:
    """The bytes under a key; None where there are none."""
    try:
        return b"".join(engine.files.get(key))
    except KeyError:
        return None
    except _KNOWN:
        raise
    except Exception as error:
        raise _fault(error) from error


def dropped(engine: Engine, key: str) -> None:
    """Forget bytes that no row names. Where that fails they stay, and the log says so."""
    try:
        engine.files.delete(key)
    except NotJoinable:
        raise
    except Exception as error:
        _log.warning("bytes that no file names stay in the store: %s", type(error).__name__)


def _fault(error: Exception) -> FilesFault:
    return FilesFault(f"it raised {type(error).__name__}")
