# Made from connectlib/api/_async/resources/reconciliation.py: edit that.
"""Reconciliation: our rows, the processor's list and a settlement file, held side by side."""

from __future__ import annotations

from connectlib.adapters import settlement_files
from connectlib.api._sync.base import Resource
from connectlib.api.errors import raised
from connectlib.flows import reconciliation
from connectlib.runtime.joining import refuse_inside
from connectlib.wire.objects.reconciliation import ReconciliationObject
from connectlib.wire.params import reconciliation as params_of


class Reconciliation(Resource):
    """Three lists of the same money. Ours: Stripe has no such resource."""

    def run(
        self,
        *,
        since: object,
        until: object,
        settlement: object = None,
        processor: bool = True,
    ) -> ReconciliationObject:
        """Hold what we have taken and given back beside what the others say of it.

        since, until: a datetime, a date, ISO text or seconds since 1970; until is not part of
        the period. settlement: a path, CSV text, or dicts, with the columns key, kind (charge or
        refund), amount (minor units), currency and created; see `docs/reconciliation.md`.
        processor=False leaves the processor's list out.

        Looked at are the charges and refunds of all accounts that were made in the period or
        moved in it (captured, settled, failed), and what the others date in it. No edge makes a
        difference: what the others name is looked up here by its id, whenever it was made, and
        the processor's list is read a day further on both sides, and again around the dates of
        ours that are not in it. What is under way is no difference yet: it is compared in the
        period in which it ends. It only reads; it may be repeated at will.

        Returns a `reconciliation`: `ok`, `differences`, `under_way`, `needs_review`,
        `taken_back`, `callbacks` (news that contradicts what we know), and `totals` by kind and
        currency, in minor units.

        Raises:
            InvalidRequestError: a moment is none, or a row of the file cannot be read.
            ProcessorError: the processor's list cannot be had; nothing has been compared.
            TransactionError: inside a `connect.transaction()` block.
            APIError: the store failed.
        """
        try:
            refuse_inside(self._base, "reconciliation.run()")
        except Exception as error:
            raise raised(error) or error from error
        first, last = self._parse(params_of.period, since, until)
        given = None
        if settlement is not None:
            given = self._call(settlement_files.read, settlement)
        asked = reconciliation.Asked(first, last, given, processor=bool(processor))
        found = self._run(reconciliation.run(self._base.ground, asked), caught_up=False)
        return ReconciliationObject(found, livemode=bool(self._base.world.livemode))
