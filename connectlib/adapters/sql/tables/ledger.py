"""The books: accounts with four counters, transactions, transfers, seals."""

from __future__ import annotations

from connectlib.adapters.sql.tables.base import table_of
from connectlib.core.ledger import GUARDED
from connectlib.core.rows import (
    Lane,
    LedgerAccountRow,
    LedgerBatch,
    LedgerTransaction,
    LedgerTransfer,
)

_GUARDED = ", ".join(str(int(purpose)) for purpose in sorted(GUARDED))

ledger_accounts = table_of(
    LedgerAccountRow,
    "cl_ledger_account",
    unique=[("branch", "owner", "currency", "available_on", "purpose", "world")],
    checks={
        "counters": "debits_posted >= 0 AND credits_posted >= 0"
        " AND debits_pending >= 0 AND credits_pending >= 0",
        "guarded": f"purpose NOT IN ({_GUARDED})"
        " OR debits_posted + debits_pending <= credits_posted",
    },
    fillfactor=50,
)
ledger_transactions = table_of(
    LedgerTransaction, "cl_ledger_transaction", indexes=[("branch", "ref", "id")]
)
ledger_transfers = table_of(
    LedgerTransfer,
    "cl_ledger_transfer",
    key=("branch", "txn", "leg"),
    unique=[("branch", "debit", "d_seq"), ("branch", "credit", "c_seq")],
    checks={"amount": "amount > 0", "sides": "debit <> credit"},
)
ledger_batches = table_of(LedgerBatch, "cl_ledger_batch", key=("branch", "lane", "seq"))
ledger_lanes = table_of(Lane, "cl_ledger_lane", key=("branch", "lane"), fillfactor=50)
