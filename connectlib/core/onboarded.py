"""An account made ready in test mode: what it lacks is told for it, and counts as checked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from connectlib.core.account_words import is_overtaken, with_telling
from connectlib.core.accounts import change, found
from connectlib.core.book import Done
from connectlib.core.capabilities import RECIPIENT, USUAL, requested
from connectlib.core.drafts import Draft, encode
from connectlib.core.examples import words
from connectlib.core.external_changes import given_for_tests
from connectlib.core.refusals import Refused
from connectlib.core.told import INDIVIDUAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectlib.core.book import Book, Outcome
    from connectlib.core.requirement_rules import Rules
    from connectlib.core.rows import Account
    from connectlib.core.told import Telling


def onboard(
    book: Book, account: str, bank: str, *, telling: Telling | None, rules: Rules
) -> Outcome[Account | None]:
    """Finish the onboarding of an account in test mode: what it tells counts as checked.

    Where no capability was requested, both that move money are. bank: its test bank account,
    compact JSON, unless it has one of its own.
    """
    row = found(book, account)
    if isinstance(row, Refused):
        return row
    if is_overtaken(book, row, telling):
        return Done(None, Draft())
    changes: dict[str, object] = {
        "business_type": row.business_type or INDIVIDUAL,
    }
    for name, lacking in words(book.at).items():
        changes[name] = _filled(json.loads(getattr(row, name)), lacking)
    if row.capabilities == "{}":
        names = RECIPIENT if row.service_agreement == "recipient" else USUAL
        changes["capabilities"] = requested(row, [(name, True) for name in names], book.at)
    draft = Draft()
    named, told = with_telling(book, draft, row, telling)
    changes |= given_for_tests(book, draft, row, bank)
    changes |= {"person": named.person, "company": named.company}
    return Done(change(book, draft, row, changes, told=told, trusted=True, rules=rules), draft)


def _filled(said: dict[str, Any], more: Mapping[str, Any]) -> str:
    """Nested maps with what they lack."""

    def fill(old: dict[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(old)
        for name, value in new.items():
            if isinstance(value, dict):
                found[name] = fill(found.get(name) or {}, value)
            elif found.get(name) is None:
                found[name] = value
        return found

    return encode(fill(said, more))
