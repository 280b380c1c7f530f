"""Accounts: the platform's own and the connected ones.

A connected account lives in the platform's namespace and tells its events in its own. Every
change of one goes through `change`; what it may do follows from what it has told: see
`core.onboarding`. (API reference, Accounts; Connect docs.)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from connectlib.core import capabilities
from connectlib.core.account_settings import charge_settings
from connectlib.core.account_words import (
    is_overtaken,
    refuse_telling,
    refuse_their_metadata,
    with_telling,
)
from connectlib.core.balance import planned
from connectlib.core.banks import defaults_of, has_row, is_unusable
from connectlib.core.book import Done, Keys
from connectlib.core.changes import before
from connectlib.core.controllers import refuse_acceptance, refuse_edit, refuse_unliable
from connectlib.core.countries import currency_for, refuse_country, refuse_interval
from connectlib.core.drafts import Draft, encode
from connectlib.core.external_changes import changed_with, opened_with
from connectlib.core.idempotency import answered
from connectlib.core.machine import Machine
from connectlib.core.metadata import deepened, merged, refuse_metadata
from connectlib.core.onboarding import facts_of, settle
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.requirement_facts import Facts
from connectlib.core.rows import Account, amend

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connectlib.core.account_commands import CreateAccount, UpdateAccount
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.external_commands import Sealing
    from connectlib.core.requirement_rules import Rules
    from connectlib.core.rows import World
    from connectlib.core.told import Telling, Told

#: An account, as its platform moves it. What it may do while it is open is derived.
MACHINE = Machine(
    initial="open",
    table={
        ("open", "reject"): "rejected",
        ("open", "delete"): "deleted",
        ("rejected", "unreject"): "open",
        ("rejected", "delete"): "deleted",
    },
    terminal=frozenset({"deleted"}),
)
#: Columns that no object shows: a change of them alone is not told.
_HIDDEN = frozenset({"charge_settings", "facts", "linked", "waiting", "watched"})
#: Columns that requirements do not look at.
_UNASKED = frozenset({"email", "metadata", "payout_interval", "waiting", "linked"})


def state_of(row: Account) -> str:
    """Where an account is in its machine."""
    if row.deleted:
        return "deleted"
    return MACHINE.initial if row.rejected is None else "rejected"


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
    wanted = tuple((name, True) for name in capabilities.USUAL)
    asked = amend(row, capabilities=capabilities.requested(row, wanted, at))
    granted = capabilities.columns(asked, dict.fromkeys(capabilities.USUAL, "active"))
    return amend(asked, **granted)


def open_platform(book: Book, bank: str) -> Done[Account]:
    """Write the platform's own account where it is not there yet."""
    found = book.account(book.world.account)
    if found is not None:
        return Done(found, Draft())
    draft = Draft()
    return Done(draft.put(platform(book.world, book.branch, book.at, bank)), draft)


def create(
    book: Book,
    command: CreateAccount,
    request: Request | None,
    *,
    telling: Telling | None = None,
    external: Sealing | None = None,
    rules: Rules,
) -> Outcome[Account]:
    """Open a connected account. What it may do follows from what it has told."""
    world = book.world
    country = command.country or world.country
    refused = _refuse_opening(command, country, livemode=bool(world.livemode))
    refused = refused or refuse_telling(command.business_type, telling)
    if refused is not None:
        return refused
    empty = _empty(book, command, _sealed_for(telling, external))
    asked = capabilities.requested(empty, command.capabilities, book.at)
    draft = Draft()
    draft.origin = request.key if request else None
    row, told = with_telling(book, draft, amend(empty, capabilities=asked), telling)
    row = opened_with(book, draft, row, external)
    row = draft.put(settle(book, draft, row, Facts(), told, rules=rules))
    _tell_capabilities(draft, row, {"capabilities": empty.capabilities})
    draft.emit("account.updated", row, account=row.id)
    draft.key = answered(book, request, row)
    return Done(row, draft)


def _sealed_for(telling: Telling | None, external: Sealing | None) -> str | None:
    """The id that an account must have for what has been sealed for it to open."""
    return (telling.account if telling else None) or (external.account if external else None)


