"""Data keys: one for each subject. Destroying it erases what is sealed under it, everywhere.

Rows, snapshots, events and backups of them keep sealed text alone, so that the one row of the
key is all there is to destroy; ledger and ids stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.book import Done, Keys, Work, twin
from connectlib.core.drafts import Draft
from connectlib.core.machine import Machine
from connectlib.core.moments import datetime_of
from connectlib.core.personal import USES_MAX
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import BLIND, BY_PREFIX, DataKey, amend

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from connectlib.core.book import Book, Outcome
    from connectlib.core.rows import Versioned, World

MACHINE = Machine(
    initial="live",
    table={
        ("live", "use"): "live",
        ("live", "wrap"): "live",
        ("live", "hold"): "live",
        ("live", "erase"): "erased",
    },
    terminal=frozenset({"erased"}),
)


class Wrapped(NamedTuple):
    """A data key under lock: the id of the key-encryption key, JSON {generation: sealed key}."""

    kek: str
    text: str


def key_id(subject: str) -> str:
    """The id of the data key of a subject."""
    return twin(subject, "dkey")


def index_id(world: World) -> str:
    """The id of a world's own secret: blind indexes and marks of requests are made of it."""
    return twin(world.account, "ikey")


def row_of(
    world: World, branch: int, id_: str, subject: str, wrapped: Wrapped, at: int = 0
) -> DataKey:
    """The row of a new data key. at: 0 until it is written."""
    of = (branch, id_, world.id, world.account, 1, at, subject, MACHINE.initial)
    return DataKey(*of, wrapped.kek, wrapped.text)


def erased(subject: str) -> Refused:
    """The refusal of a write to a subject whose personal data has been erased."""
    return Refused(
        Why.SUBJECT_ERASED,
        f"The personal data of '{subject}' has been erased; none can be stored for it again.",
        "id",
        "make a new object for what is to be stored from now on",
    )


def guarded(work: Work[Any], key: DataKey, uses: int, *, fresh: bool) -> Work[Any]:
    """A work that writes what has been sealed under a key: counts the uses in the same commit.

    fresh: the key is new, and written with it. Its answer is None where the key is another by
    now: what was sealed would not open, so it has to be sealed again.
    """

    def keys(links: Mapping[str, Versioned], at: int) -> Keys:
        found = work.keys if isinstance(work.keys, Keys) else work.keys(links, at)
        return found._replace(rows=(*found.rows, key.id))

    def decide(book: Book) -> Outcome[Any]:
        row = book.get(DataKey, key.id, key.account)
        if (row is None) is not fresh:
            return Done(None, Draft())
        if row is None:
            row = amend(key, version=0, created=book.at)
        if MACHINE.next(row.status, "use") is None:
            return erased(row.subject)
        if row.generation != key.generation:
            return Done(None, Draft())
        if row.uses + uses > USES_MAX:
            return used_up(row.subject)
        outcome = work.decide(book)
        if isinstance(outcome, Done) and uses:
            outcome.draft.put(amend(row, version=row.version + 1, uses=row.uses + uses))
        return outcome

    return Work(
        keys,
        decide,
        links=work.links,
        request=work.request,
        repeatable=work.repeatable,
        weight=work.weight,
    )


def used_up(subject: str) -> Refused:
    """The refusal of a seal too many."""
    return Refused(
        Why.KEY_USED_UP,
        f"The data key of '{subject}' has sealed as many texts as one key may.",
        None,
        "give it a new generation: connect.keys.renew(id)",
    )


def open_index(book: Book, key: DataKey) -> Outcome[DataKey]:
    """Keep a world's own secret; where somebody else has made it meanwhile, theirs counts."""
    row = book.get(DataKey, key.id, key.account)
    if row is not None:
        return Done(row, Draft())
    draft = Draft()
    return Done(draft.put(amend(key, created=book.at)), draft)


def rewrap(book: Book, key: DataKey, wrapped: Wrapped, generation: int) -> Outcome[bool]:
    """Put a key under another lock, or give it another generation.

    Whether it is done: False where it has moved on since it was read, or is gone.
    """
    row = book.get(DataKey, key.id, key.account)
    same = row is not None and (row.kek, row.wrapped) == (key.kek, key.wrapped)
    if row is None or not same or MACHINE.next(row.status, "wrap") is None:
        return Done(False, Draft())
    draft = Draft()
    uses = row.uses if generation == row.generation else 0
    draft.put(
        amend(
            row,
            version=row.version + 1,
            kek=wrapped.kek,
            wrapped=wrapped.text,
            generation=generation,
            uses=uses,
        )
    )
    return Done(True, draft)


def reseal(book: Book, row: Versioned, changes: Mapping[str, str | None]) -> Outcome[Any]:
    """Write a row sealed anew: the same to who may see it, so there is nothing to tell.

    None where it has moved on since it was read.
    """
    found = book.rows.get(row.id)
    if found is None or found.version != row.version:
        return Done(None, Draft())
    draft = Draft()
    return Done(draft.put(amend(found, version=found.version + 1, **changes)), draft)


def keys_of(subject: str) -> Keys:
    """What an erasure or a hold needs: the key, and the subject with its blind indexes."""
    return Keys(rows=(key_id(subject), subject))


def erase(book: Book, subject: str, account: str) -> Outcome[DataKey]:
    """Destroy the key of a subject, and the blind indexes that lead to it."""
    row = _found(book, subject, account)
    if isinstance(row, Refused):
        return row
    if row.hold_until > book.at:
        return Refused(
            Why.ERASURE_HELD,
            f"The personal data of '{subject}' is held until"
            f" {datetime_of(row.hold_until):%Y-%m-%d %H:%M:%S}Z and cannot be erased before.",
            "id",
            "wait, or end the hold: connect.privacy.release(id)",
        )
    to = MACHINE.next(row.status, "erase")
    if to is None:
        return Done(row, Draft())
    draft = Draft()
    gone = amend(row, version=row.version + 1, status=to, kek="", wrapped="{}", hold_reason=None)
    draft.put(gone)
    found = book.rows[subject]
    blind = BLIND.get(type(found), ())
    if any(getattr(found, name) for name in blind):
        draft.put(amend(found, version=found.version + 1, **dict.fromkeys(blind)))
    return Done(gone, draft)


def hold(
    book: Book, subject: str, account: str, *, until: int, reason: str | None
) -> Outcome[DataKey]:
    """Keep a subject from being erased before a moment; 0 ends the hold."""
    row = _found(book, subject, account)
    if isinstance(row, Refused):
        return row
    if MACHINE.next(row.status, "hold") is None:
        return erased(subject)
    draft = Draft()
    held = amend(row, version=row.version + 1, hold_until=until, hold_reason=reason)
    return Done(draft.put(held), draft)


def _found(book: Book, subject: str, account: str) -> DataKey | Refused:
    """The key of a subject that lives in a namespace."""
    kind = BY_PREFIX.get(subject.partition("_")[0])
    there = kind not in (None, DataKey) and book.get(kind, subject, account) is not None
    row = book.get(DataKey, key_id(subject), book.world.account) if there else None
    return unknown(subject) if row is None else row


def unknown(subject: str) -> Refused:
    """The refusal of a subject that has no key, or lives in another namespace."""
    return Refused(
        Why.RESOURCE_MISSING,
        f"No sealed personal data of '{subject[:100]}'",
        "id",
        "name what the data is about, such as a customer; what has none needs no erasure",
    )
