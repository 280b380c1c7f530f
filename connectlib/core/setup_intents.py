"""Setup intents: making a payment method ready for later, without taking money.

The processor is asked as for a payment: an attempt is written down first, then its answer.
(Stripe docs, "The Setup Intents API".)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.book import Done, Keys, Stale
from connectlib.core.drafts import Draft, encode
from connectlib.core.due import DueKind
from connectlib.core.idempotency import LEASE, answered
from connectlib.core.machine import Machine
from connectlib.core.maps import merged
from connectlib.core.method_data import DATA, draft_row
from connectlib.core.moments import HOUR, MINUTE
from connectlib.core.next_actions import AGAIN, put_aside, shown, taken_up
from connectlib.core.payment_methods import customer_of, keep, refuse_use
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Customer, Due, PaymentMethod, SetupIntent, amend

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import ConfirmSetup, CreatePaymentMethod, CreateSetup
    from connectlib.core.next_actions import Action
    from connectlib.core.payment_methods import Known

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
        ("processing", "ask_buyer"): "requires_action",
        ("processing", "decline"): "requires_payment_method",
        ("requires_action", "authenticate"): "processing",
        ("requires_action", "cancel"): "canceled",
    },
    terminal=frozenset({"succeeded", "canceled"}),
)
#: Statuses in which it can be changed: not while a buyer is authenticated for it as it is.
OPEN = ("requires_payment_method", "requires_confirmation")
CANCELABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_EVENTS = {
    "succeed": "setup_intent.succeeded",
    "ask_buyer": "setup_intent.requires_action",
    "decline": "setup_intent.setup_failed",
    "cancel": "setup_intent.canceled",
}


class Given(NamedTuple):
    """A method to set up: a stored row, or what the processor knows of one to be made."""

    row: PaymentMethod | None
    known: Known
    billing: str | None = None
    inline: CreatePaymentMethod | None = None


class Asked(NamedTuple):
    """A setup that the processor has to be asked about: its row, and the source."""

    row: SetupIntent
    source: str | None = None


def keys_for(account: str, *rows: str | None) -> Keys:
    """What a change of a setup intent needs."""
    return Keys(rows=tuple({one for one in rows if one}), heads=(account,))


def unexpected(row: SetupIntent, verb: str, allowed: tuple[str, ...]) -> Refused:
    """The refusal of a verb that the state of a setup does not allow."""
    return Refused(
        Why.SETUP_UNEXPECTED_STATE,
        f"You cannot {verb} this SetupIntent because it has a status of {row.status}. Only a"
        " SetupIntent with one of the following statuses may be used so:"
        f" {', '.join(allowed)}.",
        None,
        "retrieve the setup intent and look at its status and next_action",
    )


def find(book: Book, id_: str, account: str) -> SetupIntent | Refused:
    """The setup intent of a namespace, or why there is none."""
    found = book.get(SetupIntent, id_, account)
    return found if found is not None else missing("setupintent", id_, "intent")


def create(
    book: Book,
    command: CreateSetup,
    *,
    given: Given | Refused | None,
    request: Request | None,
) -> Outcome[Asked]:
    """Make a setup intent, and confirm it at once where that is asked for."""
    id_ = book.new_id("seti")
    row = SetupIntent(
        book.branch,
        id_,
        book.world.id,
        command.account,
        1,
        book.at,
        MACHINE.initial,
        f"{id_}_secret_{book.secret()}",
        **dict(command.fields),
    )
    refused = _refuse_customer(book, row)
    if refused is not None:
        return refused
    if isinstance(given, Refused):
        return given
    draft = Draft()
    draft.origin = request.key if request else None
    if command.confirm:
        return _attempt(book, draft, row, given, request, is_new=True)
    if given is not None:
        method = method_for(book, draft, row, given)
        if isinstance(method, Refused):
            return method
        row = amend(row, method_id=method.id, status="requires_confirmation")
    draft.put(row)
    draft.emit("setup_intent.created", row)
    draft.key = answered(book, request, row)
    return Done(Asked(row), draft)


def _refuse_customer(book: Book, row: SetupIntent) -> Refused | None:
    if row.customer is None:
        return None
    found = customer_of(book, row.customer, row.account, "customer")
    return found if isinstance(found, Refused) else None


def method_for(book: Book, draft: Draft, row: SetupIntent, given: Given) -> PaymentMethod | Refused:
    """The row of the method to set up: as it is under the lock, or a new one, drafted."""
    kinds = json.loads(row.method_types)
    if given.known.kind not in kinds:
        return Refused(
            Why.PARAMETER_INVALID,
            f"The PaymentMethod provided ({given.known.kind}) is not allowed for this"
            f" SetupIntent. Please attach one of the following types: {', '.join(kinds)}.",
            "payment_method" if given.inline is None else DATA,
            "name its type in payment_method_types when the setup intent is created",
        )
    if given.row is None:
        return draft_row(book, draft, given, row.account)
    found = book.get(PaymentMethod, given.row.id, row.account)
    if found is None:
        raise Stale(f"{given.row.id} was not gathered")
    return refuse_use(found, row.customer) or found


def confirm(
    book: Book,
    command: ConfirmSetup,
    *,
    given: Given | Refused | None,
    request: Request | None,
) -> Outcome[Asked]:
    """Ask the processor to make the method ready."""
    row = find(book, command.id, command.account)
    if isinstance(row, Refused):
        return row
    if row.status not in OPEN:
        return unexpected(row, "confirm", OPEN)
    if isinstance(given, Refused):
        return given
    draft = Draft()
    draft.origin = request.key if request else None
    return _attempt(book, draft, amend(row, **dict(command.fields)), given, request)


def _attempt(
    book: Book,
    draft: Draft,
    row: SetupIntent,
    given: Given | None,
    request: Request | None,
    *,
    is_new: bool = False,
) -> Outcome[Asked]:
    if given is None:
        return Refused(
            Why.SETUP_UNEXPECTED_STATE,
            "You cannot confirm this SetupIntent because it's missing a payment method. Update"
            " the SetupIntent with a payment method and then confirm it again.",
            "payment_method",
            "pass payment_method=",
        )
    method = method_for(book, draft, row, given)
    if isinstance(method, Refused):
        return method
    asked = amend(
        row,
        version=1 if is_new else row.version + 1,
        status="processing",
        attempt=row.attempt + 1,
        method_id=method.id,
        authenticated=0,
        next_action=None,
        last_error=None,
    )
    if is_new:
        draft.emit("setup_intent.created", asked)
    return _ask(book, draft, asked, method.token, request)


def _ask(
    book: Book, draft: Draft, asked: SetupIntent, source: str, request: Request | None
) -> Outcome[Asked]:
    draft.put(asked)
    draft.dues.append(due_of(asked, book.at, lease=0 if book.joined else book.wall + LEASE))
    promised = asked.version if book.joined else asked.version + 1
    draft.key = answered(book, request, asked, version=promised)
    return Done(Asked(asked, source), draft)


def key_of(row: SetupIntent) -> str:
    """The key of an attempt outside."""
    return f"{row.id}-{row.attempt}"


def due_of(row: SetupIntent, at: int, *, lease: int = 0) -> Due:
    """The due work that an attempt is until the processor has answered."""
    return Due(row.branch, row.world, at, int(DueKind.SUBMIT_SETUP), row.id, lease)


def authenticate(
    book: Book, *, id_: str, account: str, proof: str | None, request: Request | None
) -> Outcome[Asked]:
    """The buyer has done what `next_action` asked for, or has failed to."""
    row = find(book, id_, account)
    if isinstance(row, Refused):
        return row
    if row.status != "requires_action":
        return unexpected(row, "authenticate", ("requires_action",))
    method = book.get(PaymentMethod, row.method_id, account)
    if method is None:
        raise Stale(f"{row.method_id} was not gathered")
    draft = Draft()
    draft.origin = request.key if request else None
    options = json.loads(put_aside(row.options, row.next_action)) | {"proof": proof}
    asked = amend(
        row,
        version=row.version + 1,
        status="processing",
        authenticated=1,
        next_action=None,
        options=encode(options),
    )
    return _ask(book, draft, asked, method.token, request)


def answer(
    book: Book,
    row: SetupIntent,
    due: Due | None,
    *,
    move: str,
    action: Action | None = None,
    refusal: Refused | None = None,
) -> Outcome[SetupIntent]:
    """Book what the processor has answered: succeed, ask_buyer or decline. Once only.

    refusal: why it was declined, or why the buyer is asked once more.
    """
    found = book.rows.get(row.id)
    row = found if isinstance(found, SetupIntent) else row
    draft = Draft()
    if due is not None:
        draft.undues.append(due)
    status = MACHINE.next(row.status, move)
    if status is None:
        return Done(row, draft)
    options, asked = taken_up(row.options)
    changes: dict[str, Any] = {"next_action": None, "last_error": None, "options": options}
    if refusal is not None:
        changes["last_error"] = _error(row, refusal)
    if move == "ask_buyer" and action is not None:
        again = asked if action == AGAIN else None
        kept = {name: each for name, each in json.loads(options).items() if name != "proof"}
        changes |= {
            "next_action": again or shown(action, return_url=row.return_url, at=book.at),
            "options": encode(kept),
            "authenticated": 0,
        }
    if move == "decline":
        changes["method_id"] = None
    moved = draft.put(amend(row, version=row.version + 1, status=status, **changes))
    if move == "succeed":
        _make_ready(book, draft, moved)
    draft.emit(_EVENTS[move], moved)
    return Done(moved, draft)


def _error(row: SetupIntent, refusal: Refused) -> str:
    return encode(
        {
            **dict(refusal.advice),
            "code": refusal.code,
            "decline_code": refusal.decline_code,
            "message": refusal.message,
            "param": refusal.param,
            "payment_method": row.method_id,
            "type": "card_error",
        }
    )


def _make_ready(book: Book, draft: Draft, row: SetupIntent) -> None:
    """The method can be used off session; it becomes the customer's where one is named."""
    method = book.rows.get(row.method_id or "")
    if not isinstance(method, PaymentMethod):
        return
    customer = book.rows.get(row.customer or "")
    found = customer if isinstance(customer, Customer) else None
    keep(draft, method, found, ready=row.usage == "off_session")


