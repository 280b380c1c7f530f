"""Scheduled transfers."""

from __future__ import annotations

from typing import Any, ClassVar

from connectlib.api._async.base import AsyncResource
from connectlib.api.errors import ConnectError
from connectlib.core.rows import TransferSchedule
from connectlib.flows import transfer_schedules
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.transfer_schedules import TransferScheduleObject
from connectlib.wire.params import transfer_schedules as params_of
from connectlib.wire.params.base import request_of


class AsyncTransferSchedules(AsyncResource):
    """Transfers to be made later: on a date, or when you say so. A resource of ours."""

    _kind = TransferSchedule
    _name = "transfer schedule"
    _url = "/v1/transfer_schedules"
    _filters: ClassVar[dict[str, str]] = {
        "destination": "destination",
        "source_transaction": "source_transaction",
        "status": "status",
        "transfer_group": "transfer_group",
    }

    async def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> TransferScheduleObject:
        """Schedule a transfer from the platform's balance to a connected account.

        amount: minor units with currency=, or a `Money`. destination: the connected account.
        release_on: when it is made, at the latest: a datetime, a date (its midnight UTC), an
        ISO text, or seconds since 1970. Without it, it is held until `release`. condition: a
        label for people, such as "delivered": what `release` waits for. source_transaction: the
        charge whose funds these are; its part is taken from what the charge can transfer, now.
        Also: transfer_group, description, metadata; the transfer gets them.

        Raises:
            InvalidRequestError: no such destination, one that may not receive transfers, more
                than the charge has left, a moment that has passed, or a wrong parameter.
            IdempotencyError: the key was used for something else.
        """
        asked = await self._prepared(account, idempotency_key, params)
        found: list[Any] = await self._run(transfer_schedules.create(self._base.ground, [asked]))
        (shown,) = self._shown(found)
        if isinstance(shown, ConnectError):
            raise shown
        return self._typed(shown)

    def _typed(self, shown: Any) -> TransferScheduleObject:
        found: TransferScheduleObject = shown
        return found

    async def create_many(
        self, items: list[dict[str, Any]]
    ) -> list[TransferScheduleObject | ConnectError]:
        """Schedule many transfers with few commits: one result for each, in order.

        items: the keyword arguments of `create`. A refused item is an error in the list.

        Raises:
            APIError: the store failed.
        """
        return await self._each(items, self._prepared, transfer_schedules.create)

    async def _prepared(self, account: object, key: str | None, params: dict[str, Any]) -> Any:
        self._platform_only(account)
        command = self._parse(params_of.create, params)
        return command, self._request(key, "create", command)

    def _request(self, key: str | None, verb: str, command: tuple[Any, ...]) -> Any:
        platform = self._base.world.account
        return self._parse(request_of, platform, key, f"transfer_schedules.{verb}", command)

    async def release(
        self, id: str, *, account: object = None, idempotency_key: str | None = None
    ) -> TransferScheduleObject:
        """Make the transfer now: what it waited for is done.

        Where the balance is too low the answer is still `scheduled`, with the failure_code
        balance_insufficient, and the transfer is tried again every day.

        Raises:
            InvalidRequestError: it is no longer scheduled, the destination may not receive
                transfers, less is left of its charge after refunds, or there is none.
            IdempotencyError: the key was used for something else.
        """
        self._platform_only(account)
        id_ = self._parse(params_of.named, {"id": getattr(id, "id", id)})
        request = self._request(idempotency_key, "release", (id_,))
        return self._typed(
            await self._answer(transfer_schedules.release(self._base.ground, id_, request))
        )

    async def cancel(
        self, id: str, *, account: object = None, idempotency_key: str | None = None
    ) -> TransferScheduleObject:
        """Give it up: nothing is transferred, and its part of the charge is free again.

        Raises:
            InvalidRequestError: it is no longer scheduled, or there is none.
            IdempotencyError: the key was used for something else.
        """
        self._platform_only(account)
        id_ = self._parse(params_of.named, {"id": getattr(id, "id", id)})
        request = self._request(idempotency_key, "cancel", (id_,))
        return self._typed(
            await self._answer(transfer_schedules.cancel(self._base.ground, id_, request))
        )

    async def retrieve(self, id: str) -> TransferScheduleObject:
        """The schedule with an id.

        Raises:
            InvalidRequestError: there is none (404).
        """
        return self._typed(await self._retrieve(id, None))

    async def update(
        self,
        id: str,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> TransferScheduleObject:
        """Change description or metadata and, while it is scheduled, release_on.

        release_on: as for `create`; "" takes the date away. An empty metadata value removes
        a key.

        Raises:
            InvalidRequestError: a parameter is wrong, it is no longer scheduled, or there is
                none.
            IdempotencyError: the key was used for something else.
        """
        self._platform_only(account)
        command = self._parse(params_of.update, {**params, "id": getattr(id, "id", id)})
        request = self._request(idempotency_key, "update", command)
        return self._typed(
            await self._answer(transfer_schedules.update(self._base.ground, command, request))
        )

    async def list(self, **params: Any) -> ListObject:
        """A page of schedules, newest first.

        limit, starting_after, ending_before, created, destination, source_transaction, status,
        transfer_group.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return await self._list(None, params)
