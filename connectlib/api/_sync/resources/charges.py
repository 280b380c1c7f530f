# Made from connectlib/api/_async/resources/charges.py: edit that.
"""Charges."""

from __future__ import annotations

from typing import Any, ClassVar
from zlib import crc32

from connectlib.api._sync.base import Resource
from connectlib.api.errors import ConnectError, error_of
from connectlib.core.refusals import Refused
from connectlib.core.rows import Charge
from connectlib.flows import charges
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.charges import ChargeObject
from connectlib.wire.params import charges as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of


class Charges(Resource):
    """Money taken from buyers: direct, destination and separate charges."""

    _kind = Charge
    _name = "charge"
    _url = "/v1/charges"
    _filters: ClassVar[dict[str, str]] = {
        "customer": "customer",
        "payment_intent": "payment_intent",
        "state": "status",
        "transfer_group": "transfer_group",
    }

    def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> ChargeObject:
        """Charge a source: the short way, for whom a payment intent is too much.

        amount: minor units (an int) with currency=, or a `Money`. source: a test token such as
        `tok_visa`. Direct: account= names the connected account that is charged for, which pays
        the processing fee unless its controller says otherwise. Destination: transfer_data=
        {"destination": ..., "amount": ...}, the whole amount where no amount is given.
        application_fee_amount: minor units the platform keeps (direct, or destination without
        transfer_data amount). on_behalf_of: the account whose country's delays and fees apply.
        capture=False only holds the money: `capture` takes it. splits: [{"destination", "percent"
        or "amount"}] transfers parts of it to accounts in the same commit, all or none; percents
        are texts, rounded down; split_remainder says who gets what is left: platform (default),
        first, last or largest. fx_quote: rates promised by `fx_quotes.create`. Also: customer,
        shipping, transfer_group, description, statement_descriptor (at most 22 characters),
        receipt_email, metadata.

        Returns the charge, `succeeded`; `pending` where the processor or a bank has not
        answered, or inside `connect.transaction()`. Repeating an idempotency_key answers with
        the first result, or raises its error again.

        Source: Stripe API reference, "Create a charge"; Connect docs, "Charge types".

        Raises:
            CardError: the payment was declined; `charge` names the failed charge.
            InvalidRequestError: a parameter is wrong or the state does not allow it.
            PermissionError: account= is not a connected account of this platform.
            IdempotencyError: the key was used for something else, or is in use.
        """
        call = self._prepared(account, idempotency_key, params)
        (value,) = self._run(charges.create(self._base.ground, [call]))
        if isinstance(value, Refused):
            raise error_of(value)
        shown: ChargeObject = self._show(value)
        return shown

    def create_many(self, items: list[dict[str, Any]]) -> list[ChargeObject | ConnectError]:
        """Create many charges with few commits: one result for each, in order.

        items: the keyword arguments of `create`, one dict for each charge. A refused item is an
        error in the list, not raised; it takes nothing from the others.

        Raises:
            APIError: the store failed.
        """
        return self._each(items, self._prepared, charges.create)

    def _prepared(
        self, account: object, key: str | None, params: dict[str, Any]
    ) -> charges.Call:
        namespace = self._namespace(account)
        world, ground = self._base.world, self._base.ground
        command = self._parse(params_of.create, params, account=namespace, platform=world.account)
        request = self._parse(request_of, namespace, key, "charges.create", command)
        if namespace != world.account:
            branch = ground.branch(namespace)
        elif command.destination is not None:
            branch = ground.branch(command.destination)
        else:
            branch = crc32((command.transfer_group or "").encode()) % ground.branches
        return charges.Call(command, request, branch)

    def capture(
        self,
        id: object,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> ChargeObject:
        """Take what a charge made with capture=False holds, or a part; the rest is let go.

        amount: minor units, at most what is held, all of it by default. application_fee_amount
        and transfer_data={"amount"} replace what was said at creation. Holds lapse after seven
        days, or when the processor says so.

        Source: Stripe API reference, "Capture a charge".

        Raises:
            InvalidRequestError: there is no such charge, it is captured already, the hold has
                lapsed, or the amount is too large.
            IdempotencyError: the key was used for something else, or is in use.
        """
        namespace = self._namespace(account)
        command = self._parse(params_of.capture, self._parse(id_of, id), params, account=namespace)
        request = self._parse(request_of, namespace, idempotency_key, "charges.capture", command)
        found: ChargeObject = self._answer(
            charges.capture(self._base.ground, command, request)
        )
        return found

    def review(
        self,
        id: object,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> ChargeObject:
        """Say what became of a charge that needs a review. Ours: Stripe has no such request.

        A charge without an answer is asked about until its processor may have forgotten the
        key; from then on a person has to look there: `list(state="needs_review")`. outcome:
        succeeded or failed; of a charge that only holds its money also held (it can be captured
        or canceled) or released. What is booked and told is what the processor's answer would
        have been. succeeded: amount= (minor units, or a `Money`) where only a part of what was
        held has been captured, reference= the processor's number of it. failed: failure_code=
        (processing_error by default) and failure_message=. Nothing is asked outside; what the
        processor tells later is known, or contradicts.

        Raises:
            InvalidRequestError: there is no such charge, it does not need a review
                (charge_unexpected_state), or that cannot have become of it.
            IdempotencyError: the key was used for something else.
        """
        namespace = self._namespace(account)
        command = self._parse(params_of.review, self._parse(id_of, id), params, account=namespace)
        request = self._parse(request_of, namespace, idempotency_key, "charges.review", command)
        found: ChargeObject = self._answer(
            charges.review(self._base.ground, command, request)
        )
        return found

    def retrieve(self, id: object, *, account: object = None) -> ChargeObject:
        """The charge with an id.

        Raises:
            InvalidRequestError: there is none in this namespace (404).
            PermissionError: account= is not a connected account of this platform.
        """
        found: ChargeObject = self._retrieve(id, account)
        return found

    def update(
        self,
        id: object,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> ChargeObject:
        """Change description, receipt_email or metadata; an empty metadata value removes a key.

        Raises:
            InvalidRequestError: a parameter is wrong, or there is no such charge.
            RateLimitError: the charge is waiting for its processor.
        """
        namespace = self._namespace(account)
        found: ChargeObject = self._change_words(
            params_of.update, "charges.update", id, namespace, idempotency_key, params
        )
        return found

    def list(self, *, account: object = None, **params: Any) -> ListObject:
        """A page of charges, newest first.

        limit (1 to 100, default 10), starting_after, ending_before (ids), created (seconds, or
        {"gt", "gte", "lt", "lte"}), transfer_group, customer, payment_intent; state: one of our
        own machine, such as needs_review or authorized, of which Stripe's status is made.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return self._list(account, params)
