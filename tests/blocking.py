"""The awaiting client behind a blocking face, so that one story is told in both colours."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from connectlib.wire.objects.base import ListObject


class Blocking:
    """Every coroutine of the target is awaited on one loop."""

    def __init__(self, target: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._target = target
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if inspect.iscoroutinefunction(value):
            return lambda *args, **words: self._shown(
                self._loop.run_until_complete(value(*args, **words))
            )
        if type(value).__module__.startswith("connectlib.api"):
            return Blocking(value, self._loop)
        return value

    def _shown(self, value: Any) -> Any:
        return Page(value, self._loop) if isinstance(value, ListObject) else value


class Page:
    """A list of the awaiting client, paged by blocking."""

    def __init__(self, page: ListObject, loop: asyncio.AbstractEventLoop) -> None:
        self._page = page
        self._loop = loop
        self.data, self.has_more = page.data, page.has_more

    def __iter__(self) -> Any:
        return iter(self.data)

    def __getitem__(self, place: int) -> Any:
        return self._page[place]

    def auto_paging_iter(self) -> list[Any]:
        async def every() -> list[Any]:
            return [each async for each in self._page.auto_paging_aiter()]

        return self._loop.run_until_complete(every())
