"""What an account tells of itself: its individual or its company, in a row of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.drafts import encode
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
    known = book.get(Person, getattr(row, column), row.id)
    what, previous = "created", None
    if known is None:
        fresh = telling.row or book.new_id(SUBJECT_PREFIX[kind])
        known = Person(book.branch, fresh, book.world.id, row.id, 1, book.at, kind, words.text)
        row = amend(row, **{column: fresh})
    elif words.changed:
        what, previous = "updated", encode({"told": known.told})
        known = amend(known, version=known.version + 1, told=words.text)
    else:
        return row, []
    draft.put(known)
    if kind == INDIVIDUAL:
        draft.emit(f"person.{what}", known, account=row.id, previous=previous)
    return row, [Told(kind, words.given, words.changed)]


def is_overtaken(book: Book, row: Account, telling: Telling | None) -> bool:
    """Whether what was merged with new words is not what is there any more."""
    if telling is None:
        return False
    known = book.get(Person, row.person if telling.kind == INDIVIDUAL else row.company, row.id)
    return (known.version if known is not None else 0) != telling.words.version
