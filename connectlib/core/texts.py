"""Updates of words: metadata, descriptions, receipt emails. No money, no state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.accounts import merged
from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft, encode
from connectlib.core.idempotency import answered
from connectlib.core.refunds import PROCESSING
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Charge, Refund

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import UpdateText
    from connectlib.core.rows import Versioned

#: kind -> (what it is called in messages, its event)
KINDS: dict[str, tuple[str, str]] = {
    "Charge": ("charge", "charge.updated"),
    "Transfer": ("transfer", "transfer.updated"),
    "TransferReversal": ("transfer reversal", "transfer.updated"),
    "Refund": ("refund", "refund.updated"),
    "FeeRefund": ("fee refund", "application_fee.refund.updated"),
    "Payout": ("payout", "payout.updated"),
}


def update_keys(command: UpdateText) -> Keys:
    """What a change of words needs."""
    return Keys(rows=(command.id,), heads=(command.account,))


def is_at_work(row: Versioned) -> bool:
    """Whether the processor has been asked about a row and has not answered.

    Its next version is promised to the idempotency key of the call that asked.
    """
    if isinstance(row, Charge):
        return row.status == "pending"
    return isinstance(row, Refund) and row.status == "pending" and row.pending_reason == PROCESSING


def update(
    book: Book, *, kind: type[Versioned], command: UpdateText, request: Request | None
) -> Outcome[Versioned]:
    """Change the words of an object; what is not given stays."""
    name, event = KINDS[kind.__name__]
    row = book.get(kind, command.id, command.account)
    if row is None:
        return missing(name, command.id, "id")
    if is_at_work(row):
        return Refused(
            Why.LOCK_TIMEOUT,
            "This object cannot be accessed right now because another API request or Stripe"
            " process is currently accessing it.",
            None,
            "repeat the request in a moment",
        )
    values = row._asdict()
    changes: dict[str, str] = {
        field: value
        for field in ("description", "receipt_email")
        if (value := getattr(command, field)) is not None and field in values
    }
    if command.metadata is not None:
        changes["metadata"] = merged(values["metadata"], command.metadata)
    before = {field: values[field] for field in changes if values[field] != changes[field]}
    draft = Draft()
    draft.origin = request.key if request else None
    if before:
        row = draft.put(kind(**(values | changes | {"version": row.version + 1})))
        draft.emit(event, row, previous=encode(before))
    draft.key = answered(book, request, row)
    return Done(row, draft)
