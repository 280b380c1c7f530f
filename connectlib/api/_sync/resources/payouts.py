# Made from connectlib/api/_async/resources/payouts.py: edit that.
"""Payouts."""

from __future__ import annotations

from typing import Any, ClassVar

from connectlib.api._sync.base import Resource
from connectlib.core.rows import Payout
from connectlib.flows import payouts
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.payouts import PayoutObject
from connectlib.wire.params import payouts as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of


class Payouts(Resource):
    """Money on its way from balances to bank accounts."""

    _kind = Payout
    _name = "payout"
    _url = "/v1/payouts"
    _filters: ClassVar[dict[str, str]] = {"destination": "destination", "status": "status"}
    _dates = ("arrival_date",)

    def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> PayoutObject:
        """Pay out of the available balance of account= (the platform's by default).

        amount: minor units with currency=, or a `Money`; the currency must be that of the
        account's bank account. Also: description, statement_descriptor (at most 22
        characters), metadata. The money leaves the balance at once; the bank is asked when the
        pump comes round (`connect.run_due()`, or the clock). What the payout contains:
        `balance_transactions.list(payout=...)`.

        Source: Stripe API reference, "Create a payout".

        Raises:
            InvalidRequestError: balance_insufficient, payouts_not_allowed, a wrong parameter.
            PermissionError: account= is not a connected account of this platform.
            IdempotencyError: the key was used for something else.
        """
        namespace = self._namespace(account)
        command = self._parse(params_of.create, params, account=namespace)
        request = self._parse(request_of, namespace, idempotency_key, "payouts.create", command)
        found: PayoutObject = self._answer(
            payouts.create(self._base.ground, command, request)
        )
        return found

    def retrieve(self, id: object, *, account: object = None) -> PayoutObject:
        """The payout with an id.

        Raises:
            InvalidRequestError: there is none in this namespace (404).
        """
        found: PayoutObject = self._retrieve(id, account)
        return found

    def update(
        self,
        id: object,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> PayoutObject:
        """Change the metadata; an empty value removes a key.

        Raises:
            InvalidRequestError: a parameter is wrong, or there is no such payout.
        """
        namespace = self._namespace(account)
        found: PayoutObject = self._change_words(
            params_of.update, "payouts.update", id, namespace, idempotency_key, params
        )
        return found

    def cancel(
        self, id: object, *, account: object = None, idempotency_key: str | None = None
    ) -> PayoutObject:
        """Call back a payout made by hand while it is pending: its money returns at once.

        Possible until the bank is asked for the first time, when the pump comes round. Not
        inside `connect.transaction()`.

        Source: Stripe API reference, "Cancel a payout".

        Raises:
            InvalidRequestError: it is automatic or no longer pending, or there is none (404).
            IdempotencyError: the key was used for something else.
            TransactionError: inside a `connect.transaction()` block.
        """
        id_ = self._parse(id_of, id)
        namespace = self._namespace(account)
        request = self._parse(request_of, namespace, idempotency_key, "payouts.cancel", (id_,))
        found: PayoutObject = self._answer(
            payouts.cancel(self._base.ground, id_, namespace, request)
        )
        return found

    def list(self, *, account: object = None, **params: Any) -> ListObject:
        """A page of payouts, newest first.

        limit, starting_after, ending_before, created and arrival_date (seconds, or {"gt", "gte",
        "lt", "lte"}), destination (the id of a bank account), status.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return self._list(account, params)
