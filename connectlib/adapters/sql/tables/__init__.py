"""The schema: one SQLAlchemy table per row class, its columns the fields in order."""

from __future__ import annotations

from connectlib.adapters.sql.tables.account_links import account_links
from connectlib.adapters.sql.tables.account_sessions import account_sessions
from connectlib.adapters.sql.tables.accounts import accounts, worlds
from connectlib.adapters.sql.tables.application_fees import application_fees, fee_refunds
from connectlib.adapters.sql.tables.balance_transactions import balance_transactions
from connectlib.adapters.sql.tables.base import NAMES, SHARED, TABLES, metadata
from connectlib.adapters.sql.tables.callbacks import callbacks
from connectlib.adapters.sql.tables.charges import charges
from connectlib.adapters.sql.tables.customers import customers
from connectlib.adapters.sql.tables.data_keys import data_keys
from connectlib.adapters.sql.tables.engine import (
    due,
    heads,
    idempotency_keys,
    object_versions,
)
from connectlib.adapters.sql.tables.events import events
from connectlib.adapters.sql.tables.external_accounts import external_accounts
from connectlib.adapters.sql.tables.file_links import file_links
from connectlib.adapters.sql.tables.files import files
from connectlib.adapters.sql.tables.fx_quotes import fx_quotes
from connectlib.adapters.sql.tables.ledger import (
    ledger_accounts,
    ledger_batches,
    ledger_lanes,
    ledger_transactions,
    ledger_transfers,
)
from connectlib.adapters.sql.tables.login_links import login_links
from connectlib.adapters.sql.tables.oauth import oauth_grants
from connectlib.adapters.sql.tables.payment_intents import payment_intents
from connectlib.adapters.sql.tables.payment_methods import payment_methods
from connectlib.adapters.sql.tables.payouts import payout_items, payouts
from connectlib.adapters.sql.tables.persons import persons
from connectlib.adapters.sql.tables.refunds import refunds
from connectlib.adapters.sql.tables.setup_intents import setup_intents
from connectlib.adapters.sql.tables.tokens import tokens
from connectlib.adapters.sql.tables.transfer_schedules import transfer_schedules
from connectlib.adapters.sql.tables.transfers import transfer_reversals, transfers

__all__ = [
    "NAMES",
    "SHARED",
    "TABLES",
    "account_links",
    "account_sessions",
    "accounts",
    "application_fees",
    "balance_transactions",
    "callbacks",
    "charges",
    "customers",
    "data_keys",
    "due",
    "events",
    "external_accounts",
    "fee_refunds",
    "file_links",
    "files",
    "fx_quotes",
    "heads",
    "idempotency_keys",
    "ledger_accounts",
    "ledger_batches",
    "ledger_lanes",
    "ledger_transactions",
    "ledger_transfers",
    "login_links",
    "metadata",
    "oauth_grants",
    "object_versions",
    "payment_intents",
    "payment_methods",
    "payout_items",
    "payouts",
    "persons",
    "refunds",
    "setup_intents",
    "tokens",
    "transfer_reversals",
    "transfer_schedules",
    "transfers",
    "worlds",
]
