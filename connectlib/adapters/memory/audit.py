"""The books of a branch in memory, in the order of the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.ledger import ledger_id
from connectlib.core.rows import LedgerAccountRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectlib.adapters.memory.tables import Tables
    from connectlib.core.rows import (
        BalanceTransaction,
        Lane,
        LedgerBatch,
        LedgerTransaction,
        LedgerTransfer,
    )


class MemoryAudit:
    """See `core.verify.Books`. The branch is locked while it is open."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def accounts(self) -> Iterator[LedgerAccountRow]:
        """See `core.verify.Books`."""
        branch = self._tables.branch
        for key in sorted(self._tables.ledger, key=ledger_id):
            a = self._tables.ledger[key]
            yield LedgerAccountRow(branch, a.id, *key, a.dp, a.cp, a.dq, a.cq, a.version)

    def transactions(self) -> Iterator[LedgerTransaction]:
        """See `core.verify.Books`."""
        return iter(self._tables.transactions)

    def transfers(self) -> Iterator[LedgerTransfer]:
        """See `core.verify.Books`."""
        return iter(self._tables.transfers)

    def batches(self) -> Iterator[LedgerBatch]:
        """See `core.verify.Books`."""
        return iter(self._tables.batches)

    def lanes(self) -> Iterator[Lane]:
        """See `core.verify.Books`."""
        yield self._tables.lane

    def balance_transactions(self) -> Iterator[BalanceTransaction]:
        """See `core.verify.Books`."""
        return iter(self._tables.bts.values())
