"""Confirming, authenticating, capturing and canceling payment intents.

Each verb that needs the processor is two commits: the first writes down what is going to be
asked, the second what was answered (`charge_answers`). The key of the call promises the second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.book import Done, Keys, Stale
from connectlib.core.charges import (
    MACHINE as CHARGE,
)
from connectlib.core.charges import (
    Recorded,
    open_charge,
    record_keys,
    terms_again,
    with_options,
    with_policy,
)
from connectlib.core.charges import (
    intent as due_of,
)
from connectlib.core.drafts import Draft
from connectlib.core.idempotency import LEASE, answered
from connectlib.core.method_data import DATA, draft_row
from connectlib.core.payment_checks import (
    Given,
    charge_for,
    refuse_charge,
    refuse_customer,
    refuse_types,
)
from connectlib.core.payment_intents import (
    MACHINE,
    bound,
    find,
    method_types,
    unexpected,
)
from connectlib.core.payment_methods import refuse_use
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Charge, PaymentIntent, PaymentMethod, amend

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import ConfirmIntent, CreateCharge, CreateIntent
    from connectlib.core.conversions import Rates
    from connectlib.core.fee_policies import FeePolicy
    from connectlib.core.rows import World


class Opened(NamedTuple):
    """An intent, and the charge that the processor has to be asked about now, if any."""

    row: PaymentIntent
    recorded: Recorded | None = None


def keys_for(charge: CreateCharge, world: World, *rows: str | None) -> Keys:
    """What creating or confirming an intent needs, given the charge it would make."""
    found = record_keys(charge, world)
    return found._replace(
        rows=tuple({*found.rows, *(one for one in rows if one)}), heads=(charge.account,)
    )


def create(
    book: Book,
    command: CreateIntent,
    *,
    given: Given | Refused | None,
    request: Request | None,
    rates: Rates,
    fees: FeePolicy,
) -> Outcome[Opened]:
    """Make an intent, and confirm it at once where that is asked for."""
    row = _row(book, command, has_method=given is not None)
    refused = (
        refuse_types(row)
        or refuse_charge(book, charge_for(row), given)
        or refuse_customer(book, row)
    )
    if refused is not None:
        return refused
    if isinstance(given, Refused):
        return given
    draft = Draft()
    draft.origin = request.key if request else None
    if command.confirm:
        return _attempt(
            book,
            draft,
            row,
            given,
            dict(command.options),
            request,
            rates=rates,
            fees=fees,
            is_new=True,
        )
    if given is not None:
        method = method_for(book, draft, row, given)
        if isinstance(method, Refused):
            return method
        row = amend(row, method_id=method.id)
    draft.put(row)
    draft.emit("payment_intent.created", row)
    draft.key = answered(book, request, row)
    return Done(Opened(row), draft)


def _row(book: Book, command: CreateIntent, *, has_method: bool) -> PaymentIntent:
    id_ = book.new_id("pi")
    return PaymentIntent(
        book.branch,
        id_,
        book.world.id,
        command.account,
        1,
        book.at,
        command.amount,
        command.currency,
        "requires_confirmation" if has_method else MACHINE.initial,
        f"{id_}_secret_{book.secret()}",
        **dict(command.fields),
    )


def confirm(
    book: Book,
    command: ConfirmIntent,
    *,
    given: Given | Refused | None,
    request: Request | None,
    rates: Rates,
    fees: FeePolicy,
) -> Outcome[Opened]:
    """Try to pay: with the method given, or the one that the intent has."""
    intent = find(book, command.id, command.account)
    if isinstance(intent, Refused):
        return intent
    allowed = ("requires_payment_method", "requires_confirmation")
    if intent.status not in allowed:
        return unexpected(intent, "confirm", allowed)
    if isinstance(given, Refused):
        return given
    draft = Draft()
    draft.origin = request.key if request else None
    intent = amend(intent, **dict(command.fields))
    if intent.authenticated:
        if given is not None and (given.row is None or given.row.id != intent.method_id):
            return bound(intent)
        return _resume(book, draft, intent, request)
    return _attempt(
        book, draft, intent, given, dict(command.options), request, rates=rates, fees=fees
    )


def method_for(
    book: Book, draft: Draft, intent: PaymentIntent, given: Given | Refused
) -> PaymentMethod | Refused:
    """The row of the method to use: as it is under the lock, or a new one, drafted."""
    if isinstance(given, Refused):
        return given
    kinds = method_types(intent)
    if given.known.kind not in kinds:
        return Refused(
            Why.PARAMETER_INVALID,
            f"The PaymentMethod provided ({given.known.kind}) is not allowed for this"
            " PaymentIntent. Please attach a PaymentMethod of one of the following types:"
            f" {', '.join(kinds)}.",
            "payment_method" if given.inline is None else DATA,
            "name its type in payment_method_types when the payment intent is created",
        )
    if given.row is None:
        return draft_row(book, draft, given, intent.account)
    found = book.get(PaymentMethod, given.row.id, intent.account)
    if found is None:
        raise Stale(f"{given.row.id} was not gathered")
    return refuse_use(found, intent.customer) or found


def _attempt(
    book: Book,
    draft: Draft,
    intent: PaymentIntent,
    given: Given | None,
    options: dict[str, Any],
    request: Request | None,
    *,
    rates: Rates,
    fees: FeePolicy,
    is_new: bool = False,
) -> Outcome[Opened]:
    if given is None:
        return _no_method()
    method = method_for(book, draft, intent, given)
    if isinstance(method, Refused):
        return method
    command = with_policy(book, charge_for(intent, method, **options), fees)
    refused = refuse_charge(book, command, given)
    if refused is not None:
        return refused
    id_ = book.new_id("ch")
    recorded = open_charge(
        book,
        draft,
        command,
        details=given.details,
        rates=rates,
        fees=fees,
        id_=id_,
        payment_intent=intent.id,
    )
    if isinstance(recorded, Refused):
        return recorded
    row = amend(
        intent,
        version=1 if is_new else intent.version + 1,
        status="processing",
        attempt=intent.attempt + 1,
        charge=id_,
        method_id=method.id,
        authenticated=0,
        next_action=None,
        last_error=None,
    )
    draft.put(row)
    if is_new:
        draft.emit("payment_intent.created", row)
    return promise(book, draft, row, recorded, request)


def _no_method() -> Refused:
    return Refused(
        Why.INTENT_UNEXPECTED_STATE,
        "You cannot confirm this PaymentIntent because it's missing a payment method. You can"
        " either update the PaymentIntent with a payment method and then confirm it again, or"
        " confirm it again directly with a payment method.",
        "payment_method",
        "pass payment_method=",
    )


def promise(
    book: Book, draft: Draft, row: PaymentIntent, recorded: Recorded, request: Request | None
) -> Outcome[Opened]:
    """The key's answer is the intent as the processor's answer will leave it."""
    promised = row.version if book.joined else row.version + 1
    draft.key = answered(book, request, row, version=promised)
    return Done(Opened(row, recorded), draft)


def asked_of(book: Book, charge: Charge, move: str, **options: Any) -> Charge:
    """The charge as it is while the processor is asked again."""
    return amend(
        charge,
        version=charge.version + 1,
        status=CHARGE.next(charge.status, move) or charge.status,
        options=with_options(charge, asked=book.at, **options),
    )


def ask(
    book: Book,
    draft: Draft,
    intent: PaymentIntent,
    charge: Charge,
    request: Request | None,
    **changes: Any,
) -> Outcome[Opened]:
    """Write down that a charge is going to be asked about, and what its intent is meanwhile."""
    draft.put(charge)
    draft.dues.append(due_of(charge, lease=0 if book.joined else book.wall + LEASE))
    row = draft.put(amend(intent, version=intent.version + 1, status="processing", **changes))
    terms = terms_again(book.account, book.world, charge)
    return promise(book, draft, row, Recorded(charge, terms), request)


def charge_of(book: Book, intent: PaymentIntent) -> Charge | Refused:
    found = book.get(Charge, intent.charge, intent.account)
    return found if found is not None else unexpected(intent, "confirm", None)


def _resume(
    book: Book, draft: Draft, intent: PaymentIntent, request: Request | None
) -> Outcome[Opened]:
    charge = charge_of(book, intent)
    if isinstance(charge, Refused):
        return charge
    asked = asked_of(book, charge, "resume", authenticated=1)
    return ask(book, draft, intent, asked, request, next_action=None)
