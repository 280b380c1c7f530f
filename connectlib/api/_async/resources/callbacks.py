"""What the processor tells by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from connectlib.api._async.base import AsyncResource
from connectlib.api.errors import ConnectError, error_of
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Callback
from connectlib.flows import callbacks
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.callbacks import CallbackObject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectlib.ports.processor import News


class AsyncCallbacks(AsyncResource):
    """News of the processor: hand its webhooks over here. Ours: Stripe has no such resource."""

    _kind = Callback
    _name = "callback"
    _url = "/callbacks"
    _filters: ClassVar[dict[str, str]] = {"outcome": "outcome", "about": "object_id"}

    async def receive(
        self, payload: bytes, headers: Mapping[str, str]
    ) -> list[CallbackObject | ConnectError]:
        """Hand over the body and the headers of a message that the processor has sent.

        Its signature is checked by the processor's adapter. One result for each piece of news
        in it: what was made of it (`outcome`: moved, known, ignored, contradicts, mismatch), or
        an error where it has been heard before. Answer the processor with 200 once this
        returns: everything is committed.

        Raises:
            InvalidRequestError: the message is not the processor's.
            APIError: the store failed; let the processor send it again.
        """
        try:
            news = self._base.processor.hear(payload, headers)
        except ValueError as error:
            refused = Refused(
                Why.PARAMETER_INVALID,
                f"This is no message of the processor: {error}",
                "payload",
                "pass the raw body and the headers, as they came",
            )
            raise error_of(refused) from None
        return await self.hear(news)

    async def hear(self, news: Sequence[News]) -> list[CallbackObject | ConnectError]:
        """The same for news that has been taken out of its message: `ports.processor.News`.

        Raises:
            APIError: the store failed.
        """
        found = await self._run(callbacks.hear(self._base.ground, news))
        return [error_of(each) if isinstance(each, Refused) else self._show(each) for each in found]

    def _show(self, row: Any) -> CallbackObject:
        """How a row of this resource is shown."""
        return CallbackObject(row, livemode=bool(self._base.world.livemode))

    async def list(self, **params: Any) -> ListObject:
        """A page of what was heard, newest first: limit, cursors, created, outcome, about.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return await self._list(None, params)
