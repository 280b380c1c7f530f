"""Operations of one commit: do the works of each branch, answer keys seen before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from connectlib.flows.ground import by_branch, replay
from connectlib.ports.steps import transact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.core.book import Work
    from connectlib.core.refusals import Refused
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow

T = TypeVar("T")


class Call(NamedTuple):
    """One piece of work and the branch it is for."""

    branch: int
    work: Work[Any]


def do(ground: Ground, calls: Sequence[Call]) -> Flow[list[Any]]:
    """Do each work in one commit of its branch; one value or refusal for each, in order."""
    results: list[Any] = [None] * len(calls)
    for branch, places in by_branch(range(len(calls)), lambda at: calls[at].branch).items():
        outcomes = yield from transact(branch, [calls[place].work for place in places])
        for place, outcome in zip(places, outcomes, strict=True):
            request = calls[place].work.request
            results[place] = yield from replay(ground, branch, outcome, request)
    return results


def do_one(ground: Ground, branch: int, work: Work[T]) -> Flow[T | Refused]:
    """One work alone."""
    (result,) = yield from do(ground, [Call(branch, work)])
    answer: T | Refused = result
    return answer
