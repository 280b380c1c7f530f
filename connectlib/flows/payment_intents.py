"""The way of a payment intent: write down the attempt, ask the processor, follow its answer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connectlib.core import (
    payment_checks,
    payment_confirmations,
    payment_intents,
    payment_verbs,
)
from connectlib.core.book import Done, Keys, Work
from connectlib.core.charges import ADVICE, parties_of, rows_of
from connectlib.core.idempotency import in_use
from connectlib.core.payment_checks import Given, charge_for
from connectlib.core.payment_confirmations import Opened, keys_for
from connectlib.core.refusals import Refused, missing
from connectlib.core.rows import Charge, PaymentIntent, amend
from connectlib.flows.charge_answers import finish, recorded_of
from connectlib.flows.charges import details_of, means_with, methods_of
from connectlib.flows.ground import recall
from connectlib.flows.payment_methods import usable
from connectlib.flows.single import do_one
from connectlib.ports.steps import ask, transact
from connectlib.ports.store import One

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectlib.core.book import Request
    from connectlib.core.commands import (
        CancelIntent,
        CaptureCharge,
        ConfirmIntent,
        CreateIntent,
        UpdateIntent,
    )
    from connectlib.flows.ground import Ground
    from connectlib.flows.payment_methods import Inline
    from connectlib.ports.steps import Flow


def _given(
    ground: Ground,
    method: str | None,
    account: str,
    customer: str | None,
    inline: Inline | None,
) -> Flow[Given | Refused | None]:
    """What is known of the method to pay with; a refusal is told after the key has been seen."""
    if inline is not None:
        said, known = inline
        return Given(None, known, means_with(known), details_of(known), said.billing, said)
    if method is None:
        return None
    found = yield from usable(ground, method, account, customer)
    if isinstance(found, Refused):
        return found
    known = found.method
    billing = found.row.billing if found.row is not None else None
    return Given(found.row, known, means_with(known), details_of(known), billing)


def _row_of(given: Given | Refused | None) -> str | None:
    """The id of the stored method to pay with."""
    return given.row.id if isinstance(given, Given) and given.row is not None else None


def create(
    ground: Ground,
    command: CreateIntent,
    request: Request | None,
    *,
    branch: int,
    inline: Inline | None = None,
) -> Flow[PaymentIntent | Refused]:
    """Make an intent; confirm it at once where that is asked for.

    inline: the method of `payment_method_data`, where it is given so.
    """
    fields = dict(command.fields)
    customer = fields.get("customer")
    given = yield from _given(ground, command.method, command.account, customer, inline)
    sketch = PaymentIntent(
        branch, "", ground.world.id, command.account, 1, 0, command.amount, command.currency,
        "", "", **fields,
    )  # fmt: skip
    row = _row_of(given)
    work = Work(
        keys_for(charge_for(sketch), ground.world, row, customer),
        partial(
            payment_confirmations.create,
            command=command,
            given=given,
            request=request,
            rates=ground.fx.table,
            fees=ground.fees,
        ),
        request=request,
        weight=1,
    )
    return (yield from _see_through(ground, branch, work))


def update(
    ground: Ground,
    command: UpdateIntent,
    request: Request | None,
    inline: Inline | None = None,
) -> Flow[PaymentIntent | Refused]:
    """Change an intent that has not been paid yet."""
    intent = yield from _find(ground, command.id, command.account)
    if isinstance(intent, Refused):
        return intent
    changes = dict(command.fields)
    customer = changes.get("customer", intent.customer)
    given = yield from _given(ground, command.method, command.account, customer, inline)
    find_method = None
    if given is not None:
        find_method = partial(payment_confirmations.method_for, given=given)
    row = _row_of(given) or ""
    work = Work(
        payment_intents.touch_keys(command.id, command.account, row, customer or ""),
        partial(
            payment_intents.update,
            id_=command.id,
            account=command.account,
            changes=changes,
            find_method=find_method,
            refuse=partial(payment_checks.refuse_change, given=given),
            request=request,
        ),
        request=request,
        weight=0,
    )
    return (yield from do_one(ground, ground.branch(command.id), work))


def confirm(
    ground: Ground,
    command: ConfirmIntent,
    request: Request | None,
    inline: Inline | None = None,
) -> Flow[PaymentIntent | Refused]:
    """Try to pay with the method given, or with the one that the intent has."""
    intent = yield from _find(ground, command.id, command.account)
    if isinstance(intent, Refused):
        return intent
    intent = amend(intent, **dict(command.fields))
    method = command.method
    if method is None and not intent.authenticated:
        method = intent.method_id
    given = yield from _given(ground, method, command.account, intent.customer, inline)
    row = _row_of(given)
    keys = yield from _keys(ground, intent, row)
    work = Work(
        keys,
        partial(
            payment_confirmations.confirm,
            command=command,
            given=given,
            request=request,
            rates=ground.fx.table,
            fees=ground.fees,
        ),
        request=request,
        weight=1,
    )
    return (yield from _see_through(ground, intent.branch, work))


def authenticate(
    ground: Ground, id_: str, account: str, request: Request | None, *, proof: str | None
) -> Flow[PaymentIntent | Refused]:
    """The buyer has done what `next_action` asked for."""
    decide = partial(
        payment_verbs.authenticate,
        id_=id_,
        account=account,
        proof=proof,
        request=request,
    )
    return (yield from _touch(ground, id_, account, decide, request))


def capture(
    ground: Ground, command: CaptureCharge, request: Request | None
) -> Flow[PaymentIntent | Refused]:
    """Take what is held, or a part of it."""
    decide = partial(payment_verbs.capture, command=command, request=request)
    return (yield from _touch(ground, command.id, command.account, decide, request))


def cancel(
    ground: Ground, command: CancelIntent, request: Request | None
) -> Flow[PaymentIntent | Refused]:
    """Give an intent up."""
    decide = partial(payment_verbs.cancel, command=command, request=request)
    return (yield from _touch(ground, command.id, command.account, decide, request))


def _touch(
    ground: Ground,
    id_: str,
    account: str,
    decide: Callable[..., Any],
    request: Request | None,
) -> Flow[PaymentIntent | Refused]:
    """A verb about an intent whose attempt is under way."""
    intent = yield from _find(ground, id_, account)
    if isinstance(intent, Refused):
        return intent
    keys = yield from _keys(ground, intent, None)
    work = Work(keys, decide, request=request, weight=1)
    return (yield from _see_through(ground, intent.branch, work))


def _find(ground: Ground, id_: str, account: str) -> Flow[PaymentIntent | Refused]:
    query = One(PaymentIntent, ground.branch(id_), ground.world.id, id_, account)
    found = yield from ask(query)
    return found if isinstance(found, PaymentIntent) else missing("payment_intent", id_, "intent")


def _keys(ground: Ground, intent: PaymentIntent, method: str | None) -> Flow[Keys]:
    """What a verb about an intent needs: its rows, and those of its charge."""
    found = keys_for(charge_for(intent), ground.world, intent.id, method)
    if intent.charge is None:
        return found
    query = One(Charge, intent.branch, ground.world.id, intent.charge)
    charge = yield from ask(query)
    if not isinstance(charge, Charge):
        return found
    return found._replace(
        rows=tuple({*found.rows, *rows_of(charge)}),
        accounts=tuple({*found.accounts, *parties_of(charge, ground.world)}),
    )


def _see_through(ground: Ground, branch: int, work: Work[Opened]) -> Flow[PaymentIntent | Refused]:
    """Do the first commit, ask the processor where that is called for, and answer."""
    request = work.request
    (outcome,) = yield from transact(branch, [work])
    if isinstance(outcome, Refused):
        return outcome
    if isinstance(outcome, Done):
        opened = outcome.value
        if opened.recorded is None:
            return opened.row
        methods = yield from methods_of([opened.recorded.row.source])
        yield from finish(ground, [opened.recorded], methods)
        found = yield from ask(One(PaymentIntent, branch, ground.world.id, opened.row.id))
        return _answer(found)
    known = yield from recall(ground, branch, outcome)
    if known is None and not outcome.in_use:
        found = yield from ask(One(PaymentIntent, branch, ground.world.id, outcome.object_id))
        charge = yield from ask(One(Charge, branch, ground.world.id, found.charge or ""))
        if isinstance(charge, Charge):
            recorded = yield from recorded_of(ground, charge)
            methods = yield from methods_of([charge.source])
            yield from finish(ground, [recorded], methods)
        known = yield from recall(ground, branch, outcome)
    if known is None:
        return in_use(request.key if request else "")
    return _answer(known)


def _answer(intent: PaymentIntent) -> PaymentIntent | Refused:
    """The intent; the refusal of its attempt where that has just failed."""
    told = ("requires_payment_method", "requires_action")
    if intent.status not in told or intent.last_error is None:
        return intent
    return payment_intents.refusal_in(intent, ADVICE)
