"""Payment intents: a payment from the first wish to the money, however many attempts it takes.

Every attempt is a charge; what becomes of the charge decides what becomes of the intent, in the
same commit. What the caller does (update, confirm, capture, cancel) is decided here and in
`payment_confirmations`. (Stripe docs, "How PaymentIntents and SetupIntents work".)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft, encode
from connectlib.core.idempotency import answered
from connectlib.core.machine import Machine
from connectlib.core.maps import merged
from connectlib.core.next_actions import AGAIN, shown, taken_up
from connectlib.core.payment_methods import keep, used
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Customer, PaymentIntent, PaymentMethod, amend
from connectlib.core.transfers import captured

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.next_actions import Action
    from connectlib.core.rows import Charge

#: confirm, capture, cancel and authenticate are the caller's and the buyer's; the other moves
#: are those of the charge. While the processor is asked the intent is `processing`.
MACHINE = Machine(
    initial="requires_payment_method",
    table={
        ("requires_payment_method", "attach"): "requires_confirmation",
        ("requires_payment_method", "confirm"): "processing",
        ("requires_payment_method", "cancel"): "canceled",
        ("requires_confirmation", "attach"): "requires_confirmation",
        ("requires_confirmation", "confirm"): "processing",
        ("requires_confirmation", "cancel"): "canceled",
        ("processing", "succeed"): "succeeded",
        ("processing", "hold"): "requires_capture",
        ("processing", "accept"): "processing",
        ("processing", "ask_buyer"): "requires_action",
        ("processing", "decline"): "requires_payment_method",
        ("processing", "let_go"): "canceled",
        ("processing", "cancel"): "processing",
        ("requires_action", "succeed"): "succeeded",
        ("requires_action", "hold"): "requires_capture",
        ("requires_action", "accept"): "processing",
        ("requires_action", "decline"): "requires_payment_method",
        ("requires_action", "authenticate"): "processing",
        ("requires_action", "authenticate_manually"): "requires_confirmation",
        ("requires_action", "let_go"): "canceled",
        ("requires_action", "cancel"): "processing",
        ("requires_capture", "capture"): "processing",
        ("requires_capture", "succeed"): "succeeded",
        ("requires_capture", "cancel"): "processing",
        ("requires_capture", "let_go"): "canceled",
    },
    terminal=frozenset({"succeeded", "canceled"}),
)
#: status of the charge -> (move of the intent, its event)
FOLLOWS = {
    "succeeded": ("succeed", "payment_intent.succeeded"),
    "authorized": ("hold", "payment_intent.amount_capturable_updated"),
    "processing": ("accept", "payment_intent.processing"),
    "requires_action": ("ask_buyer", "payment_intent.requires_action"),
    "failed": ("decline", "payment_intent.payment_failed"),
    "released": ("let_go", "payment_intent.canceled"),
}
#: Statuses in which an intent can be changed, and in which it can be canceled. While a buyer is
#: authenticated, what they are asked about stays as it is.
OPEN = ("requires_payment_method", "requires_confirmation")
CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)


def follow(
    book: Book,
    draft: Draft,
    charge: Charge,
    *,
    action: Action | None = None,
    refusal: Refused | None = None,
) -> None:
    """Draft what the new state of a charge makes of its intent and of the method used.

    action: what the buyer has to do; refusal: why once more.
    """
    _use_up(book, draft, charge)
    if charge.payment_intent is None or charge.status not in FOLLOWS:
        return
    found = book.rows.get(charge.payment_intent)
    if not isinstance(found, PaymentIntent) or found.charge != charge.id:
        return
    move, event = FOLLOWS[charge.status]
    if action is not None and move == "accept":  # a voucher: accepted, but the buyer has to pay it
        move, event = FOLLOWS["requires_action"]
    canceling = charge.status == "failed" and found.cancellation_reason is not None
    if canceling:
        move, event = "let_go", "payment_intent.canceled"
    status = MACHINE.next(found.status, move)
    if status is None:
        return
    changes = _changes(book, found, charge, move, action)
    if refusal is not None:
        changes["last_error"] = error_text(refusal, charge)
    intent = draft.put(amend(found, version=found.version + 1, status=status, **changes))
    draft.emit(event, intent)


def _changes(
    book: Book, intent: PaymentIntent, charge: Charge, move: str, action: Action | None
) -> dict[str, Any]:
    """The fields of an intent that a move of its charge changes, beside its status."""
    options, asked = taken_up(intent.options)
    common: dict[str, Any] = {"next_action": None, "amount_capturable": 0, "options": options}
    # A cancellation that came too late is none.
    paid = {"last_error": None, "cancellation_reason": None}
    if move == "succeed":
        return common | paid | {"amount_received": captured(charge)}
    if move == "hold":
        return common | paid | {"amount_capturable": intent.amount}
    if move == "ask_buyer" and action is not None:
        if action != AGAIN or asked is None:
            asked = shown(action, return_url=intent.return_url, at=book.at)
        return common | {"next_action": asked, "last_error": None}
    if move == "decline":
        return common | {
            "last_error": error_of(charge),
            "method_id": None,
            "authenticated": 0,
        }
    if move == "let_go":
        reason = intent.cancellation_reason or "automatic"
        return common | {"canceled_at": book.at, "cancellation_reason": reason}
    return common


def error_of(charge: Charge) -> str:
    """`last_payment_error` of an attempt that has failed: compact JSON."""
    from connectlib.core.charges import refusal_of

    return error_text(refusal_of(charge), charge)


def error_text(refused: Refused, charge: Charge) -> str:
    """A refusal as `last_payment_error` shows it: compact JSON."""
    return encode(
        {
            **dict(refused.advice),
            "charge": charge.id,
            "code": refused.code,
            "decline_code": refused.decline_code,
            "message": refused.message,
            "param": refused.param,
            "payment_method": charge.method_id,
            "type": "card_error",
        }
    )


def _use_up(book: Book, draft: Draft, charge: Charge) -> None:
    """A method used once without a customer is spent; one set up for later is ready."""
    if charge.status not in ("succeeded", "authorized", "processing") or charge.method_id is None:
        return
    method = book.rows.get(charge.method_id)
    if not isinstance(method, PaymentMethod):
        return
    intent = book.rows.get(charge.payment_intent or "")
    usage = intent.setup_future_usage if isinstance(intent, PaymentIntent) else None
    customer = book.rows.get(charge.customer or "")
    if usage is None or not isinstance(customer, Customer):
        spent = used(method)
        if spent != method:
            draft.put(spent)
        return
    keep(draft, method, customer, ready=usage == "off_session")


def refusal_in(intent: PaymentIntent, advice: tuple[str, ...]) -> Refused:
    """The refusal that `last_payment_error` tells."""
    error = json.loads(intent.last_error or "{}")
    told = tuple((name, str(error[name])) for name in advice if error.get(name))
    return Refused(
        Why.CARD_DECLINED,
        str(error.get("message", "Your card was declined.")),
        error.get("param"),
        None,
        error.get("code"),
        error.get("decline_code"),
        error.get("charge"),
        (*told, ("payment_intent", intent.id)),
    )


def touch_keys(id_: str, account: str, *rows: str) -> Keys:
    """What a change of an intent needs that moves no money."""
    return Keys(rows=(id_, *(one for one in rows if one)), heads=(account,))


def unexpected(intent: PaymentIntent, verb: str, allowed: tuple[str, ...] | None) -> Refused:
    """The refusal of a verb that the state of an intent does not allow."""
    message = f"You cannot {verb} this PaymentIntent because it has a status of {intent.status}."
    if allowed is not None:
        only = ", ".join(allowed)
        verbs = {"cancel": "canceled", "capture": "captured", "confirm": "confirmed"}
        message += (
            f" Only a PaymentIntent with one of the following statuses may be"
            f" {verbs.get(verb, verb + 'd')}: {only}."
        )
    return Refused(
        Why.INTENT_UNEXPECTED_STATE,
        message,
        None,
        "retrieve the payment intent and look at its status and next_action",
        object_id=None,
    )


def bound(intent: PaymentIntent) -> Refused:
    """The refusal to change what a buyer has been authenticated for."""
    return Refused(
        Why.INTENT_UNEXPECTED_STATE,
        f"The buyer has been authenticated for this PaymentIntent ({intent.id}) as it is: its"
        " amount, parties and payment method can no longer be changed.",
        None,
        "confirm it without a payment_method, or cancel it and create another",
    )


def find(book: Book, id_: str, account: str) -> PaymentIntent | Refused:
    """The intent of a namespace, or why there is none."""
    found = book.get(PaymentIntent, id_, account)
    return found if found is not None else missing("payment_intent", id_, "intent")


def update(
    book: Book,
    *,
    id_: str,
    account: str,
    changes: dict[str, Any],
    find_method: Callable[[Book, Draft, PaymentIntent], PaymentMethod | Refused] | None,
    refuse: Callable[[Book, PaymentIntent, dict[str, Any]], Refused | None],
    request: Request | None,
) -> Outcome[PaymentIntent]:
    """Change an intent before it is confirmed; metadata and description at any time.

    find_method: the row of the method to attach, drafted where it is new. refuse: why the
    intent cannot become what the changes say.
    """
    intent = find(book, id_, account)
    if isinstance(intent, Refused):
        return intent
    wordy = {"metadata", "description", "receipt_email", "shipping", "options"}
    if set(changes) - wordy or find_method is not None:
        if intent.status not in OPEN:
            return unexpected(intent, "update", OPEN)
        if intent.authenticated:
            return bound(intent)
        refused = refuse(book, intent, changes)
        if refused is not None:
            return refused
    if "metadata" in changes:
        changes = changes | {"metadata": merged(intent.metadata, changes["metadata"])}
    draft = Draft()
    draft.origin = request.key if request else None
    status = intent.status
    if find_method is not None:
        method = find_method(book, draft, intent)
        if isinstance(method, Refused):
            return method
        changes = changes | {"method_id": method.id}
        status = MACHINE.next(status, "attach") or status
    before = {
        name: getattr(intent, name)
        for name, value in changes.items()
        if getattr(intent, name) != value
    }
    if before or status != intent.status:
        intent = draft.put(amend(intent, version=intent.version + 1, status=status, **changes))
    draft.key = answered(book, request, intent)
    return Done(intent, draft)


def method_types(intent: PaymentIntent) -> list[str]:
    """The kinds of payment methods that an intent takes."""
    found: list[str] = json.loads(intent.method_types)
    return found
