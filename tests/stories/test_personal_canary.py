"""Distinctive words go through every verb: where they may be told or kept, and where never."""

from __future__ import annotations

import logging
import traceback

import pytest
import sqlalchemy as sa

from connectlib import ConnectError
from connectlib.adapters.sql.tables import TABLES, metadata
from connectlib.core.personal import PERSONAL
from connectlib.core.rows import Charge, IdempotencyKey, ObjectVersion, PaymentIntent, PaymentMethod
from tests.stories.sealing import shown

NAME, EMAIL = "Zyxwena Canaryfield", "zyxwena@canaryfield.example"
PHONE, LINE, PARCEL = "+49 30 9876543", "77 Canary Wharfside", "Zyxwena Depotstop"
WORDS = ("Zyxwena", "canaryfield", "9876543", "Wharfside", "Depotstop")
ADDRESS = {"line1": LINE, "city": "Berlin", "country": "DE"}
PEOPLE = {
    "name": NAME,
    "email": EMAIL,
    "phone": PHONE,
    "address": ADDRESS,
    "shipping": {"name": PARCEL, "address": ADDRESS},
}


def told(found: object) -> bool:
    return any(word in str(found) for word in WORDS)


@pytest.fixture
def heard(caplog):
    """Everything that any logger says, from DEBUG up."""
    caplog.set_level(logging.DEBUG)
    return caplog


def fails(call) -> str:
    """All that an error tells: its message, its body and its traceback with its causes."""
    with pytest.raises(ConnectError) as caught:
        call()
    error = caught.value
    lines = traceback.format_exception(error, limit=0)
    return f"{error} {error!r} {error.json_body} {''.join(lines)}"


def files_of(client, tmp_path) -> str:
    return "".join(path.read_bytes().decode("latin-1") for path in tmp_path.iterdir())


def rows_of(client) -> dict[str, list[tuple[object, ...]]]:
    """{table: its rows}, of any store."""
    store = client._engine.store
    if hasattr(store, "_tables"):
        found = {table.name: [] for table in metadata.sorted_tables}
        tables = store._tables[0]
        rows = [*tables.rows.values(), *tables.versions.values(), *tables.events.values()]
        rows += [row for each in tables.keys.values() for row in each.values()]
        for row in rows:
            found[TABLES[type(row)].name].append(tuple(row))
        return found
    with store._readers.lend() as connection:
        fetch, compile_ = store.dialect.fetch, store.dialect.compile
        return {
            table.name: [tuple(row) for row in fetch(connection, compile_(sa.select(table)), {})]
            for table in metadata.sorted_tables
        }


def test_every_verb_of_customers_keeps_personal_data_to_itself(sealed, heard, tmp_path):
    customers = sealed.customers
    made = customers.create(**PEOPLE, payment_method="pm_card_visa", idempotency_key="c1")
    again = customers.create(**PEOPLE, payment_method="pm_card_visa", idempotency_key="c1")
    customers.update(made.id, **{**PEOPLE, "name": f"{NAME} II"}, idempotency_key="u1")
    customers.update(made.id, **PEOPLE)
    found = customers.retrieve(made.id)
    assert shown(found) == shown(again)
    page = customers.list(email=EMAIL)
    events = sealed.events.list()
    methods = customers.list_payment_methods(made.id)
    objects = [made, again, found, page, events, *events, methods, *methods]
    assert told(found.to_dict())
    assert not told([repr(each) for each in objects])
    errors = [
        fails(lambda: customers.create(**{**PEOPLE, "name": "x"}, idempotency_key="c1")),
        fails(lambda: customers.create(**PEOPLE, payment_method="pm_none")),
        fails(lambda: customers.create(**{**PEOPLE, "email": NAME})),
        fails(lambda: customers.create(**{**PEOPLE, "email": f"{NAME}@x@y"})),
        fails(lambda: customers.create(**{**PEOPLE, "phone": NAME})),
        fails(lambda: customers.create(**{**PEOPLE, "name": NAME * 50})),
        fails(lambda: customers.create(**PEOPLE, metadata={"n": "4242424242424242"})),
        fails(lambda: customers.update("cus_none", **PEOPLE)),
    ]
    assert not told(errors)
    customers.delete(made.id)
    assert not told(heard.text)
    assert not told(vars(sealed._engine.cache))
    assert not told(vars(sealed._engine.vault))
    kept = rows_of(sealed)
    assert {"cl_customer", "cl_event", "cl_object_version"} <= {name for name in kept if kept[name]}
    assert not told(kept)
    assert not told(files_of(sealed, tmp_path))


