"""One resource has one file name on every floor; what has no room there says why."""

from __future__ import annotations

import pytest

from tests.house.source import ROOT

RESOURCES = [
    "accounts",
    "persons",
    "external_accounts",
    "tokens",
    "capabilities",
    "country_specs",
    "charges",
    "application_fees",
    "transfers",
    "transfer_schedules",
    "refunds",
    "payouts",
    "fx_quotes",
    "customers",
    "payment_methods",
    "payment_intents",
    "setup_intents",
    "callbacks",
    "files",
    "file_links",
    "account_links",
    "account_sessions",
    "login_links",
    "oauth",
    "balance",
    "balance_transactions",
    "events",
]

FLOORS = {
    "core": "connectlib/core/{name}.py",
    "params": "connectlib/wire/params/{name}.py",
    "objects": "connectlib/wire/objects/{name}.py",
    "flows": "connectlib/flows/{name}.py",
    "tables": "connectlib/adapters/sql/tables/{name}.py",
    "resources": "connectlib/api/_async/resources/{name}.py",
}

#: (resource, floor) -> why there is no such room.
EXCEPTIONS = {
    ("capabilities", "tables"): "part of the row of their account",
    ("country_specs", "params"): "lists take page parameters",
    ("country_specs", "flows"): "data in core/country_specs.py; nothing is read or written",
    ("country_specs", "tables"): "data in core/country_specs.py",
    ("setup_intents", "objects"): "shown beside payment intents: objects/payment_intents.py",
    ("callbacks", "params"): "news comes from a processor; lists take page parameters",
    ("balance", "tables"): "a balance is a view of ledger accounts",
    ("balance", "params"): "it is retrieved without parameters",
    ("events", "params"): "events are made by other resources; their lists take page parameters",
    ("balance", "flows"): "it is only read: flows/reading.py",
    ("balance_transactions", "flows"): "made by other resources, read by flows/reading.py",
    ("events", "flows"): "made by other resources, read by flows/reading.py",
    ("balance_transactions", "params"): "made by other resources; lists take page parameters",
}

#: Rooms of the client that are not Stripe resources: name -> what they are.
NOT_RESOURCES = {
    "fees": "what a charge would cost; nothing is kept",
    "keys": "the keys that personal data is sealed under",
    "privacy": "erasure of personal data; what is sealed is of other resources",
    "ledger": "the books behind the balances",
    "reconciliation": "three lists of the same money side by side; nothing is kept",
    "testing": "verbs of the test mode",
}


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_resource_has_its_room_on_every_floor(resource: str) -> None:
    rooms = {floor: ROOT / path.format(name=resource) for floor, path in FLOORS.items()}
    missing = [
        str(room.relative_to(ROOT))
        for floor, room in rooms.items()
        if (resource, floor) not in EXCEPTIONS and not room.exists()
    ]
    assert missing == []


@pytest.mark.parametrize(("resource", "floor"), list(EXCEPTIONS))
def test_an_exception_is_still_one(resource: str, floor: str) -> None:
    assert resource in RESOURCES
    assert not (ROOT / FLOORS[floor].format(name=resource)).exists()


def test_an_endpoint_outside_the_list_is_noticed() -> None:
    folder = ROOT / "connectlib/api/_async/resources"
    known = {*RESOURCES, "__init__", *NOT_RESOURCES}
    assert {path.stem for path in folder.glob("*.py")} - known == set()
