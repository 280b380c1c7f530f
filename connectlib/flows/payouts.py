"""Payouts: one commit to leave the balance; the bank is asked when the pump comes round."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connectlib.core import payouts
from connectlib.core.book import Keys, Work
from connectlib.core.rows import Payout
from connectlib.flows.single import do_one
from connectlib.ports.rail import Accepted, Arrived, InFlight, PayoutRequest, Rejected
from connectlib.ports.steps import ask, claim, send_out, track, transact
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


def cancel(
    ground: Ground, id_: str, account: str, request: Request | None
) -> Flow[Payout | Refused]:
    """Call back a payout by hand: its due work is taken first, so that no bank is asked now.

    Due work that was taken before, however long ago, may have reached the bank.
    """
    branch = ground.branch(id_)
    row = yield from ask(One(Payout, branch, ground.world.id, id_, account))
    handed_over = False
    if isinstance(row, Payout) and not row.automatic and row.status == "pending":
        ours = yield from claim([payouts.submission(row)], untouched=True)
        handed_over = not ours
    keys = payouts.outcome_keys(row, ground.world) if row else Keys(rows=(id_,))
    decide = partial(
        payouts.cancel, id_=id_, account=account, handed_over=handed_over, request=request
    )
    work = Work(keys, decide, request=request, weight=1)
    found = yield from do_one(ground, branch, work)
    return found


def submit(ground: Ground, dues: Sequence[Due]) -> Flow[None]:
    """Hand claimed payouts of one branch to the bank."""
    found = yield from _rows(ground, dues)
    answers = yield from send_out([_request(row) for row, _ in found])
    works: list[Work[Any]] = []
    for (row, due), answer in zip(found, answers, strict=True):
        if isinstance(answer, Accepted):
            works.append(_work(ground, row, partial(payouts.submitted, row=row, due=due)))
        elif isinstance(answer, Rejected):
            works.append(_bounce(ground, row, due, answer))
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
            works.append(_bounce(ground, row, due, answer))
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


def _bounce(ground: Ground, row: Payout, due: Due, answer: Rejected) -> Work[Any]:
    code, message = answer.code, answer.message
    decide = partial(payouts.bounced, row=row, due=due, code=code, message=message)
    return Work(payouts.bounce_keys(row, ground.world), decide, repeatable=True, weight=1)


def _work(ground: Ground, row: Payout, decide: Any) -> Work[Any]:
    return Work(payouts.outcome_keys(row, ground.world), decide, repeatable=True, weight=1)


def _do(works: Sequence[Work[Any]], branch: int) -> Flow[None]:
    if works:
        yield from transact(branch, works)
