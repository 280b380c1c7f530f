# Made from connectlib/api/_async/resources/ledger.py: edit that.
"""The books behind the balances."""

from __future__ import annotations

from typing import Any

from connectlib.api._sync.base import Resource
from connectlib.api.books import (
    Funds,
    LedgerMove,
    Report,
    TrialBalanceRow,
    moment,
    move_of,
    trial_balance,
    verify,
)
from connectlib.core.ledger import LedgerAccount
from connectlib.flows import reading
from connectlib.ports.store import Totals, TransfersOf


class Ledger(Resource):
    """Double entry: every ledger transfer debits one ledger account and credits another."""

    def transfers(
        self,
        *,
        about: object = None,
        charge: object = None,
        account: object = None,
        limit: int = 1000,
    ) -> list[LedgerMove]:
        """Ledger transfers, in the order in which they were posted, at most `limit`.

        about: the object they are about (a charge, transfer, refund, payout ... or its id);
        charge: the same for a charge. account: those that touch a connected account.

        Raises:
            PermissionError: account= is not a connected account of this platform.
        """
        wanted = about if about is not None else charge
        ref = None if wanted is None else str(getattr(wanted, "id", wanted))
        owner = None if account is None else self._namespace(account)
        ground = self._base.ground
        found: list[Any] = []
        for branch in range(ground.branches):
            query = TransfersOf(branch, ground.world.id, ref, owner, limit=limit)
            found += self._call(self._engine.store.answer, query)
        found.sort(key=lambda entry: (entry.transaction.created, entry.row.txn, entry.row.leg))
        return [move_of(entry) for entry in found[:limit]]

    def balance(
        self, *, account: object = None, currency: str, as_of: object = None
    ) -> Funds:
        """pending, available and in_transit of an account in one currency, in minor units.

        as_of: a datetime, date, ISO text or seconds since 1970; now by default.

        Raises:
            InvalidRequestError: as_of is no moment.
            PermissionError: account= is not a connected account of this platform.
        """
        namespace = self._namespace(account)
        code = currency.lower()
        if as_of is None:
            funds = self._run(reading.balance(self._base.ground, namespace))
            return funds.get(code, Funds())
        at = self._parse(moment, as_of, "as_of")
        return self._run(reading.balance_at(self._base.ground, namespace, code, at))

    def trial_balance(self, *, by_owner: bool = False) -> list[TrialBalanceRow]:
        """Debits, credits and balance of every kind of ledger account, in minor units.

        In each currency debits and credits add up to the same. by_owner: a line for each
        account instead of one for all.

        Raises:
            APIError: the store failed.
        """
        ground = self._base.ground
        found: list[LedgerAccount] = []
        for branch in range(ground.branches):
            query = Totals(branch, ground.world.id)
            found += self._call(self._engine.store.answer, query)
        return trial_balance(found, by_owner=by_owner)

    def verify(self) -> Report:
        """Prove the books: one pass over one snapshot that names the first row that is wrong.

        It finds tampered amounts, deleted and swapped rows, wrong counters, broken chains, and
        balance transactions that the ledger does not carry. It reads every row of the store.

        Raises:
            APIError: the store failed.
        """
        found: Report = self._call(verify, self._base)
        return found
