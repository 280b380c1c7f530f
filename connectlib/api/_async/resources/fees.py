"""Fees: what a charge would cost, and what everybody would get of it."""

from __future__ import annotations

from typing import Any

from connectlib.api._async.base import AsyncResource
from connectlib.api.errors import error_of
from connectlib.core.refusals import Refused
from connectlib.flows import quotes
from connectlib.wire.objects.quotes import ChargeQuoteObject
from connectlib.wire.params import quotes as params_of


class AsyncFees(AsyncResource):
    """What would be charged. Ours: Stripe has no such resource, and nothing of it is kept."""

    async def quote(self, *, account: object = None, **params: Any) -> ChargeQuoteObject:
        """Say before a charge what every party would have of it in the end.

        The parameters of `charges.create`, with the same refusals; source= may be left out: then
        payment_method_type (card by default), card_brand and payment_method_country say what
        fees depend on. The real decision is made, at the rates of now, and not written.

        Returns a `charge_quote`: `parties` ({account, currency, net}, minor units, net of all
        fees), `processing_fee`, `settlement`, and in `changes` every balance transaction that
        the charge would make.

        Raises:
            InvalidRequestError: as `charges.create` would.
            PermissionError: account= is not a connected account of this platform.
        """
        namespace = await self._namespace(account)
        platform = self._base.world.account
        asked = self._parse(params_of.quote, params, account=namespace, platform=platform)
        found = await self._run(quotes.charge(self._base.ground, *asked))
        if isinstance(found, Refused):
            raise error_of(found)
        return ChargeQuoteObject(found, livemode=bool(self._base.world.livemode))
