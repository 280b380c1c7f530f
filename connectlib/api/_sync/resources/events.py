# Made from connectlib/api/_async/resources/events.py: edit that.
"""Events."""

from __future__ import annotations

from typing import Any, ClassVar

from connectlib.api._sync.base import Resource
from connectlib.api.errors import error_of
from connectlib.core.refusals import Refused
from connectlib.core.rows import Event
from connectlib.flows import reading
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.events import EventObject
from connectlib.wire.objects.shown import show


class Events(Resource):
    """One event for every transition, numbered without a gap in each account."""

    _kind = Event
    _name = "event"
    _url = "/v1/events"
    _filters: ClassVar[dict[str, str]] = {"type": "type"}

    def _objects(self, rows: list[Any]) -> list[Any]:
        return [self._event(row) for row in rows]

    def _event(self, row: Event) -> EventObject:
        world = self._base.world
        livemode = bool(world.livemode)
        snapshot = self._run(
            reading.snapshot(self._base.ground, row.object_id, row.object_version)
        )
        subject = show(snapshot, livemode=livemode) if snapshot is not None else None
        return EventObject(row, subject=subject, platform=world.account, livemode=livemode)

    def retrieve(self, id: str, *, account: object = None) -> EventObject:
        """The event with an id, in the namespace of account= (the platform's by default).

        `data.object` is the object as it was at the transition; `sequence` its number.

        Raises:
            InvalidRequestError: there is none in this namespace (404).
        """
        namespace = self._namespace(account)
        flow = reading.one(self._base.ground, Event, str(id), namespace, name="event")
        row = self._run(flow)
        if isinstance(row, Refused):
            raise error_of(row)
        return self._event(row)

    def list(self, *, account: object = None, **params: Any) -> ListObject:
        """A page of events, newest first: limit, starting_after, ending_before, created, type.

        Source: Stripe API reference, "List all events".

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return self._list(account, params)
