"""Persons: who stands behind an account; the individual that it is, and its company.

Everything personal is one sealed text; what the rules need to know of it, which fields have been
told, is kept with the account. (API reference, Persons; Connect docs, "Identity verification".)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core import accounts
from connectlib.core.account_words import old_words, with_relationship
from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft, encode
from connectlib.core.idempotency import answered
from connectlib.core.identity import shown_verification
from connectlib.core.metadata import merged, refuse_metadata
from connectlib.core.onboarding import facts_of
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.requirement_facts import CHECKED, Someone
from connectlib.core.rows import Account, Person, amend
from connectlib.core.told import COMPANY, INDIVIDUAL, PERSON, SUBJECT_PREFIX, Told, Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.requirement_facts import Facts
    from connectlib.core.requirement_rules import Rules

#: Flags of a relationship that are roles.
ROLES = ("authorizer", "director", "executive", "legal_guardian", "owner", "representative")
#: How many persons an account may tell of. Ours: Stripe's limit is unpublished.
PERSONS_MAX = 100


class ChangePerson(NamedTuple):
    """`persons.create` (no id) and `persons.update`: leaves of what is told, as (path, JSON).

    A leaf of null is taken away. relationship: (name, JSON). metadata: as in UpdateAccount.
    """

    account: str
    id: str | None
    told: tuple[tuple[str, str], ...] = ()
    relationship: tuple[tuple[str, str], ...] = ()
    metadata: str | None = None


def change_keys(account: str, id_: str | None) -> Keys:
    """What a change of a person needs."""
    return Keys(rows=(account, id_) if id_ else (account,), heads=(account,))


def row_of(book: Book, account: str, kind: str, words: Words, id_: str | None = None) -> Person:
    """A new row of somebody. id_: where what is told has been sealed for it."""
    return Person(
        book.branch,
        id_ or book.new_id(SUBJECT_PREFIX[kind]),
        book.world.id,
        account,
        1,
        book.at,
        kind,
        words.text,
    )


def _roles(relationship: dict[str, Any]) -> frozenset[str]:
    return frozenset(name for name in ROLES if relationship.get(name))


def create(
    book: Book,
    command: ChangePerson,
    words: Words,
    request: Request | None,
    *,
    rules: Rules,
    id_: str | None = None,
) -> Outcome[Person]:
    """Tell of somebody behind an account."""
    account = accounts.found(book, command.account, "account")
    if isinstance(account, Refused):
        return account
    if account.business_type == INDIVIDUAL:
        return Refused(
            Why.PARAMETER_INVALID,
            f"The account {account.id} is an individual: nobody stands behind it.",
            "account",
            "change the account's `individual`, or make it a company",
        )
    facts = facts_of(account)
    relationship = json.loads(merged("{}", encode(_loaded(command.relationship))))
    refused = _refuse(facts, None, relationship)
    if refused is not None:
        return refused
    row = row_of(book, account.id, PERSON, words, id_)
    row = amend(
        row, relationship=encode(relationship), metadata=merged("{}", command.metadata or "")
    )
    draft = Draft()
    draft.origin = request.key if request else None
    someone = Someone(_roles(relationship), with_relationship(words.given, encode(relationship)))
    facts = facts.with_person(row.id, someone)
    told = (Told(row.id, someone.given, someone.given), *_company(account, facts))
    draft.put(row)
    draft.emit("person.created", row, account=account.id)
    accounts.change(book, draft, account, {}, facts=facts, told=told, rules=rules)
    draft.key = answered(book, request, row)
    return Done(row, draft)


def _loaded(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return {name: json.loads(text) or None for name, text in pairs}


def _company(account: Account, facts: Facts) -> tuple[Told, ...]:
    """A company is checked again with those who direct it."""
    if account.company is None:
        return ()
    head = f"{COMPANY}."
    given = frozenset(path.removeprefix(head) for path in facts.given if path.startswith(head))
    directors = {"directors_provided"} & given
    return (Told(COMPANY, given, frozenset(directors)),) if directors else ()


def _refuse(facts: Facts, id_: str | None, relationship: dict[str, Any]) -> Refused | None:
    """Why somebody cannot have these roles."""
    others = [(other, someone) for other, someone in facts.people if other != id_]
    if id_ is None and len(others) >= PERSONS_MAX:
        return Refused(
            Why.PARAMETER_INVALID,
            f"An account can have at most {PERSONS_MAX} persons.",
            "account",
            "delete one that is no longer needed",
        )
    if relationship.get("representative"):
        holder = next((other for other, one in others if "representative" in one.roles), None)
        if holder is not None:
            return Refused(
                Why.PARAMETER_INVALID,
                f"The account has a representative already: {holder}.",
                "relationship[representative]",
                "update that person, or give it relationship[representative]=False first",
            )
    return None


def update(
    book: Book, command: ChangePerson, words: Words, request: Request | None, *, rules: Rules
) -> Outcome[Person | None]:
    """Change what is told of somebody. None where somebody else has changed it meanwhile."""
    account = accounts.found(book, command.account, "account")
    if isinstance(account, Refused):
        return account
    row = _found(book, command.id or "", account.id)
    if isinstance(row, Refused):
        return row
    if row.version != words.version:
        return Done(None, Draft())
    relationship = {**json.loads(row.relationship), **_loaded(command.relationship)}
    relationship = {name: value for name, value in relationship.items() if value is not None}
    facts = facts_of(account)
    refused = _refuse(facts, row.id, relationship)
    if refused is not None:
        return refused
    metadata = row.metadata if command.metadata is None else merged(row.metadata, command.metadata)
    refused = refuse_metadata(metadata)
    if refused is not None:
        return refused
    draft = Draft()
    draft.origin = request.key if request else None
    changed = amend(
        row,
        told=words.text if words.changed else row.told,
        relationship=encode(dict(sorted(relationship.items()))),
        metadata=metadata,
    )
    if changed != row:
        row = _tell(draft, row, changed)
        someone = Someone(
            _roles(relationship), with_relationship(words.given, encode(relationship))
        )
        subject = INDIVIDUAL if row.kind == INDIVIDUAL else row.id
        told = [Told(subject, someone.given, words.changed)]
        if row.kind == PERSON:
            facts = facts.with_person(row.id, someone)
            told += _company(account, facts)
        accounts.change(book, draft, account, {}, facts=facts, told=told, rules=rules)
    draft.key = answered(book, request, row)
    return Done(row, draft)


def _tell(draft: Draft, old: Person, new: Person, what: str = "updated") -> Person:
    """Draft a person's new version and its event."""
    row = draft.put(amend(new, version=old.version + 1))
    if row.kind != COMPANY:
        was = old_words(old, new)
        previous = encode(was) if was and what == "updated" else None
        draft.emit(f"person.{what}", row, account=row.account, previous=previous)
    return row