def wait(book: Book, row: SetupIntent, due: Due) -> Outcome[SetupIntent]:
    """No definite answer: ask again, at growing intervals."""
    found = book.rows.get(row.id)
    row = found if isinstance(found, SetupIntent) else row
    draft = Draft()
    draft.undues.append(due)
    if row.status == "processing":
        pause = min(max(book.at - row.created, MINUTE), HOUR)
        draft.dues.append(due_of(row, book.at + pause))
    return Done(row, draft)


def update(
    book: Book,
    *,
    id_: str,
    account: str,
    changes: dict[str, Any],
    given: Given | Refused | None,
    request: Request | None,
) -> Outcome[SetupIntent]:
    """Change a setup intent; its method only before it is confirmed."""
    row = find(book, id_, account)
    if isinstance(row, Refused):
        return row
    wordy = {"metadata", "description"}
    if row.status not in OPEN and (set(changes) - wordy or given is not None):
        return unexpected(row, "update", OPEN)
    if "customer" in changes:
        refused = _refuse_customer(book, amend(row, customer=changes["customer"]))
        if refused is not None:
            return refused
    if isinstance(given, Refused):
        return given
    if "metadata" in changes:
        changes = changes | {"metadata": merged(row.metadata, changes["metadata"])}
    draft = Draft()
    draft.origin = request.key if request else None
    if given is not None:
        method = method_for(book, draft, row, given)
        if isinstance(method, Refused):
            return method
        status = MACHINE.next(row.status, "attach") or row.status
        changes = changes | {"method_id": method.id, "status": status}
    if any(getattr(row, name) != value for name, value in changes.items()):
        row = draft.put(amend(row, version=row.version + 1, **changes))
    draft.key = answered(book, request, row)
    return Done(row, draft)


def cancel(
    book: Book, *, id_: str, account: str, reason: str | None, request: Request | None
) -> Outcome[SetupIntent]:
    """Give a setup intent up."""
    row = find(book, id_, account)
    if isinstance(row, Refused):
        return row
    status = MACHINE.next(row.status, "cancel")
    if status is None:
        return unexpected(row, "cancel", CANCELABLE)
    draft = Draft()
    draft.origin = request.key if request else None
    changes = {"status": status, "cancellation_reason": reason, "next_action": None}
    gone = draft.put(amend(row, version=row.version + 1, **changes))
    draft.emit("setup_intent.canceled", gone)
    draft.key = answered(book, request, gone)
    return Done(gone, draft)
