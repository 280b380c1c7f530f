"""Group commit without a thread or a timer: the first waiter leads one batch, then hands over.

Whoever calls while a commit is in flight joins the next one; alone, nobody waits. A waiter
that is interrupted or cancelled never cancels the batch its work is in.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connectlib.core.book import AnyWork

    Execute = Callable[[Sequence[AnyWork]], list[Any]]

#: About how many ledger transfers one commit may make.
WEIGHT_MAX = 2_000


class Ticket:
    """The works of one caller: done in order, in one batch or, where they are many, several."""

    __slots__ = ("abandoned", "at", "future", "gate", "leads", "loop", "results", "works")

    def __init__(self, works: Sequence[AnyWork]) -> None:
        self.works = works
        self.results: list[Any] = []
        self.at = 0
        self.leads = False
        self.abandoned = False
        self.gate: threading.Lock | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.future: asyncio.Future[None] | None = None

    @property
    def is_done(self) -> bool:
        """Whether every work has its result."""
        return len(self.results) == len(self.works)

    def wake(self) -> None:
        """Let the waiter go on: it is done, or it leads."""
        if self.gate is not None:
            self.gate.release()
        elif self.loop is not None and self.future is not None:
            try:
                self.loop.call_soon_threadsafe(_resolve, self.future)
            except RuntimeError:
                return  # its loop is closed: nobody waits any more


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class Committer:
    """Commits the works of one branch. `execute` does one batch and gives one result for each."""

    def __init__(self, execute: Execute, *, grouped: bool = True) -> None:
        self._execute = execute
        self._grouped = grouped
        self._start()

    def _start(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._queue: deque[Ticket] = deque()
        self._leading = False
        self._pool: ThreadPoolExecutor | None = None

    def submit(self, works: Sequence[AnyWork]) -> list[Any]:
        """Do works; blocks until each has its result: an outcome, or an exception."""
        if os.getpid() != self._pid:
            self._start()
        ticket = Ticket(works)
        if not works:
            return ticket.results
        if not self._grouped:
            self._run([(ticket, 0, len(works))])
            return ticket.results
        with self._lock:
            if self._leading:
                ticket.gate = threading.Lock()
                ticket.gate.acquire()
            else:
                self._leading = ticket.leads = True
            self._queue.append(ticket)
        if ticket.gate is not None:
            self._wait(ticket, ticket.gate)
        if ticket.leads:
            self._lead(ticket)
        return ticket.results

    def _wait(self, ticket: Ticket, gate: threading.Lock) -> None:
        try:
            gate.acquire()
        except BaseException:
            with self._lock:
                ticket.abandoned = True
                leads = ticket.leads
            if leads:
                self._hand_over()
            raise

    async def submit_async(self, works: Sequence[AnyWork]) -> list[Any]:
        """The same for a task: it waits, a thread of the pool leads."""
        if os.getpid() != self._pid:
            self._start()
        ticket = Ticket(works)
        if not works:
            return ticket.results
        ticket.loop = asyncio.get_running_loop()
        ticket.future = ticket.loop.create_future()
        with self._lock:
            self._queue.append(ticket)
            starts = not self._leading
            self._leading = True
            ticket.leads = starts
        if starts:
            self._threads().submit(self._lead, ticket)
        await asyncio.shield(ticket.future)
        return ticket.results

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="connectlib-commit")
        return self._pool

    def _lead(self, ticket: Ticket) -> None:
        """Commit batches until the leader's own works are done, then hand over."""
        try:
            while not ticket.is_done:
                self._run(self._take())
        finally:
            self._hand_over()

    def _take(self) -> list[tuple[Ticket, int, int]]:
        """The next batch: parts (ticket, from, to) in order of arrival, up to the weight."""
        parts: list[tuple[Ticket, int, int]] = []
        room = WEIGHT_MAX
        with self._lock:
            while self._queue and room > 0:
                ticket = self._queue[0]
                start = at = ticket.at
                works = ticket.works
                while at < len(works) and (room > 0 or (not parts and at == start)):
                    room -= max(works[at].weight, 1)
                    at += 1
                ticket.at = at
                parts.append((ticket, start, at))
                if at == len(works):
                    self._queue.popleft()
        return parts

    def _run(self, parts: list[tuple[Ticket, int, int]]) -> None:
        works = [work for ticket, start, end in parts for work in ticket.works[start:end]]
        try:
            results = self._execute(works)
        except BaseException as error:
            failed = error if isinstance(error, Exception) else RuntimeError(repr(error))
            self._deliver(parts, [failed] * len(works))
            if not isinstance(error, Exception):
                raise
            return
        self._deliver(parts, results)

    def _deliver(self, parts: list[tuple[Ticket, int, int]], results: list[Any]) -> None:
        at = 0
        for ticket, start, end in parts:
            ticket.results += results[at : at + end - start]
            at += end - start
            if ticket.is_done and not (ticket.leads and ticket.gate is not None):
                ticket.wake()

    def _hand_over(self) -> None:
        """Let the first waiter that is still there lead; a task is led for by a thread."""
        while True:
            with self._lock:
                if not self._queue:
                    self._leading = False
                    return
                heir = next((each for each in self._queue if not each.abandoned), None)
                if heir is not None:
                    heir.leads = True
            if heir is None:
                self._run(self._take())
            elif heir.gate is not None:
                heir.wake()
                return
            else:
                self._threads().submit(self._lead, heir)
                return

    def close(self) -> None:
        """Let the pool go, where there is one."""
        if self._pool is not None and os.getpid() == self._pid:
            self._pool.shutdown(wait=True)
            self._pool = None
