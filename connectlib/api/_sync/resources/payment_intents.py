# Made from connectlib/api/_async/resources/payment_intents.py: edit that.
"""Payment intents."""

from __future__ import annotations

from typing import Any, ClassVar
from zlib import crc32

from connectlib.api._sync.base import Resource
from connectlib.core.rows import PaymentIntent
from connectlib.flows import payment_intents
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.payment_intents import PaymentIntentObject
from connectlib.wire.params import payment_intents as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of


class PaymentIntents(Resource):
    """Payments from the first wish to the money, however many attempts they take."""

    _kind = PaymentIntent
    _name = "payment_intent"
    _param = "intent"
    _url = "/v1/payment_intents"
    _filters: ClassVar[dict[str, str]] = {"customer": "customer"}

    def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> PaymentIntentObject:
        """Make a payment intent; confirm=True tries to pay at once.

        amount: minor units with currency=, or a `Money`. payment_method: an id, or a test name
        such as `pm_card_visa`; or payment_method_data: what a new one is made of, as for
        `payment_methods.create` ({"type": "card", "card": {"number", "exp_month", "exp_year",
        "cvc"}, "billing_details", "metadata"}). payment_method_types: which kinds are taken; all
        by default.
        capture_method: automatic, or manual: the money is held until `capture`.
        confirmation_method: automatic, or manual: after an authentication it is confirmed again.
        customer, setup_future_usage (on_session, off_session: the method is kept for later),
        off_session (True: the buyer is not there), error_on_requires_action, return_url.
        Who gets what: as for `charges.create` (account=, transfer_data, application_fee_amount,
        on_behalf_of, splits, split_remainder, fx_quote, transfer_group). Also: description,
        statement_descriptor, receipt_email, shipping, metadata.

        Returns the intent: `requires_payment_method`, `requires_confirmation`, or after confirm
        `succeeded`, `requires_capture`, `requires_action` (see next_action) or `processing` (a
        bank has not answered yet).

        Source: Stripe API reference, "Create a PaymentIntent".

        Raises:
            CardError: the payment was declined; `payment_intent` names the intent, which can be
                confirmed again with another method.
            InvalidRequestError: a parameter is wrong or the state does not allow it.
            PermissionError: account= is not a connected account of this platform.
            IdempotencyError: the key was used for something else, or is in use.
        """
        namespace = self._namespace(account)
        world, ground = self._base.world, self._base.ground
        command = self._parse(params_of.create, params, account=namespace, platform=world.account)
        command, inline = self._inline(command)
        request = self._parse(
            request_of, namespace, idempotency_key, "payment_intents.create", command
        )
        fields = dict(command.fields)
        if namespace != world.account:
            branch = ground.branch(namespace)
        elif fields.get("destination"):
            branch = ground.branch(fields["destination"])
        else:
            branch = crc32((fields.get("transfer_group") or "").encode()) % ground.branches
        found: PaymentIntentObject = self._answer(
            payment_intents.create(ground, command, request, branch=branch, inline=inline)
        )
        return found

    def confirm(
        self,
        id: str,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> PaymentIntentObject:
        """Try to pay, with payment_method= or with the method that the intent has.

        payment_method_data: a new one, as for `create`. Also: off_session,
        error_on_requires_action, setup_future_usage, return_url, shipping, receipt_email.

        Source: Stripe API reference, "Confirm a PaymentIntent".

        Raises:
            CardError: the payment was declined; another method can be tried.
            InvalidRequestError: there is no such intent, it has no method, or its status does
                not allow it (payment_intent_unexpected_state).
            IdempotencyError: the key was used for something else, or is in use.
        """
        return self._verb(
            payment_intents.confirm,
            params_of.confirm,
            "confirm",
            id,
            account,
            idempotency_key,
            params,
        )

    def capture(
        self,
        id: str,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> PaymentIntentObject:
        """Take what an intent with capture_method manual holds; what is not taken is let go.

        amount_to_capture: minor units, all by default. application_fee_amount and
        transfer_data={"amount"} replace what was said before.

        Source: Stripe API reference, "Capture a PaymentIntent".

        Raises:
            InvalidRequestError: nothing is held, or the amount is too large.
            IdempotencyError: the key was used for something else, or is in use.
        """
        return self._verb(
            payment_intents.capture,
            params_of.capture,
            "capture",
            id,
            account,
            idempotency_key,
            params,
        )

    def cancel(
        self,
        id: str,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> PaymentIntentObject:
        """Give an intent up; what is held is released, what is under way is stopped if it can be.

        cancellation_reason: duplicate, fraudulent, requested_by_customer or abandoned.

        Source: Stripe API reference, "Cancel a PaymentIntent".

        Raises:
            InvalidRequestError: it has succeeded or is canceled already.
            RateLimitError: its processor is being asked at this moment.
            IdempotencyError: the key was used for something else, or is in use.
        """
        return self._verb(
            payment_intents.cancel, params_of.cancel, "cancel", id, account, idempotency_key, params
        )

    def verify_microdeposits(
        self,
        id: str,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> PaymentIntentObject:
        """Prove that a bank account is the buyer's: amounts=[32, 45] or descriptor_code="SM11AA".

        Source: Stripe API reference, "Verify microdeposits on a PaymentIntent".

        Raises:
            CardError: too many wrong attempts, or the bank has refused.
            InvalidRequestError: the intent does not wait for a verification.
        """
        namespace = self._namespace(account)
        proof = self._parse(params_of.proof, params)
        id_ = self._parse(id_of, id)
        request = self._parse(
            request_of, namespace, idempotency_key, "payment_intents.verify", (id_, proof)
        )
        found: PaymentIntentObject = self._answer(
            payment_intents.authenticate(self._base.ground, id_, namespace, request, proof=proof)
        )
        return found

    def _verb(
        self,
        flow: Any,
        make: Any,
        verb: str,
        id: str,
        account: object,
        key: str | None,
        params: dict[str, Any],
    ) -> PaymentIntentObject:
        namespace = self._namespace(account)
        command = self._parse(make, self._parse(id_of, id), params, account=namespace)
        words: dict[str, Any] = {}
        if getattr(command, "inline", None) is not None:
            command, words["inline"] = self._inline(command)
        request = self._parse(request_of, namespace, key, f"payment_intents.{verb}", command)
        found: PaymentIntentObject = self._answer(
            flow(self._base.ground, command, request, **words)
        )
        return found

    def retrieve(self, id: str, *, account: object = None) -> PaymentIntentObject:
        """The payment intent with an id.

        Raises:
            InvalidRequestError: there is none in this namespace (404).
        """
        found: PaymentIntentObject = self._retrieve(id, account)
        return found

    def update(
        self,
        id: str,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> PaymentIntentObject:
        """Change an intent: what it is for until it is confirmed, its words at any time.

        Source: Stripe API reference, "Update a PaymentIntent".

        Raises:
            InvalidRequestError: a parameter is wrong, or the status does not allow it.
        """
        return self._verb(
            payment_intents.update, params_of.update, "update", id, account, idempotency_key, params
        )

    def list(self, *, account: object = None, **params: Any) -> ListObject:
        """A page of payment intents, newest first: limit, cursors, created, customer.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return self._list(account, params)
