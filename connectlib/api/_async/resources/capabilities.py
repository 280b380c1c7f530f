"""Capabilities of accounts."""

from __future__ import annotations

from typing import Any

from connectlib.api._async.base import AsyncResource
from connectlib.api.errors import error_of
from connectlib.core.capabilities import NAMES
from connectlib.core.refusals import Refused, missing
from connectlib.core.rows import Account
from connectlib.flows import accounts
from connectlib.wire.objects.accounts import CapabilityObject
from connectlib.wire.objects.base import ListObject, loaded
from connectlib.wire.params import accounts as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of, shown


class AsyncCapabilities(AsyncResource):
    """What an account may be used for: requested here, granted by what it has told."""

    _kind = Account
    _name = "capability"
    _url = "/v1/accounts"

    async def update(
        self,
        account: object,
        capability: object,
        *,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> CapabilityObject:
        """Request a capability of an account (requested=True), or give it back.

        Source: Stripe API reference, "Update an account capability".

        Raises:
            InvalidRequestError: there is no such account or capability, or its service agreement
                does not allow it.
            IdempotencyError: the key was used for something else.
        """
        id_ = self._parse(id_of, account, "account")
        name = self._named(capability)
        command = self._parse(params_of.capability, id_, name, params)
        platform = self._base.world.account
        request = self._parse(request_of, platform, idempotency_key, "capabilities.update", command)
        row = await self._run(accounts.update(self._base.ground, command, request))
        if isinstance(row, Refused):
            raise error_of(row)
        return self._of(row, name)

    async def retrieve(self, account: object, capability: object) -> CapabilityObject:
        """A capability of an account, what it still needs, and by when.

        Raises:
            InvalidRequestError: there is no such account or capability.
        """
        name = self._named(capability)
        return self._of(await self._row(account), name)

    async def list(self, account: object) -> ListObject:
        """All capabilities that were ever requested for an account.

        Raises:
            InvalidRequestError: there is no such account.
        """
        row = await self._row(account)
        data = [self._of(row, name) for name in sorted(loaded(row.capabilities))]
        url = f"{self._url}/{row.id}/capabilities"
        return ListObject(data, has_more=False, url=url, more=None)

    def _named(self, given: object) -> str:
        name: str = self._parse(id_of, given, "capability")
        if name not in NAMES:
            raise error_of(missing("capability", shown(name), "capability"))
        return name

    async def _row(self, account: object) -> Account:
        id_ = await self._namespace(account)
        row: Account = await self._call(self._engine.cached, Account, id_)
        return row

    def _of(self, row: Account, name: str) -> CapabilityObject:
        return CapabilityObject(row, name=name, livemode=bool(self._base.world.livemode))