def _empty(book: Book, command: CreateAccount, id_: str | None) -> Account:
    """A new account that has told nothing yet."""
    country = command.country or book.world.country
    return Account(
        book.branch,
        id_ or book.new_id("acct"),
        book.world.id,
        book.world.account,
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
        settings=command.settings,
        charge_settings=charge_settings(command.settings),
        tos=command.tos,
    )


def _refuse_opening(command: CreateAccount, country: str, *, livemode: bool) -> Refused | None:
    collection = command.requirement_collection
    return (
        refuse_country(country, command.service_agreement)
        or refuse_interval(country, command.payout_interval, livemode=livemode)
        or capabilities.refuse_agreement(command.service_agreement, command.capabilities)
        or (None if command.accepted else refuse_acceptance(collection, json.loads(command.tos)))
    )


def change(
    book: Book,
    draft: Draft,
    row: Account,
    changes: Mapping[str, Any],
    *,
    facts: Facts | None = None,
    told: Iterable[Told] = (),
    trusted: bool = False,
    rules: Rules | None = None,
) -> Account:
    """Draft the next version of an account: the one way in which an account changes.

    What it may do is derived anew, and what that changes is told: `account.updated`, one
    `capability.updated` for each capability, `account.external_account.*`. Changes that change
    nothing write nothing. The row that is now.

    facts: those to be, where they change. told: who has told what; trusted: it needs no check.
    rules: None where nothing changes that requirements look at.
    """
    wanted = amend(row, version=row.version + 1, **changes)
    if "settings" in changes:
        wanted = amend(wanted, charge_settings=charge_settings(wanted.settings))
    moved = facts is not None or told or _changed(row, wanted) - _UNASKED - {"version"}
    if rules is not None and moved:
        known = facts_of(row) if facts is None else facts
        wanted = settle(book, draft, wanted, known, told, trusted=trusted, rules=rules)
    if _changed(row, wanted) == {"version"}:
        return row
    draft.put(wanted)
    old = before(row, dict.fromkeys(sorted(_changed(row, wanted) - _HIDDEN - {"version"})))
    if "bank" in old and wanted.bank is not None and not has_row(wanted.bank):
        what = "created" if old["bank"] is None else "updated"
        previous = encode({"bank": old["bank"]}) if old["bank"] else None
        draft.emit(f"account.external_account.{what}", wanted, account=row.id, previous=previous)
    _tell_capabilities(draft, wanted, old)
    if old:
        draft.emit("account.updated", wanted, account=row.id, previous=encode(old))
    _plan_payout(book, draft, wanted, row, old)
    return wanted


def _changed(old: Account, new: Account) -> set[str]:
    return {name for name, was, is_ in zip(Account._fields, old, new, strict=True) if was != is_}


def _tell_capabilities(draft: Draft, row: Account, old: Mapping[str, Any]) -> None:
    """Draft one event for each capability that has moved; `previous` names which."""
    if "capabilities" not in old:
        return
    was, is_ = json.loads(old["capabilities"]), json.loads(row.capabilities)
    for name in sorted({*was, *is_}):
        if was.get(name) != is_.get(name):
            previous = encode({"capability": name, **old})
            draft.emit("capability.updated", row, account=row.id, previous=previous)


def _plan_payout(
    book: Book, draft: Draft, row: Account, was: Account, old: Mapping[str, Any]
) -> None:
    """What was held back by the schedule, the bank account or a pause goes with the next run."""
    worked = was.charges_enabled or was.details_submitted
    freed = bool(row.payouts_enabled and worked and not was.payouts_enabled)
    held = freed or "payout_interval" in old or {"bank", "banks"}.intersection(old)
    if held and row.payouts_enabled and row.payout_interval == "daily":
        before_ = defaults_of(was)
        for currency, bank in defaults_of(row).items():
            is_new = freed or "payout_interval" in old or before_.get(currency) not in (None, bank)
            if is_new and not is_unusable(bank):
                draft.dues.append(planned(book, row, currency))


