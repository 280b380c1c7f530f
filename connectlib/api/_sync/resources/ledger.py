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
    move_of,
    place_of,
    trial_balance,
    verify,
)
from connectlib.core.ledger import LedgerAccount
from connectlib.flows import reading
from connectlib.ports.store import Totals, TransfersOf
from connectlib.wire.params.values import currency_code, id_of, moment, whole

#: How many ledger transfers one call may answer with.
TRANSFERS_MAX = 100_000


class Ledger(Resource):
    """Double entry: every ledger transfer debits one ledger account and credits another."""

    def transfers(
        self,
        *,
        about: object = None,
        charge: object = None,
        account: object = None,
        limit: int = 1000,
        after: object = None,
        newest: bool = False,
    ) -> list[LedgerMove]:
        """Ledger transfers, in the order of their ids, at most `limit` (up to 100,000).

        about: the object they are about (a charge, transfer, refund, payout ... or its id);
        charge: the same for a charge. account: those that touch a connected account. after: the
        last one of the page before, or its id. newest: in the opposite order, the last first.

        Ids ascend as the transfers were posted; on PostgreSQL they do so within each of the
        sixteen chains that commits share, so sort by `created` where several are mixed.

        Raises:
            InvalidRequestError: a parameter is wrong.
            PermissionError: account= is not a connected account of this platform.
        """
        most = self._parse(whole, limit, "limit", least=1, most=TRANSFERS_MAX)
        ref = None
        for param, wanted in (("charge", charge), ("about", about)):
            ref = ref if wanted is None else self._parse(id_of, wanted, param)
        owner = None if account is None else self._namespace(account)
        edge = None if after is None else self._parse(place_of, after, "after")
        ground = self._base.ground
        found: list[Any] = []
        for branch in range(ground.branches):
            query = TransfersOf(
                branch, ground.world.id, ref, owner, edge, limit=most, newest=bool(newest)
            )
            found += self._call(self._engine.store.answer, query)
        found.sort(key=lambda entry: (entry.row.txn, entry.row.leg), reverse=bool(newest))
        return [move_of(entry) for entry in found[:most]]

    def balance(
        self, *, account: object = None, currency: str, as_of: object = None
    ) -> Funds:
        """pending, available and in_transit of an account in one currency, in minor units.

        as_of: a datetime, date, ISO text or seconds since 1970; now by default.

        Raises:
            InvalidRequestError: as_of is no moment, or the currency is not known.
            PermissionError: account= is not a connected account of this platform.
        """
        code = self._parse(currency_code, currency)
        namespace = self._namespace(account)
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
