# Made from connectlib/api/_async/resources/payment_methods.py: edit that.
"""Payment methods."""

from __future__ import annotations

from typing import Any, ClassVar

from connectlib.api._sync.base import Resource
from connectlib.api.errors import error_of
from connectlib.core.payment_methods import is_ours
from connectlib.core.refusals import Refused
from connectlib.core.rows import PaymentMethod
from connectlib.flows import customers, payment_methods
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.payment_methods import PaymentMethodObject
from connectlib.wire.params import payment_methods as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of


class PaymentMethods(Resource):
    """Cards and bank accounts that buyers pay with."""

    _kind = PaymentMethod
    _name = "PaymentMethod"
    _url = "/v1/payment_methods"
    _filters: ClassVar[dict[str, str]] = {"customer": "customer", "type": "kind"}

    def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> PaymentMethodObject:
        """Make a payment method, attached to nobody, in the namespace of account=.

        type: card, us_bank_account, sepa_debit, bacs_debit, au_becs_debit, acss_debit, boleto or
        pay_by_bank, with a dict of that name: card={"token": "tok_visa"} or {"number",
        "exp_month", "exp_year", "cvc"}; us_bank_account={"account_number", "routing_number",
        "account_holder_type", "account_type"}; sepa_debit={"iban"}; and so on. Only published
        test numbers are taken, and none is kept: the processor's token stands for it. Also:
        billing_details, metadata.

        To copy a method of a customer of the platform to a connected account, which may then
        charge it directly: customer=, payment_method= and account=.

        Source: Stripe API reference, "Create a PaymentMethod"; Connect docs, "Share payment
        methods across accounts".

        Raises:
            InvalidRequestError: a parameter is wrong, or a number is not a test number.
            CardError: incorrect_number, invalid_cvc, invalid_expiry_month, invalid_expiry_year.
            PermissionError: account= is not a connected account of this platform.
            IdempotencyError: the key was used for something else.
        """
        namespace = self._namespace(account)
        platform = self._base.world.account
        command = self._parse(params_of.create, params, account=namespace, platform=platform)
        found: PaymentMethodObject = self._answer(
            payment_methods.create(self._base.ground, command, idempotency_key)
        )
        return found

    def retrieve(self, id: str, *, account: object = None) -> PaymentMethodObject:
        """The payment method with an id.

        A test name such as `pm_card_visa` is made into a new method, attached to nobody: each
        time another one.

        Raises:
            InvalidRequestError: there is none in this namespace (404).
        """
        id_ = self._parse(id_of, id)
        if is_ours(id_):
            found: PaymentMethodObject = self._retrieve(id_, account)
            return found
        namespace = self._namespace(account)
        made: PaymentMethodObject = self._answer(
            payment_methods.from_name(self._base.ground, id_, namespace)
        )
        return made

    def update(
        self,
        id: str,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> PaymentMethodObject:
        """Change what is known of a method that is attached to a customer.

        billing_details (an address is replaced as a whole), card={"exp_month", "exp_year"},
        us_bank_account={"account_holder_type", "account_type"}, metadata (an empty value
        removes a key).

        Raises:
            InvalidRequestError: a parameter is wrong, there is no such method, or it is not
                attached.
            CardError: invalid_expiry_month, invalid_expiry_year.
        """
        namespace = self._namespace(account)
        command = self._parse(params_of.update, self._parse(id_of, id), params, account=namespace)
        request = self._parse(
            request_of, namespace, idempotency_key, "payment_methods.update", command
        )
        found: PaymentMethodObject = self._answer(
            payment_methods.update(self._base.ground, command, request)
        )
        return found

    def attach(
        self,
        id: str,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> PaymentMethodObject:
        """Make a method a customer's. customer: whose.

        id: a method that has not been used or detached, or a test name such as `pm_card_visa`,
        of which a new method is made: use the id that is returned. Attaching again to the same
        customer changes nothing.

        Source: Stripe API reference, "Attach a PaymentMethod to a Customer".

        Raises:
            InvalidRequestError: there is no such method or customer in this namespace, it
                belongs to another customer, or it has had its one use.
        """
        namespace = self._namespace(account)
        customer = params.get("customer")
        words = {**params, "customer": getattr(customer, "id", customer)}
        command = self._parse(params_of.attach, self._parse(id_of, id), words, account=namespace)
        request = self._parse(
            request_of, namespace, idempotency_key, "payment_methods.attach", command
        )
        found: PaymentMethodObject = self._answer(
            payment_methods.attach(self._base.ground, command, request)
        )
        return found

    def detach(
        self, id: str, *, account: object = None, idempotency_key: str | None = None
    ) -> PaymentMethodObject:
        """Take a method from its customer, for good: it can neither be used nor attached again.

        Raises:
            InvalidRequestError: there is no such method, or it is attached to nobody.
        """
        namespace = self._namespace(account)
        id_ = self._parse(id_of, id)
        request = self._parse(
            request_of, namespace, idempotency_key, "payment_methods.detach", (id_,)
        )
        found: PaymentMethodObject = self._answer(
            payment_methods.detach(self._base.ground, id_, namespace, request)
        )
        return found

    def list(self, *, account: object = None, **params: Any) -> ListObject:
        """A page of payment methods, newest first.

        limit, starting_after, ending_before, created, customer, type.

        Raises:
            InvalidRequestError: a parameter is wrong, or there is no such customer.
        """
        customer = params.get("customer")
        if customer is None:
            return self._list(account, params)
        id_ = self._parse(id_of, customer)
        namespace = self._namespace(account)
        found = self._run(customers.known(self._base.ground, id_, namespace, "customer"))
        if isinstance(found, Refused):
            raise error_of(found)
        return self._list(account, {**params, "customer": id_})
