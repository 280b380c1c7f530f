# Made from connectlib/api/_async/resources/accounts.py: edit that.
"""Connected accounts."""

from __future__ import annotations

from typing import Any

from connectlib.api._sync.redeeming import Redeeming, is_token
from connectlib.api._sync.resources.capabilities import Capabilities
from connectlib.api._sync.resources.external_accounts import ExternalAccounts
from connectlib.api._sync.resources.persons import Persons
from connectlib.api.errors import error_of
from connectlib.core.charge_checks import no_access
from connectlib.core.refusals import Refused
from connectlib.core.rows import Account, Token
from connectlib.flows import accounts, persons
from connectlib.runtime.engine import Engine
from connectlib.wire.objects.accounts import AccountObject
from connectlib.wire.objects.base import ListObject
from connectlib.wire.params import accounts as params_of
from connectlib.wire.params import external_accounts as externals
from connectlib.wire.params.base import identified, request_of
from connectlib.wire.params.tokens import account_words, both_told
from connectlib.wire.params.values import id_of, shown


class AnsweringAccounts(Redeeming):
    """What answers with accounts."""

    _kind = Account
    _name = "account"

    def _answer(self, flow: Any) -> Any:
        """The account that a flow gives, with what it has told of itself."""
        row = self._run(flow)
        if isinstance(row, Refused):
            raise error_of(row)
        return (self._objects([row]))[0]

    def _objects(self, rows: Any) -> Any:
        """Accounts with what each has told of itself."""
        told = self._run(persons.subjects(self._base.ground, rows), caught_up=False)
        livemode = bool(self._base.world.livemode)
        return [
            AccountObject(row, subject=subject, livemode=livemode)
            for row, subject in zip(rows, told, strict=True)
        ]


