# Made from connectlib/api/_async/resources/testing.py: edit that.
"""Verbs of the test mode."""

from __future__ import annotations

from typing import Any

from connectlib.api._sync.resources.accounts import AnsweringAccounts
from connectlib.api.errors import error_of
from connectlib.core.drafts import encode
from connectlib.core.refusals import Refused
from connectlib.core.rows import Account
from connectlib.flows import accounts, payment_intents, setup_intents
from connectlib.runtime.banks import bank_for_tests
from connectlib.wire.objects.accounts import AccountObject
from connectlib.wire.objects.payment_intents import PaymentIntentObject, SetupIntentObject
from connectlib.wire.params import accounts as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of


class Testing(AnsweringAccounts):
    """What only a test mode can do."""

    def account(
        self,
        *,
        idempotency_key: str | None = None,
        payouts_fail_with: str | None = None,
        **params: Any,
    ) -> AccountObject:
        """A connected account that is ready: onboarded, with one read-only test bank account.

        The parameters of `accounts.create`. Unless they say otherwise, both capabilities are
        requested and the platform bears the account's losses. payouts_fail_with: the
        failure_code with which its bank returns every payout.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        self._parse(params_of.failure, payouts_fail_with)
        agreement = params.get("tos_acceptance")
        recipient = agreement == {"service_agreement": "recipient"}
        words = {
            "capabilities": ["transfers"] if recipient else ["card_payments", "transfers"],
            **{name: value for name, value in params.items() if value is not None},
        }
        command = self._parse(params_of.create, words)
        if params.get("controller") is None and params.get("type") is None:
            # No account that is made by hand is like this: it pays its fees, we bear its losses.
            command = command._replace(losses="application")
        platform = self._base.world.account
        request = self._parse(request_of, platform, idempotency_key, "accounts.create", command)
        made: AccountObject = self._answer(
            accounts.create(self._base.ground, command, request)
        )
        return self.onboard(made, payouts_fail_with=payouts_fail_with)

    def onboard(
        self, account: object, *, payouts_fail_with: str | None = None
    ) -> AccountObject:
        """Finish the onboarding of an account: what it has requested becomes active.

        It gets one test bank account, in its default currency.

        Raises:
            InvalidRequestError: there is no such account.
        """
        self._parse(params_of.failure, payouts_fail_with)
        id_ = self._parse(id_of, account, "account")
        row = self._call(self._engine.cached, Account, id_)
        country = row.country if row is not None else "US"
        currency = row.default_currency if row is not None else None
        bank = bank_for_tests(id_, country, currency, failure=payouts_fail_with)
        found: AccountObject = self._answer(accounts.onboard(self._base.ground, id_, bank))
        return found

    def authenticate(
        self, intent: object, *, succeeds: bool = True, account: object = None
    ) -> PaymentIntentObject | SetupIntentObject:
        """Do what `next_action` of a payment or setup intent asks of the buyer, or fail to.

        Raises:
            CardError: the payment or setup was declined after it, or the buyer has failed.
            InvalidRequestError: there is no such intent, or it does not wait for the buyer.
        """
        namespace = self._namespace(account)
        id_ = self._parse(id_of, intent)
        proof = None if succeeds else encode({"failed": True})
        ground = self._base.ground
        flow: Any = payment_intents.authenticate(ground, id_, namespace, None, proof=proof)
        if id_.startswith("seti_"):
            flow = setup_intents.authenticate(ground, id_, namespace, None, proof=proof)
        row = self._run(flow)
        if isinstance(row, Refused):
            raise error_of(row)
        found: PaymentIntentObject | SetupIntentObject = self._show(row)
        return found
