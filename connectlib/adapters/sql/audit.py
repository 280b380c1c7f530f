"""One snapshot of the books of a branch, streamed in the order of the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connectlib.adapters.sql.tables import TABLES
from connectlib.adapters.sql.tables.base import SMALL
from connectlib.core.rows import (
    BalanceTransaction,
    Lane,
    LedgerAccountRow,
    LedgerBatch,
    LedgerTransaction,
    LedgerTransfer,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectlib.adapters.sql.dialects import Dialect

#: kind -> the columns it is streamed by, after its branch
_ORDER: dict[type[Any], tuple[str, ...]] = {
    LedgerAccountRow: ("id",),
    LedgerTransaction: ("id",),
    LedgerTransfer: ("txn", "leg"),
    LedgerBatch: ("first",),
    Lane: ("lane",),
    BalanceTransaction: ("id",),
}


class SqlAudit:
    """See `core.verify.Books`."""

    def __init__(self, dialect: Dialect, connection: Any, branch: int) -> None:
        self._dialect = dialect
        self._connection = connection
        self._branch = branch

    def accounts(self) -> Iterator[LedgerAccountRow]:
        """See `core.verify.Books`."""
        return map(LedgerAccountRow._make, self._stream(LedgerAccountRow))

    def transactions(self) -> Iterator[LedgerTransaction]:
        """See `core.verify.Books`."""
        return map(LedgerTransaction._make, self._stream(LedgerTransaction))

    def transfers(self) -> Iterator[LedgerTransfer]:
        """See `core.verify.Books`."""
        return map(LedgerTransfer._make, self._stream(LedgerTransfer))

    def batches(self) -> Iterator[LedgerBatch]:
        """See `core.verify.Books`."""
        return map(LedgerBatch._make, self._stream(LedgerBatch))

    def lanes(self) -> Iterator[Lane]:
        """See `core.verify.Books`."""
        return map(Lane._make, self._stream(Lane))

    def balance_transactions(self) -> Iterator[BalanceTransaction]:
        """See `core.verify.Books`."""
        return map(BalanceTransaction._make, self._stream(BalanceTransaction))

    def _stream(self, kind: type[Any]) -> Iterator[Any]:
        table = TABLES[kind]
        branch = sa.bindparam("b", type_=SMALL)
        order = [table.c[name] for name in _ORDER[kind]]
        found = sa.select(table).where(table.c.branch == branch).order_by(*order)
        compiled = self._dialect.compile(found)
        return self._dialect.stream(self._connection, compiled, {"b": self._branch})
