"""How external accounts change, and which of them is the default of its currency.

The account knows the defaults: one for each currency, in the order of `core.banks.placed`. Each
row repeats whether it is one, and both are written in one commit.
(API reference, External Accounts; Connect docs, "Manage payout accounts".)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from connectlib.core.banks import (
    USABLE,
    bank_id,
    defaults_of,
    has_row,
    is_errored,
    placed,
    with_status,
)
from connectlib.core.book import Stale
from connectlib.core.drafts import encode
from connectlib.core.machine import Machine
from connectlib.core.ownership import check_due
from connectlib.core.rows import Account, ExternalAccount, amend

if TYPE_CHECKING:
    from connectlib.core.book import Book
    from connectlib.core.drafts import Draft
    from connectlib.core.external_commands import Sealing

BANK, CARD = "bank_account", "card"
PREFIX = {BANK: "ba", CARD: "card"}
_USABLE = ("new", "validated", "verified")
_STATES = (*_USABLE, "verification_failed", "tokenized_account_number_deactivated", "errored")

#: A bank account or card, as its bank and its verifier move it. `enable`s go to what it was
#: before a payout to it failed. Failed verifications pass once documents have been looked at.
MACHINE = Machine(
    initial="new",
    table={
        ("new", "validate"): "validated",
        **{(state, "verify"): "verified" for state in ("new", "validated", "verification_failed")},
        **{(state, "fail_verification"): "verification_failed" for state in _USABLE},
        **{(state, "deactivate"): "tokenized_account_number_deactivated" for state in _USABLE},
        **{(state, "bounce"): "errored" for state in _USABLE},
        **{("errored", f"enable_{state}"): state for state in _USABLE},
        **{(state, "delete"): "deleted" for state in _STATES},
    },
    terminal=frozenset({"deleted"}),
)


def told(row: ExternalAccount) -> dict[str, Any]:
    """An external account as an account keeps it: Stripe's object without what is personal."""
    found: dict[str, Any] = {
        "id": row.id,
        "object": row.object,
        "account": row.account,
        "available_payout_methods": row.methods.split(),
        "country": row.country,
        "currency": row.currency,
        "default_for_currency": bool(row.is_default),
        "fingerprint": row.fingerprint,
        "last4": row.last4,
        "metadata": json.loads(row.metadata),
        "status": row.status,
        **json.loads(row.details),
        "test_outcome": row.outcome,
    }
    if row.object == BANK:
        found["routing_number"] = row.routing_number
        found["requirements"] = json.loads(row.requirements)
    return found


def row_of(book: Book, account: Account, ready: Sealing) -> ExternalAccount:
    """A new row."""
    given = ready.given
    return ExternalAccount(
        book.branch,
        ready.id or book.new_id(PREFIX[given.object]),
        book.world.id,
        account.id,
        1,
        book.at,
        given.object,
        given.country,
        given.currency,
        given.last4,
        fingerprint=ready.fingerprint,
        routing_number=given.routing_number,
        methods=given.methods,
        outcome=given.outcome,
        details=given.details,
        holder=ready.holder,
        secret=ready.secret,
        metadata=given.metadata,
        checking="1" if given.verify else None,
    )


def default_of(book: Book, account: Account, ready: Sealing) -> ExternalAccount:
    """A new row that is to be the default of its currency."""
    return amend(row_of(book, account, ready), is_default=1)


#: Columns that no event tells of.
_HIDDEN = frozenset({"version", "secret", "usable", "outcome", "checking"})


def write(
    draft: Draft, old: ExternalAccount | None, new: ExternalAccount, what: str
) -> ExternalAccount:
    """Draft a row and its event; nothing where nothing has changed."""
    if old == new:
        return new
    row = draft.put(new if old is None else amend(new, version=old.version + 1))
    was = {} if old is None else dict(zip(old._fields, old, strict=True))
    previous = {
        name: value
        for name, value in was.items()
        if name not in _HIDDEN and value != getattr(row, name)
    }
    if what != "updated" or previous:
        draft.emit(
            f"account.external_account.{what}",
            row,
            account=row.account,
            previous=encode(previous) if previous and what == "updated" else None,
        )
    return row


def default_ids(account: Any) -> tuple[str, ...]:
    """The ids of the defaults of an account: what a change of one of them needs."""
    if not isinstance(account, Account):
        return ()
    return tuple(id_ for bank in defaults_of(account).values() if (id_ := bank_id(bank)))


