"""What is known of an account for its requirements: which fields, never what they say.

Kept as compact JSON beside the account; the values themselves are sealed elsewhere.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

from connectlib.core.drafts import encode

#: Words of `Facts.flags`.
SUBMITTED, NEXT, FUTURE = "submitted", "next", "future"
CHARGE_BLOCK, PAYOUT_BLOCK, INACTIVE, LISTED = "charge_block", "payout_block", "inactive", "listed"

UNCHECKED, CHECKING, CHECKED, FAILED = "unverified", "pending", "verified", "failed"


class Failure(NamedTuple):
    """A field that has to be told again. code: one of Stripe's for requirements.

    stops: "payouts" where charges go on all the same, else "".
    """

    field: str
    code: str
    reason: str
    stops: str = ""


class Check(NamedTuple):
    """How far the verification of one subject is.

    state: unverified, pending, verified or failed. waiting: fields shown as pending while it is.
    key: of the last check that was begun, at the moment `begun`; answers to others are late.
    listed: 1 = the last answer has found the subject on a list of prohibited persons.
    """

    state: str = UNCHECKED
    waiting: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    key: str = ""
    begun: int = 0
    listed: int = 0


class Someone(NamedTuple):
    """A person of an account. given: fields told, without the person's id."""

    roles: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()


class Facts(NamedTuple):
    """Everything the engine reads of one account.

    given: paths of fields told. people: by id, in order. checks: by subject (`individual`,
    `company`, `business_profile` or a person's id). deadlines: field -> moment. late: fields
    whose deadline has passed. volume: what has come into the balance, in minor units of its
    default currency.
    """

    given: frozenset[str] = frozenset()
    people: tuple[tuple[str, Someone], ...] = ()
    checks: tuple[tuple[str, Check], ...] = ()
    deadlines: tuple[tuple[str, int], ...] = ()
    late: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    first_charge: int = 0
    volume: int = 0

    def check(self, subject: str) -> Check:
        """The verification of a subject."""
        return dict(self.checks).get(subject, Check())

    def with_check(self, subject: str, check: Check | None) -> Facts:
        """Facts with another verification of a subject; None forgets it."""
        kept = tuple(each for each in self.checks if each[0] != subject)
        return self._replace(checks=kept if check is None else (*kept, (subject, check)))

    def with_lists(self) -> Facts:
        """Facts that are listed where one of their subjects is."""
        flags = self.flags - {LISTED}
        is_listed = any(check.listed for _, check in self.checks)
        return self._replace(flags=flags | {LISTED} if is_listed else flags)

    def with_person(self, id_: str, someone: Someone | None) -> Facts:
        """Facts with a person added or changed; None takes one away, with what hangs on it."""
        if someone is None:
            kept = tuple(each for each in self.people if each[0] != id_)
            return self._replace(people=kept).with_check(id_, None).with_lists()
        if id_ in dict(self.people):
            people = tuple((k, someone if k == id_ else v) for k, v in self.people)
            return self._replace(people=people)
        return self._replace(people=(*self.people, (id_, someone)))


def dump(facts: Facts) -> str:
    """Compact JSON; equal facts give equal text; what is empty is left out."""
    said: dict[str, Any] = {
        "given": sorted(facts.given),
        "people": {k: [sorted(v.roles), sorted(v.given)] for k, v in sorted(facts.people)},
        "checks": {
            k: [
                v.state,
                list(v.waiting),
                [list(each) for each in v.failures],
                v.key,
                v.begun,
                v.listed,
            ]
            for k, v in sorted(facts.checks)
        },
        "deadlines": dict(sorted(facts.deadlines)),
        "late": sorted(facts.late),
        "flags": sorted(facts.flags),
        "first_charge": facts.first_charge,
        "volume": facts.volume,
    }
    return encode({name: value for name, value in said.items() if value})


@lru_cache(maxsize=1024)
def load(text: str) -> Facts:
    """The facts of their JSON."""
    said = json.loads(text)
    return Facts(
        frozenset(said.get("given", ())),
        tuple(
            (id_, Someone(frozenset(roles), frozenset(given)))
            for id_, (roles, given) in said.get("people", {}).items()
        ),
        tuple((subject, _check(*words)) for subject, words in said.get("checks", {}).items()),
        tuple(said.get("deadlines", {}).items()),
        frozenset(said.get("late", ())),
        frozenset(said.get("flags", ())),
        said.get("first_charge", 0),
        said.get("volume", 0),
    )


def _check(
    state: str,
    waiting: list[str],
    failures: list[list[str]],
    key: str,
    begun: int,
    listed: int = 0,
) -> Check:
    failed = tuple(Failure(*each) for each in failures)
    return Check(state, tuple(waiting), failed, key, begun, listed)
