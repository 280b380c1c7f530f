"""External accounts: where an account is paid out to. One default for each currency.

(API reference, External Accounts: bank accounts and cards.)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connectlib.core import accounts
from connectlib.core.banks import defaults_of, placed
from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft, encode
from connectlib.core.external_changes import (
    attached,
    default_ids,
    enabled,
    gathered,
    row_of,
    shown,
    write,
)
from connectlib.core.idempotency import answered
from connectlib.core.metadata import merged, refuse_metadata
from connectlib.core.ownership import with_files
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Account, ExternalAccount, amend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.external_commands import Sealing, UpdateExternal
    from connectlib.core.requirement_rules import Rules
    from connectlib.core.rows import Versioned


def change_keys(account: str, *rows: str) -> Callable[[Mapping[str, Versioned], int], Keys]:
    """What a change of an external account needs: its account, that and the defaults."""

    def keys(links: Mapping[str, Versioned], _at: int) -> Keys:
        return Keys(rows=(account, *rows, *default_ids(links.get(account))), heads=(account,))

    return keys


def _owner(book: Book, account: str) -> Account | Refused:
    """The account, which has external accounts of its own."""
    row = accounts.found(book, account, "account")
    if isinstance(row, Account) and row.id == book.world.account:
        return Refused(
            Why.PARAMETER_INVALID,
            "The platform's own bank account is not changed here.",
            "account",
            "give the id of a connected account",
        )
    return row


def _found(book: Book, id_: str, account: str) -> ExternalAccount | Refused:
    row = book.get(ExternalAccount, id_, account)
    if row is None or row.deleted:
        return missing("external account", id_[:100], "id")
    return row


def create(
    book: Book, account: str, ready: Sealing, request: Request | None, *, rules: Rules
) -> Outcome[ExternalAccount]:
    """Add a bank account or card; the default of its currency where that has none yet."""
    owner = _owner(book, account)
    if isinstance(owner, Refused):
        return owner
    draft = Draft()
    draft.origin = request.key if request else None
    row = row_of(book, owner, ready)
    row = amend(row, is_default=int(ready.given.is_default))
    row, changes = attached(book, draft, owner, row)
    accounts.change(book, draft, owner, changes, rules=rules)
    draft.key = answered(book, request, row)
    return Done(row, draft)


def update(
    book: Book,
    command: UpdateExternal,
    holder: str | None,
    version: int,
    request: Request | None,
    *,
    rules: Rules,
) -> Outcome[ExternalAccount | None]:
    """Change one; that a payout has failed to reach it is forgotten, whatever changes.

    holder: what is personal, merged and sealed; None = it stays. version: of the row that it was
    merged with. None where somebody else has changed that meanwhile.
    """
    owner = _owner(book, command.account)
    if isinstance(owner, Refused):
        return owner
    row = _found(book, command.id, owner.id)
    if isinstance(row, Refused):
        return row
    if command.holder is not None and row.version != version:
        return Done(None, Draft())
    metadata = row.metadata if command.metadata is None else merged(row.metadata, command.metadata)
    refused = refuse_metadata(metadata)
    if refused is not None:
        return refused
    draft = Draft()
    draft.origin = request.key if request else None
    new = amend(
        enabled(row),
        details=encode({**json.loads(row.details), **json.loads(command.details)}),
        holder=row.holder if holder is None else holder,
        metadata=metadata,
    )
    if command.is_default and not row.is_default:
        old = gathered(book, owner, row.currency)
        if old is not None:
            write(draft, old, amend(old, is_default=0), "updated")
        new = amend(new, is_default=1)
    new = with_files(book, draft, new, command.files)
    row = write(draft, row, new, "updated")
    accounts.change(book, draft, owner, shown(owner, row), rules=rules)
    draft.key = answered(book, request, row)
    return Done(row, draft)


def delete(
    book: Book, account: str, id_: str, request: Request | None, *, rules: Rules
) -> Outcome[ExternalAccount]:
    """Take one away; not the default of the account's default currency.

    Where it was the default of its currency, that has none until another is made it, or added.
    """
    owner = _owner(book, account)
    if isinstance(owner, Refused):
        return owner
    row = _found(book, id_, owner.id)
    if isinstance(row, Refused):
        return row
    if row.is_default and row.currency == owner.default_currency:
        return Refused(
            Why.PARAMETER_INVALID,
            f"{row.id} is the default of the account's default currency ({row.currency}) and"
            " cannot be deleted.",
            "id",
            "make another one the default first: default_for_currency=True",
        )
    draft = Draft()
    draft.origin = request.key if request else None
    bare = amend(row, status="deleted", deleted=1, is_default=0, secret=None, holder=None)
    gone = write(draft, row, bare, "deleted")
    if row.is_default:
        left = {name: bank for name, bank in defaults_of(owner).items() if name != row.currency}
        changes = placed(left, owner.default_currency)
        accounts.change(book, draft, owner, changes, rules=rules)
    draft.key = answered(book, request, gone)
    return Done(gone, draft)
