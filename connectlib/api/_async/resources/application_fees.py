"""Application fees and their refunds."""

from __future__ import annotations

from typing import Any, ClassVar

from connectlib.api._async.base import AsyncResource
from connectlib.core.rows import ApplicationFee, FeeRefund
from connectlib.flows import application_fees
from connectlib.runtime.engine import Engine
from connectlib.wire.objects.application_fees import ApplicationFeeObject, FeeRefundObject
from connectlib.wire.objects.base import ListObject
from connectlib.wire.params import application_fees as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of


class AsyncApplicationFees(AsyncResource):
    """What the platform has earned on charges."""

    _kind = ApplicationFee
    _name = "application fee"
    _url = "/v1/application_fees"
    _filters: ClassVar[dict[str, str]] = {"charge": "charge"}

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.refunds = AsyncFeeRefunds(engine)

    async def retrieve(self, id: object) -> ApplicationFeeObject:
        """The application fee with an id; its ten newest refunds are embedded.

        Raises:
            InvalidRequestError: there is none (404).
        """
        found: ApplicationFeeObject = await self._retrieve(id, None)
        return found.holding(await self.refunds.list(found)) if found.amount_refunded else found

    async def list(self, **params: Any) -> ListObject:
        """A page of application fees, newest first.

        limit, starting_after, ending_before, created, charge.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return await self._list(None, params)


class AsyncFeeRefunds(AsyncResource):
    """Application fees given back."""

    _kind = FeeRefund
    _name = "fee refund"
    _url = "/v1/application_fees/refunds"
    _filters: ClassVar[dict[str, str]] = {"fee": "fee"}

    async def create(
        self,
        fee: object,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> FeeRefundObject:
        """Give an application fee back to the account that paid it, in part or whole.

        amount: minor units; all that is left by default. Also: metadata.

        Source: Stripe API reference, "Create an application fee refund".

        Raises:
            InvalidRequestError: nothing or too little is left, or a parameter is wrong.
            IdempotencyError: the key was used for something else.
        """
        self._platform_only(account)
        command = self._parse(params_of.refund, {**params, "fee": fee})
        request = self._parse(
            request_of,
            self._base.world.account,
            idempotency_key,
            "application_fees.refunds.create",
            command,
        )
        found: FeeRefundObject = await self._answer(
            application_fees.refund(self._base.ground, command, request)
        )
        return found

    async def retrieve(self, id: object) -> FeeRefundObject:
        """The fee refund with an id.

        Raises:
            InvalidRequestError: there is none (404).
        """
        found: FeeRefundObject = await self._retrieve(id, None)
        return found

    async def update(
        self,
        id: object,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> FeeRefundObject:
        """Change the metadata; an empty value removes a key.

        Raises:
            InvalidRequestError: a parameter is wrong, or there is no such fee refund.
        """
        self._platform_only(account)
        found: FeeRefundObject = await self._change_words(
            params_of.update,
            "application_fees.refunds.update",
            id,
            self._base.world.account,
            idempotency_key,
            params,
        )
        return found

    async def list(self, fee: object, **params: Any) -> ListObject:
        """A page of the refunds of a fee, newest first.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return await self._list(None, {**params, "fee": self._parse(id_of, fee, "fee")})