#: What of payments is kept as it is given: docs/personal-data.md says so, and this proves it.
PLAIN = {
    "cl_charge": {"receipt_email", "options"},
    "cl_payment_intent": {"receipt_email", "shipping"},
    "cl_payment_method": {"billing"},
    "cl_object_version": {"snapshot"},
    "cl_event": {"previous"},
}


def test_payments_keep_plain_what_the_docs_say_and_tell_none_of_it(sealed, heard):
    billing = {"name": NAME, "email": EMAIL, "phone": PHONE, "address": ADDRESS}
    shipping = {"name": PARCEL, "address": ADDRESS}
    method = sealed.payment_methods.create(
        type="card", card={"token": "tok_visa"}, billing_details=billing
    )
    buyer = sealed.customers.create(**PEOPLE)
    method = sealed.payment_methods.attach(method.id, customer=buyer.id)
    sealed.payment_methods.update(method.id, billing_details={"name": f"{NAME} II"})
    charge = sealed.charges.create(
        amount=1000, currency="usd", source="tok_visa", receipt_email=EMAIL, idempotency_key="k"
    )
    charge = sealed.charges.update(charge.id, receipt_email=f"2{EMAIL}")
    refund = sealed.refunds.create(charge=charge.id)
    intent = sealed.payment_intents.create(
        amount=1000, currency="usd", customer=buyer.id, payment_method=method.id,
        receipt_email=EMAIL, shipping=shipping, confirm=True,
        return_url="https://example.com/",
    )  # fmt: skip
    events = sealed.events.list(limit=100)
    objects = [method, charge, refund, intent, buyer, *events, sealed.explain(charge.id)]
    assert not told([repr(each) for each in objects])
    errors = [
        fails(lambda: sealed.charges.create(
            amount=1000, currency="usd", source="tok_chargeDeclined", receipt_email=EMAIL)),
        fails(lambda: sealed.charges.create(
            amount=1000, currency="usd", source="tok_visa", receipt_email=NAME)),
        fails(lambda: sealed.charges.create(
            amount=2000, currency="usd", source="tok_visa", receipt_email=EMAIL,
            idempotency_key="k")),
        fails(lambda: sealed.payment_intents.create(
            amount=1, currency="usd", shipping=shipping, receipt_email=EMAIL)),
        fails(lambda: sealed.payment_methods.update(method.id, billing_details={"name": 7})),
    ]  # fmt: skip
    assert not told(errors)
    assert not told(heard.text)
    where: dict[str, set[str]] = {}
    for name, rows in rows_of(sealed).items():
        columns = [column.name for column in metadata.tables[name].columns]
        for row in rows:
            at = {column for column, value in zip(columns, row, strict=True) if told(value)}
            if at:
                where.setdefault(name, set()).update(at)
    assert where == PLAIN
    kinds = {Charge, PaymentIntent, PaymentMethod}
    assert not kinds & set(PERSONAL), "sealed by now: take it out of PLAIN and of the docs"


def test_no_plain_digest_of_a_request_is_kept(sealed):
    from connectlib.wire.params.base import fingerprint
    from connectlib.wire.params.customers import create

    sealed.customers.create(**PEOPLE, idempotency_key="c1")
    account = sealed._engine.world.account
    plain = fingerprint("customers.create", create(dict(PEOPLE), account=account))
    kept = rows_of(sealed)
    (key,) = [IdempotencyKey(*row) for row in kept["cl_idempotency_key"] if "c1" in row]
    assert key.fingerprint != plain
    assert plain not in str(kept)
    assert len(kept[TABLES[ObjectVersion].name]) >= 1
