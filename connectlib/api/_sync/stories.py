# Made from connectlib/api/_async/stories.py: edit that.
"""Stories: what became of the money of an object."""

from __future__ import annotations

from connectlib.api._sync.base import Resource
from connectlib.wire.explanation import Explanation
from connectlib.wire.params.values import id_of


class Stories(Resource):
    """What `connect.explain` asks."""

    _name = "object"

    def explain(self, id: object, account: object) -> Explanation:
        """The story of the object with an id, in the namespace of account=.

        Raises:
            InvalidRequestError: there is no such object, or it has no story.
            PermissionError: account= is not a connected account of this platform.
        """
        return self._explained(self._parse(id_of, id), self._namespace(account))
