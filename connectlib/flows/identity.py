"""Identity: a verifier is asked after the commit, and its answer is booked in another one."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from connectlib.core import checks
from connectlib.core.book import Done, Work
from connectlib.core.due import DueKind
from connectlib.core.identity import (
    Asked,
    asked_in,
    verdict,
)
from connectlib.core.onboarding import facts_of, public_words
from connectlib.core.requirement_facts import CHECKING
from connectlib.core.rows import Account, Person
from connectlib.core.told import BUSINESS, COMPANY, nested
from connectlib.flows import personal
from connectlib.flows.ground import replay
from connectlib.ports import verification
from connectlib.ports.steps import Deferred, ask, ask_verifier, transact
from connectlib.ports.store import One, Several

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.core.refusals import Refused
    from connectlib.core.rows import Due
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow
    from connectlib.ports.verification import IdentityRequest

T = TypeVar("T")


class _Case(NamedTuple):
    """One check: its due work, the account, the row of its subject, and what to ask."""

    due: Due
    asked: Asked
    row: str | None
    request: IdentityRequest


def commit(ground: Ground, branch: int, work: Work[T]) -> Flow[T | Refused]:
    """Do a work, and ask a verifier at once about what it has begun to check.

    The answer is the object after that. A repeat under the same key answers as it was written,
    before anybody was asked.
    """
    (outcome,) = yield from transact(branch, [work])
    value = yield from replay(ground, branch, outcome, work.request)
    if not isinstance(outcome, Done):
        return value
    begun = [due for due in outcome.draft.dues if due.kind == DueKind.CHECK_IDENTITY]
    if not begun or not isinstance(value, Account | Person):
        return value
    yield from submit(ground, begun)
    now = yield from ask(One(type(value), branch, ground.world.id, value.id))
    return value if now is None else now


def submit(ground: Ground, dues: Sequence[Due]) -> Flow[None]:
    """Ask a verifier about claimed checks of one branch."""
    cases: list[_Case] = []
    works: list[Work[Any]] = []
    for due in dues:
        case = yield from _case(ground, due)
        if case is None:
            asked = asked_in(due)
            drop = partial(checks.dropped, due=due)
            works.append(Work(checks.keys(asked.account, None), drop, repeatable=True, weight=0))
        else:
            cases.append(case)
    for verb, mine in (
        ("submit", [each for each in cases if not each.asked.tries]),
        ("track", [each for each in cases if each.asked.tries]),
    ):
        answers = yield from ask_verifier(verb, [each.request for each in mine])
        if isinstance(answers, Deferred):
            continue
        for each, answer in zip(mine, answers, strict=True):
            work = _booking(ground, each, answer)
            if work is not None:
                works.append(work)
    if works:
        yield from transact(dues[0].branch, works)


def _booking(ground: Ground, case: _Case, answer: Any) -> Work[Any] | None:
    """The work that books an answer; None for one that is unknown: the lease brings it back."""
    keys = checks.keys(case.asked.account, case.row)
    if isinstance(answer, verification.Checking):
        return Work(keys, partial(checks.postponed, due=case.due), repeatable=True, weight=0)
    if not isinstance(answer, verification.Checked):
        return None
    found = verdict(
        case.asked.subject,
        answer.findings,
        listed=answer.listed,
        inactive=answer.inactive,
        future=answer.future,
    )
    decide = partial(checks.checked, due=case.due, found=found, row=case.row, rules=ground.rules)
    return Work(keys, decide, repeatable=True, weight=0)


def _case(ground: Ground, due: Due) -> Flow[_Case | None]:
    """What to ask; None where it has been asked anew since, or is gone."""
    asked = asked_in(due)
    account = yield from ask(One(Account, due.branch, ground.world.id, asked.account))
    if account is None or account.deleted:
        return None
    facts = facts_of(account)
    check = facts.check(asked.subject)
    if check.state != CHECKING or check.key != asked.key:
        return None
    key = f"{asked.account}.{asked.subject}.{asked.key}"
    row = checks.row_id(account, asked.subject)
    if asked.subject == BUSINESS:
        told: dict[str, Any] = public_words(account)
        kind = verification.BUSINESS
    else:
        ids = [row or ""]
        if asked.subject == COMPANY:
            ids += [id_ for id_, _ in facts.people]
        found = yield from _told(ground, due.branch, ids)
        told = found.pop(row or "", {})
        kind = verification.PERSON
        if asked.subject == COMPANY:
            told["persons"] = list(found.values())
            kind = verification.COMPANY
    return _Case(due, asked, row, verification.IdentityRequest(key, kind, account.country, told))


def _told(ground: Ground, branch: int, ids: Sequence[str]) -> Flow[dict[str, dict[str, Any]]]:
    """What persons have told, opened, in the shape of Stripe's object."""
    rows = yield from ask(Several(Person, branch, ground.world.id, tuple(ids)))
    opened = yield from personal.open_(ground, rows)
    found = {}
    for row in opened:
        if not row.deleted:
            told = nested(json.loads(row.told))
            told["relationship"] = json.loads(row.relationship)
            found[row.id] = told
    return found
