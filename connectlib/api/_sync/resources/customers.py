# Made from connectlib/api/_async/resources/customers.py: edit that.
"""Customers."""

from __future__ import annotations

from typing import Any, ClassVar

from connectlib.api._sync.base import Resource
from connectlib.api._sync.resources.payment_methods import PaymentMethods
from connectlib.api.errors import error_of
from connectlib.core.payment_methods import is_ours
from connectlib.core.refusals import Refused, missing
from connectlib.core.rows import Customer
from connectlib.flows import customers
from connectlib.runtime.engine import Engine
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.customers import CustomerObject
from connectlib.wire.objects.payment_methods import PaymentMethodObject
from connectlib.wire.params import customers as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of


class Customers(Resource):
    """Buyers who come back, and the payment methods they have left."""

    _kind = Customer
    _name = "customer"
    _url = "/v1/customers"
    _filters: ClassVar[dict[str, str]] = {"email": "email"}

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._methods = PaymentMethods(engine)

    def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> CustomerObject:
        """Make a customer, in the namespace of account= (the platform's by default).

        payment_method: a method to attach, by its id or a test name such as `pm_card_visa`.
        invoice_settings: {"default_payment_method": ...}, which can only be that one. Also:
        email, name, phone, description, address, shipping={"name", "phone", "address"},
        metadata.

        Source: Stripe API reference, "Create a customer".

        Raises:
            InvalidRequestError: a parameter is wrong, or the payment method cannot be attached.
            PermissionError: account= is not a connected account of this platform.
            IdempotencyError: the key was used for something else.
        """
        namespace = self._namespace(account)
        command = self._parse(params_of.create, params, account=namespace)
        request = self._parse(request_of, namespace, idempotency_key, "customers.create", command)
        found: CustomerObject = self._answer(
            customers.create(self._base.ground, command, request)
        )
        return found

    def retrieve(self, id: str, *, account: object = None) -> CustomerObject:
        """The customer with an id; of a deleted one `{"id", "object", "deleted": True}`.

        Raises:
            InvalidRequestError: there is none in this namespace (404).
        """
        found: CustomerObject = self._retrieve(self._parse(id_of, id), account)
        return found

    def update(
        self,
        id: str,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> CustomerObject:
        """Change a customer: what is not given stays, an empty text clears a field.

        The parameters of `create` but payment_method. An address is replaced as a whole; an
        empty metadata value removes a key. The default payment method must be attached.

        Raises:
            InvalidRequestError: a parameter is wrong, or there is no such customer.
            IdempotencyError: the key was used for something else.
        """
        namespace = self._namespace(account)
        command = self._parse(params_of.update, self._parse(id_of, id), params, account=namespace)
        request = self._parse(request_of, namespace, idempotency_key, "customers.update", command)
        found: CustomerObject = self._answer(
            customers.update(self._base.ground, command, request)
        )
        return found

    def delete(
        self, id: str, *, account: object = None, idempotency_key: str | None = None
    ) -> CustomerObject:
        """Delete a customer for good and detach all its payment methods.

        Charges made for the customer stay, and so does what its events tell.

        Source: Stripe API reference, "Delete a customer".

        Raises:
            InvalidRequestError: there is no such customer.
            RateLimitError: payment methods were being attached all the while.
        """
        namespace = self._namespace(account)
        id_ = self._parse(id_of, id)
        request = self._parse(request_of, namespace, idempotency_key, "customers.delete", (id_,))
        found: CustomerObject = self._answer(
            customers.delete(self._base.ground, id_, namespace, request)
        )
        return found

    def list(self, *, account: object = None, **params: Any) -> ListObject:
        """A page of customers, newest first; deleted ones are not among them.

        limit, starting_after, ending_before, created, email (as it was written).

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return self._list(account, params)

    def _always(self) -> tuple[tuple[str, Any], ...]:
        return (("deleted", 0),)

    def list_payment_methods(
        self, customer: str, *, account: object = None, **params: Any
    ) -> ListObject:
        """A page of a customer's payment methods, newest first.

        limit, starting_after, ending_before, created, type.

        Raises:
            InvalidRequestError: a parameter is wrong, or there is no such customer (404).
        """
        id_ = self._owner(customer, account)
        return self._methods.list(account=account, **{**params, "customer": id_})

    def retrieve_payment_method(
        self, customer: str, payment_method: str, *, account: object = None
    ) -> PaymentMethodObject:
        """A payment method of a customer.

        Raises:
            InvalidRequestError: there is no such customer, or no such method of theirs (404).
        """
        id_ = self._owner(customer, account)
        method = self._parse(id_of, payment_method)
        if is_ours(method):
            found: PaymentMethodObject = self._methods.retrieve(method, account=account)
            if found.customer == id_:
                return found
        raise error_of(missing("PaymentMethod", method[:100], "id"))

    def _owner(self, customer: object, account: object) -> str:
        """The id of a customer whose methods are asked for."""
        id_: str = self._parse(id_of, customer)
        namespace = self._namespace(account)
        found = self._run(customers.known(self._base.ground, id_, namespace, "id"))
        if isinstance(found, Refused):
            raise error_of(found)
        return id_
