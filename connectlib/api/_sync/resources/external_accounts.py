# Made from connectlib/api/_async/resources/external_accounts.py: edit that.
"""Where accounts are paid out to."""

from __future__ import annotations

from typing import Any

from connectlib.api._sync.redeeming import Redeeming
from connectlib.api.errors import error_of
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import ExternalAccount
from connectlib.flows import external_accounts
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.external_accounts import ExternalAccountObject
from connectlib.wire.params import external_accounts as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of, shown

_OBJECTS = ("bank_account", "card")


class ExternalAccounts(Redeeming):
    """Bank accounts and debit cards of an account; one of each currency is its default."""

    _kind = ExternalAccount
    _name = "external account"
    _url = "/v1/external_accounts"

    def create(
        self,
        account: object,
        *,
        external_account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> ExternalAccountObject:
        """Add a bank account or debit card that payouts can go to.

        external_account: {"object": "bank_account", "country": "US", "currency": "usd",
        "account_number": ..., "routing_number": ..., "account_holder_name": ...,
        "account_holder_type": "individual" or "company"}, or a token: one of
        `tokens.create`, or in test mode such as tok_visa_debit_us_transferSuccess. The number is
        never told back. The first of a currency is its default; default_for_currency=True makes
        this one it. Also metadata.

        Source: Stripe API reference, "Create an external account".

        Raises:
            InvalidRequestError: a parameter or number is wrong, or there is no such account.
            IdempotencyError: the key was used for something else.
        """
        id_ = self._parse(id_of, account, "account")
        livemode = bool(self._base.world.livemode)
        made, taken = self._external_of(external_account, idempotency_key)
        words = {**params, "external_account": external_account}
        given = self._parse(params_of.create, words, livemode=livemode, made=made)
        platform = self._base.world.account
        request = self._parse(
            request_of, platform, idempotency_key, "external_accounts.create", (id_, *given)
        )
        flow = external_accounts.create(self._base.ground, id_, given, request)
        found: ExternalAccountObject = self._spend(taken, flow)
        return found

    def retrieve(self, account: object, id: object) -> ExternalAccountObject:
        """A bank account or card of an account.

        Raises:
            InvalidRequestError: there is none.
        """
        namespace = self._namespace(account)
        given = self._parse(id_of, id)
        row = self._call(self._engine.cached, ExternalAccount, given)
        fits = isinstance(row, ExternalAccount) and row.account == namespace and not row.deleted
        if not fits or row.world != self._base.world.id:
            raise error_of(missing(self._name, shown(given), "id"))
        found: ExternalAccountObject = self._show(self._opened(row))
        return found

    def update(
        self, account: object, id: object, *, idempotency_key: str | None = None, **params: Any
    ) -> ExternalAccountObject:
        """Change one; an update without changes enables it again where a payout to it has failed.

        account_holder_name, account_holder_type, account_type, documents of a bank account; name,
        address_..., exp_month, exp_year of a card; metadata. default_for_currency=True makes it
        the default of its currency, in the place of the one that is; False changes nothing.

        Raises:
            InvalidRequestError: a parameter is wrong, or there is no such external account.
            IdempotencyError: the key was used for something else.
        """
        of = self._parse(id_of, account, "account")
        id_ = self._parse(id_of, id)
        command = self._parse(params_of.update, of, id_, params)
        platform = self._base.world.account
        request = self._parse(
            request_of, platform, idempotency_key, "external_accounts.update", command
        )
        flow = external_accounts.update(self._base.ground, command, request)
        found: ExternalAccountObject = self._answer(flow)
        return found

    def delete(
        self, account: object, id: object, *, idempotency_key: str | None = None
    ) -> ExternalAccountObject:
        """Take one away; not the default of the account's default currency.

        Raises:
            InvalidRequestError: there is none, or it has to stay.
            IdempotencyError: the key was used for something else.
        """
        of = self._parse(id_of, account, "account")
        id_ = self._parse(id_of, id)
        platform = self._base.world.account
        request = self._parse(
            request_of, platform, idempotency_key, "external_accounts.delete", (of, id_)
        )
        flow = external_accounts.delete(self._base.ground, of, id_, request)
        found: ExternalAccountObject = self._answer(flow)
        return found

    def list(
        self, account: object, *, object: str | None = None, **params: Any
    ) -> ListObject:
        """A page of an account's bank accounts and cards, newest first.

        object: bank_account or card: only those. limit, starting_after, ending_before.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        if object is not None and object not in _OBJECTS:
            refused = Refused(
                Why.PARAMETER_INVALID,
                "Invalid object: must be one of bank_account, card.",
                "object",
                "leave it out for both",
            )
            raise error_of(refused)
        of = ExternalAccounts(self._base)
        of._only = (("object", object),) if object else ()
        return of._list(account, params)

    _only: tuple[tuple[str, Any], ...] = ()

    def _always(self) -> tuple[tuple[str, Any], ...]:
        return (("deleted", 0), *self._only)
