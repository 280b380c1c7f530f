"""What an account tells of itself: its individual or its company, in a row of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connectlib.core.drafts import encode
from connectlib.core.metadata import merged, refuse_metadata
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Account, Person, amend
from connectlib.core.told import COMPANY, INDIVIDUAL, SUBJECT_PREFIX, Telling, Told

if TYPE_CHECKING:
    from connectlib.core.book import Book
    from connectlib.core.drafts import Draft

#: Kind of a subject -> business types that tell of one.
_TELLS = {INDIVIDUAL: ("individual",), COMPANY: ("company", "non_profit", "government_entity")}


def refuse_telling(business_type: str | None, telling: Telling | None) -> Refused | None:
    """Why an account of a business type cannot tell of this."""
    if telling is None or business_type is None or business_type in _TELLS[telling.kind]:
        return None
    return Refused(
        Why.PARAMETER_INVALID,
        f"The business type of the account is {business_type}: it cannot have {telling.kind}.",
        telling.kind,
        "leave it out, or give another business_type",
    )


def with_telling(
    book: Book, draft: Draft, row: Account, telling: Telling | None
) -> tuple[Account, list[Told]]:
    """The account with the row of what it tells of itself, and what that is."""
    if telling is None:
        return row, []
    kind, words = telling.kind, telling.words
    column = "person" if kind == INDIVIDUAL else "company"
    old = book.get(Person, getattr(row, column), row.id)
    if old is None:
        fresh = telling.row or book.new_id(SUBJECT_PREFIX[kind])
        now = Person(book.branch, fresh, book.world.id, row.id, 1, book.at, kind, words.text)
        row = amend(row, **{column: fresh})
    else:
        now = amend(old, told=words.text if words.changed else old.told)
    relationship = {name: json.loads(text) or None for name, text in telling.relationship}
    now = amend(now, relationship=merged(now.relationship, encode(relationship)))
    if telling.metadata is not None:
        now = amend(now, metadata=merged(now.metadata, telling.metadata))
    if old is not None:
        if now == old:
            return row, []
        now = amend(now, version=old.version + 1)
    draft.put(now)
    if kind == INDIVIDUAL:
        previous = encode(old_words(old, now)) if old is not None else None
        what = "created" if old is None else "updated"
        draft.emit(f"person.{what}", now, account=row.id, previous=previous)
    return row, [Told(kind, with_relationship(words.given, now.relationship), words.changed)]


def old_words(old: Person, new: Person) -> dict[str, str]:
    """What of somebody was otherwise, by column."""
    names = ("told", "relationship", "verification", "metadata")
    return {name: getattr(old, name) for name in names if getattr(old, name) != getattr(new, name)}


def with_relationship(given: frozenset[str], relationship: str) -> frozenset[str]:
    """Fields told of somebody, with those of what they are to the company. relationship: JSON."""
    said = json.loads(relationship)
    return given.union(f"relationship.{name}" for name, value in said.items() if value)


def is_overtaken(book: Book, row: Account, telling: Telling | None) -> bool:
    """Whether what was merged with new words is not what is there any more."""
    if telling is None:
        return False
    id_ = row.person if telling.kind == INDIVIDUAL else row.company
    known = book.get(Person, id_, row.id)
    if known is None:
        # Told for the first time since: a row that was not known of then, so not locked now.
        return id_ is not None or telling.words.version != 0
    return known.version != telling.words.version


def refuse_their_metadata(book: Book, row: Account, telling: Telling | None) -> Refused | None:
    """Why the metadata of the account's individual cannot be so."""
    someone = book.get(Person, row.person, row.id)
    if telling is None or telling.metadata is None or someone is None:
        return None
    refused = refuse_metadata(merged(someone.metadata, telling.metadata))
    return refused._replace(param="individual[metadata]") if refused else None
