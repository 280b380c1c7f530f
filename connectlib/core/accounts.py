"""Accounts: the platform's own and the connected ones, their capabilities and their controller.

A connected account lives in the platform's namespace and tells its events in its own.
(API reference, Accounts; Connect docs, "Controller properties".)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connectlib.core.balance import planned
from connectlib.core.banks import USABLE, currency_of_bank, is_errored, with_status
from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft, encode
from connectlib.core.idempotency import answered
from connectlib.core.machine import Machine
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Account

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreateAccount, UpdateAccount
    from connectlib.core.rows import World

#: A capability of an account. Stripe's `pending` (being verified) comes with verification.
CAPABILITY_MACHINE = Machine(
    initial="unrequested",
    table={
        ("unrequested", "request"): "inactive",
        ("inactive", "activate"): "active",
        ("inactive", "withdraw"): "unrequested",
        ("active", "withdraw"): "unrequested",
        ("active", "disable"): "inactive",
    },
    terminal=frozenset(),
)
CAPABILITIES = ("card_payments", "transfers")
METADATA_KEYS = 50

_EURO = "AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"
#: Country -> default currency: the legal tender there (ISO 4217).
DEFAULT_CURRENCY: dict[str, str] = {
    **dict.fromkeys(_EURO.split(), "eur"),
    "AE": "aed",
    "AU": "aud",
    "BR": "brl",
    "CA": "cad",
    "CH": "chf",
    "CZ": "czk",
    "DK": "dkk",
    "GB": "gbp",
    "HK": "hkd",
    "HU": "huf",
    "IN": "inr",
    "JP": "jpy",
    "LI": "chf",
    "MX": "mxn",
    "MY": "myr",
    "NO": "nok",
    "NZ": "nzd",
    "PL": "pln",
    "RO": "ron",
    "SE": "sek",
    "SG": "sgd",
    "TH": "thb",
    "US": "usd",
}


#: Country -> payout intervals that accounts there may have (Stripe docs, "Payout schedules").
#: Countries not named may have any. It binds in live mode; test mode takes any of ours.
PAYOUT_INTERVALS: dict[str, tuple[str, ...]] = {
    "BR": ("daily",),
    "IN": ("daily",),
    "JP": ("manual", "weekly", "monthly"),
}


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


def refuse_agreement(agreement: str, wanted: tuple[tuple[str, bool], ...]) -> Refused | None:
    """Why an account under an agreement cannot have what it asks for (Connect docs).

    A `recipient` account takes no payments: it can hold `transfers` only.
    """
    if agreement != "recipient" or ("card_payments", True) not in wanted:
        return None
    return Refused(
        Why.PARAMETER_INVALID,
        "An account under the recipient service agreement cannot have card_payments.",
        "capabilities[card_payments]",
        "request transfers alone, or create the account under the full agreement",
    )


def currency_for(country: str) -> str:
    """The default currency of accounts of a country; US dollars where we have no figure."""
    return DEFAULT_CURRENCY.get(country, "usd")


def platform(world: World, branch: int, at: int, bank: str) -> Account:
    """The platform's own account: ready, paid out by hand."""
    return Account(
        branch,
        world.account,
        world.id,
        world.account,
        1,
        at,
        world.country,
        currency_for(world.country),
        card_payments="active",
        transfers="active",
        losses="application",
        details_submitted=1,
        payout_interval="manual",
        bank=bank,
    )


def open_platform(book: Book, bank: str) -> Done[Account]:
    """Write the platform's own account where it is not there yet."""
    found = book.account(book.world.account)
    if found is not None:
        return Done(found, Draft())
    draft = Draft()
    return Done(draft.put(platform(book.world, book.branch, book.at, bank)), draft)


def create(book: Book, command: CreateAccount, request: Request | None) -> Outcome[Account]:
    """Open a connected account. Requested capabilities stay inactive until it is onboarded."""
    world = book.world
    country = command.country or world.country
    refused = refuse_interval(country, command.payout_interval, livemode=bool(world.livemode))
    refused = refused or refuse_agreement(command.service_agreement, command.capabilities)
    if refused is not None:
        return refused
    row = Account(
        book.branch,
        book.new_id("acct"),
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
    )
    row = Account(**(row._asdict() | _requested(row, command.capabilities)))
    draft = Draft()
    draft.origin = request.key if request else None
    draft.put(row)
    _tell_capabilities(draft, row, dict.fromkeys(CAPABILITIES, CAPABILITY_MACHINE.initial))
    draft.emit("account.updated", row, account=row.id)
    draft.key = answered(book, request, row)
    return Done(row, draft)


