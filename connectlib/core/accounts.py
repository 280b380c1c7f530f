"""Accounts: the platform's own and the connected ones.

A connected account lives in the platform's namespace and tells its events in its own. What it may
do is derived from what it has told: see `core.onboarding`. (API reference, Accounts.)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from connectlib.core.account_words import is_overtaken, refuse_telling, with_telling
from connectlib.core.balance import planned
from connectlib.core.banks import USABLE, currency_of_bank, is_errored, with_status
from connectlib.core.book import Done, Keys
from connectlib.core.capabilities import (
    ACTIVE,
    FAST,
    UNREQUESTED,
    columns,
    refuse,
    requested,
    statuses,
)
from connectlib.core.countries import PAYOUT_INTERVALS, currency_for
from connectlib.core.drafts import Draft, encode
from connectlib.core.idempotency import answered
from connectlib.core.maps import merged
from connectlib.core.onboarding import facts_of, settle
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.requirement_facts import Facts
from connectlib.core.requirement_rules import RULES, Rules
from connectlib.core.rows import Account, Person, amend
from connectlib.core.told import Telling, Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreateAccount, UpdateAccount
    from connectlib.core.rows import World

#: Columns that are not shown as they are: what follows from them is.
HIDDEN = frozenset({"facts", "watched"})
METADATA_KEYS = 50


def refuse_interval(country: str, interval: str | None, *, livemode: bool) -> Refused | None:
    """Why accounts of a country cannot be paid out like this."""
    allowed = PAYOUT_INTERVALS.get(country)
    if not livemode or interval is None or allowed is None or interval in allowed:
        return None
    return Refused(
        Why.PARAMETER_INVALID,
        f"Accounts in {country} cannot have the payout schedule {interval}.",
        "settings[payouts][schedule][interval]",
        "use one of " + ", ".join(allowed),
    )


def platform(world: World, branch: int, at: int, bank: str) -> Account:
    """The platform's own account: ready, paid out by hand."""
    row = Account(
        branch,
        world.account,
        world.id,
        world.account,
        1,
        at,
        world.country,
        currency_for(world.country),
        losses="application",
        details_submitted=1,
        payout_interval="manual",
        bank=bank,
        charges_enabled=1,
        payouts_enabled=1,
    )
    return amend(row, **columns({name: [ACTIVE, at] for name in FAST}))


def open_platform(book: Book, bank: str) -> Done[Account]:
    """Write the platform's own account where it is not there yet."""
    known = book.account(book.world.account)
    if known is not None:
        return Done(known, Draft())
    draft = Draft()
    return Done(draft.put(platform(book.world, book.branch, book.at, bank)), draft)


def found(book: Book, id_: str, param: str = "id") -> Account | Refused:
    """A connected account of the platform's, or the refusal of what is none."""
    row = book.get(Account, id_, book.world.account)
    if row is None or row.deleted:
        return missing("account", id_, param)
    return row


def create(
    book: Book,
    command: CreateAccount,
    request: Request | None,
    *,
    telling: Telling | None = None,
    rules: Rules = RULES,
) -> Outcome[Account]:
    """Open a connected account. What it may do follows from what it has told."""
    world = book.world
    country = command.country or world.country
    refused = refuse_interval(country, command.payout_interval, livemode=bool(world.livemode))
    refused = refused or refuse(command.service_agreement, command.capabilities)
    refused = refused or refuse_telling(command.business_type, telling)
    if refused is not None:
        return refused
    row = Account(
        book.branch,
        (telling.account if telling else None) or book.new_id("acct"),
        world.id,
        world.account,
        1,
        book.at,
        country,
        command.default_currency or currency_for(country),
        command.email,
        command.business_type,
        fees_payer=command.fees_payer,
        losses=command.losses,
        requirement_collection=command.requirement_collection,
        dashboard=command.dashboard,
        payout_interval=command.payout_interval or "daily",
        service_agreement=command.service_agreement,
        details=command.details,
        metadata=command.metadata,
        type=command.type,
    )
    row = amend(row, **requested(row, command.capabilities, book.at))
    draft = Draft()
    draft.origin = request.key if request else None
    row, told = with_telling(book, draft, row, telling)
    row = draft.put(settle(book, draft, row, Facts(), told, rules=rules))
    _tell_capabilities(draft, row, "{}")
    draft.emit("account.updated", row, account=row.id)
    draft.key = answered(book, request, row)
    return Done(row, draft)


