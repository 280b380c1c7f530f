"""Who owns external accounts: asked after their commit, and booked in another one."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from connectlib.core import ownership, ownership_answers
from connectlib.core.book import Work
from connectlib.core.rows import ExternalAccount
from connectlib.flows import personal
from connectlib.ports.bank_verification import (
    DocumentsNeeded,
    NotOwned,
    Owned,
    OwnershipChecking,
    OwnershipRequest,
    Validated,
)
from connectlib.ports.steps import Deferred, ask, ask_owners, transact
from connectlib.ports.store import One

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.core.rows import Due
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow

#: Definite answers -> the move that they make; None = documents are needed.
_MOVES: dict[type[Any], str | None] = {
    Validated: "validate",
    Owned: "verify",
    NotOwned: "fail_verification",
    DocumentsNeeded: None,
}


def submit(ground: Ground, dues: Sequence[Due]) -> Flow[None]:
    """Ask a verifier about claimed checks of one branch."""
    cases: list[tuple[Due, OwnershipRequest]] = []
    works: list[Work[Any]] = []
    for due in dues:
        request = yield from _request(ground, due)
        if request is None:
            works.append(_work(due, partial(ownership_answers.dropped, due=due)))
        else:
            cases.append((due, request))
    for verb, first in (("submit", True), ("track", False)):
        mine = [case for case in cases if (ownership.asked_in(case[0]).tries == 0) is first]
        answers = yield from ask_owners(verb, [request for _, request in mine])
        if isinstance(answers, Deferred):
            continue
        for (due, _), answer in zip(mine, answers, strict=True):
            if isinstance(answer, OwnershipChecking):
                works.append(_work(due, partial(ownership_answers.postponed, due=due)))
            elif type(answer) in _MOVES:
                move = _MOVES[type(answer)]
                works.append(_work(due, partial(ownership_answers.answered, due=due, move=move)))
            # One that is unknown is booked nowhere: the lease brings it back.
    if works:
        yield from transact(dues[0].branch, works)


def _work(due: Due, decide: Any) -> Work[Any]:
    return Work(ownership_answers.keys(ownership.asked_in(due)), decide, repeatable=True, weight=0)


def _request(ground: Ground, due: Due) -> Flow[OwnershipRequest | None]:
    """What to ask; None where it has been asked anew since, or is gone."""
    asked = ownership.asked_in(due)
    query = One(ExternalAccount, due.branch, ground.world.id, asked.id, asked.account)
    row = yield from ask(query)
    if row is None or row.deleted or row.checking != asked.key:
        return None
    (shown,) = yield from personal.open_(ground, [row])
    said = json.loads(row.requirements)
    return OwnershipRequest(
        f"{asked.id}.{asked.key}",
        row.object,
        row.country,
        row.currency,
        shown.secret or "",
        row.routing_number,
        json.loads(shown.holder or "{}"),
        tuple(said.get("files", ())),
    )
