"""Driver connections, lent one at a time: what is free is used again, up to a limit.

SQLAlchemy's pool costs more per loan than a read by key; this one only keeps a stack. A
changed process id drops what a fork has copied, without closing what the parent still uses.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import contextmanager
from threading import Condition
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
        self._made = self._waiting = 0
        self._changed = Condition()
        self._inherited: list[Any] = []

    def take(self) -> Any:
        """A connection; waits while all are lent."""
        if os.getpid() != self._pid:
            inherited = [*self._inherited, *self._free]
            self._start()
            self._inherited = inherited  # kept, so that nobody closes the parent's sockets
        try:
            return self._free.pop()
        except IndexError:
            return self._wait() or self._make()

    def _wait(self) -> Any:
        """A connection that somebody gives back; None where a new one may be made."""
        with self._changed:
            # Told before looking again: who gives one back from here on sees that we wait.
            self._waiting += 1
            try:
                while True:
                    if self._free:
                        try:
                            return self._free.pop()
                        except IndexError:
                            continue  # somebody who did not wait was quicker
                    if self._made < self._limit:
                        self._made += 1
                        return None
                    self._changed.wait()
            finally:
                self._waiting -= 1

    def _make(self) -> Any:
        try:
            return self._connect()
        except BaseException:
            self._lost()
            raise

    def give_back(self, connection: Any) -> None:
        """Take a connection back; a broken one is closed."""
        if not self._is_sound(connection):
            connection.close()
            self._lost()
            return
        self._free.append(connection)
        if self._waiting:
            with self._changed:
                self._changed.notify()

    def _lost(self) -> None:
        with self._changed:
            self._made -= 1
            self._changed.notify()

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
            self._lost()