def _tell_capabilities(draft: Draft, row: Account, old: str) -> None:
    """Draft one event for each capability that has moved; `previous` names which.

    old: the column as it was.
    """
    before = {name: status for name, (status, _) in json.loads(old).items()}
    for name, status in statuses(row).items():
        was = before.get(name, UNREQUESTED)
        if was != status:
            previous = encode({"capability": name, "capabilities": old})
            draft.emit("capability.updated", row, account=row.id, previous=previous)


def touch_keys(account: str, *, wallet: bool = False, rows: tuple[str | None, ...] = ()) -> Keys:
    """What a change of an account needs. rows: of what it has told of itself."""
    return Keys(
        rows=(account, *(id_ for id_ in rows if id_)),
        heads=(account,),
        wallets=((account, 0),) if wallet else (),
    )


def update(
    book: Book,
    command: UpdateAccount,
    request: Request | None,
    *,
    telling: Telling | None = None,
    rules: Rules = RULES,
) -> Outcome[Account | None]:
    """Change what of an account may change; what is not given stays.

    A bank account that a payout has failed to reach is tried again from here on. None where what
    it has told of itself has changed since `telling` was made.
    """
    row = found(book, command.account)
    if isinstance(row, Refused):
        return row
    live = bool(book.world.livemode)
    refused = refuse_interval(row.country, command.payout_interval, livemode=live)
    refused = refused or refuse(row.service_agreement, command.capabilities)
    refused = refused or _refuse_agreement(row, command.service_agreement)
    refused = refused or refuse_telling(command.business_type or row.business_type, telling)
    if refused is not None:
        return refused
    if is_overtaken(book, row, telling):
        return Done(None, Draft())
    refused = _refuse_their_metadata(book, row, telling)
    if refused is not None:
        return refused
    changes: dict[str, object] = {
        name: value or None
        for name in ("email", "business_type", "default_currency", "payout_interval")
        if (value := getattr(command, name)) is not None
    }
    changes |= requested(row, command.capabilities, book.at)
    if command.details is not None:
        changes["details"] = _deepened(row.details, command.details)
    if command.metadata is not None:
        changes["metadata"] = merged(row.metadata, command.metadata)
        refused = refuse_metadata(str(changes["metadata"]))
        if refused is not None:
            return refused
    if row.bank is not None and is_errored(row.bank):
        changes["bank"] = with_status(row.bank, USABLE)
    draft = Draft()
    draft.origin = request.key if request else None
    named, told = with_telling(book, draft, row, telling)
    changes |= {"person": named.person, "company": named.company}
    row = change(book, draft, row, changes, told=told, rules=rules)
    draft.key = answered(book, request, row)
    return Done(row, draft)


def _refuse_their_metadata(book: Book, row: Account, telling: Telling | None) -> Refused | None:
    """Why the metadata of the account's individual cannot be so."""
    someone = book.get(Person, row.person, row.id)
    if telling is None or telling.metadata is None or someone is None:
        return None
    refused = refuse_metadata(merged(someone.metadata, telling.metadata))
    return refused._replace(param="individual[metadata]") if refused else None


def _refuse_agreement(row: Account, agreement: str | None) -> Refused | None:
    """Why the agreement of an account stays what it is."""
    if agreement in (None, row.service_agreement):
        return None
    return Refused(
        Why.PARAMETER_INVALID,
        f"The service agreement of an account cannot be changed: it is {row.service_agreement}.",
        "tos_acceptance[service_agreement]",
        "create another account under the other agreement",
    )


