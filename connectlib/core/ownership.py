"""Who owns an external account: when a verifier is asked, and what its answers change.

(API reference, External Accounts, `status` and `requirements`.)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.drafts import encode
from connectlib.core.due import DueKind, join_ref, split_ref
from connectlib.core.rows import Due, ExternalAccount, amend

if TYPE_CHECKING:
    from connectlib.core.book import Book
    from connectlib.core.drafts import Draft

#: The documents that show who owns a bank account.
FILES = "documents.bank_account_ownership_verification.files"


class Asked(NamedTuple):
    """What a piece of due work asks about. key: the same for all tries of one check."""

    account: str
    id: str
    key: str
    tries: int


def asked_in(due: Due) -> Asked:
    """What a piece of due work is about."""
    account, id_, key, tries = split_ref(due.ref)
    return Asked(account, id_, key, int(tries))


def check_due(row: ExternalAccount, at: int, tries: int = 0) -> Due:
    """Ask a verifier about an external account whose check has begun."""
    ref = join_ref(row.account, row.id, row.checking, tries)
    return Due(row.branch, row.world, at, int(DueKind.CHECK_OWNERSHIP), ref)


def with_files(
    book: Book, draft: Draft, row: ExternalAccount, files: tuple[str, ...] | None
) -> ExternalAccount:
    """The row with documents that have been told; they are looked at where they were asked for."""
    if files is None:
        return row
    said = json.loads(row.requirements)
    wanted = FILES in said.get("due", ())
    found = {"files": list(files)}
    if wanted and files:
        row = amend(row, checking=str(row.version + 1))
        draft.dues.append(check_due(row, book.at))
        found["pending"] = [FILES]
    elif wanted:
        found["due"] = [FILES]
    return amend(row, requirements=encode(found))
