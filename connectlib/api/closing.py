"""The other name of closing: what awaits may be called `aclose` too, as in the standard library."""

from __future__ import annotations


class AsyncClosing:
    """An awaiting client."""

    async def close(self) -> None:
        """Give everything back."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """The same as `close`, under the name that `contextlib.aclosing` calls."""
        await self.close()


class Closing:
    """A blocking client: `close` is all there is."""
