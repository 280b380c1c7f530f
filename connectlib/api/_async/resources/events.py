"""Events."""

from __future__ import annotations

from typing import Any, ClassVar

from connectlib.api._async.base import AsyncResource
from connectlib.api.errors import error_of
from connectlib.core.events import UNKEPT
from connectlib.core.refusals import Refused
from connectlib.core.rows import Event
from connectlib.flows import personal, reading
from connectlib.wire.objects.balance import BalanceObject
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.events import EventObject, subjects
from connectlib.wire.params.values import id_of


class AsyncEvents(AsyncResource):
    """One event for every transition, numbered without a gap in each account."""

    _kind = Event
    _name = "event"
    _url = "/v1/events"
    _filters: ClassVar[dict[str, str]] = {"type": "type", "types": "type"}

    async def _objects(self, rows: list[Any]) -> list[Any]:
        return [await self._event(row) for row in rows]

    async def _event(self, row: Event) -> EventObject:
        world = self._base.world
        livemode = bool(world.livemode)
        before: Any = None
        if row.type in UNKEPT:
            subject = await self._balance(row)
        else:
            snapshot = await self._run(
                reading.snapshot(self._base.ground, row.object_id, row.object_version)
            )
            row, snapshot = await self._run(
                personal.open_event(self._base.ground, row, snapshot), caught_up=False
            )
            subject, before = subjects(row, snapshot, livemode=livemode)
        return EventObject(
            row, subject=subject, before=before, platform=world.account, livemode=livemode
        )

    async def _balance(self, row: Event) -> Any:
        """The balance that an event tells: as it was when that instant ended."""
        funds = await self._run(reading.balances_at(self._base.ground, row.account, row.created))
        livemode = bool(self._base.world.livemode)
        return BalanceObject(funds, default_currency="usd", livemode=livemode)

    async def retrieve(self, id: object, *, account: object = None) -> EventObject:
        """The event with an id, in the namespace of account= (the platform's by default).

        `data.object` is the object as it was at the transition; `sequence` its number.

        Raises:
            InvalidRequestError: there is none in this namespace (404).
        """
        id_ = self._parse(id_of, id)
        namespace = await self._namespace(account)
        flow = reading.one(self._base.ground, Event, id_, namespace, name="event")
        row = await self._run(flow)
        if isinstance(row, Refused):
            raise error_of(row)
        return await self._event(row)

    async def list(self, *, account: object = None, **params: Any) -> ListObject:
        """A page of events, newest first.

        limit, starting_after, ending_before, created; type, or types: a list of at most 20.

        Source: Stripe API reference, "List all events".

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return await self._list(account, params)