def gathered(book: Book, account: Account, currency: str) -> ExternalAccount | None:
    """The row of the default of a currency; None where there is none.

    Raises Stale where it is another by now than when the keys were made.
    """
    bank = defaults_of(account).get(currency)
    if not has_row(bank):
        return None
    row = book.get(ExternalAccount, bank_id(bank), account.id)
    if row is None:
        raise Stale(f"the default of {account.id} in {currency} was not gathered")
    return row


def attached(
    book: Book,
    draft: Draft,
    account: Account,
    row: ExternalAccount,
    *,
    replaces: bool = False,
) -> tuple[ExternalAccount, dict[str, str | None]]:
    """Draft a new external account; the row, and the columns of its account that change with it.

    The first of a currency is its default; a further one where `row.is_default` says so, and
    then the old default is deleted where it is replaced.
    """
    defaults = defaults_of(account)
    first = row.currency not in defaults
    if row.is_default and not first:
        old = gathered(book, account, row.currency)
        if old is not None:
            gone = amend(old, is_default=0)
            if replaces:
                gone = amend(gone, status="deleted", deleted=1, secret=None, holder=None)
            write(draft, old, gone, "deleted" if replaces else "updated")
    row = amend(row, is_default=int(first or bool(row.is_default)))
    write(draft, None, row, "created")
    if row.checking is not None:
        draft.dues.append(check_due(row, book.at))
    return row, shown(account, row)


def opened_with(book: Book, draft: Draft, account: Account, external: Sealing | None) -> Account:
    """A new account with the external account that it is opened with."""
    if external is None:
        return account
    _, changes = attached(book, draft, account, default_of(book, account, external))
    return amend(account, **changes)


def changed_with(
    book: Book, draft: Draft, account: Account, external: Sealing | None
) -> dict[str, str | None]:
    """The columns that change of an account that is updated. account: as it is to be.

    Where payouts have failed they are tried again; a new default takes the place of the old one.
    """
    changes = all_enabled(book, draft, account)
    now = amend(account, **changes)
    if external is not None:
        row = default_of(book, now, external)
        return changes | attached(book, draft, now, row, replaces=True)[1]
    return changes | placed(defaults_of(now), now.default_currency)


def shown(account: Account, row: ExternalAccount) -> dict[str, str | None]:
    """The columns of an account once one of its defaults, or one to be, is as this row."""
    if not row.is_default:
        return {}
    defaults = {**defaults_of(account), row.currency: encode(told(row))}
    return placed(defaults, account.default_currency)


def enabled(row: ExternalAccount) -> ExternalAccount:
    """The row, paid out to again where a payout to it has failed."""
    to = MACHINE.next(row.status, f"enable_{row.usable}")
    return row if to is None else amend(row, status=to)


def moved(row: ExternalAccount, move: str) -> ExternalAccount:
    """The row after a move; as it was where the move cannot be made."""
    to = MACHINE.next(row.status, move)
    if to is None:
        return row
    return amend(row, status=to, usable=to if to in _USABLE else row.usable)


def all_enabled(book: Book, draft: Draft, account: Account) -> dict[str, str | None]:
    """Draft that every default that a payout has failed to reach is tried again."""
    defaults = defaults_of(account)
    found = dict(defaults)
    for currency, bank in defaults.items():
        if is_errored(bank):
            old = gathered(book, account, currency)
            if old is None:
                found[currency] = with_status(bank, USABLE)
            else:
                found[currency] = encode(told(write(draft, old, enabled(old), "updated")))
    return placed(found, account.default_currency) if found != defaults else {}


def given_for_tests(book: Book, draft: Draft, account: Account, bank: str) -> dict[str, str | None]:
    """Draft the test bank account of an account; one of its own stays."""
    said = json.loads(bank)
    old = book.get(ExternalAccount, said["id"], account.id)
    if account.bank is not None and (old is None or bank_id(account.bank) != old.id):
        return {}
    names = ("account_holder_type", "bank_name")
    row = ExternalAccount(
        book.branch,
        said["id"],
        book.world.id,
        account.id,
        1,
        book.at,
        BANK,
        said["country"],
        said["currency"],
        said["last4"],
        status=said["status"],
        usable=said["status"],
        is_default=1,
        routing_number=said["routing_number"],
        outcome=said["test_outcome"],
        details=encode({name: said[name] for name in names}),
    )
    if old is not None:
        row = amend(old, status=row.status, usable=row.usable, outcome=row.outcome)
    new = write(draft, old, row, "created" if old is None else "updated")
    return shown(account, new)
