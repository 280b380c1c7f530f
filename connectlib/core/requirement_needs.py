"""Which fields an account needs, by the rules, and which of them have been told."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.requirement_rules import ROLES, RULES, Rule, Rules, Threshold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectlib.core.requirement_facts import Facts


class Subject(NamedTuple):
    """An account as the rules see it. active: capabilities that work at present.

    rejected: the disabled_reason of a rejection, "" for none; paused: payouts are, by that.
    """

    country: str
    business_type: str | None
    agreement: str
    currency: str
    requested: frozenset[str]
    active: frozenset[str]
    pays_out: bool
    facts: Facts
    rejected: str = ""
    paused: bool = False


class Need(NamedTuple):
    """A field that is needed, and by which capabilities."""

    field: str
    capabilities: frozenset[str]
    later: Threshold | None = None
    starts: int = 0


@lru_cache(maxsize=1024)
def _applying(rules: Rules, country: str, business: str, agreement: str) -> tuple[Rule, ...]:
    def said(words: str, word: str) -> bool:
        return not words or word in words.split()

    return tuple(
        rule
        for rule in rules.rules
        if said(rule.countries, country)
        and country not in rule.without.split()
        and (not rule.business or business in rule.business.split())
        and said(rule.agreement, agreement)
    )


class _Role(NamedTuple):
    """Who has a role: the ids, and whether the account says that these are all."""

    prefix: str
    holders: tuple[str, ...]
    are_all: bool


def _roles(facts: Facts) -> tuple[_Role, ...]:
    return tuple(
        _Role(
            prefix,
            tuple(id_ for id_, someone in facts.people if role in someone.roles),
            all_told in facts.given,
        )
        for prefix, (role, all_told) in ROLES.items()
    )


def needs(subject: Subject, rules: Rules = RULES) -> tuple[Need, ...]:
    """Every field that the requested capabilities need, in the order of the rules.

    One that some need from the start and others later is there twice.
    """
    business = subject.business_type or ""
    roles = _roles(subject.facts) if business not in ("", "individual") else ()
    return _needed(rules, subject.country, business, subject.agreement, subject.requested, roles)


@lru_cache(maxsize=512)
def _needed(
    rules: Rules,
    country: str,
    business: str,
    agreement: str,
    requested: frozenset[str],
    roles: tuple[_Role, ...],
) -> tuple[Need, ...]:
    known = {role.prefix: role for role in roles}
    found: dict[tuple[str, Threshold | None, int], Need] = {}
    for rule in _applying(rules, country, business, agreement):
        asking = (frozenset(rule.capabilities.split()) or requested) & requested
        if not asking:
            continue
        for field in rule.fields.split():
            for path in _paths(field, known):
                key = (path, rule.later, rule.starts)
                before = found[key].capabilities if key in found else frozenset()
                found[key] = Need(path, asking | before, rule.later, rule.starts)
    return tuple(found.values())


def _paths(field: str, roles: dict[str, _Role]) -> Iterator[str]:
    """The field itself, or that of each person with the role it stands for."""
    prefix, _, rest = field.partition(".")
    role = roles.get(prefix)
    if role is None:
        yield field
        return
    if not role.holders and not role.are_all:
        yield field
    for id_ in role.holders:
        yield f"{id_}.{rest}"


def is_told(field: str, facts: Facts, rules: Rules = RULES) -> bool:
    """Whether a field, or one that says as much, has been told."""
    if _has(field, facts):
        return True
    head, _, last = field.rpartition(".")
    for weaker, stronger in rules.implied:
        if last == weaker and _has(f"{head}.{stronger}", facts):
            return True
    return any(
        field in each.original and all(_has(other, facts) for other in each.alternative)
        for each in rules.alternatives
    )


def _has(field: str, facts: Facts) -> bool:
    if field.endswith("document") and _has(f"{field}.front", facts):
        return True
    if field in facts.given:
        return True
    id_, _, rest = field.partition(".")
    someone = dict(facts.people).get(id_)
    return someone is not None and rest in someone.given
