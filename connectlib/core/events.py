"""The catalogue of event types that the engine tells: one event per transition of an object."""

from __future__ import annotations

#: type -> the kind of object in `data.object` (API reference, "Types of events").
EVENT_TYPES = {
    "account.application.deauthorized": "account",
    "account.updated": "account",
    "application_fee.created": "application_fee",
    "application_fee.refund.updated": "fee_refund",
    "application_fee.refunded": "application_fee",
    "charge.failed": "charge",
    "charge.refunded": "charge",
    "charge.succeeded": "charge",
    "charge.updated": "charge",
    "payment.created": "charge",
    "payout.created": "payout",
    "payout.failed": "payout",
    "payout.paid": "payout",
    "payout.updated": "payout",
    "refund.created": "refund",
    "refund.failed": "refund",
    "refund.updated": "refund",
    "transfer.created": "transfer",
    "transfer.reversed": "transfer",
    "transfer.updated": "transfer",
}
