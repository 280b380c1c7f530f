# Made from connectlib/api/_async/resources/tokens.py: edit that.
"""Tokens: numbers and identities that are told once and used once."""

from __future__ import annotations

from typing import Any

from connectlib.api._sync.base import Resource
from connectlib.core.rows import Token
from connectlib.flows import tokens
from connectlib.wire.objects.tokens import TokenObject
from connectlib.wire.params import tokens as params_of
from connectlib.wire.params.base import request_of


class Tokens(Resource):
    """What stands for a bank account, a debit card, a number, an account or a person, once."""

    _kind = Token
    _name = "token"
    _param = "token"
    _url = "/v1/tokens"

    def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> TokenObject:
        """Make a token of one of these.

        bank_account: {"country", "currency", "account_number", "routing_number", ...} -> btok_;
        card: {"number", "exp_month", "exp_year"} -> tok_: both for `external_account`. pii:
        {"id_number"} -> pii_, for `id_number` of a person. account: {"business_type",
        "individual" or "company", "tos_shown_and_accepted": True} -> ct_, for `account_token`.
        person: the parameters of `persons.create` -> cpt_, for `person_token`.

        Source: Stripe API reference, "Tokens".

        Raises:
            InvalidRequestError: a parameter is wrong, or more than one of them is given.
            IdempotencyError: the key was used for something else.
        """
        words = {**params, "account": account}
        livemode = bool(self._base.world.livemode)
        command = self._parse(params_of.create, words, livemode=livemode)
        platform = self._base.world.account
        request = self._parse(request_of, platform, idempotency_key, "tokens.create", command)
        found: TokenObject = self._answer(tokens.create(self._base.ground, command, request))
        return found

    def retrieve(self, token: object) -> TokenObject:
        """The token with an id, and whether it has been used.

        Raises:
            InvalidRequestError: there is none.
        """
        found: TokenObject = self._retrieve(token, None)
        return found
