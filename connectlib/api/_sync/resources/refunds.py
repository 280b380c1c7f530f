# Made from connectlib/api/_async/resources/refunds.py: edit that.
"""Refunds."""

from __future__ import annotations

from typing import Any, ClassVar

from connectlib.api._sync.base import Resource
from connectlib.api.errors import ConnectError, error_of
from connectlib.core.refusals import Refused
from connectlib.core.rows import Refund
from connectlib.flows import quotes, refunds
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.quotes import RefundPreviewObject
from connectlib.wire.objects.refunds import RefundObject
from connectlib.wire.params import refunds as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of


class Refunds(Resource):
    """Money given back to buyers."""

    _kind = Refund
    _name = "refund"
    _url = "/v1/refunds"
    _filters: ClassVar[dict[str, str]] = {
        "charge": "charge",
        "payment_intent": "payment_intent",
        "pending_reason": "pending_reason",
    }

    def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> RefundObject:
        """Give a charge back, in part or whole.

        charge: its id; or payment_intent: that of its intent. amount: minor units; all that is
        left by default. reverse_transfer:
        take the proportional part of a destination charge's transfer back as well, rounded half
        up; the refund that completes the charge takes the remainder. refund_application_fee:
        the same for the fee; for a destination charge only together with reverse_transfer.
        reason: duplicate, fraudulent or requested_by_customer. Also: metadata. The charge must
        be in the namespace of account= (the platform's by default).

        Returns the refund, `succeeded`; `pending` with pending_reason `insufficient_funds`
        where pending and available funds together do not suffice: it is tried again daily.
        Processing fees are not returned.

        Source: Stripe API reference, "Create a refund".

        Raises:
            InvalidRequestError: nothing or too little is left, the connected account is short
                for the reversal, or a parameter is wrong.
            IdempotencyError: the key was used for something else, or is in use.
        """
        call = self._prepared(account, idempotency_key, params)
        (value,) = self._run(refunds.create(self._base.ground, [call]))
        if isinstance(value, Refused):
            raise error_of(value)
        shown: RefundObject = self._show(value)
        return shown

    def preview(self, *, account: object = None, **params: Any) -> RefundPreviewObject:
        """Say what a refund would do: the parameters and refusals of `create`, nothing written.

        Returns a `refund_preview`: `balance` (what would leave it, in the currency it holds),
        `transfer_reversed`, `application_fee_refunded`, `processing_fee_returned`, `parties`
        ({account, currency, net} in minor units), and in `changes` every balance transaction;
        `pending_reason` says whether it would wait for funds.

        Raises:
            InvalidRequestError: as `create` would.
        """
        namespace = self._namespace(account)
        command = self._parse(params_of.create, params, account=namespace)
        found = self._run(quotes.refund(self._base.ground, command))
        if isinstance(found, Refused):
            raise error_of(found)
        return RefundPreviewObject(found, livemode=bool(self._base.world.livemode))

    def create_many(self, items: list[dict[str, Any]]) -> list[RefundObject | ConnectError]:
        """Create many refunds with few commits: one result for each, in order.

        items: the keyword arguments of `create`. A refused item is an error in the list.

        Raises:
            APIError: the store failed.
        """
        return self._each(items, self._prepared, refunds.create)

    def _prepared(
        self, account: object, key: str | None, params: dict[str, Any]
    ) -> refunds.Call:
        namespace = self._namespace(account)
        command = self._parse(params_of.create, params, account=namespace)
        request = self._parse(request_of, namespace, key, "refunds.create", command)
        return refunds.Call(command, request)

    def review(
        self,
        id: object,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> RefundObject:
        """Say what became of a refund that needs a review. Ours: Stripe has no such request.

        A refund without an answer is asked about until its processor may have forgotten the
        key; from then on a person has to look there: `list(pending_reason="needs_review")`.
        outcome: succeeded (the buyer has the money), or failed: it is back in the balance, with
        failure_reason= (unknown by default). Booked and told as the processor's answer.

        Raises:
            InvalidRequestError: there is no such refund, it does not need a review
                (refund_unexpected_state), or a parameter is wrong.
            IdempotencyError: the key was used for something else.
        """
        namespace = self._namespace(account)
        command = self._parse(params_of.review, self._parse(id_of, id), params, account=namespace)
        request = self._parse(request_of, namespace, idempotency_key, "refunds.review", command)
        found: RefundObject = self._answer(
            refunds.review(self._base.ground, command, request)
        )
        return found

    def retrieve(self, id: object, *, account: object = None) -> RefundObject:
        """The refund with an id.

        Raises:
            InvalidRequestError: there is none in this namespace (404).
        """
        found: RefundObject = self._retrieve(id, account)
        return found

    def update(
        self,
        id: object,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> RefundObject:
        """Change the metadata; an empty value removes a key.

        Raises:
            InvalidRequestError: a parameter is wrong, or there is no such refund.
            RateLimitError: the refund is waiting for its processor.
        """
        namespace = self._namespace(account)
        found: RefundObject = self._change_words(
            params_of.update, "refunds.update", id, namespace, idempotency_key, params
        )
        return found

    def list(self, *, account: object = None, **params: Any) -> ListObject:
        """A page of refunds, newest first.

        limit, starting_after, ending_before, created, charge, payment_intent; pending_reason:
        insufficient_funds, or needs_review (a person has to look).

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return self._list(account, params)
