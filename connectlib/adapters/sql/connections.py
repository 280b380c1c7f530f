"""Driver connections, lent one at a time: what is free is used again, up to a limit.

SQLAlchemy's pool costs more per loan than a read by key; this one only keeps a stack. A
changed process id drops what a fork has copied, without closing what the parent still uses.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Lender:
    """Lends connections made by `connect`, at most `limit` at once."""

    def __init__(
        self, connect: Callable[[], Any], *, limit: int, is_sound: Callable[[Any], bool]
    ) -> None:
        self._connect = connect
        self._limit = limit
        self._is_sound = is_sound
        self._start()

    def _start(self) -> None:
        self._pid = os.getpid()
        self._free: deque[Any] = deque()
        self._places = BoundedSemaphore(self._limit)
        self._inherited: list[Any] = []

    def take(self) -> Any:
        """A connection; waits while all are lent."""
        if os.getpid() != self._pid:
            inherited = [*self._inherited, *self._free]
            self._start()
            self._inherited = inherited  # kept, so that nobody closes the parent's sockets
        self._places.acquire()
        try:
            return self._free.pop()
        except IndexError:
            pass
        try:
            return self._connect()
        except BaseException:
            self._places.release()
            raise

    def give_back(self, connection: Any) -> None:
        """Take a connection back; a broken one is closed."""
        if self._is_sound(connection):
            self._free.append(connection)
        else:
            connection.close()
        self._places.release()

    @contextmanager
    def lend(self) -> Iterator[Any]:
        """A connection for the length of a block."""
        connection = self.take()
        try:
            yield connection
        finally:
            self.give_back(connection)

    def close(self) -> None:
        """Close what is free."""
        if os.getpid() != self._pid:
            return
        while self._free:
            self._free.pop().close()
