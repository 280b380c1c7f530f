"""Authenticating, capturing and canceling payment intents whose attempt is under way.

Each that needs the processor is two commits, as a confirmation is: `payment_confirmations`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.book import Done
from connectlib.core.charges import MACHINE as CHARGE
from connectlib.core.charges import intent as due_of
from connectlib.core.drafts import Draft
from connectlib.core.idempotency import answered
from connectlib.core.money import display
from connectlib.core.next_actions import put_aside
from connectlib.core.payment_confirmations import Opened, ask, asked_of, charge_of
from connectlib.core.payment_intents import CANCELABLE, MACHINE, find, unexpected
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Charge, amend

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CancelIntent, CaptureCharge
    from connectlib.core.rows import PaymentIntent

#: Reasons that a caller may give for a cancellation.
REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")


def authenticate(
    book: Book,
    *,
    id_: str,
    account: str,
    proof: str | None,
    request: Request | None,
) -> Outcome[Opened]:
    """The buyer has done what `next_action` asked for, or has failed to."""
    intent = find(book, id_, account)
    if isinstance(intent, Refused):
        return intent
    if intent.status != "requires_action":
        return unexpected(intent, "authenticate", ("requires_action",))
    charge = charge_of(book, intent)
    if isinstance(charge, Refused):
        return charge
    if charge.status == "processing":
        return _voucher(intent)
    draft = Draft()
    draft.origin = request.key if request else None
    if intent.confirmation_method == "manual" and proof is None:
        row = draft.put(
            amend(
                intent,
                version=intent.version + 1,
                status=MACHINE.next(intent.status, "authenticate_manually") or intent.status,
                authenticated=1,
                next_action=None,
            )
        )
        draft.key = answered(book, request, row)
        return Done(Opened(row), draft)
    asked = asked_of(book, charge, "resume", authenticated=1, proof=proof)
    return ask(
        book,
        draft,
        intent,
        asked,
        request,
        authenticated=1,
        next_action=None,
        options=put_aside(intent.options, intent.next_action),
    )


def _voucher(intent: PaymentIntent) -> Refused:
    return Refused(
        Why.INTENT_UNEXPECTED_STATE,
        f"The buyer of this PaymentIntent ({intent.id}) has a voucher to pay, nothing to prove.",
        None,
        "wait for the processor to tell whether it has been paid; in tests, advance the clock",
    )


def capture(book: Book, command: CaptureCharge, *, request: Request | None) -> Outcome[Opened]:
    """Take what is held, or a part of it; the rest is let go."""
    intent = find(book, command.id, command.account)
    if isinstance(intent, Refused):
        return intent
    if intent.status != "requires_capture":
        return unexpected(intent, "capture", ("requires_capture",))
    charge = charge_of(book, intent)
    if isinstance(charge, Refused):
        return charge
    taking = taking_of(charge, command)
    if isinstance(taking, Refused):
        return taking
    draft = Draft()
    draft.origin = request.key if request else None
    draft.undues.append(due_of(charge, at=charge.capture_before))
    asked = asked_of(book, charge, "capture", taking=taking)
    if command.statement_descriptor is not None:
        asked = amend(asked, statement_descriptor=command.statement_descriptor)
    return ask(book, draft, intent, asked, request)


def taking_of(
    charge: Charge, command: CaptureCharge
) -> tuple[int, int | None, int | None] | Refused:
    """(amount, application fee, amount transferred) of a capture, or why it cannot be."""
    amount = charge.amount if command.amount is None else command.amount
    if amount > charge.amount:
        return Refused(
            Why.AMOUNT_TOO_LARGE,
            f"The amount to capture ({display(amount, charge.currency)}) is greater than the"
            f" capturable amount ({display(charge.amount, charge.currency)}).",
            "amount_to_capture" if charge.payment_intent else "amount",
            f"capture at most {charge.amount} minor units",
        )
    fee, transfer = command.application_fee_amount, command.transfer_amount
    if fee is None and charge.application_fee_amount is not None:
        fee = min(charge.application_fee_amount, amount)
    if transfer is None and charge.transfer_amount is not None:
        transfer = min(charge.transfer_amount, amount)
    for param, part in (("application_fee_amount", fee), ("transfer_data[amount]", transfer)):
        if part is not None and part > amount:
            return Refused(
                Why.AMOUNT_TOO_LARGE,
                f"The {param} ({part}) is greater than the amount captured ({amount}).",
                param,
                "it can be at most what is captured",
            )
    if fee and charge.application_fee_amount is None and charge.destination is None:
        return Refused(
            Why.FEES_NOT_ALLOWED,
            "This payment has no connected account to take an application fee from.",
            "application_fee_amount",
            "leave it out",
        )
    return amount, fee, transfer


def cancel(book: Book, command: CancelIntent, *, request: Request | None) -> Outcome[Opened]:
    """Give an intent up; what is held or under way is released first."""
    intent = find(book, command.id, command.account)
    if isinstance(intent, Refused):
        return intent
    if intent.status not in CANCELABLE:
        return unexpected(intent, "cancel", CANCELABLE)
    draft = Draft()
    draft.origin = request.key if request else None
    reason = command.reason or "requested_by_customer"
    if intent.status in ("requires_payment_method", "requires_confirmation"):
        row = draft.put(
            amend(
                intent,
                version=intent.version + 1,
                status=MACHINE.next(intent.status, "cancel") or intent.status,
                canceled_at=book.at,
                cancellation_reason=command.reason,
            )
        )
        draft.emit("payment_intent.canceled", row)
        draft.key = answered(book, request, row)
        return Done(Opened(row), draft)
    charge = charge_of(book, intent)
    if isinstance(charge, Refused):
        return charge
    if CHARGE.next(charge.status, "release") is None:
        return locked()
    if charge.capture_before:
        draft.undues.append(due_of(charge, at=charge.capture_before))
    elif charge.status == "processing":
        draft.undues.append(due_of(charge))
    asked = asked_of(book, charge, "release")
    return ask(book, draft, intent, asked, request, cancellation_reason=reason, next_action=None)


def locked() -> Refused:
    """The refusal of what somebody else is at work on."""
    return Refused(
        Why.LOCK_TIMEOUT,
        "This object cannot be accessed right now because another API request or Stripe"
        " process is currently accessing it.",
        None,
        "repeat the request in a moment",
    )