class Accounts(AnsweringAccounts):
    """The accounts that sell through the platform."""

    _url = "/v1/accounts"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.capabilities = Capabilities(engine)
        self.external_accounts = ExternalAccounts(engine)
        self.persons = Persons(engine)

    def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> AccountObject:
        """Open a connected account.

        country: two letters, the platform's by default. capabilities: their names as a list, or
        in Stripe's form; they are active once what they need has been told: see `requirements` of
        the answer (in test mode `connect.testing.onboard` tells all of it). controller: {"fees":
        {"payer": ...}, "losses": {"payments": ...}, "requirement_collection": ...,
        "stripe_dashboard": {"type": ...}}; what is left out is account, stripe, stripe and full.
        Or type: standard, express or custom. settings: statement descriptors, checks on which
        cards are declined, the payout schedule (daily or manual), branding. tos_acceptance: date
        (seconds), ip, user_agent, and service_agreement (full, or recipient for an account that
        is paid only). business_type: individual, company, non_profit or government_entity; with
        it individual or company: what it tells of itself. external_account: where it is paid out
        to, as in `external_accounts.create`. account_token: what it tells of itself, and that it
        accepts the terms. Also: email, business_profile, default_currency,
        metadata.

        What has been told is checked after it is written, so a repeat with the same
        idempotency_key answers as before that.

        Source: Stripe API reference, "Create an account"; Connect docs, "Controller properties".

        Raises:
            InvalidRequestError: a parameter is wrong.
            IdempotencyError: the key was used for something else.
        """
        self._platform_only(account)
        token, source = params.pop("account_token", None), params.pop("external_account", None)
        command = self._parse(params_of.create, params)
        command, taken = self._redeemed(command, token, source, params, idempotency_key)
        platform = self._base.world.account
        request = self._parse(request_of, platform, idempotency_key, "accounts.create", command)
        found: AccountObject = self._spend(
            taken, accounts.create(self._base.ground, command, request)
        )
        return found

    def retrieve(self, id: object = None) -> AccountObject:
        """The account with an id; the platform's own without one.

        Raises:
            PermissionError: there is none, or it has been deleted.
        """
        id_ = self._base.world.account if id is None else self._parse(id_of, id)
        row = self._call(self._engine.cached, Account, id_)
        if row is None or row.world != self._base.world.id or row.deleted:
            raise error_of(no_access(shown(id_)))
        found: AccountObject = (self._objects([row]))[0]
        return found

    def update(
        self,
        id: object,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> AccountObject:
        """Change an account; country, controller, type and service agreement never change.

        external_account: takes the place of the default of its currency, which is deleted.
        email, business_type, business_profile, capabilities, company, default_currency,
        individual, settings, tos_acceptance, metadata: what is not given stays, an empty text
        unsets a field. account: the account's own id where it is the account that asks, on a page
        of yours: it may accept its terms, and edit what the platform may not.

        Raises:
            InvalidRequestError: a parameter is wrong, or there is no such account.
            IdempotencyError: the key was used for something else.
        """
        id_ = self._parse(id_of, id)
        by_itself = account is not None and identified(account) == id_
        if not by_itself:
            self._platform_only(account)
        given = tuple(sorted(name for name, value in params.items() if value is not None))
        token, source = params.pop("account_token", None), params.pop("external_account", None)
        command = self._parse(params_of.update, id_, params, by_itself=by_itself)
        command = command._replace(given=given)
        command, taken = self._redeemed(command, token, source, params, idempotency_key)
        platform = self._base.world.account
        request = self._parse(request_of, platform, idempotency_key, "accounts.update", command)
        found: AccountObject = self._spend(
            taken, accounts.update(self._base.ground, command, request)
        )
        return found

    def _redeemed(
        self, command: Any, token: object, source: object, params: dict[str, Any], key: object
    ) -> tuple[Any, list[Token]]:
        """A command with what an account token and `external_account` stand for."""
        for name in ("business_type", "company", "individual", "tos_acceptance"):
            if token is not None and params.get(name) is not None:
                raise error_of(both_told(name))
        livemode = bool(self._base.world.livemode)
        made, taken = None, list[Token]()
        if source is not None and not is_token(source, ("bank_account", "card")):
            made = self._parse(externals.external, source, livemode=livemode)
        if token is not None:
            row, taken = self._taken(token, ("account",), "account_token", key)
            command = command._replace(**account_words(row))
        if source is not None and made is None:
            made, more = self._external_of(source, key)
            taken = [*taken, *more]
        return command._replace(external=made), taken

    def delete(
        self, id: object, *, account: object = None, idempotency_key: str | None = None
    ) -> AccountObject:
        """Close an account. All its balances must be zero.

        Raises:
            InvalidRequestError: there is no such account, it still has a balance, or (in live
                mode) the platform is not liable for its losses.
        """
        self._platform_only(account)
        id_ = self._parse(id_of, id)
        platform = self._base.world.account
        request = self._parse(request_of, platform, idempotency_key, "accounts.delete", (id_,))
        found: AccountObject = self._answer(accounts.delete(self._base.ground, id_, request))
        return found

    def reject(
        self,
        id: object,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> AccountObject:
        """Reject an account that looks suspicious: no charges, no transfers to it, no payouts.

        What is under way comes to its end. reason: credit, fraud_no_intent_to_fulfill,
        fraud_other, fraud_payment_method_casher, fraud_payment_method_tester, other or
        terms_of_service. payouts_action: pause (the default), or none to let it be paid out.

        Source: Stripe API reference, "Reject an account".

        Raises:
            InvalidRequestError: a parameter is wrong, there is no such account, the platform is
                not liable for its losses, or it has been rejected already.
            IdempotencyError: the key was used for something else.
        """
        self._platform_only(account)
        command = self._parse(params_of.reject, self._parse(id_of, id), params)
        platform = self._base.world.account
        request = self._parse(request_of, platform, idempotency_key, "accounts.reject", command)
        found: AccountObject = self._answer(
            accounts.reject(self._base.ground, command, request)
        )
        return found

    def unreject(
        self, id: object, *, account: object = None, idempotency_key: str | None = None
    ) -> AccountObject:
        """Take the rejection of an account back; it may do what its requirements allow again.

        Source: Stripe API reference, "Unreject an account".

        Raises:
            InvalidRequestError: there is no such account, or it has not been rejected.
            IdempotencyError: the key was used for something else.
        """
        self._platform_only(account)
        id_ = self._parse(id_of, id)
        platform = self._base.world.account
        request = self._parse(request_of, platform, idempotency_key, "accounts.unreject", (id_,))
        found: AccountObject = self._answer(
            accounts.unreject(self._base.ground, id_, request)
        )
        return found

    def list(self, **params: Any) -> ListObject:
        """A page of connected accounts, newest first; the platform's own is not among them.

        limit, starting_after, ending_before, created.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return self._list(None, params)

    def _always(self) -> tuple[tuple[str, Any], ...]:
        return (("deleted", 0), ("connected", 1))
