"""Capabilities: what an account may be used for. Their statuses follow from its requirements.

(API reference, Capabilities; Connect docs, "Account capabilities".)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from connectlib.core.drafts import encode
from connectlib.core.machine import Machine
from connectlib.core.refusals import Refused, Why

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connectlib.core.rows import Account

UNREQUESTED, INACTIVE, PENDING, ACTIVE = "unrequested", "inactive", "pending", "active"

#: A capability of an account. `request` and `withdraw` are asked for; the rest follows from what
#: the account has told and what its verification has found.
MACHINE = Machine(
    initial=UNREQUESTED,
    table={
        (UNREQUESTED, "request"): INACTIVE,
        (INACTIVE, "activate"): ACTIVE,
        (INACTIVE, "wait"): PENDING,
        (PENDING, "activate"): ACTIVE,
        (PENDING, "disable"): INACTIVE,
        (ACTIVE, "disable"): INACTIVE,
        (INACTIVE, "withdraw"): UNREQUESTED,
        (PENDING, "withdraw"): UNREQUESTED,
        (ACTIVE, "withdraw"): UNREQUESTED,
    },
    terminal=frozenset(),
)
#: Those whose statuses have columns of their own: decisions about money read them.
FAST = ("card_payments", "transfers")

#: Every name (API reference, Capabilities).
NAMES = (
    "acss_debit_payments",
    "affirm_payments",
    "afterpay_clearpay_payments",
    "alma_payments",
    "amazon_pay_payments",
    "app_distribution",
    "au_becs_debit_payments",
    "bacs_debit_payments",
    "bancontact_payments",
    "bank_transfer_payments",
    "billie_payments",
    "bizum_payments",
    "blik_payments",
    "blik_recurring_payments",
    "boleto_payments",
    "card_issuing",
    "card_payments",
    "cartes_bancaires_payments",
    "cashapp_payments",
    "crypto_payments",
    "eps_payments",
    "fpx_payments",
    "gb_bank_transfer_payments",
    "giropay_payments",
    "grabpay_payments",
    "ideal_payments",
    "india_international_payments",
    "jcb_payments",
    "jp_bank_transfer_payments",
    "kakao_pay_payments",
    "klarna_payments",
    "konbini_payments",
    "kr_card_payments",
    "legacy_payments",
    "link_payments",
    "mb_way_payments",
    "mobilepay_payments",
    "multibanco_payments",
    "mx_bank_transfer_payments",
    "naver_pay_payments",
    "nz_bank_account_becs_debit_payments",
    "oxxo_payments",
    "p24_payments",
    "pay_by_bank_payments",
    "payco_payments",
    "paynow_payments",
    "paypay_payments",
    "payto_payments",
    "pix_payments",
    "promptpay_payments",
    "revolut_pay_payments",
    "samsung_pay_payments",
    "satispay_payments",
    "scalapay_payments",
    "sepa_bank_transfer_payments",
    "sepa_debit_payments",
    "sequra_payments",
    "sofort_payments",
    "sunbit_payments",
    "swish_payments",
    "tax_reporting_us_1099_k",
    "tax_reporting_us_1099_misc",
    "transfers",
    "treasury",
    "twint_payments",
    "upi_payments",
    "us_bank_account_ach_payments",
    "us_bank_transfer_payments",
    "wero_payments",
    "zip_payments",
)


def statuses(row: Account) -> dict[str, str]:
    """{name: status} of every capability that was ever requested."""
    return {name: status for name, (status, _) in json.loads(row.capabilities).items()}


def with_statuses(row: Account, derived: Mapping[str, str]) -> dict[str, Any]:
    """The columns of an account whose requested capabilities stand like this."""
    known = json.loads(row.capabilities)
    for name, status in derived.items():
        was, at = known[name]
        if was != status and move(was, status) is None:
            raise AssertionError(f"no move leads from {was} to {status}")
        known[name] = [status, at]
    return columns(known)


def move(was: str, to: str) -> str | None:
    """The move of the machine from one status to another; None where there is none."""
    return next((name for (state, name), end in MACHINE.table.items() if (state, end) == (was, to)),
                None)  # fmt: skip


def columns(known: Mapping[str, list[Any]]) -> dict[str, Any]:
    """The columns of an account for its capabilities."""
    fast = {name: known[name][0] if name in known else UNREQUESTED for name in FAST}
    return {**fast, "capabilities": encode(dict(sorted(known.items())))}


def requested(row: Account, wanted: Iterable[tuple[str, bool]], at: int) -> dict[str, Any]:
    """The columns of an account after capabilities were asked for, or given back."""
    known = json.loads(row.capabilities)
    for name, is_wanted in wanted:
        status = known.get(name, [MACHINE.initial, 0])[0]
        moved = MACHINE.next(status, "request" if is_wanted else "withdraw")
        if moved is not None:
            known[name] = [moved, at if is_wanted else 0]
    return columns(known)


def refuse(agreement: str, wanted: Iterable[tuple[str, bool]]) -> Refused | None:
    """Why an account under an agreement cannot have what it asks for (Connect docs).

    A `recipient` account takes no payments: it can hold `transfers` only.
    """
    for name, is_wanted in wanted:
        if agreement == "recipient" and is_wanted and name != "transfers":
            return Refused(
                Why.PARAMETER_INVALID,
                f"An account under the recipient service agreement cannot have {name}.",
                f"capabilities[{name}]",
                "request transfers alone, or create the account under the full agreement",
            )
    return None
