"""Distinctive words of sellers and of those behind them: where they are kept, and where never."""

from __future__ import annotations

import pytest

from connectlib import InvalidRequestError
from connectlib.adapters.sql.tables import metadata
from connectlib.core.personal import is_sealed
from connectlib.core.rows import Person
from connectlib.ports.store import Page
from tests.stories.onboarding import address, company, jenny, opening
from tests.stories.test_personal_canary import fails, files_of, heard, rows_of

assert heard
WORDS = (
    "Zyxwena", "Canaryfield", "canaryfield", "9876543", "Wharfside", "Canaryville", "881234567",
    "Wrenlark", "DE77CANARY", "1957", "Birdmother", "Cockatoo", "file_canary",
)  # fmt: skip
HOME = address("DE", "77 Canary Wharfside", city="Canaryville")
SOMEBODY = {
    "first_name": "Zyxwena",
    "last_name": "Canaryfield",
    "maiden_name": "Birdmother",
    "full_name_aliases": ["Cockatoo"],
    "email": "zyxwena@canaryfield.example",
    "phone": "+49 30 9876543",
    "dob": {"day": 13, "month": 7, "year": 1957},
    "address": HOME,
    "registered_address": HOME,
    "id_number": "881234567",
    "verification": {"document": {"front": "file_canary"}},
}
FIRM = {
    "name": "Wrenlark Canaryfield GmbH",
    "phone": "+49 30 9876543",
    "tax_id": "881234567",
    "vat_id": "DE77CANARY",
    "registration_number": "DE77CANARY",
    "address": HOME,
    "ownership_declaration": {"date": 1, "ip": "127.0.0.1", "user_agent": "Wrenlark"},
}
#: What of an account is kept as it is given: its own columns, and what of them is in versions.
PLAIN = {
    "cl_account": {"email", "details", "metadata", "tos"},
    "cl_object_version": {"snapshot"},
    "cl_event": {"previous"},
}


def told(found: object) -> list[str]:
    return [word for word in WORDS if word in str(found)]


def where(client) -> dict[str, set[str]]:
    """{table: its columns} in which any of the words can be read."""
    found: dict[str, set[str]] = {}
    for name, rows in rows_of(client).items():
        columns = [column.name for column in metadata.tables[name].columns]
        for row in rows:
            at = {column for column, value in zip(columns, row, strict=True) if told(value)}
            if at:
                found.setdefault(name, set()).update(at)
    return found


@pytest.fixture
def loud(heard):
    """Everything that any logger says."""
    return heard


def wrong_calls(client, words, one, firm, head) -> list[str]:
    """All that errors tell about calls with these words."""
    accounts, persons = client.accounts, client.accounts.persons
    relationship = {"representative": True}
    return [
        fails(lambda: accounts.create(**{**words, "email": "a@b.example"}, idempotency_key="a1")),
        fails(lambda: accounts.create(**{**words, "colour": "red"})),
        fails(lambda: accounts.create(**words, company=FIRM)),
        fails(lambda: accounts.update(firm, individual=SOMEBODY)),
        fails(lambda: accounts.update(one.id, individual={"email": "Zyxwena Canaryfield"})),
        fails(lambda: accounts.update(one.id, individual={"phone": "Zyxwena"})),
        fails(lambda: accounts.update(one.id, individual={"dob": "1957"})),
        fails(lambda: accounts.update(one.id, individual={"dob": {**SOMEBODY["dob"], "day": 32}})),
        fails(lambda: accounts.update(one.id, individual={"id_number": "881234567#"})),
        fails(lambda: accounts.update(one.id, individual={"first_name": "Zyxwena" * 50})),
        fails(lambda: persons.create(one.id, **SOMEBODY)),
        fails(lambda: persons.create(firm, **{**SOMEBODY, "gender": "Zyxwena"})),
        fails(lambda: persons.create(firm, **SOMEBODY, relationship=relationship)),
        fails(lambda: persons.update(firm, "person_none", **SOMEBODY)),
        fails(lambda: persons.delete(firm, head)),
    ]


