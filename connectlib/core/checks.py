"""Answers of verifiers, booked: what they have found changes what an account may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core import accounts
from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft
from connectlib.core.identity import (
    Verdict,
    answered,
    asked_in,
    check_due,
    reviewed,
)
from connectlib.core.ledger import Purpose
from connectlib.core.moments import MINUTE
from connectlib.core.onboarding import facts_of
from connectlib.core.persons import verified
from connectlib.core.refusals import Refused
from connectlib.core.requirement_facts import NEXT
from connectlib.core.rows import Account, Person
from connectlib.core.told import BUSINESS, COMPANY, INDIVIDUAL

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome
    from connectlib.core.requirement_rules import Rules
    from connectlib.core.rows import Due

#: How long a verifier that is not ready is left alone: twice as long each time, an hour at most.
WAIT = MINUTE
_DOUBLED_MAX, _WAIT_MAX = 6, 60 * MINUTE


def row_id(account: Account, subject: str) -> str | None:
    """The id of the row of a subject; None where it has none of its own."""
    own = {INDIVIDUAL: account.person, COMPANY: account.company, BUSINESS: None}
    return own.get(subject, subject)


def keys(account: str, row: str | None) -> Keys:
    """What an answer needs."""
    return Keys(rows=(account, row) if row else (account,), heads=(account,))


def checked(
    book: Book, due: Due, found: Verdict, row: str | None, *, rules: Rules
) -> Outcome[None]:
    """Book a definite answer; one that comes late changes nothing."""
    asked = asked_in(due)
    draft = Draft()
    draft.undues.append(due)
    account = accounts.found(book, asked.account, "account")
    if isinstance(account, Refused):
        return Done(None, draft)
    facts = answered(facts_of(account), asked.subject, asked.key, found)
    if facts is None:
        return Done(None, draft)
    someone = book.get(Person, row, account.id)
    if someone is not None and not someone.deleted:
        verified(draft, someone, facts)
    accounts.change(book, draft, account, {}, facts=facts, rules=rules)
    return Done(None, draft)


def postponed(book: Book, due: Due) -> Outcome[None]:
    """The verifier is not ready: ask again later under the same key."""
    asked = asked_in(due)
    draft = Draft()
    draft.undues.append(due)
    account = accounts.found(book, asked.account, "account")
    if not isinstance(account, Refused):
        wait = min(WAIT << min(asked.tries, _DOUBLED_MAX), _WAIT_MAX)
        later = check_due(account, asked.subject, asked.key, book.at + wait, asked.tries + 1)
        draft.dues.append(later)
    return Done(None, draft)


def dropped(_book: Book, due: Due) -> Outcome[None]:
    """There is nothing to ask any more."""
    draft = Draft()
    draft.undues.append(due)
    return Done(None, draft)


def review(book: Book, due: Due, *, rules: Rules) -> Outcome[None]:
    """Look at an account again: a deadline has come, money has come in, a card has triggered it."""
    draft = Draft()
    draft.undues.append(due)
    id_, flag = reviewed(due)
    account = accounts.found(book, id_, "account")
    if isinstance(account, Refused):
        return Done(None, draft)
    facts = facts_of(account)
    if account.watched:
        volume = _volume(book, account)
        first = facts.first_charge or (book.at if volume else 0)
        facts = facts._replace(volume=volume, first_charge=first)
    if flag:
        facts = facts._replace(flags=facts.flags | {flag, NEXT})
    accounts.change(book, draft, account, {}, facts=facts, rules=rules)
    return Done(None, draft)


def _volume(book: Book, account: Account) -> int:
    """What has come into an account's balance and become available, in its default currency."""
    return sum(
        entry.cp
        for key, entry in book.ledger.items()
        if key.owner == account.id
        and key.purpose == Purpose.AVAILABLE
        and key.currency == account.default_currency
    )
