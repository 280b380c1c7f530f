"""Balance transactions."""

from __future__ import annotations

from typing import Any, ClassVar

from connectlib.api._async.base import AsyncResource
from connectlib.core.rows import BalanceTransaction
from connectlib.wire.objects.balance_transactions import BalanceTransactionObject
from connectlib.wire.objects.base import ListObject


class AsyncBalanceTransactions(AsyncResource):
    """Every change of a balance, each exactly once."""

    _kind = BalanceTransaction
    _name = "balance transaction"
    _url = "/v1/balance_transactions"
    _filters: ClassVar[dict[str, str]] = {
        "currency": "currency",
        "payout": "payout",
        "source": "source",
        "type": "type",
    }

    def _show(self, row: Any) -> Any:
        world = self._base.world
        return BalanceTransactionObject(
            row, now=self._base.clock.now(), livemode=bool(world.livemode)
        )

    async def retrieve(self, id: object, *, account: object = None) -> BalanceTransactionObject:
        """The balance transaction with an id.

        Raises:
            InvalidRequestError: there is none in this namespace (404).
        """
        found: BalanceTransactionObject = await self._retrieve(id, account)
        return found

    async def list(self, *, account: object = None, **params: Any) -> ListObject:
        """A page of balance transactions, newest first.

        limit, starting_after, ending_before, created, currency, source, type; payout: those a
        payout contains, and its own, for manual payouts too.

        Source: Stripe API reference, "List all balance transactions".

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return await self._list(account, params)