def test_every_verb_of_accounts_and_persons_keeps_what_is_told_to_itself(sealed, loud, tmp_path):
    accounts, persons = sealed.accounts, sealed.accounts.persons
    words = opening("DE", individual=SOMEBODY)
    one = accounts.create(**words, idempotency_key="a1")
    again = accounts.create(**words, idempotency_key="a1")
    assert again.individual.last_name == "Canaryfield"
    accounts.update(one.id, individual={"first_name": "Zyxwena II"}, idempotency_key="a2")
    firm = accounts.create(**opening("DE", "company", company=company("DE", **FIRM)))
    relationship = {"representative": True, "owner": True, "director": True}
    head = persons.create(firm.id, **SOMEBODY, relationship=relationship, idempotency_key="p1")
    persons.update(firm.id, head.id, **{**SOMEBODY, "first_name": "Zyxwena III"})
    gone = persons.create(firm.id, **SOMEBODY)
    persons.delete(firm.id, gone.id)
    sealed.clock.advance(minutes=5)
    objects = [
        one,
        again,
        head,
        gone,
        accounts.retrieve(one.id),
        accounts.retrieve(firm.id),
        *accounts.list(),
        *persons.list(firm.id),
        *persons.list(firm.id, relationship={"owner": True}),
        *accounts.capabilities.list(firm.id),
        *sealed.events.list(account=one.id, limit=100),
        *sealed.events.list(account=firm.id, limit=100),
    ]
    shown = [each.to_dict() for each in objects]
    assert {"Zyxwena", "1957", "Wharfside", "Wrenlark"} <= set(told(shown))
    assert "881234567" not in told(shown)
    assert told([repr(each) for each in objects] + [str(each.id) for each in objects]) == []
    assert told(wrong_calls(sealed, words, one, firm.id, head.id)) == []
    assert told(loud.text) == []
    assert told(vars(sealed._engine.cache)) == []
    assert told(vars(sealed._engine.vault)) == []
    assert where(sealed) == {}
    assert told(files_of(sealed, tmp_path)) == []
    engine = sealed._engine
    for account in (one.id, firm.id):
        rows = engine.store.answer(Page(Person, 0, engine.world.id, account, limit=100))
        assert rows
        assert all(is_sealed(row.told) for row in rows if not row.deleted)


def test_what_an_account_says_of_itself_in_public_is_plain_and_told_nowhere_else(sealed, loud):
    """The exact columns: its email, and what it says of its business and its terms."""
    words = {
        "email": "zyxwena@canaryfield.example",
        "business_profile": {
            "mcc": "5734",
            "name": "Wrenlark",
            "support_email": "help@canaryfield.example",
            "support_address": HOME,
        },
        "tos_acceptance": {"date": 1957, "ip": "127.0.0.1", "user_agent": "Cockatoo"},
        "metadata": {"keeper": "Birdmother"},
    }
    made = sealed.accounts.create(**opening("DE", **words, individual=jenny("DE")))
    sealed.accounts.update(made.id, email="2zyxwena@canaryfield.example", metadata={"other": "X"})
    sealed.accounts.update(made.id, business_profile={"name": "Canaryville"})
    assert where(sealed) == PLAIN
    assert told(loud.text) == []
    objects = [made, *sealed.accounts.list(), *sealed.events.list(account=made.id, limit=100)]
    assert told([repr(each) for each in objects]) == []
    assert (
        told(fails(lambda: sealed.accounts.create(**{**opening(), **words, "email": "Zyxwena"})))
        == []
    )


def test_a_person_that_is_gone_is_gone_from_its_row(sealed):
    firm = sealed.accounts.create(**opening("DE", "company")).id
    who = sealed.accounts.persons.create(firm, **SOMEBODY).id
    sealed.accounts.persons.delete(firm, who)
    engine = sealed._engine
    (row,) = engine.store.answer(
        Page(Person, 0, engine.world.id, firm, limit=9, where=(("kind", "person"),))
    )
    assert (row.told, row.deleted) == ("{}", 1)
    with pytest.raises(InvalidRequestError, match="No such person"):
        sealed.accounts.persons.update(firm, who, first_name="Back")
