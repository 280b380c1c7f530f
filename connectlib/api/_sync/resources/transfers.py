# Made from connectlib/api/_async/resources/transfers.py: edit that.
"""Transfers and their reversals."""

from __future__ import annotations

from typing import Any, ClassVar

from connectlib.api._sync.base import Resource
from connectlib.api.errors import ConnectError
from connectlib.core.rows import Transfer, TransferReversal
from connectlib.flows import transfers
from connectlib.runtime.engine import Engine
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.transfers import TransferObject, TransferReversalObject
from connectlib.wire.params import transfers as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of


class Transfers(Resource):
    """Money moved from the platform to connected accounts."""

    _kind = Transfer
    _name = "transfer"
    _url = "/v1/transfers"
    _filters: ClassVar[dict[str, str]] = {
        "destination": "destination",
        "transfer_group": "transfer_group",
    }

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.reversals = Reversals(engine)

    def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> TransferObject:
        """Move money from the platform's balance to a connected account.

        amount: minor units with currency=, or a `Money`. destination: the connected account.
        source_transaction: the charge whose funds these are; the transfer then succeeds before
        they are available and becomes available with them, and all transfers of one charge
        together cannot exceed it. Without it the platform's available balance must suffice.
        Also: transfer_group, description, metadata.

        Source: Stripe API reference, "Create a transfer"; Connect docs, "Separate charges and
        transfers".

        Raises:
            InvalidRequestError: balance_insufficient, no such destination, a destination that
                may not receive transfers, more than the charge holds, or a wrong parameter.
            IdempotencyError: the key was used for something else.
        """
        asked = self._prepared(account, idempotency_key, params)
        found: list[Any] = self._run(transfers.create(self._base.ground, [asked]))
        (shown,) = self._shown(found)
        if isinstance(shown, ConnectError):
            raise shown
        return self._typed(shown)

    def _typed(self, shown: Any) -> TransferObject:
        found: TransferObject = shown
        return found

    def create_many(self, items: list[dict[str, Any]]) -> list[TransferObject | ConnectError]:
        """Create many transfers with few commits: one result for each, in order.

        items: the keyword arguments of `create`. A refused item is an error in the list.

        Raises:
            APIError: the store failed.
        """
        return self._each(items, self._prepared, transfers.create)

    def _prepared(self, account: object, key: str | None, params: dict[str, Any]) -> Any:
        self._platform_only(account)
        command = self._parse(params_of.create, params)
        platform = self._base.world.account
        return command, self._parse(request_of, platform, key, "transfers.create", command)

    def retrieve(self, id: object) -> TransferObject:
        """The transfer with an id; its ten newest reversals are embedded.

        Raises:
            InvalidRequestError: there is none (404).
        """
        found: TransferObject = self._retrieve(id, None)
        return found.holding(self.reversals.list(found)) if found.amount_reversed else found

    def update(
        self,
        id: object,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> TransferObject:
        """Change description or metadata; an empty metadata value removes a key.

        Raises:
            InvalidRequestError: a parameter is wrong, or there is no such transfer.
        """
        self._platform_only(account)
        found: TransferObject = self._change_words(
            params_of.update,
            "transfers.update",
            id,
            self._base.world.account,
            idempotency_key,
            params,
        )
        return found

    def list(self, **params: Any) -> ListObject:
        """A page of transfers, newest first.

        limit, starting_after, ending_before, created, destination, transfer_group.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return self._list(None, params)


class Reversals(Resource):
    """Transfers taken back."""

    _kind = TransferReversal
    _name = "transfer reversal"
    _url = "/v1/transfers/reversals"
    _filters: ClassVar[dict[str, str]] = {"transfer": "transfer"}

    def create(
        self,
        transfer: object,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> TransferReversalObject:
        """Take a transfer back, in part or whole.

        amount: minor units; all that is left by default. It comes out of the funds of the
        transfer while they are pending, else out of the connected account's available balance,
        which may go below zero only where the platform bears its losses.
        refund_application_fee: give the proportional part of the fee back too. Also:
        description, metadata.

        Source: Stripe API reference, "Create a transfer reversal".

        Raises:
            InvalidRequestError: nothing or too little is left, the account is short, or a
                parameter is wrong.
            IdempotencyError: the key was used for something else.
        """
        self._platform_only(account)
        command = self._parse(params_of.reverse, {**params, "transfer": transfer})
        request = self._parse(
            request_of,
            self._base.world.account,
            idempotency_key,
            "transfers.reversals.create",
            command,
        )
        found: TransferReversalObject = self._answer(
            transfers.reverse(self._base.ground, command, request)
        )
        return found

    def retrieve(self, id: object) -> TransferReversalObject:
        """The reversal with an id.

        Raises:
            InvalidRequestError: there is none (404).
        """
        found: TransferReversalObject = self._retrieve(id, None)
        return found

    def update(
        self,
        id: object,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> TransferReversalObject:
        """Change description or metadata; an empty metadata value removes a key.

        Raises:
            InvalidRequestError: a parameter is wrong, or there is no such reversal.
        """
        self._platform_only(account)
        found: TransferReversalObject = self._change_words(
            params_of.update,
            "transfers.reversals.update",
            id,
            self._base.world.account,
            idempotency_key,
            params,
        )
        return found

    def list(self, transfer: object, **params: Any) -> ListObject:
        """A page of the reversals of a transfer, newest first.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        id_ = self._parse(id_of, transfer, "transfer")
        return self._list(None, {**params, "transfer": id_})
