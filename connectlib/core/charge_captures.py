"""Capturing and releasing what a charge only holds, by the caller or because its time is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.book import Done
from connectlib.core.charges import (
    MACHINE,
    Recorded,
    intent,
    terms_again,
    with_options,
)
from connectlib.core.drafts import Draft
from connectlib.core.idempotency import LEASE, answered
from connectlib.core.payment_verbs import locked, taking_of
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Charge, Due, PaymentIntent, amend

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CaptureCharge


def capture(book: Book, command: CaptureCharge, *, request: Request | None) -> Outcome[Recorded]:
    """Take what a charge made with capture=False holds, or a part of it."""
    charge = book.get(Charge, command.id, command.account)
    if charge is None:
        return missing("charge", command.id, "id")
    refused = _refuse(charge)
    if refused is not None:
        return refused
    taking = taking_of(charge, command)
    if isinstance(taking, Refused):
        return taking
    draft = Draft()
    draft.origin = request.key if request else None
    draft.undues.append(intent(charge, at=charge.capture_before))
    asked = draft.put(
        amend(
            charge,
            version=charge.version + 1,
            status=MACHINE.next(charge.status, "capture") or charge.status,
            statement_descriptor=command.statement_descriptor or charge.statement_descriptor,
            options=with_options(charge, asked=book.at, taking=taking),
        )
    )
    draft.dues.append(intent(asked, lease=0 if book.joined else book.wall + LEASE))
    promised = asked.version if book.joined else asked.version + 1
    draft.key = answered(book, request, asked, version=promised)
    return Done(Recorded(asked, terms_again(book.account, book.world, asked)), draft)


def _refuse(charge: Charge) -> Refused | None:
    """Why a charge cannot be captured; None where it can."""
    if charge.status in ("succeeded", "capturing"):
        return Refused(
            Why.CHARGE_ALREADY_CAPTURED,
            f"Charge {charge.id} has already been captured.",
            None,
            "nothing is left to capture",
        )
    if charge.status == "released":
        return Refused(
            Why.CHARGE_EXPIRED,
            f"Charge {charge.id} has expired or was released: it can no longer be captured.",
            None,
            "make a new charge",
        )
    if charge.status != "authorized":
        return Refused(
            Why.CHARGE_NOT_REFUNDABLE,
            f"Charge {charge.id} cannot be captured: it is {charge.status}.",
            None,
            "only a charge made with capture=False that has succeeded can be captured",
        )
    if charge.payment_intent is not None:
        return Refused(
            Why.PARAMETER_INVALID,
            f"Charge {charge.id} belongs to {charge.payment_intent}.",
            "id",
            f"capture the payment intent: payment_intents.capture('{charge.payment_intent}')",
        )
    return None


def release(book: Book, row: Charge, due: Due | None) -> Outcome[Recorded]:
    """Write down that a hold is going to be let go: its time is up, or it is not wanted."""
    found = book.rows.get(row.id)
    charge = found if isinstance(found, Charge) else row
    draft = Draft()
    if due is not None:
        draft.undues.append(due)
    status = MACHINE.next(charge.status, "release")
    terms = terms_again(book.account, book.world, charge)
    if status is None:
        return Done(Recorded(charge, terms), draft)
    asked = draft.put(
        amend(
            charge,
            version=charge.version + 1,
            status=status,
            options=with_options(charge, asked=book.at),
        )
    )
    draft.dues.append(intent(asked, lease=book.wall + LEASE))
    _mark(book, draft, asked)
    return Done(Recorded(asked, terms), draft)


def _mark(book: Book, draft: Draft, charge: Charge) -> None:
    """The intent of a hold whose time is up is canceled by nobody: automatically."""
    found = book.rows.get(charge.payment_intent or "")
    if isinstance(found, PaymentIntent) and found.status == "requires_capture":
        draft.put(
            amend(
                found,
                version=found.version + 1,
                status="processing",
                cancellation_reason="automatic",
            )
        )


def refuse_busy(charge: Charge) -> Refused | None:
    """Why a charge cannot be touched now; None where it can."""
    return locked() if charge.status in ("capturing", "releasing") else None
