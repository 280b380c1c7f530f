"""The versioned kinds: in which order they are locked, and what of each may change."""

from __future__ import annotations

from typing import Any

from connectlib.core.rows import (
    Account,
    AccountLink,
    AccountSession,
    ApplicationFee,
    Charge,
    Customer,
    FeeRefund,
    File,
    FileLink,
    FxQuote,
    LoginLink,
    PaymentIntent,
    PaymentMethod,
    Payout,
    Refund,
    SetupIntent,
    Transfer,
    TransferReversal,
    TransferSchedule,
)

#: Versioned kinds in the order in which their rows are locked.
KINDS: tuple[type[Any], ...] = (
    Account,
    Customer,
    PaymentMethod,
    PaymentIntent,
    SetupIntent,
    FxQuote,
    TransferSchedule,
    Charge,
    Transfer,
    TransferReversal,
    Refund,
    ApplicationFee,
    FeeRefund,
    Payout,
    File,
    FileLink,
    AccountLink,
    AccountSession,
    LoginLink,
)


def _all_but(kind: type[Any], *fixed: str) -> tuple[str, ...]:
    """Every column but those of the first six that are not the version, and those named."""
    never = {*kind._fields[:4], "created", *fixed}
    return tuple(field for field in kind._fields if field not in never)


#: What each kind may change; nothing that an index of lists holds.
MUTABLE: dict[type[Any], tuple[str, ...]] = {
    Account: tuple(f for f in Account._fields if f not in Account._fields[:6] or f == "version"),
    Charge: (
        "version",
        "status",
        "amount_refunded",
        "transferred",
        "available_on",
        "fee_amount",
        "balance_transaction",
        "application_fee",
        "transfer",
        "failure_code",
        "failure_message",
        "outcome",
        "description",
        "receipt_email",
        "metadata",
        "amount_captured",
        "capture_before",
        "settled",
        "settled_currency",
        "exchange_rate",
        "refunds_waiting",
        "options",
        "application_fee_amount",
        "transfer_amount",
        "statement_descriptor",
    ),
    Customer: _all_but(Customer),
    PaymentMethod: ("version", "customer", "billing", "details", "spent", "ready", "metadata"),
    PaymentIntent: _all_but(PaymentIntent, "client_secret"),
    SetupIntent: _all_but(SetupIntent, "client_secret"),
    FxQuote: ("version",),
    TransferSchedule: (
        "version",
        "status",
        "release_on",
        "transfer",
        "failure_code",
        "failure_message",
        "description",
        "metadata",
    ),
    Transfer: ("version", "amount_reversed", "arrived_reversed", "description", "metadata"),
    TransferReversal: ("version", "description", "metadata"),
    Refund: (
        "version",
        "status",
        "available_on",
        "balance_transaction",
        "failure_balance_transaction",
        "failure_reason",
        "pending_reason",
        "transfer_reversal",
        "fee_refund",
        "metadata",
        "settled",
        "settled_currency",
        "exchange_rate",
    ),
    ApplicationFee: ("version", "amount_refunded", "taken_back", "earned_back"),
    FeeRefund: ("version", "metadata"),
    File: ("version",),
    FileLink: ("version", "expires_at", "metadata"),
    AccountLink: ("version", "digests", "status"),
    AccountSession: ("version", "digests", "status"),
    LoginLink: ("version", "digests", "status"),
    Payout: (
        "version",
        "status",
        "arrival_date",
        "failure_balance_transaction",
        "failure_code",
        "failure_message",
        "metadata",
    ),
}
