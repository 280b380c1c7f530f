"""Updates of words: metadata, descriptions, receipt emails. No money, no state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.accounts import refuse_metadata
from connectlib.core.book import Done, Keys, Stale
from connectlib.core.charges import ASKING as CHARGE_ASKING
from connectlib.core.drafts import Draft, encode
from connectlib.core.idempotency import answered
from connectlib.core.maps import merged
from connectlib.core.refund_money import ASKING
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Charge, Refund, Transfer, TransferReversal, amend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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


def update_keys(
    command: UpdateText,
) -> Callable[[Mapping[str, Versioned], int], Keys]:
    """What a change of words needs; of a reversal its transfer too, which tells of it."""

    def of(links: Mapping[str, Versioned], _at: int) -> Keys:
        row = links.get(command.id)
        more = (row.transfer,) if isinstance(row, TransferReversal) else ()
        return Keys(rows=(command.id, *more), heads=(command.account,))

    return of


def is_at_work(row: Versioned) -> bool:
    """Whether the processor has been asked about a row and has not answered.

    Its next version is promised to the idempotency key of the call that asked.
    """
    if isinstance(row, Charge):
        return row.status in CHARGE_ASKING
    return isinstance(row, Refund) and row.pending_reason == ASKING


def _transfer_of(book: Book, row: TransferReversal) -> Transfer:
    """The next version of the transfer that a reversal belongs to: Stripe tells of that one."""
    found = book.get(Transfer, row.transfer, row.account)
    if found is None:
        raise Stale(f"{row.transfer} was not gathered")
    return amend(found, version=found.version + 1)


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
    changes: dict[str, str | None] = {
        field: value or None
        for field in ("description", "receipt_email")
        if (value := getattr(command, field)) is not None and field in values
    }
    if command.metadata is not None:
        changes["metadata"] = merged(values["metadata"], command.metadata)
        refused = refuse_metadata(changes["metadata"] or "{}")
        if refused is not None:
            return refused
    before = {field: values[field] for field in changes if values[field] != changes[field]}
    draft = Draft()
    draft.origin = request.key if request else None
    if before:
        row = draft.put(kind(**(values | changes | {"version": row.version + 1})))
        if isinstance(row, TransferReversal):
            draft.emit(event, draft.put(_transfer_of(book, row)))
        else:
            draft.emit(event, row, previous=encode(before))
    draft.key = answered(book, request, row)
    return Done(row, draft)
