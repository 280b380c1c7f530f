# Made from connectlib/api/_async/resources/balance.py: edit that.
"""The balance of an account."""

from __future__ import annotations

from connectlib.api._sync.base import Resource
from connectlib.core.rows import Account
from connectlib.flows import reading
from connectlib.wire.objects.balance import BalanceObject


class Balance(Resource):
    """What an account has, by currency."""

    def retrieve(self, *, account: object = None) -> BalanceObject:
        """The balance of account= (the platform's by default), in minor units.

        `balance.available` behaves as Stripe's list and takes a currency:
        `balance.available["usd"]`; so do `pending` and `in_transit`. `to_dict()` is Stripe's.

        Source: Stripe API reference, "Retrieve balance".

        Raises:
            PermissionError: account= is not a connected account of this platform.
        """
        namespace = self._namespace(account)
        row = self._call(self._engine.cached, Account, namespace)
        funds = self._run(reading.balance(self._base.ground, namespace))
        currency = row.default_currency if row is not None else "usd"
        return BalanceObject(
            funds, default_currency=currency, livemode=bool(self._base.world.livemode)
        )
