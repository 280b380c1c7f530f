"""Bank accounts that payouts go to: the JSON of Stripe's object, kept with its account.

A payout that fails leaves its bank account `errored`: nothing more goes there until the account
is updated, or its bank account replaced. (API reference, External Accounts; Payouts, "Failures".)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connectlib.core.drafts import encode

if TYPE_CHECKING:
    from connectlib.core.rows import Account

ERRORED, USABLE = "errored", "verified"

#: Why a bank returns a payout (API reference, Payouts, `failure_code`; the list is unverified but
#: for those with a published test number).
FAILURE_CODES = (
    "account_closed", "account_frozen", "bank_account_restricted", "bank_ownership_changed",
    "could_not_process", "debit_not_authorized", "declined", "expired_card",
    "incorrect_account_holder_address", "incorrect_account_holder_name",
    "incorrect_account_holder_tax_id", "insufficient_funds", "invalid_account_number",
    "invalid_card", "invalid_currency", "no_account", "unsupported_card",
)  # fmt: skip


def bank_of(account: Account, currency: str) -> str | None:
    """The bank account that receives payouts in a currency: compact JSON; None where none does."""
    if account.bank is None:
        return None
    return account.bank if json.loads(account.bank).get("currency") == currency else None


def bank_id(bank: str | None) -> str | None:
    """The id of a bank account."""
    return None if bank is None else json.loads(bank).get("id")


def currency_of_bank(bank: str) -> str:
    """The currency that a bank account takes."""
    return str(json.loads(bank)["currency"])


def is_errored(bank: str | None) -> bool:
    """Whether a payout to a bank account has failed, and nothing has been done about it."""
    return bank is not None and json.loads(bank).get("status") == ERRORED


def with_status(bank: str, status: str) -> str:
    """A bank account in another state."""
    return encode({**json.loads(bank), "status": status})


def bank_prefix(id_: str) -> str:
    """How the JSON of the bank account with an id begins."""
    return f'{{"id":{json.dumps(id_, ensure_ascii=False)},'