def _tell_capabilities(draft: Draft, row: Account, before: dict[str, object]) -> None:
    """Draft one event for each capability that has moved; `previous` names which."""
    for name in CAPABILITIES:
        if name in before and before[name] != getattr(row, name):
            previous = encode({name: before[name]})
            draft.emit("capability.updated", row, account=row.id, previous=previous)


def _requested(row: Account, wanted: tuple[tuple[str, bool], ...]) -> dict[str, str]:
    changed = {}
    for name, asked in wanted:
        state: str = getattr(row, name)
        moved = CAPABILITY_MACHINE.next(state, "request" if asked else "withdraw")
        if moved is not None:
            changed[name] = moved
    return changed


def touch_keys(account: str, *, wallet: bool = False) -> Keys:
    """What a change of an account needs."""
    return Keys(rows=(account,), heads=(account,), wallets=((account, 0),) if wallet else ())


def _found(book: Book, id_: str) -> Account | Refused:
    row = book.get(Account, id_, book.world.account)
    if row is None or row.deleted:
        return missing("account", id_, "id")
    return row


def update(book: Book, command: UpdateAccount, request: Request | None) -> Outcome[Account]:
    """Change what of an account may change; what is not given stays.

    A bank account that a payout has failed to reach is tried again from here on.
    """
    row = _found(book, command.account)
    if isinstance(row, Refused):
        return row
    live = bool(book.world.livemode)
    refused = refuse_interval(row.country, command.payout_interval, livemode=live)
    refused = refused or refuse_agreement(row.service_agreement, command.capabilities)
    if refused is not None:
        return refused
    changes: dict[str, object] = {
        name: value or None
        for name in ("email", "business_type", "default_currency", "payout_interval")
        if (value := getattr(command, name)) is not None
    }
    changes |= _requested(row, command.capabilities)
    if command.details is not None:
        changes["details"] = _deepened(row.details, command.details)
    if command.metadata is not None:
        changes["metadata"] = merged(row.metadata, command.metadata)
        refused = refuse_metadata(str(changes["metadata"]))
        if refused is not None:
            return refused
    if row.bank is not None and is_errored(row.bank):
        changes["bank"] = with_status(row.bank, USABLE)
    return _change(book, row, changes, request)


def _change(
    book: Book, row: Account, changes: dict[str, object], request: Request | None
) -> Done[Account]:
    before = {name: getattr(row, name) for name in changes if getattr(row, name) != changes[name]}
    draft = Draft()
    draft.origin = request.key if request else None
    if before:
        values = row._asdict() | changes | {"version": row.version + 1}
        row = draft.put(Account(**values))
        if "bank" in before:
            what = "created" if before["bank"] is None else "updated"
            previous = encode({"bank": before["bank"]}) if before["bank"] else None
            draft.emit(f"account.external_account.{what}", row, account=row.id, previous=previous)
        _tell_capabilities(draft, row, before)
        draft.emit("account.updated", row, account=row.id, previous=encode(before))
        held = "payout_interval" in before or before.get("bank") is not None
        if held and row.bank is not None and row.payout_interval == "daily":
            # What was held back by the schedule or by the bank account goes with the next run.
            draft.dues.append(planned(book, row, currency_of_bank(row.bank)))
    draft.key = answered(book, request, row)
    return Done(row, draft)


def merged(old: str, changes: str) -> str:
    """A JSON map with changes made: null removes a key; an empty text removes them all."""
    values = json.loads(old) | json.loads(changes) if changes else {}
    return encode({key: value for key, value in values.items() if value is not None})


def _deepened(old: str, changes: str) -> str:
    """Maps of a map with changes made: null removes a field of one."""
    values = json.loads(old)
    for name, fields in json.loads(changes).items():
        values[name] = json.loads(merged(encode(values.get(name) or {}), encode(fields)))
    return encode(values)


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


def onboard(book: Book, account: str, bank: str) -> Outcome[Account]:
    """Finish the onboarding of an account in test mode: requested capabilities become active.

    Where none was requested, both are. bank: its bank account, compact JSON.
    """
    row = _found(book, account)
    if isinstance(row, Refused):
        return row
    states = {name: getattr(row, name) for name in CAPABILITIES}
    if set(states.values()) == {"unrequested"}:
        states = dict.fromkeys(CAPABILITIES, "inactive")
        if row.service_agreement == "recipient":
            states["card_payments"] = "unrequested"
    moved = {
        name: CAPABILITY_MACHINE.next(state, "activate") or state for name, state in states.items()
    }
    return _change(book, row, {**moved, "details_submitted": 1, "bank": bank}, None)


def delete(
    book: Book, account: str, request: Request | None, *, is_busy: bool = False
) -> Outcome[Account]:
    """Close a connected account whose balances are all zero.

    is_busy: whether a charge or refund of it waits for an answer from outside: money may come.
    """
    row = _found(book, account)
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
