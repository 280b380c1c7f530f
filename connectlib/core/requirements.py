"""The requirements engine: what an account must still tell, by when, and what hangs on it.

Pure: facts and rules in, a standing out. A field that no active capability has ever worked
without is past due as soon as it is due; one that an active capability starts to need has until
the deadline. (Stripe docs, "Handling verification with the API"; the state of accounts just
made follows recorded ones.)
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.capabilities import takes_money
from connectlib.core.moments import DAY
from connectlib.core.requirement_facts import (
    CHARGE_BLOCK,
    CHECKING,
    FUTURE,
    INACTIVE,
    LISTED,
    NEXT,
    PAYOUT_BLOCK,
    SUBMITTED,
    Failure,
)
from connectlib.core.requirement_needs import Need, Subject, is_told, needs
from connectlib.core.requirement_rules import PAYOUT_FIELDS
from connectlib.core.told import BUSINESS, INDIVIDUAL

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from connectlib.core.requirement_facts import Facts
    from connectlib.core.requirement_rules import Rules

_DOCUMENT = "verification.document"
_EXTERNAL = "external_account"


class Future(NamedTuple):
    """The same for rules that do not hold yet. deadline: when the first of them will."""

    currently_due: tuple[str, ...] = ()
    eventually_due: tuple[str, ...] = ()
    deadline: int | None = None


class Standing(NamedTuple):
    """Where an account stands. Lists are sorted; capabilities: {name: active, ...} as pairs.

    alternatives: (fields due, fields that would do as well). due_by, later_by: field -> the
    capabilities that need it now or later, where not all do, or some do now. again: when to look
    again; None = nothing happens by itself.
    """

    currently_due: tuple[str, ...]
    eventually_due: tuple[str, ...]
    past_due: tuple[str, ...]
    pending: tuple[str, ...]
    errors: tuple[Failure, ...]
    alternatives: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    deadline: int | None
    disabled_reason: str | None
    capabilities: tuple[tuple[str, str], ...]
    charges_enabled: bool
    payouts_enabled: bool
    details_submitted: bool
    future: Future
    due_by: tuple[tuple[str, tuple[str, ...]], ...]
    later_by: tuple[tuple[str, tuple[str, ...]], ...]
    again: int | None


def _is_reached(need: Need, subject: Subject, at: int) -> bool:
    facts, later = subject.facts, need.later
    if later is None or NEXT in facts.flags:
        return True
    if later.volume and later.currency == subject.currency and facts.volume >= later.volume:
        return True
    return bool(later.days and facts.first_charge and at >= facts.first_charge + later.days * DAY)


def _narrowed(subject: Subject) -> Subject:
    """The account with the checks of those whom its business type asks for, and no others'."""
    facts, type_ = subject.facts, subject.business_type
    if type_ is None:
        return subject
    is_one = type_ == INDIVIDUAL
    kept = tuple(
        (name, check)
        for name, check in facts.checks
        if name == BUSINESS or (name == INDIVIDUAL) == is_one
    )
    return subject._replace(facts=facts._replace(checks=kept))


def _failures(facts: Facts) -> dict[str, Failure]:
    return {each.field: each for _, check in facts.checks for each in check.failures}


def _waiting(facts: Facts) -> frozenset[str]:
    return frozenset(
        field for _, check in facts.checks if check.state == CHECKING for field in check.waiting
    )


class _Sorted(NamedTuple):
    """The needs that are not met, by how they stand."""

    due: tuple[Need, ...]
    later: tuple[Need, ...]
    future: tuple[Need, ...]


def _sort(subject: Subject, rules: Rules, at: int) -> _Sorted:
    """How the needs stand: what is late, and what is blocked, makes no difference to that."""
    facts = subject.facts
    bare = facts._replace(deadlines=(), late=frozenset(), flags=facts.flags & {NEXT, FUTURE})
    return _sorted(subject._replace(facts=bare, pays_out=False), rules, at)


