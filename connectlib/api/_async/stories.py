"""Stories: what became of the money of an object."""

from __future__ import annotations

from connectlib.api._async.base import AsyncResource
from connectlib.wire.explanation import Explanation
from connectlib.wire.params.values import id_of


class AsyncStories(AsyncResource):
    """What `connect.explain` asks."""

    _name = "object"

    async def explain(self, id: object, account: object) -> Explanation:
        """The story of the object with an id, in the namespace of account=.

        Raises:
            InvalidRequestError: there is no such object, or it has no story.
            PermissionError: account= is not a connected account of this platform.
        """
        return await self._explained(self._parse(id_of, id), await self._namespace(account))
