"""Quotes of exchange rates."""

from __future__ import annotations

from typing import Any

from connectlib.api._async.base import AsyncResource
from connectlib.core.rows import FxQuote
from connectlib.flows import fx_quotes
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.fx_quotes import FxQuoteObject
from connectlib.wire.params import fx_quotes as params_of
from connectlib.wire.params.base import request_of


class AsyncFxQuotes(AsyncResource):
    """What a conversion would give now, and a promise of it for a while."""

    _kind = FxQuote
    _name = "fx_quote"
    _url = "/v1/fx_quotes"

    def _show(self, row: Any) -> Any:
        """A quote with its status at this moment."""
        livemode = bool(self._base.world.livemode)
        return FxQuoteObject(row, livemode=livemode, now=self._engine.clock.now())

    async def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> FxQuoteObject:
        """Quote the rates into a currency, and lock them for a while.

        to_currency: what is converted into. from_currencies: a list of what is converted from.
        lock_duration: none (the default: rates to look at, which nothing can use),
        five_minutes, hour or day. usage: what it is for, a dict: type payment (the default) or
        transfer, with payment= or transfer= naming destination and on_behalf_of.

        Rates are numbers between major units: with `exchange_rate` 1.1, 1 EUR (100 minor
        units) gives 1.10 USD (110). In `rate_details`, base_rate is the rate before fx_fee_rate
        was taken off.

        Source: Stripe API reference, "Create an FX Quote" (a preview).

        Raises:
            InvalidRequestError: a parameter is wrong, or a rate is not known.
            PermissionError: account= is not a connected account of this platform.
            IdempotencyError: the key was used for something else.
            ConfigurationError: the rates given to the engine do not reach this moment.
        """
        namespace = await self._namespace(account)
        command = self._parse(params_of.create, params, account=namespace)
        request = self._parse(request_of, namespace, idempotency_key, "fx_quotes.create", command)
        found: FxQuoteObject = await self._answer(
            fx_quotes.create(self._base.ground, command, request)
        )
        return found

    async def retrieve(self, id: str, *, account: object = None) -> FxQuoteObject:
        """The quote with an id; its `lock_status` is that of now.

        Raises:
            InvalidRequestError: there is none in this namespace (404).
        """
        found: FxQuoteObject = await self._retrieve(id, account)
        return found

    async def list(self, *, account: object = None, **params: Any) -> ListObject:
        """A page of quotes, newest first: limit, starting_after, ending_before, created.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return await self._list(account, params)
