# Made from connectlib/api/_async/resources/setup_intents.py: edit that.
"""Setup intents."""

from __future__ import annotations

from typing import Any, ClassVar

from connectlib.api._sync.base import Resource
from connectlib.core.rows import SetupIntent
from connectlib.flows import setup_intents
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.payment_intents import SetupIntentObject
from connectlib.wire.params import payment_intents as proofs
from connectlib.wire.params import setup_intents as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of


class SetupIntents(Resource):
    """Making payment methods ready for later, without a payment."""

    _kind = SetupIntent
    _name = "setupintent"
    _param = "intent"
    _url = "/v1/setup_intents"
    _filters: ClassVar[dict[str, str]] = {"customer": "customer", "payment_method": "method_id"}

    def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> SetupIntentObject:
        """Make a setup intent; confirm=True asks the processor at once.

        payment_method, or payment_method_data (as for `payment_intents.create`);
        payment_method_types, customer (whose the method becomes), usage (off_session by default,
        or on_session), return_url, description, metadata.

        Source: Stripe API reference, "Create a SetupIntent".

        Raises:
            CardError: the processor refuses the method.
            InvalidRequestError: a parameter is wrong.
            IdempotencyError: the key was used for something else, or is in use.
        """
        namespace = self._namespace(account)
        command = self._parse(params_of.create, params, account=namespace)
        command, inline = self._inline(command)
        request = self._parse(
            request_of, namespace, idempotency_key, "setup_intents.create", command
        )
        ground = self._base.ground
        branch = ground.branch(namespace)
        found: SetupIntentObject = self._answer(
            setup_intents.create(ground, command, request, branch=branch, inline=inline)
        )
        return found

    def confirm(
        self,
        id: str,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> SetupIntentObject:
        """Ask the processor to make the method ready.

        payment_method or payment_method_data, return_url.

        Source: Stripe API reference, "Confirm a SetupIntent".

        Raises:
            CardError: the processor refuses the method; another one can be tried.
            InvalidRequestError: there is no such intent, or its status does not allow it.
        """
        namespace = self._namespace(account)
        command = self._parse(params_of.confirm, self._parse(id_of, id), params, account=namespace)
        command, inline = self._inline(command)
        request = self._parse(
            request_of, namespace, idempotency_key, "setup_intents.confirm", command
        )
        found: SetupIntentObject = self._answer(
            setup_intents.confirm(self._base.ground, command, request, inline)
        )
        return found

    def cancel(
        self,
        id: str,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> SetupIntentObject:
        """Give a setup intent up. cancellation_reason: abandoned, duplicate, requested_by_customer.

        Raises:
            InvalidRequestError: it has succeeded or is canceled already.
        """
        namespace = self._namespace(account)
        reason = self._parse(params_of.reason, params)
        id_ = self._parse(id_of, id)
        request = self._parse(
            request_of, namespace, idempotency_key, "setup_intents.cancel", (id_, reason)
        )
        found: SetupIntentObject = self._answer(
            setup_intents.cancel(self._base.ground, id_, namespace, reason, request)
        )
        return found

    def verify_microdeposits(
        self,
        id: str,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> SetupIntentObject:
        """Prove that a bank account is the buyer's: amounts=[32, 45] or descriptor_code="SM11AA".

        Raises:
            CardError: too many wrong attempts.
            InvalidRequestError: the intent does not wait for a verification.
        """
        namespace = self._namespace(account)
        proof = self._parse(proofs.proof, params)
        id_ = self._parse(id_of, id)
        request = self._parse(
            request_of, namespace, idempotency_key, "setup_intents.verify", (id_, proof)
        )
        found: SetupIntentObject = self._answer(
            setup_intents.authenticate(self._base.ground, id_, namespace, request, proof=proof)
        )
        return found

    def retrieve(self, id: str, *, account: object = None) -> SetupIntentObject:
        """The setup intent with an id.

        Raises:
            InvalidRequestError: there is none in this namespace (404).
        """
        found: SetupIntentObject = self._retrieve(id, account)
        return found

    def update(
        self,
        id: str,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> SetupIntentObject:
        """Change a setup intent: payment_method, customer and types until it is confirmed.

        Raises:
            InvalidRequestError: a parameter is wrong, or the status does not allow it.
        """
        namespace = self._namespace(account)
        command = self._parse(params_of.update, self._parse(id_of, id), params, account=namespace)
        command, inline = self._inline(command)
        request = self._parse(
            request_of, namespace, idempotency_key, "setup_intents.update", command
        )
        found: SetupIntentObject = self._answer(
            setup_intents.update(self._base.ground, command, request, inline)
        )
        return found

    def list(self, *, account: object = None, **params: Any) -> ListObject:
        """A page of setup intents, newest first: limit, cursors, created, customer.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return self._list(account, params)
