"""The capabilities of connected accounts."""

from __future__ import annotations

from typing import Any

from connectlib.api._async.base import AsyncResource
from connectlib.api.errors import error_of
from connectlib.core.capabilities import held
from connectlib.core.refusals import Refused
from connectlib.core.rows import Account
from connectlib.flows import capabilities
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.capabilities import CapabilityObject
from connectlib.wire.params import capabilities as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of


class AsyncCapabilities(AsyncResource):
    """What an account may do: `connect.accounts.capabilities`."""

    _kind = Account
    _name = "account"

    async def retrieve(self, account: object, capability: object) -> CapabilityObject:
        """A capability of an account; `unrequested` where nobody has asked for it.

        account: a connected account. capability: its name, such as "card_payments".

        Source: Stripe API reference, "Retrieve an Account Capability".

        Raises:
            InvalidRequestError: there is no such account or capability (404).
        """
        id_ = self._parse(id_of, account, "account")
        name = self._parse(params_of.name_of, capability)
        return self._capability(await self._known(id_), name)

    async def update(
        self,
        account: object,
        capability: object,
        *,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> CapabilityObject:
        """Request a capability, or withdraw it: requested=True or False.

        What becomes of it is derived from what is known of the account.

        Raises:
            InvalidRequestError: there is no such account or capability (404), or the account
                cannot have it.
            IdempotencyError: the key was used for something else.
        """
        id_ = self._parse(id_of, account, "account")
        name = self._parse(params_of.name_of, capability)
        command = self._parse(params_of.update, id_, name, params)
        platform = self._base.world.account
        verb = f"accounts.capabilities.update {name}"
        request = self._parse(request_of, platform, idempotency_key, verb, command)
        found = await self._run(capabilities.update(self._base.ground, command, request))
        if isinstance(found, Refused):
            raise error_of(found)
        return self._capability(found, name)

    async def list(self, account: object) -> ListObject:
        """The capabilities that an account has requested, the latest request first.

        Raises:
            InvalidRequestError: there is no such account (404).
        """
        row = await self._known(self._parse(id_of, account, "account"))
        names = sorted(held(row).items(), key=lambda one: (-one[1].requested_at, one[0]))
        return ListObject(
            [self._capability(row, name) for name, _ in names],
            has_more=False,
            url=f"/v1/accounts/{row.id}/capabilities",
        )

    async def _known(self, id_: str) -> Account:
        found = await self._run(capabilities.known(self._base.ground, id_))
        if isinstance(found, Refused):
            raise error_of(found)
        return found

    def _capability(self, row: Account, name: str) -> CapabilityObject:
        return CapabilityObject(row, name=name, livemode=bool(self._base.world.livemode))