def _found(book: Book, id_: str, account: str) -> Person | Refused:
    row = book.get(Person, id_, account)
    if row is None or row.deleted or row.kind == COMPANY:
        return missing("person", id_[:100], "person")
    return row


def delete(
    book: Book, account_id: str, id_: str, request: Request | None, *, rules: Rules
) -> Outcome[Person]:
    """Take somebody away (API reference, "Delete a person")."""
    account = accounts.found(book, account_id, "account")
    if isinstance(account, Refused):
        return account
    row = _found(book, id_, account.id)
    if isinstance(row, Refused):
        return row
    facts = facts_of(account)
    refused = _refuse_deletion(row, facts)
    if refused is not None:
        return refused
    draft = Draft()
    draft.origin = request.key if request else None
    gone = _tell(draft, row, amend(row, deleted=1, told="{}"), "deleted")
    facts = facts.with_person(row.id, None)
    accounts.change(
        book, draft, account, {}, facts=facts, told=_company(account, facts), rules=rules
    )
    draft.key = answered(book, request, gone)
    return Done(gone, draft)


def _refuse_deletion(row: Person, facts: Facts) -> Refused | None:
    """Why somebody has to stay."""
    roles = dict(facts.people).get(row.id, Someone()).roles
    if row.kind == INDIVIDUAL or "representative" in roles:
        return Refused(
            Why.PARAMETER_INVALID,
            f"{row.id} is the account's representative and cannot be deleted.",
            "person",
            "make somebody else the representative first",
        )
    verified = [
        id_
        for id_, someone in facts.people
        if "executive" in someone.roles and facts.check(id_).state == CHECKED
    ]
    if verified == [row.id]:
        return Refused(
            Why.PARAMETER_INVALID,
            f"{row.id} is the only verified executive and cannot be deleted.",
            "person",
            "tell of another executive and wait until they are verified",
        )
    return None


def verified(draft: Draft, row: Person, facts: Facts) -> Person:
    """Somebody, showing how far their verification is; unchanged where it shows that already."""
    subject = row.id if row.kind == PERSON else row.kind
    text = shown_verification(facts.check(subject), subject)
    return row if text == row.verification else _tell(draft, row, amend(row, verification=text))