def change(
    book: Book,
    draft: Draft,
    row: Account,
    changes: Mapping[str, object],
    *,
    facts: Facts | None = None,
    told: Iterable[Told] = (),
    trusted: bool = False,
    rules: Rules = RULES,
) -> Account:
    """Every change of an account: the row that follows, drafted with its events.

    facts: those to be, where they change; told: who has told what; trusted: it needs no check.
    An account that stays as it is gets no version and no event.
    """
    new = amend(row, version=row.version + 1, **changes)
    facts = facts_of(row) if facts is None else facts
    new = settle(book, draft, new, facts, told, trusted=trusted, rules=rules)
    before = {
        name: value
        for name, value in row._asdict().items()
        if name != "version" and getattr(new, name) != value
    }
    if not before:
        return row
    draft.put(new)
    if "bank" in before:
        what = "created" if before["bank"] is None else "updated"
        previous = encode({"bank": before["bank"]}) if before["bank"] else None
        draft.emit(f"account.external_account.{what}", new, account=new.id, previous=previous)
    _tell_capabilities(draft, new, row.capabilities)
    told_of = {name: value for name, value in before.items() if name not in HIDDEN}
    if told_of:
        draft.emit("account.updated", new, account=new.id, previous=encode(told_of))
    freed = bool(new.payouts_enabled) and not row.payouts_enabled
    held = freed or "payout_interval" in before or before.get("bank") is not None
    if held and new.bank is not None and new.payout_interval == "daily":
        # What was held back by the schedule or by the bank account goes with the next run.
        draft.dues.append(planned(book, new, currency_of_bank(new.bank)))
    return new


def _deepened(old: str, changes: str) -> str:
    """Maps of maps with changes made: null removes a field of one."""

    def deepen(said: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
        found = dict(said)
        for name, value in more.items():
            if isinstance(value, dict):
                found[name] = deepen(found.get(name) or {}, value)
            elif value is None:
                found.pop(name, None)
            else:
                found[name] = value
        return found

    return encode(deepen(json.loads(old), json.loads(changes)))


def refuse_metadata(merged_: str) -> Refused | None:
    """Why metadata cannot be so after an update (API reference, "Metadata")."""
    found = len(json.loads(merged_))
    if found <= METADATA_KEYS:
        return None
    return Refused(
        Why.PARAMETER_INVALID,
        f"Metadata can have at most {METADATA_KEYS} keys; with this update there would be {found}.",
        "metadata",
        "remove keys by giving them an empty value",
    )


def delete(
    book: Book, account: str, request: Request | None, *, is_busy: bool = False
) -> Outcome[Account]:
    """Close a connected account whose balances are all zero.

    is_busy: whether a charge or refund of it waits for an answer from outside: money may come.
    """
    row = found(book, account)
    if isinstance(row, Refused):
        return row
    if row.id == book.world.account:
        return Refused(
            Why.PARAMETER_INVALID,
            "The platform's own account cannot be deleted.",
            "id",
            "give the id of a connected account",
        )
    holding = sorted(
        {
            key.currency
            for key, entry in book.ledger.items()
            if key.owner == account and entry.balance
        }
    )
    if holding:
        return Refused(
            Why.ACCOUNT_NOT_EMPTY,
            f"The account {account} still has a balance in {', '.join(holding)}.",
            "id",
            "pay out or take back what it holds, wait until its payouts have arrived, then"
            " delete it",
        )
    if is_busy:
        return Refused(
            Why.ACCOUNT_NOT_EMPTY,
            f"The account {account} has charges or refunds under way.",
            "id",
            "wait until they have been answered (connect.run_due() asks), then delete it",
        )
    draft = Draft()
    draft.origin = request.key if request else None
    gone = draft.put(row._replace(version=row.version + 1, deleted=1))
    draft.emit("account.application.deauthorized", gone, account=gone.id)
    draft.key = answered(book, request, gone)
    return Done(gone, draft)