@lru_cache(maxsize=16)
def _sorted(subject: Subject, rules: Rules, at: int) -> _Sorted:
    facts = subject.facts
    failed, waiting = _failures(facts), _waiting(facts)
    due: list[Need] = []
    later: list[Need] = []
    future: list[Need] = []
    wanted = needs(subject, rules)
    for need in wanted:
        if need.field in failed or need.field in waiting or is_told(need.field, facts, rules):
            continue
        if need.starts > at and FUTURE not in facts.flags:
            future.append(need)
        elif _is_reached(need, subject, at):
            due.append(need)
        else:
            later.append(need)
    asking = _by_field(wanted)
    due += [
        Need(field, asking.get(field, subject.requested))
        for field in failed
        if field not in waiting
    ]
    return _Sorted(tuple(due), tuple(later), tuple(future))


def _by_field(wanted: Iterable[Need]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for need in wanted:
        found[need.field] = found.get(need.field, frozenset()) | need.capabilities
    return found


def _works_without(need: Need, subject: Subject) -> bool:
    """Whether something works today that this field will stop once it is past due."""
    if need.field in _payout_fields(subject.facts):
        return subject.pays_out
    return bool(need.capabilities & subject.active)


def advance(subject: Subject, rules: Rules, at: int) -> Facts:
    """The facts with deadlines set for what has fallen due, and passed where they have."""
    facts = subject.facts
    subject = _narrowed(subject)
    old = dict(facts.deadlines)
    blocked = facts.flags & {CHARGE_BLOCK, PAYOUT_BLOCK}
    deadlines: dict[str, int] = {}
    late: set[str] = set()
    for need in _sort(subject, rules, at).due:
        field = need.field
        if field in facts.late or blocked:
            late.add(field)
        elif field in old:
            deadlines[field] = old[field]
        elif _works_without(need, subject):
            deadlines[field] = at + rules.grace
        else:
            late.add(field)
    late |= {field for field, when in deadlines.items() if when <= at}
    kept = tuple(sorted(pair for pair in deadlines.items() if pair[0] not in late))
    # A block ends with what it has made due.
    flags = facts.flags if late or deadlines else facts.flags - {CHARGE_BLOCK, PAYOUT_BLOCK}
    if SUBMITTED not in flags and _is_submitted(subject, rules, at):
        flags |= {SUBMITTED}
    return facts._replace(deadlines=kept, late=frozenset(late), flags=flags)


def _is_submitted(subject: Subject, rules: Rules, at: int) -> bool:
    """Whether everything needed from the start has been told, right or wrong."""
    if not subject.requested:
        return False
    first = (need for need in needs(subject, rules) if need.later is None and need.starts <= at)
    return all(is_told(need.field, subject.facts, rules) for need in first)


def stand(subject: Subject, rules: Rules, at: int) -> Standing:
    """Where an account stands. Its facts must have been advanced to the moment."""
    subject = _narrowed(subject)
    facts = subject.facts
    found = _sort(subject, rules, at)
    due, later = _by_field(found.due), _by_field(found.later)
    waiting = _waiting(facts)
    states = {name: _state(name, subject, rules, due, waiting) for name in subject.requested}
    # A rejection stops charges; payouts go on but where it has paused them.
    pays = not subject.paused and _pays_out(subject, rules, states, waiting)
    if subject.rejected:
        states = dict.fromkeys(states, "inactive")
    deadlines = [when for field, when in facts.deadlines if field in due]
    failures = _failures(facts)
    return Standing(
        currently_due=tuple(sorted(due)),
        eventually_due=tuple(sorted({*due, *later})),
        past_due=tuple(sorted(facts.late & due.keys())),
        pending=tuple(sorted(waiting)),
        errors=tuple(failures[field] for field in sorted(failures.keys() & due.keys())),
        alternatives=tuple(
            (each.original, each.alternative)
            for each in rules.alternatives
            if any(field in due or field in later for field in each.original)
        ),
        deadline=min(deadlines, default=None),
        disabled_reason=_reason(subject, states, due, pays=pays),
        capabilities=tuple(sorted(states.items())),
        charges_enabled=_charges(states),
        payouts_enabled=pays,
        details_submitted=SUBMITTED in facts.flags,
        future=_future(found.future),
        due_by=_exceptions(due, subject.requested),
        later_by=_exceptions(later, subject.requested, also=due),
        again=_again(subject, found, deadlines, rules, at),
    )


def _exceptions(
    found: dict[str, frozenset[str]], all_of_them: frozenset[str], also: Container[str] = ()
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Fields that not all capabilities ask for. also: those that are told apart all the same."""
    return tuple(
        (field, tuple(sorted(asking)))
        for field, asking in sorted(found.items())
        if asking != all_of_them or field in also
    )


def _state(
    name: str,
    subject: Subject,
    rules: Rules,
    due: dict[str, frozenset[str]],
    waiting: Iterable[str],
) -> str:
    """The status of a requested capability."""
    facts = subject.facts
    if facts.flags & {LISTED, INACTIVE}:
        return "inactive"
    if CHARGE_BLOCK in facts.flags and takes_money(name):
        return "inactive"
    if any(name in due.get(field, ()) for field in facts.late - _payout_fields(facts)):
        return "inactive"
    waits = bool(waiting) and subject.country in rules.verify_first.split()
    return "pending" if waits and name not in subject.active else "active"


def _payout_fields(facts: Facts) -> frozenset[str]:
    """Fields that stop payouts alone."""
    if PAYOUT_BLOCK in facts.flags:
        return PAYOUT_FIELDS | facts.late
    failures = _failures(facts).values()
    return PAYOUT_FIELDS.union(each.field for each in failures if each.stops == "payouts")


def _charges(states: dict[str, str]) -> bool:
    return any(state == "active" for name, state in states.items() if takes_money(name))


def _pays_out(
    subject: Subject, rules: Rules, states: dict[str, str], waiting: Iterable[str]
) -> bool:
    facts = subject.facts
    if not _charges(states) or facts.late & _payout_fields(facts) or PAYOUT_BLOCK in facts.flags:
        return False
    on_paper = subject.country in rules.documents_first.split()
    if on_paper and any(field.endswith(_DOCUMENT) for field in waiting):
        return False
    return _EXTERNAL in facts.given


def _reason(
    subject: Subject, states: dict[str, str], due: dict[str, frozenset[str]], *, pays: bool
) -> str | None:
    """Why the account as a whole cannot take payments or be paid out; None where it can."""
    facts = subject.facts
    if subject.rejected:
        return subject.rejected
    if LISTED in facts.flags:
        return "listed"
    if facts.late & due.keys():
        return "requirements.past_due"
    if pays and _charges(states):
        return None
    if not states:
        return "action_required.requested_capabilities"
    if _waiting(facts):
        return "requirements.pending_verification"
    return "other"


def _future(found: tuple[Need, ...]) -> Future:
    now = sorted({need.field for need in found if need.later is None})
    starts = [need.starts for need in found]
    all_of_them = {need.field for need in found}
    return Future(tuple(now), tuple(sorted(all_of_them)), min(starts, default=None))


def _again(
    subject: Subject, found: _Sorted, deadlines: list[int], rules: Rules, at: int
) -> int | None:
    """The next moment at which the standing changes by itself."""
    facts = subject.facts
    moments = list(deadlines)
    moments += [need.starts for need in needs(subject, rules) if need.starts > at]
    if facts.first_charge:
        moments += [
            facts.first_charge + need.later.days * DAY
            for need in found.later
            if need.later is not None and need.later.days
        ]
    return min((each for each in moments if each > at), default=None)


def watches(subject: Subject, rules: Rules, at: int) -> bool:
    """Whether charges of the account bring a field nearer: by volume, or from the first one."""
    return any(
        need.later is not None
        and ((need.later.days and not subject.facts.first_charge) or need.later.volume)
        for need in _sort(_narrowed(subject), rules, at).later
    )
