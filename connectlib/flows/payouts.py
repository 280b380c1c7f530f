"""Payouts: one commit to leave the balance; the bank is asked when the pump comes round."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connectlib.core import payouts
from connectlib.core.book import Work
from connectlib.core.rows import Payout
from connectlib.flows.single import do_one
from connectlib.ports.rail import Accepted, Arrived, InFlight, PayoutRequest, Rejected
from connectlib.ports.steps import ask, send_out, track, transact
from connectlib.ports.store import One

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.core.book import Request
    from connectlib.core.commands import CreatePayout
    from connectlib.core.refusals import Refused
    from connectlib.core.rows import Due
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def create(
    ground: Ground, command: CreatePayout, request: Request | None
) -> Flow[Payout | Refused]:
    """Create a payout by hand."""
    work = Work(
        payouts.create_keys(command.account, command.currency, ground.world),
        partial(payouts.create, command=command, request=request),
        request=request,
        weight=1,
    )
    return do_one(ground, ground.branch(command.account), work)


def submit(ground: Ground, dues: Sequence[Due]) -> Flow[None]:
    """Hand claimed payouts of one branch to the bank."""
    found = yield from _rows(ground, dues)
    answers = yield from send_out([_request(row) for row, _ in found])
    works: list[Work[Any]] = []
    for (row, due), answer in zip(found, answers, strict=True):
        if isinstance(answer, Accepted):
            works.append(_work(ground, row, partial(payouts.submitted, row=row, due=due)))
        elif isinstance(answer, Rejected):
            works.append(_work(ground, row, _bounce(row, due, answer)))
    yield from _do(works, dues[0].branch)


def settle(ground: Ground, dues: Sequence[Due]) -> Flow[None]:
    """Hear from the bank what became of claimed payouts of one branch."""
    found = yield from _rows(ground, dues)
    answers = yield from track([_request(row) for row, _ in found])
    works: list[Work[Any]] = []
    for (row, due), answer in zip(found, answers, strict=True):
        if isinstance(answer, Arrived):
            works.append(_work(ground, row, partial(payouts.arrived, row=row, due=due)))
        elif isinstance(answer, Rejected):
            works.append(_work(ground, row, _bounce(row, due, answer)))
        elif isinstance(answer, InFlight):
            works.append(_work(ground, row, partial(payouts.still_going, row=row, due=due)))
    yield from _do(works, dues[0].branch)


def _rows(ground: Ground, dues: Sequence[Due]) -> Flow[list[tuple[Payout, Due]]]:
    found = []
    for due in dues:
        row = yield from ask(One(Payout, due.branch, ground.world.id, due.ref))
        if isinstance(row, Payout):
            found.append((row, due))
    return found


def _request(row: Payout) -> PayoutRequest:
    return PayoutRequest(row.id, row.amount, row.currency, row.bank)


def _bounce(row: Payout, due: Due, answer: Rejected) -> Any:
    return partial(payouts.bounced, row=row, due=due, code=answer.code, message=answer.message)


def _work(ground: Ground, row: Payout, decide: Any) -> Work[Any]:
    return Work(payouts.outcome_keys(row, ground.world), decide, repeatable=True, weight=1)


def _do(works: Sequence[Work[Any]], branch: int) -> Flow[None]:
    if works:
        yield from transact(branch, works)