def touch_keys(account: str, *, wallet: bool = False, rows: tuple[str | None, ...] = ()) -> Keys:
    """What a change of an account needs. rows: of what it has told of itself."""
    return Keys(
        rows=(account, *(id_ for id_ in rows if id_)),
        heads=(account,),
        wallets=((account, 0),) if wallet else (),
    )


def found(book: Book, id_: str, param: str = "id") -> Account | Refused:
    """The account with an id, which has not been deleted."""
    row = book.get(Account, id_, book.world.account)
    return missing("account", id_, param) if row is None or row.deleted else row


def update(
    book: Book,
    command: UpdateAccount,
    request: Request | None,
    *,
    telling: Telling | None = None,
    external: Sealing | None = None,
    rules: Rules,
) -> Outcome[Account | None]:
    """Change what of an account may change; what is not given stays.

    A bank account that a payout has failed to reach is tried again from here on. None where what
    it has told of itself has changed since `telling` was made.
    """
    row = found(book, command.account)
    if isinstance(row, Refused):
        return row
    refused = _refuse_update(row, command, livemode=bool(book.world.livemode))
    refused = refused or refuse_telling(command.business_type or row.business_type, telling)
    if refused is not None:
        return refused
    if is_overtaken(book, row, telling):
        return Done(None, Draft())
    refused = refuse_their_metadata(book, row, telling)
    if refused is not None:
        return refused
    changes: dict[str, Any] = {
        name: value or None
        for name in ("email", "business_type", "default_currency", "payout_interval")
        if (value := getattr(command, name)) is not None
    }
    if command.capabilities:
        changes["capabilities"] = capabilities.requested(row, command.capabilities, book.at)
    for name in ("details", "settings", "tos"):
        given = getattr(command, name)
        if given is not None:
            changes[name] = deepened(getattr(row, name), given)
    if command.metadata is not None:
        changes["metadata"] = merged(row.metadata, command.metadata)
        refused = refuse_metadata(changes["metadata"])
        if refused is not None:
            return refused
    draft = Draft()
    changes |= changed_with(book, draft, amend(row, **changes), external)
    named, told = with_telling(book, draft, row, telling)
    changes |= {"person": named.person, "company": named.company}
    return changed(book, row, changes, request, draft=draft, told=told, rules=rules)


def _refuse_update(row: Account, command: UpdateAccount, *, livemode: bool) -> Refused | None:
    agreement = command.service_agreement
    if agreement is not None and agreement != row.service_agreement:
        return Refused(
            Why.PARAMETER_INVALID,
            f"The service agreement of the account {row.id} is {row.service_agreement}, and never"
            " changes.",
            "tos_acceptance[service_agreement]",
            "create another account under the agreement that you want",
        )
    tos = json.loads(command.tos) if command.tos is not None else ()
    is_own = command.by_itself or command.accepted
    return (
        refuse_interval(row.country, command.payout_interval, livemode=livemode)
        or capabilities.refuse_agreement(row.service_agreement, command.capabilities)
        or (None if is_own else refuse_acceptance(row.requirement_collection, tos))
        or (None if command.by_itself else refuse_edit(row, command.given))
    )


def changed(
    book: Book,
    row: Account,
    changes: Mapping[str, Any],
    request: Request | None,
    *,
    draft: Draft | None = None,
    told: Iterable[Told] = (),
    rules: Rules,
) -> Done[Account]:
    """The answer to a request that changes an account. draft: what it writes beside it."""
    draft = draft or Draft()
    draft.origin = request.key if request else None
    row = change(book, draft, row, changes, told=told, rules=rules)
    draft.key = answered(book, request, row)
    return Done(row, draft)


def delete(
    book: Book, account: str, request: Request | None, *, is_busy: bool = False
) -> Outcome[Account]:
    """Close a connected account whose balances are all zero; live, one that we are liable for.

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
    if book.world.livemode:
        refused = refuse_unliable(row, "delete")
        if refused is not None:
            return refused
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
    gone = draft.put(amend(row, version=row.version + 1, deleted=1))
    draft.emit("account.application.deauthorized", gone, account=gone.id)
    draft.key = answered(book, request, gone)
    return Done(gone, draft)
