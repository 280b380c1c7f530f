"""Persons: what is told is merged and sealed before its commit, and checked after it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connectlib.core import persons
from connectlib.core.book import Work
from connectlib.core.onboarding import facts_of
from connectlib.core.refusals import Refused, missing
from connectlib.core.rows import Account, Person
from connectlib.core.told import merge
from connectlib.flows import identity, personal
from connectlib.flows.telling import BUSY, LOOKS_MAX
from connectlib.ports.steps import ask
from connectlib.ports.store import One, Several

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.core.book import Request
    from connectlib.core.persons import ChangePerson
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def create(
    ground: Ground, command: ChangePerson, request: Request | None
) -> Flow[Person | Refused]:
    """Tell of somebody behind an account."""
    branch = ground.branch(command.account)
    words = merge("{}", command.told)
    id_ = yield from personal.new_id(ground, branch, "person")
    for _ in range(LOOKS_MAX):
        sealed = yield from personal.seal(
            ground, command.account, "person", id_ or "", {"told": words.text}
        )
        work = Work(
            persons.change_keys(command.account, None),
            partial(
                persons.create,
                command=command,
                words=words._replace(text=sealed.texts["told"] or ""),
                request=request,
                rules=ground.rules,
                id_=id_,
            ),
            request=request,
            weight=0,
        )
        found: Any = yield from identity.commit(ground, branch, sealed.under(work))
        if found is not None:
            answer: Person | Refused = found
            return answer
    return BUSY


def update(
    ground: Ground, command: ChangePerson, request: Request | None
) -> Flow[Person | Refused]:
    """Change what is told of somebody."""
    branch, id_ = ground.branch(command.account), command.id or ""
    for _ in range(LOOKS_MAX):
        row = yield from ask(One(Person, branch, ground.world.id, id_, command.account))
        if row is None:
            return missing("person", id_[:100], "person")
        (shown,) = yield from personal.open_(ground, [row])
        words = merge(shown.told, command.told, row.version)
        text = {"told": words.text} if words.changed else {}
        sealed = yield from personal.seal(ground, command.account, "person", id_, text)
        work = Work(
            persons.change_keys(command.account, id_),
            partial(
                persons.update,
                command=command,
                words=words._replace(text=sealed.texts.get("told") or row.told),
                request=request,
                rules=ground.rules,
            ),
            request=request,
            weight=0,
        )
        found: Any = yield from identity.commit(ground, branch, sealed.under(work))
        if found is not None:
            answer: Person | Refused = found
            return answer
    return BUSY


def delete(
    ground: Ground, account: str, id_: str, request: Request | None
) -> Flow[Person | Refused]:
    """Take somebody away."""
    work = Work(
        persons.change_keys(account, id_),
        partial(persons.delete, account_id=account, id_=id_, request=request, rules=ground.rules),
        request=request,
        weight=0,
    )
    return identity.commit(ground, ground.branch(account), work)


def with_roles(ground: Ground, account: str, roles: Sequence[str]) -> Flow[list[Person]]:
    """Those behind an account who have all of some roles, newest first, as they are kept."""
    branch = ground.branch(account)
    row = yield from ask(One(Account, branch, ground.world.id, account))
    if row is None:
        return []
    ids = [id_ for id_, someone in facts_of(row).people if someone.roles.issuperset(roles)]
    found: list[Person] = yield from ask(Several(Person, branch, ground.world.id, tuple(ids)))
    return sorted(found, key=lambda person: person.id, reverse=True)


def subjects(ground: Ground, rows: Sequence[Account]) -> Flow[list[Person | None]]:
    """What each of some accounts has told of itself, opened; None where it has told nothing."""
    ids: dict[int, list[str]] = {}
    for row in rows:
        told = _told_by(row)
        if told is not None:
            ids.setdefault(row.branch, []).append(told)
    found: dict[str, Person] = {}
    for branch, wanted in ids.items():
        known = yield from ask(Several(Person, branch, ground.world.id, tuple(wanted)))
        for person in (yield from personal.open_(ground, known)):
            found[person.id] = person
    return [found.get(_told_by(row) or "") for row in rows]


def _told_by(row: Account) -> str | None:
    """The id of the row that an account of its business type tells in."""
    return row.person if row.business_type in (None, "individual") else row.company
