"""The catalogue of event types that the engine tells: one event per transition of an object."""

from __future__ import annotations

#: type -> the kind of object in `data.object` (API reference, "Types of events").
EVENT_TYPES = {
    "account.application.authorized": "application",
    "account.application.deauthorized": "application",
    "account.external_account.created": "bank_account",
    "account.external_account.deleted": "bank_account",
    "account.external_account.updated": "bank_account",
    "account.updated": "account",
    "application_fee.created": "application_fee",
    "application_fee.refund.updated": "fee_refund",
    "application_fee.refunded": "application_fee",
    "charge.captured": "charge",
    "charge.expired": "charge",
    "balance.available": "balance",
    "capability.updated": "capability",
    "charge.failed": "charge",
    "charge.pending": "charge",
    "charge.refunded": "charge",
    "charge.succeeded": "charge",
    "charge.updated": "charge",
    "customer.created": "customer",
    "customer.deleted": "customer",
    "customer.updated": "customer",
    "file.created": "file",
    "payment.created": "charge",
    "payment_intent.amount_capturable_updated": "payment_intent",
    "payment_intent.canceled": "payment_intent",
    "payment_intent.created": "payment_intent",
    "payment_intent.payment_failed": "payment_intent",
    "payment_intent.processing": "payment_intent",
    "payment_intent.requires_action": "payment_intent",
    "payment_intent.succeeded": "payment_intent",
    "payment_method.attached": "payment_method",
    "payment_method.detached": "payment_method",
    "payment_method.updated": "payment_method",
    "payout.canceled": "payout",
    "payout.created": "payout",
    "payout.failed": "payout",
    "payout.paid": "payout",
    "payout.updated": "payout",
    "person.created": "person",
    "person.deleted": "person",
    "person.updated": "person",
    "refund.created": "refund",
    "refund.failed": "refund",
    "refund.updated": "refund",
    "setup_intent.canceled": "setup_intent",
    "setup_intent.created": "setup_intent",
    "setup_intent.requires_action": "setup_intent",
    "setup_intent.setup_failed": "setup_intent",
    "setup_intent.succeeded": "setup_intent",
    "transfer.created": "transfer",
    "transfer.reversed": "transfer",
    "transfer.updated": "transfer",
    # Ours: Stripe has no schedules of transfers.
    "transfer_schedule.canceled": "transfer_schedule",
    "transfer_schedule.created": "transfer_schedule",
    "transfer_schedule.failed": "transfer_schedule",
    "transfer_schedule.released": "transfer_schedule",
    "transfer_schedule.updated": "transfer_schedule",
}

#: The last event of an account, and the one that begins anew after it.
LAST, AGAIN = "account.application.deauthorized", "account.application.authorized"

#: Told without a snapshot of their object: it is made out of the ledger when the event is read.
UNKEPT = frozenset({"balance.available"})
