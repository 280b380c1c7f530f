"""The way of a refund: book it, ask the processor, settle. Safe to stop after any step."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core import refund_retries, refunds
from connectlib.core.book import Done, Replayed, Work
from connectlib.core.idempotency import in_use
from connectlib.core.refusals import Refused
from connectlib.core.rows import Charge, Refund
from connectlib.flows.ground import by_branch, recall
from connectlib.ports.processor import NotReturned, RefundRequest, Returned, StillPending
from connectlib.ports.steps import Deferred, ask, give_back, transact
from connectlib.ports.store import One

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.core.book import Request
    from connectlib.core.commands import CreateRefund
    from connectlib.core.rows import Due
    from connectlib.flows.ground import Ground
    from connectlib.ports.processor import RefundAnswer
    from connectlib.ports.steps import Flow


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
    places_of = by_branch(
        range(len(calls)), lambda place: ground.branch(calls[place].command.charge)
    )
    for branch, places in places_of.items():
        works = [_recording(ground, calls[place]) for place in places]
        outcomes = yield from transact(branch, works)
        for place, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome, Refused):
                results[place] = outcome
            elif isinstance(outcome, Replayed):
                seen[place] = (branch, outcome)
            elif outcome.value.row.pending_reason == refunds.SHORT:
                results[place] = outcome.value.row
            else:
                row, source = outcome.value
                open_[place] = Open(row, source, refunds.intent(row, row.created))
    yield from _resume_seen(ground, seen, open_, results)
    settled = yield from _finish(ground, list(open_.values()))
    for place, row in zip(open_, settled, strict=True):
        results[place] = row
    for place, (branch, replayed) in seen.items():
        if results[place] is None:
            answer = yield from recall(ground, branch, replayed)
            request = calls[place].request
            results[place] = answer or in_use(request.key if request else "")
    return results


def _recording(ground: Ground, call: Call) -> Work[refunds.Recorded]:
    command, request = call
    return Work(
        refunds.record_keys(command, ground.world),
        partial(refunds.record, command=command, request=request),
        links=(command.charge,),
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
            open_[place] = yield from _open(ground, row, refunds.intent(row, row.created))


def _open(ground: Ground, row: Refund, due: Due) -> Flow[Open]:
    charge = yield from ask(One(Charge, row.branch, ground.world.id, row.charge))
    return Open(row, charge.source if isinstance(charge, Charge) else "", due)


def _finish(ground: Ground, open_: Sequence[Open]) -> Flow[list[Refund]]:
    """Ask the processor about booked refunds and settle what it answers."""
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
        work = _settling(ground, each, answer)
        if work is not None:
            works[place] = work
    for branch, places in by_branch(works, lambda place: rows[place].branch).items():
        outcomes = yield from transact(branch, [works[place] for place in places])
        for place, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome, Done):
                rows[place] = outcome.value
    return rows


def _settling(ground: Ground, each: Open, answer: RefundAnswer) -> Work[Refund] | None:
    row, _, due = each
    if isinstance(answer, StillPending):
        decide = partial(refunds.wait, row=row, due=due)
        return Work(refunds.settle_keys(row, ground.world), decide, repeatable=True, weight=0)
    if isinstance(answer, Returned | NotReturned):
        failure = answer.reason if isinstance(answer, NotReturned) else None
        decide = partial(refunds.settle, row=row, due=due, failure=failure)
        return Work(refunds.settle_keys(row, ground.world), decide, repeatable=True, weight=1)
    return None


def submit(ground: Ground, dues: Sequence[Due]) -> Flow[None]:
    """Take up refunds that wait, for funds or for an answer: each has been claimed."""
    open_: list[Open] = []
    for due in dues:
        row = yield from ask(One(Refund, due.branch, ground.world.id, due.ref))
        if not isinstance(row, Refund):
            continue
        if row.pending_reason == refunds.SHORT:
            charge = yield from ask(One(Charge, row.branch, ground.world.id, row.charge))
            work = Work(
                refund_retries.keys_for(row, charge, ground.world),
                partial(refund_retries.retry, row=row, due=due),
                repeatable=True,
            )
            (outcome,) = yield from transact(row.branch, [work])
            if isinstance(outcome, Done) and outcome.value.row.pending_reason != refunds.SHORT:
                moved, source = outcome.value
                open_.append(Open(moved, source, refund_retries.retried(moved, due)))
        else:
            open_.append((yield from _open(ground, row, due)))
    yield from _finish(ground, [each for each in open_ if each.row.status == "pending"])
