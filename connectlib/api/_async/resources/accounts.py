"""Connected accounts."""

from __future__ import annotations

from typing import Any

from connectlib.api._async.base import AsyncResource
from connectlib.api._async.resources.capabilities import AsyncCapabilities
from connectlib.api.errors import error_of
from connectlib.core.charge_checks import no_access
from connectlib.core.rows import Account
from connectlib.flows import accounts
from connectlib.runtime.engine import Engine
from connectlib.wire.objects.accounts import AccountObject
from connectlib.wire.objects.base import ListObject
from connectlib.wire.params import accounts as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of, shown


class AsyncAccounts(AsyncResource):
    """The accounts that sell through the platform."""

    _kind = Account
    _name = "account"
    _url = "/v1/accounts"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.capabilities = AsyncCapabilities(engine)

    async def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> AccountObject:
        """Open a connected account.

        country: two letters, the platform's by default. capabilities: their names as a list, or
        in Stripe's form; they stay inactive until onboarding is done
        (`connect.testing.onboard`). controller: {"fees": {"payer": ...}, "losses":
        {"payments": ...}, "requirement_collection": ..., "stripe_dashboard": {"type": ...}};
        what is left out is account, stripe, stripe and full. Or type: standard, express or
        custom. settings: statement descriptors, checks on which cards are declined, the payout
        schedule (daily or manual), branding. tos_acceptance: date (seconds), ip, user_agent,
        and service_agreement (full, or recipient for an account that is paid only). Also:
        email, business_type, business_profile, default_currency, metadata.

        Source: Stripe API reference, "Create an account"; Connect docs, "Controller properties".

        Raises:
            InvalidRequestError: a parameter is wrong.
            IdempotencyError: the key was used for something else.
        """
        self._platform_only(account)
        command = self._parse(params_of.create, params)
        platform = self._base.world.account
        request = self._parse(request_of, platform, idempotency_key, "accounts.create", command)
        found: AccountObject = await self._answer(
            accounts.create(self._base.ground, command, request)
        )
        return found

    async def retrieve(self, id: object = None) -> AccountObject:
        """The account with an id; the platform's own without one.

        Raises:
            PermissionError: there is none, or it has been deleted.
        """
        id_ = self._base.world.account if id is None else self._parse(id_of, id)
        row = await self._call(self._engine.cached, Account, id_)
        if row is None or row.world != self._base.world.id or row.deleted:
            raise error_of(no_access(shown(id_)))
        found: AccountObject = self._show(row)
        return found

    async def update(
        self,
        id: object,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> AccountObject:
        """Change an account; country, controller, type and service agreement never change.

        email, business_type, business_profile, capabilities, default_currency, settings,
        tos_acceptance, metadata: what is not given stays, an empty text unsets a field.

        Raises:
            InvalidRequestError: a parameter is wrong, or there is no such account.
            IdempotencyError: the key was used for something else.
        """
        self._platform_only(account)
        command = self._parse(params_of.update, self._parse(id_of, id), params)
        platform = self._base.world.account
        request = self._parse(request_of, platform, idempotency_key, "accounts.update", command)
        found: AccountObject = await self._answer(
            accounts.update(self._base.ground, command, request)
        )
        return found

    async def delete(
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
        found: AccountObject = await self._answer(accounts.delete(self._base.ground, id_, request))
        return found

    async def reject(
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
        found: AccountObject = await self._answer(
            accounts.reject(self._base.ground, command, request)
        )
        return found

    async def unreject(
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
        found: AccountObject = await self._answer(
            accounts.unreject(self._base.ground, id_, request)
        )
        return found

    async def list(self, **params: Any) -> ListObject:
        """A page of connected accounts, newest first; the platform's own is not among them.

        limit, starting_after, ending_before, created.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return await self._list(None, params)

    def _always(self) -> tuple[tuple[str, Any], ...]:
        return (("deleted", 0), ("connected", 1))
