"""What somebody has told of themselves, on its way to where it is kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.drafts import encode

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Subjects of an account that are no persons beside it; and kinds of their rows.
INDIVIDUAL, COMPANY, BUSINESS = "individual", "company", "business_profile"
PERSON = "person"
SUBJECT_PREFIX = {PERSON: "person", INDIVIDUAL: "person", COMPANY: "comp"}


class Told(NamedTuple):
    """What a change has told of a subject: paths it has now, and those that are new or other.

    Both without the subject's prefix.
    """

    subject: str
    given: frozenset[str]
    changed: frozenset[str]


class Words(NamedTuple):
    """What a subject has told, ready to be written: see `merge`.

    text: JSON, sealed where that is done. given: paths in it that are not false. changed: those
    that are new or other. version: of the row that was read for it; 0 = there was none.
    """

    text: str
    given: frozenset[str]
    changed: frozenset[str]
    version: int = 0


class Telling(NamedTuple):
    """What an account tells of itself in one change. kind: individual or company.

    account, row: the ids that the words have been sealed for; None = any will do. relationship:
    (name, JSON); metadata: changes of it, JSON: both of an individual alone.
    """

    kind: str
    words: Words
    account: str | None = None
    row: str | None = None
    relationship: tuple[tuple[str, str], ...] = ()
    metadata: str | None = None


def merge(old: str, changes: Iterable[tuple[str, str]], version: int = 0) -> Words:
    """What was told before, with changes made. All of it in the clear: no decision sees it."""
    before: dict[str, Any] = json.loads(old)
    now = dict(before)
    for path, text in changes:
        value = json.loads(text)
        if value is None:
            now.pop(path, None)
        else:
            now[path] = value
    changed = {path for path in {*before, *now} if before.get(path) != now.get(path)}
    # A false one is kept, but says that something has not been told: owners_provided.
    given = frozenset(path for path, value in now.items() if value is not False)
    return Words(encode(dict(sorted(now.items()))), given, frozenset(changed), version)


def nested(leaves: dict[str, Any]) -> dict[str, Any]:
    """Nested maps of {path: value}."""
    found: dict[str, Any] = {}
    for path, value in leaves.items():
        *heads, last = path.split(".")
        place = found
        for head in heads:
            place = place.setdefault(head, {})
        place[last] = value
    return found
