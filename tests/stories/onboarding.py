"""What accounts of stories tell of themselves, and how to look at where they stand."""

from __future__ import annotations

import json
from typing import Any

from connectlib.core.accounts import change, found, touch_keys
from connectlib.core.book import Done, Work
from connectlib.core.drafts import Draft
from connectlib.core.rows import Account, Event, Person
from connectlib.ports.steps import transact
from connectlib.ports.store import DueWork, Page
from connectlib.runtime.banks import bank_for_tests
from connectlib.runtime.run import run

SOON = {"day": 1, "month": 1, "year": 1901}
AT_ONCE = {"day": 1, "month": 1, "year": 1902}
LISTED = {"day": 1, "month": 1, "year": 1900}
OTHER = {"day": 5, "month": 5, "year": 1985}
PASSES, FAILS = "file_identity_document_success", "file_identity_document_failure"
#: What an account that lacks nothing but a bank account still owes.
BANK = ["external_account"]


def address(country: str = "US", line1: str = "address_full_match", **more: Any) -> dict[str, Any]:
    state = {"state": "CA"} if country == "US" else {}
    told = {"line1": line1, "city": "Springfield", "postal_code": "12345", "country": country}
    return {**told, **state, **more}


def jenny(country: str = "US", dob: Any = SOON, **more: Any) -> dict[str, Any]:
    """Everything that a person in a country has to tell."""
    told = {
        "first_name": "Jenny",
        "last_name": "Rosen",
        "email": "jenny@example.com",
        "phone": "0000000000",
        "dob": dob,
        "address": address(country),
        "ssn_last_4": "0000",
        "id_number": "000000000",
    }
    return {**told, **more}


def company(country: str = "US", **more: Any) -> dict[str, Any]:
    """Everything that a company in a country has to tell."""
    told = {
        "name": "Rocket Rides",
        "phone": "0000000000",
        "tax_id": "222222222",
        "address": address(country),
        "owners_provided": True,
        "directors_provided": True,
        "executives_provided": True,
    }
    return {**told, **more}


def business(**more: Any) -> dict[str, Any]:
    return {"mcc": "5734", "url": "https://accessible.stripe.com", **more}


def opening(country: str = "US", type_: str = "individual", **more: Any) -> dict[str, Any]:
    """The parameters of an account that tells everything it can tell by itself."""
    words = {
        "country": country,
        "type": "custom",
        "business_type": type_,
        "capabilities": ["card_payments", "transfers"],
        "business_profile": business(),
        "settings": {"payments": {"statement_descriptor": "ROCKET RIDES"}},
        "tos_acceptance": {"date": 1609798905, "ip": "127.0.0.1"},
    }
    words |= {"individual": jenny(country)} if type_ == "individual" else {}
    words |= {"company": company(country)} if type_ == "company" else {}
    return {**words, **more}


def boss(country: str = "US", dob: Any = AT_ONCE, **more: Any) -> dict[str, Any]:
    """A representative who also owns and leads."""
    relationship = {"representative": True, "executive": True, "title": "CEO"}
    return {**jenny(country, dob), "relationship": relationship, **more}


def with_bank(client: Any, id_: str) -> Any:
    """The account with a bank account; nothing else of it is told, or trusted, for that."""
    engine = client._engine
    branch = engine.ground.branch(id_)

    def decide(book: Any) -> Any:
        draft, row = Draft(), found(book, id_)
        bank = bank_for_tests(id_, row.country, row.default_currency)
        return Done(change(book, draft, row, {"bank": bank}, rules=engine.ground.rules), draft)

    run(engine, transact(branch, [Work(touch_keys(id_), decide, repeatable=True, weight=0)]))
    return client.accounts.retrieve(id_)


def vector(account: Any) -> tuple[Any, ...]:
    """charges_enabled, payouts_enabled, disabled_reason, details_submitted."""
    return (
        account.charges_enabled,
        account.payouts_enabled,
        account.requirements.disabled_reason,
        account.details_submitted,
    )


def states(account: Any) -> dict[str, str]:
    return dict(account.to_dict()["capabilities"])


def codes(account: Any) -> set[tuple[str, str]]:
    """(requirement, code) of everything that has failed."""
    return {(each["requirement"], each["code"]) for each in account.requirements.errors}


def everything(client: Any) -> str:
    """All rows that accounts and persons could have written, and what is due, as text."""
    engine = client._engine
    world = engine.world
    rows = [
        engine.store.answer(Page(kind, 0, world.id, world.account, limit=1_000))
        for kind in (Account, Event)
    ]
    for account in list(rows[0]):
        rows += [
            engine.store.answer(Page(kind, 0, world.id, account.id, limit=1_000))
            for kind in (Person, Event)
        ]
    far = 10**18
    return json.dumps([rows, engine.store.answer(DueWork(0, world.id, far, far, 10_000))])
