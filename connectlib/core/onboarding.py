"""How far an account is: its facts, what it must still tell, and what it may do by that.

Everything an account may do is derived here and nowhere else: whoever changes an account hands
in its facts, and gets a row whose capabilities and requirements fit them.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from connectlib.core.capabilities import REASONS, columns, held
from connectlib.core.drafts import encode
from connectlib.core.idempotency import LEASE
from connectlib.core.identity import PUBLIC, asked, check_due, review_due
from connectlib.core.requirement_facts import CHECKED, CHECKING, Check, Facts, dump, load
from connectlib.core.requirement_needs import Subject
from connectlib.core.requirement_rules import RULES, Rules
from connectlib.core.requirements import Standing, advance, stand, watches
from connectlib.core.rows import amend
from connectlib.core.told import BUSINESS, COMPANY, INDIVIDUAL, Told, nested

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connectlib.core.book import Book
    from connectlib.core.drafts import Draft
    from connectlib.core.rows import Account

#: Leaves of an account, outside of persons and company, that requirements ask for.
_DETAILS = (
    "business_profile.mcc",
    "business_profile.name",
    "business_profile.product_description",
    "business_profile.url",
    "settings.card_payments.statement_descriptor_prefix",
    "settings.payments.statement_descriptor",
    "tos_acceptance.date",
    "tos_acceptance.ip",
)


def at(details: Mapping[str, Any], path: str) -> Any:
    """The value at a path of nested maps; None where there is none."""
    value: Any = details
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _told(row: Account) -> dict[str, Any]:
    """What an account has told of itself, outside of persons and company, in Stripe's shape."""
    return _read(row.details, row.settings, row.tos)


@lru_cache(maxsize=1024)
def _read(details: str, settings: str, tos: str) -> dict[str, Any]:
    """The columns in one map, which nobody changes."""
    found: dict[str, Any] = json.loads(details)
    return {**found, "settings": json.loads(settings), "tos_acceptance": json.loads(tos)}


def own_given(row: Account) -> frozenset[str]:
    """The paths of what an account has told of itself, outside of persons and company."""
    told = _told(row)
    given = {path for path in _DETAILS if at(told, path) is not None}
    if row.business_type is not None:
        given.add("business_type")
    if row.bank is not None:
        given.add("external_account")
    return frozenset(given)


def public_words(row: Account) -> dict[str, Any]:
    """What a business says of itself in public, in Stripe's shape."""
    told = _told(row)
    words = {path: at(told, path) for path in PUBLIC}
    return nested({path: value for path, value in words.items() if value is not None})


def _with_told(row: Account, facts: Facts, told: Told, rules: Rules, at_: int) -> Facts:
    """The facts of a row once a subject has told something. The row is the one to be."""
    if told.subject in (INDIVIDUAL, COMPANY):
        head = f"{told.subject}."
        kept = {path for path in facts.given if not path.startswith(head)}
        given = frozenset(head + path for path in told.given)
        facts = facts._replace(given=given.union(kept))
    elif told.subject in dict(facts.people):
        someone = dict(facts.people)[told.subject]
        facts = facts.with_person(told.subject, someone._replace(given=told.given))
    first = row.country in rules.verify_first.split()
    return asked(
        facts,
        told.subject,
        told.given,
        told.changed,
        key=str(row.version),
        at=at_,
        first=first,
    )


def settle(
    book: Book,
    draft: Draft,
    row: Account,
    facts: Facts,
    told: Iterable[Told] = (),
    *,
    trusted: bool = False,
    rules: Rules = RULES,
) -> Account:
    """The row with all that follows from its facts; what must happen later is drafted.

    row: the account to be, with its new version. told: what has been told of whom; trusted: it
    counts as checked.
    """
    if row.id == book.world.account:
        # The platform's own account owes nobody anything: it is ready from the start.
        return amend(row, facts=dump(facts))
    own = own_given(row)
    before = frozenset(path for path in facts.given if not path.startswith(_SUBJECTS))
    facts = facts._replace(given=own.union(facts.given - before))
    old_public = book.rows.get(row.id)
    public = Told(BUSINESS, own.intersection(PUBLIC), _changed_words(old_public, row))
    for each in (*told, public):
        facts = _with_told(row, facts, each, rules, book.at)
        if trusted:
            facts = facts.with_check(each.subject, Check(CHECKED))
    subject = subject_of(row, facts)
    facts = advance(subject, rules, book.at)
    standing = stand(subject._replace(facts=facts), rules, book.at)
    for name, check in facts.checks:
        if check.state == CHECKING and check.key == str(row.version):
            # The lease is this call's own: it asks as soon as this is committed.
            lease = 0 if book.joined else book.wall + LEASE
            draft.dues.append(check_due(row, name, check.key, book.at)._replace(lease=lease))
    if standing.again is not None:
        draft.dues.append(review_due((row.branch, row.world), row.id, standing.again))
    return amend(
        row,
        facts=dump(facts),
        requirements=written(standing),
        charges_enabled=int(standing.charges_enabled),
        payouts_enabled=int(standing.payouts_enabled),
        details_submitted=int(standing.details_submitted),
        disabled_reason=standing.disabled_reason,
        watched=int(watches(subject._replace(facts=facts), rules, book.at)),
        **columns(row, dict(standing.capabilities)),
    )


_SUBJECTS = (f"{INDIVIDUAL}.", f"{COMPANY}.")


def _changed_words(old: Any, row: Account) -> frozenset[str]:
    """Which of its public words are new or other than those of the row before."""
    now, was = _told(row), _told(old) if old is not None else {}
    return frozenset(path for path in PUBLIC if at(now, path) != at(was, path))


def subject_of(row: Account, facts: Facts) -> Subject:
    """An account as the rules see it."""
    asked = held(row)
    return Subject(
        row.country,
        row.business_type,
        row.service_agreement,
        row.default_currency,
        frozenset(asked),
        frozenset(name for name, each in asked.items() if each.status == "active"),
        bool(row.payouts_enabled),
        facts,
        REASONS[row.rejected] if row.rejected is not None else "",
        bool(row.payouts_paused),
    )


#: Lists of a standing that are written under these names.
_WRITTEN = ("currently_due", "eventually_due", "past_due", "pending")


def written(standing: Standing) -> str:
    """A standing as it is kept with the account: compact JSON, empty lists left out."""
    found: dict[str, Any] = {name: list(getattr(standing, name)) for name in _WRITTEN}
    found["errors"] = [list(each[:3]) for each in standing.errors]
    found["alternatives"] = [[list(old), list(new)] for old, new in standing.alternatives]
    found["deadline"] = standing.deadline
    found["due_by"] = {field: list(names) for field, names in standing.due_by}
    found["later_by"] = {field: list(names) for field, names in standing.later_by}
    future = standing.future
    if future.eventually_due:
        found["future"] = {
            "currently_due": list(future.currently_due),
            "eventually_due": list(future.eventually_due),
            "deadline": future.deadline,
        }
    return encode({name: value for name, value in found.items() if value})


def facts_of(row: Account) -> Facts:
    """The facts of an account."""
    return load(row.facts)
