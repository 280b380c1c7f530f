"""The way of a setup intent: write down the attempt, ask the processor, book its answer."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from connectlib.core import setup_intents
from connectlib.core.book import Done, Work
from connectlib.core.charges import ADVICE
from connectlib.core.idempotency import in_use
from connectlib.core.next_actions import AGAIN, Action
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import PaymentMethod, SetupIntent, amend
from connectlib.core.setup_intents import Asked, Given, keys_for
from connectlib.flows.charge_answers import TRY_AGAIN, refusal_of
from connectlib.flows.ground import recall
from connectlib.flows.payment_methods import usable
from connectlib.flows.single import do_one
from connectlib.ports.processor import (
    Accepted,
    Approved,
    Declined,
    RequiresAction,
    SetupRequest,
)
from connectlib.ports.steps import Deferred, ask, ask_processor, transact
from connectlib.ports.store import One

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connectlib.core.book import Request
    from connectlib.core.commands import ConfirmSetup, CreateSetup, UpdateIntent
    from connectlib.core.rows import Due
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
    if inline is not None:
        return Given(None, inline.method, inline.said.billing, inline.said)
    if method is None:
        return None
    found = yield from usable(ground, method, account, customer)
    if isinstance(found, Refused):
        return found
    return Given(found.row, found.method, found.row.billing if found.row is not None else None)


def _row_of(given: Given | Refused | None) -> str | None:
    return given.row.id if isinstance(given, Given) and given.row is not None else None


def _find(ground: Ground, id_: str, account: str) -> Flow[SetupIntent | Refused]:
    found = yield from ask(One(SetupIntent, ground.branch(id_), ground.world.id, id_, account))
    return found if isinstance(found, SetupIntent) else missing("setupintent", id_, "intent")


def create(
    ground: Ground,
    command: CreateSetup,
    request: Request | None,
    *,
    branch: int,
    inline: Inline | None = None,
) -> Flow[SetupIntent | Refused]:
    """Make a setup intent; confirm it at once where that is asked for.

    inline: the method of `payment_method_data`, where it is given so.
    """
    customer = dict(command.fields).get("customer")
    given = yield from _given(ground, command.method, command.account, customer, inline)
    work = Work(
        keys_for(command.account, customer, _row_of(given)),
        partial(setup_intents.create, command=command, given=given, request=request),
        request=request,
        weight=0,
    )
    return (yield from _see_through(ground, branch, work))


def confirm(
    ground: Ground,
    command: ConfirmSetup,
    request: Request | None,
    inline: Inline | None = None,
) -> Flow[SetupIntent | Refused]:
    """Ask the processor to make the method ready."""
    row = yield from _find(ground, command.id, command.account)
    if isinstance(row, Refused):
        return row
    row = amend(row, **dict(command.fields))
    method = command.method or row.method_id
    given = yield from _given(ground, method, command.account, row.customer, inline)
    work = Work(
        keys_for(command.account, row.id, row.customer, _row_of(given)),
        partial(setup_intents.confirm, command=command, given=given, request=request),
        request=request,
        weight=0,
    )
    return (yield from _see_through(ground, row.branch, work))


def update(
    ground: Ground,
    command: UpdateIntent,
    request: Request | None,
    inline: Inline | None = None,
) -> Flow[SetupIntent | Refused]:
    """Change a setup intent."""
    row = yield from _find(ground, command.id, command.account)
    if isinstance(row, Refused):
        return row
    changes = dict(command.fields)
    customer = changes.get("customer", row.customer)
    given = yield from _given(ground, command.method, command.account, customer, inline)
    work = Work(
        keys_for(command.account, command.id, customer, _row_of(given)),
        partial(
            setup_intents.update,
            id_=command.id,
            account=command.account,
            changes=changes,
            given=given,
            request=request,
        ),
        request=request,
        weight=0,
    )
    return (yield from do_one(ground, ground.branch(command.id), work))


def authenticate(
    ground: Ground, id_: str, account: str, request: Request | None, *, proof: str | None
) -> Flow[SetupIntent | Refused]:
    """The buyer has done what `next_action` asked for."""
    row = yield from _find(ground, id_, account)
    if isinstance(row, Refused):
        return row
    work = Work(
        keys_for(account, id_, row.method_id),
        partial(setup_intents.authenticate, id_=id_, account=account, proof=proof, request=request),
        request=request,
        weight=0,
    )
    return (yield from _see_through(ground, row.branch, work))


def cancel(
    ground: Ground, id_: str, account: str, reason: str | None, request: Request | None
) -> Flow[SetupIntent | Refused]:
    """Give a setup intent up."""
    work = Work(
        keys_for(account, id_),
        partial(setup_intents.cancel, id_=id_, account=account, reason=reason, request=request),
        request=request,
        weight=0,
    )
    return do_one(ground, ground.branch(id_), work)


def _see_through(ground: Ground, branch: int, work: Work[Asked]) -> Flow[SetupIntent | Refused]:
    request = work.request
    (outcome,) = yield from transact(branch, [work])
    if isinstance(outcome, Refused):
        return outcome
    if isinstance(outcome, Done):
        row, source = outcome.value
        if source is None:
            return row
        due = setup_intents.due_of(row, work_at(outcome))
        return _shown((yield from _ask_one(row, source, due)))
    known = yield from recall(ground, branch, outcome)
    if known is None and not outcome.in_use:
        row = yield from ask(One(SetupIntent, branch, ground.world.id, outcome.object_id))
        source = yield from _source(ground, row)
        yield from _ask_one(row, source, None)
        known = yield from recall(ground, branch, outcome)
    if known is None:
        return in_use(request.key if request else "")
    return _shown(known)


def work_at(outcome: Done[Asked]) -> int:
    """The moment at which an attempt was written down: that of its due work."""
    return outcome.draft.dues[-1].due_at


def _source(ground: Ground, row: SetupIntent) -> Flow[str]:
    query = One(PaymentMethod, row.branch, ground.world.id, row.method_id or "")
    method = yield from ask(query)
    return method.token if isinstance(method, PaymentMethod) else ""


def _ask_one(row: SetupIntent, source: str, due: Due | None) -> Flow[SetupIntent]:
    (found,) = yield from _ask_all([(row, source, due)])
    return found


def _ask_all(cases: Sequence[tuple[SetupIntent, str, Due | None]]) -> Flow[list[SetupIntent]]:
    rows = [row for row, _, _ in cases]
    answers = yield from ask_processor(
        "set_up", [_request(row, source) for row, source, _ in cases]
    )
    if isinstance(answers, Deferred):
        return rows
    for place, ((row, _, due), answer) in enumerate(zip(cases, answers, strict=True)):
        decide = _deciding(row, due, answer)
        if decide is None and due is not None:
            decide = partial(setup_intents.wait, row=row, due=due)
        if decide is not None:
            keys = keys_for(row.account, row.id, row.method_id, row.customer)
            work: Work[SetupIntent] = Work(keys, decide, repeatable=True, weight=0)
            (outcome,) = yield from transact(row.branch, [work])
            if isinstance(outcome, Done):
                rows[place] = outcome.value
    return rows


def _request(row: SetupIntent, source: str) -> SetupRequest:
    return SetupRequest(
        setup_intents.key_of(row),
        source,
        off_session=row.usage == "off_session",
        authenticated=bool(row.authenticated),
        proof=json.loads(row.options).get("proof"),
        return_url=row.return_url,
    )


def _deciding(row: SetupIntent, due: Due | None, answer: Any) -> Callable[..., Any] | None:
    decide = partial(setup_intents.answer, row=row, due=due)
    if isinstance(answer, Approved | Accepted):
        return partial(decide, move="succeed")
    if isinstance(answer, RequiresAction):
        return partial(decide, move="ask_buyer", action=Action(*answer))
    if isinstance(answer, Declined):
        refusal = refusal_of(answer)
        if json.loads(row.options).get("proof") and answer.code.endswith(TRY_AGAIN):
            return partial(decide, move="ask_buyer", action=AGAIN, refusal=refusal)
        return partial(decide, move="decline", refusal=refusal)
    return None


def _shown(row: SetupIntent) -> SetupIntent | Refused:
    """The setup intent; the refusal of its attempt where that has just failed."""
    if row.status not in ("requires_payment_method", "requires_action") or row.last_error is None:
        return row
    error = json.loads(row.last_error)
    told = tuple((name, error[name]) for name in ADVICE if error.get(name))
    return Refused(
        Why.CARD_DECLINED,
        str(error["message"]),
        error.get("param"),
        None,
        error.get("code"),
        error.get("decline_code"),
        advice=(*told, ("setup_intent", row.id)),
    )


def submit(ground: Ground, dues: Sequence[Due]) -> Flow[None]:
    """Take up setups that were written down and never answered for: each has been claimed."""
    cases: list[tuple[SetupIntent, str, Due | None]] = []
    for due in dues:
        row = yield from ask(One(SetupIntent, due.branch, ground.world.id, due.ref))
        if isinstance(row, SetupIntent):
            cases.append((row, (yield from _source(ground, row)), due))
    open_ = [case for case in cases if case[0].status == "processing"]
    if open_:
        yield from _ask_all(open_)
    for row, _, drops in cases:
        if row.status != "processing" and drops is not None:
            keys = keys_for(row.account, row.id)
            drop = partial(setup_intents.wait, row=row, due=drops)
            yield from transact(row.branch, [Work(keys, drop, repeatable=True, weight=0)])
