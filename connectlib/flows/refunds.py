"""The way of a refund: book it, ask the processor, settle. Safe to stop after any step."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core import refund_money, refund_retries, refunds
from connectlib.core.book import Done, Keys, Replayed, Work
from connectlib.core.due import split_ref
from connectlib.core.idempotency import in_use
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Charge, PaymentIntent, Refund
from connectlib.flows.charge_answers import SAFE_PERCENT
from connectlib.flows.ground import by_branch, recall
from connectlib.flows.single import do_one
from connectlib.ports.processor import NotReturned, RefundRequest, Returned, StillPending
from connectlib.ports.steps import Deferred, ask, give_back, transact
from connectlib.ports.store import One, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connectlib.core.book import Request
    from connectlib.core.commands import CreateRefund, ReviewRefund
    from connectlib.core.rows import Due
    from connectlib.flows.ground import Ground
    from connectlib.ports.processor import RefundAnswer
    from connectlib.ports.steps import Flow


#: How many refunds that wait are tried in one commit.
RETRIED_AT_ONCE = 100


class Call(NamedTuple):
    """One `refunds.create`."""

    command: CreateRefund
    request: Request | None


class Open(NamedTuple):
    """A refund that waits for the processor, and the due work that says so."""

    row: Refund
    source: str
    due: Due


def create(ground: Ground, calls: Sequence[Call]) -> Flow[list[Refund | Refused]]:
    """Create refunds, one result for each call."""
    results: list[Any] = [None] * len(calls)
    open_: dict[int, Open] = {}
    seen: dict[int, tuple[int, Replayed]] = {}
    found: dict[int, Call] = {}
    for place, call in enumerate(calls):
        named = yield from with_charge(ground, call.command)
        if isinstance(named, Refused):
            results[place] = named
        else:
            found[place] = call._replace(command=named)
    places_of = by_branch(found, lambda place: ground.branch(found[place].command.charge))
    for branch, places in places_of.items():
        works: dict[int, Work[refunds.Recorded]] = {}
        for place in places:
            works[place] = yield from _recording(ground, branch, found[place])
        outcomes = yield from transact(branch, list(works.values()))
        for place, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome, Refused):
                results[place] = outcome
            elif isinstance(outcome, Replayed):
                seen[place] = (branch, outcome)
            elif outcome.value.row.pending_reason == refund_money.SHORT:
                results[place] = outcome.value.row
            else:
                row, source = outcome.value
                open_[place] = Open(row, source, refunds.intent(row))
    yield from _resume_seen(ground, seen, open_, results)
    settled = yield from _finish(ground, list(open_.values()))
    for place, row in zip(open_, settled, strict=True):
        results[place] = row
    for place, (branch, replayed) in seen.items():
        if results[place] is None:
            answer = yield from recall(ground, branch, replayed)
            request = found[place].request
            results[place] = answer or in_use(request.key if request else "")
    return results


def with_charge(ground: Ground, command: CreateRefund) -> Flow[CreateRefund | Refused]:
    """The command with the charge it is about, where it names a payment intent."""
    id_ = command.payment_intent
    if id_ is None:
        return command
    query = One(PaymentIntent, ground.branch(id_), ground.world.id, id_, command.account)
    intent = yield from ask(query)
    if intent is None:
        return missing("payment_intent", id_, "payment_intent")
    if intent.charge is None:
        return Refused(
            Why.CHARGE_NOT_REFUNDABLE,
            f"This PaymentIntent ({id_}) does not have a successful charge to refund.",
            "payment_intent",
            "cancel it instead",
        )
    return command._replace(charge=intent.charge)


def links_of(ground: Ground, branch: int, command: CreateRefund) -> Flow[tuple[str, ...]]:
    """The facts about its charge that a refund reads before it locks anything."""
    charge = yield from ask(One(Charge, branch, ground.world.id, command.charge))
    return refund_money.links_of(command.charge, charge)


def _recording(ground: Ground, branch: int, call: Call) -> Flow[Work[refunds.Recorded]]:
    command, request = call
    links = yield from links_of(ground, branch, command)
    return Work(
        refunds.record_keys(command, ground.world),
        partial(
            refunds.record,
            command=command,
            request=request,
            rates=ground.fx.table,
            fees=ground.fees,
        ),
        links=links,
        request=request,
    )


def _resume_seen(
    ground: Ground,
    seen: dict[int, tuple[int, Replayed]],
    open_: dict[int, Open],
    results: list[Any],
) -> Flow[None]:
    """Answer keys seen before; take up those whose first call has died."""
    for place, (branch, replayed) in seen.items():
        answer = yield from recall(ground, branch, replayed)
        if answer is not None:
            results[place] = answer
        elif not replayed.in_use:
            row = yield from ask(One(Refund, branch, ground.world.id, replayed.object_id))
            open_[place] = yield from _open(ground, row, refunds.intent(row))


def _open(ground: Ground, row: Refund, due: Due) -> Flow[Open]:
    charge = yield from ask(One(Charge, row.branch, ground.world.id, row.charge))
    return Open(row, charge.source if isinstance(charge, Charge) else "", due)


def _finish(ground: Ground, open_: Sequence[Open]) -> Flow[list[Refund]]:
    """Ask the processor about booked refunds and settle what it answers.

    What has no definite answer is asked about later, at growing intervals.
    """
    rows = [each.row for each in open_]
    if not rows:
        return rows
    answers = yield from give_back(
        [
            RefundRequest(row.id, row.charge, row.amount, row.currency, source)
            for row, source, _ in open_
        ]
    )
    if isinstance(answers, Deferred):
        return rows
    works: dict[int, Work[Refund]] = {}
    for place, (each, answer) in enumerate(zip(open_, answers, strict=True)):
        work = settling(ground, each, answer)
        works[place] = work or _later(ground, each)
    for branch, places in by_branch(works, lambda place: rows[place].branch).items():
        outcomes = yield from transact(branch, [works[place] for place in places])
        for place, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome, Done):
                rows[place] = outcome.value
    return rows


def settling(ground: Ground, each: Open, answer: RefundAnswer) -> Work[Refund] | None:
    """The work that an answer asks for; None where nothing definite has been said."""
    row, _, due = each
    if isinstance(answer, StillPending):
        return _work(ground, row, partial(refunds.wait, row=row, due=due))
    if isinstance(answer, Returned | NotReturned):
        failure = answer.reason if isinstance(answer, NotReturned) else None
        return _work(ground, row, partial(refunds.settle, row=row, due=due, failure=failure))
    return None


def _later(ground: Ground, each: Open) -> Work[Refund]:
    safe = ground.key_retention * SAFE_PERCENT // 100
    decide = partial(refunds.wait, row=each.row, due=each.due, safe=safe)
    return _work(ground, each.row, decide)


def _work(ground: Ground, row: Refund, decide: Callable[..., Any]) -> Work[Refund]:
    return Work(refunds.settle_keys(row, ground.world), decide, repeatable=True, weight=1)


def review(
    ground: Ground, command: ReviewRefund, request: Request | None
) -> Flow[Refund | Refused]:
    """Book what a person has found out about a refund; the processor is not asked."""
    branch = ground.branch(command.id)
    row = yield from ask(One(Refund, branch, ground.world.id, command.id, command.account))
    if row is None:
        return missing("refund", command.id, "id")
    work = Work(
        refunds.settle_keys(row, ground.world),
        partial(refunds.review, command=command, request=request),
        request=request,
        weight=1,
    )
    return (yield from do_one(ground, branch, work))


def submit(ground: Ground, dues: Sequence[Due]) -> Flow[None]:
    """Take up refunds that wait for an answer: each has been claimed."""
    open_: list[Open] = []
    for due in dues:
        row = yield from ask(One(Refund, due.branch, ground.world.id, due.ref))
        if isinstance(row, Refund):
            open_.append((yield from _open(ground, row, due)))
    waiting = (refund_money.ASKING, refund_money.PROCESSING)
    asked = [each for each in open_ if each.row.pending_reason in waiting]
    yield from _finish(ground, asked)
    rest = [each for each in open_ if each.row.pending_reason not in waiting]
    for branch, places in by_branch(range(len(rest)), lambda at: rest[at].row.branch).items():
        works = [
            _work(ground, rest[at].row, partial(refunds.wait, row=rest[at].row, due=rest[at].due))
            for at in places
        ]
        yield from transact(branch, works)


def retry(ground: Ground, dues: Sequence[Due]) -> Flow[None]:
    """Try the refunds that wait for funds at an account again, oldest first."""
    for due in dues:
        yield from _retry_one(ground, due)


def _retry_one(ground: Ground, due: Due) -> Flow[None]:
    owner, _ = split_ref(due.ref)
    world = ground.world
    query = Page(
        Refund,
        due.branch,
        world.id,
        owner,
        where=(("status", "pending"), ("pending_reason", refund_money.SHORT)),
        before="",
        limit=RETRIED_AT_ONCE,
    )
    rows: list[Refund] = yield from ask(query)
    works: list[Work[refunds.Recorded]] = []
    for row in rows:
        charge = yield from ask(One(Charge, row.branch, world.id, row.charge))
        work: Work[refunds.Recorded] = Work(
            refund_retries.keys_for(row, charge, world),
            partial(refund_retries.retry, row=row, rates=ground.fx.table, fees=ground.fees),
            links=refund_money.links_of(row.charge, charge),
            repeatable=True,
        )
        works.append(work)
    outcomes = (yield from transact(due.branch, works)) if works else []
    open_ = []
    still = len(rows) == RETRIED_AT_ONCE
    for outcome in outcomes:
        if isinstance(outcome, Done):
            moved, source = outcome.value
            still = still or moved.pending_reason == refund_money.SHORT
            if moved.pending_reason == refund_money.ASKING:
                open_.append(Open(moved, source, refunds.intent(moved)))
    again = Work(
        Keys(), partial(refund_retries.again, due=due, still=still), repeatable=True, weight=0
    )
    yield from transact(due.branch, [again])
    yield from _finish(ground, open_)
