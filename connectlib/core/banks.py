"""Bank accounts that payouts go to: the JSON of Stripe's object, kept with its account.

A payout that fails leaves its bank account `errored`: nothing more goes there until the account
is updated, or its bank account replaced. (API reference, External Accounts; Payouts, "Failures".)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connectlib.core.drafts import encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectlib.core.rows import Account

ERRORED, USABLE = "errored", "verified"
#: Statuses in which a bank account receives nothing (API reference, External Accounts, `status`).
UNUSABLE = frozenset({ERRORED, "verification_failed", "tokenized_account_number_deactivated"})

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
    if account.bank is not None and currency_of_bank(account.bank) == currency:
        return account.bank
    return None if account.banks == "{}" else json.loads(account.banks).get(currency)


def defaults_of(account: Account) -> dict[str, str]:
    """{currency: JSON of the bank account that receives its payouts}, the first one first."""
    rest: dict[str, str] = json.loads(account.banks)
    return {currency_of_bank(account.bank): account.bank, **rest} if account.bank else rest


def placed(defaults: Mapping[str, str], currency: str) -> dict[str, str | None]:
    """The columns of an account that hold these defaults. currency: its default currency.

    The one in the default currency comes first; where there is none, the first by name.
    """
    first = currency if currency in defaults else min(defaults, default=None)
    rest = {name: defaults[name] for name in sorted(defaults) if name != first}
    return {"bank": defaults[first] if first is not None else None, "banks": encode(rest)}


def bank_id(bank: str | None) -> str | None:
    """The id of a bank account."""
    return None if bank is None else json.loads(bank).get("id")


def currency_of_bank(bank: str) -> str:
    """The currency that a bank account takes."""
    return str(json.loads(bank)["currency"])


def is_errored(bank: str | None) -> bool:
    """Whether a payout to a bank account has failed, and nothing has been done about it."""
    return bank is not None and json.loads(bank).get("status") == ERRORED


def is_unusable(bank: str | None) -> bool:
    """Whether nothing may be paid out to a bank account as it is."""
    return bank is not None and json.loads(bank).get("status") in UNUSABLE


def has_row(bank: str | None) -> bool:
    """Whether an external account has a row of its own: all do but the platform's."""
    return bank is not None and "fingerprint" in json.loads(bank)


def with_status(bank: str, status: str) -> str:
    """A bank account in another state."""
    return encode({**json.loads(bank), "status": status})


def bank_prefix(id_: str) -> str:
    """How the JSON of the bank account with an id begins."""
    return f'{{"id":{json.dumps(id_, ensure_ascii=False)},'
