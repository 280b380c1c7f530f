"""The pump: what has fallen due, in the order of instant and kind, batch by batch."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from connectlib.core import accounts, balance, checks, payouts
from connectlib.core.book import Work
from connectlib.core.due import DueKind, split_ref
from connectlib.flows import (
    charges,
    identity,
    ownership,
    refunds,
    setup_intents,
    transfer_schedules,
)
from connectlib.flows import payouts as payout_flows
from connectlib.ports.steps import ask, claim, transact
from connectlib.ports.store import DueWork

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connectlib.core.rows import Due
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow

#: What goes on outside, by kind: claimed first, so that two pumps do not both ask.
_OUTSIDE: dict[int, Callable[[Ground, Sequence[Due]], Flow[None]]] = {
    DueKind.SUBMIT_CHARGE: charges.submit,
    DueKind.SUBMIT_SETUP: setup_intents.submit,
    DueKind.SUBMIT_REFUND: refunds.submit,
    DueKind.RETRY_REFUNDS: refunds.retry,
    DueKind.CHECK_IDENTITY: identity.submit,
    DueKind.CHECK_OWNERSHIP: ownership.submit,
    DueKind.SUBMIT_PAYOUT: payout_flows.submit,
    DueKind.SETTLE_PAYOUT: payout_flows.settle,
}


def run(ground: Ground, branch: int, *, until: int, wall: int, limit: int) -> Flow[int]:
    """Do what is due at a branch up to an instant, at most `limit` pieces; how many were done.

    Only the first instant's first kind is done: its work may make more of the same instant.
    """
    dues: list[Due] = yield from ask(DueWork(branch, ground.world.id, until, wall, limit))
    done = 0
    for (_, kind), group in groupby(dues, key=lambda due: (due.due_at, due.kind)):
        found = list(group)
        if kind in _OUTSIDE:
            ours = yield from claim(found)
            if ours:
                yield from _OUTSIDE[kind](ground, ours)
            done += len(ours)
        else:
            yield from transact(branch, [_work(ground, due) for due in found])
            done += len(found)
        break
    return done


def mature_all(ground: Ground, branch: int, *, until: int, wall: int) -> Flow[int]:
    """Let everything mature whose day has come; how many days did, 0 when nothing is left."""
    dues: list[Due] = yield from ask(DueWork(branch, ground.world.id, until, wall, 10_000))
    days = [due for due in dues if due.kind == DueKind.MATURE]
    if days:
        yield from transact(branch, [_work(ground, due) for due in days])
    return len(days)


def _work(ground: Ground, due: Due) -> Work[Any]:
    world, parts = ground.world, split_ref(due.ref)
    if due.kind == DueKind.MATURE:
        owner, currency, day = parts[0], parts[1], int(parts[2])
        return Work(
            balance.mature_keys(world, owner, currency, day),
            partial(balance.mature, due=due, owner=owner, currency=currency, day=day),
            repeatable=True,
            weight=1,
        )
    if due.kind == DueKind.REVIEW_ACCOUNT:
        return Work(
            accounts.touch_keys(parts[0], wallet=True),
            partial(checks.review, due=due, rules=ground.rules),
            repeatable=True,
            weight=0,
        )
    if due.kind == DueKind.RELEASE_TRANSFER:
        return transfer_schedules.on_time(ground, due)
    owner, currency = parts
    return Work(
        payouts.create_keys(owner, currency, world),
        partial(payouts.plan, due=due, owner=owner, currency=currency),
        repeatable=True,
        weight=1,
    )
