"""Keys are rotated under load, subjects erased and held; on every store."""

from __future__ import annotations

import hashlib
import threading

import pytest
import sqlalchemy as sa

from connectlib import InvalidRequestError, StaticKeys
from connectlib.adapters.sql.tables import metadata
from connectlib.core.rows import Customer
from connectlib.ports.store import Page
from tests.stories.sealing import ADA, NEW, OLD, key_of, shown


def test_a_rotation_is_resumed_where_it_stopped_and_proves_its_end(place):
    old = place(StaticKeys({"old": OLD}))
    ids = [old.customers.create(name=f"Ada {n}", email=f"{n}@x.org").id for n in range(12)]
    both = place(StaticKeys({"old": OLD, "new": NEW}))
    assert both.keys.status().under == {"old": 13}
    assert not both.keys.status().rotated
    assert both.keys.rotate(limit=5) == 5
    assert both.keys.status().under == {"new": 5, "old": 8}
    assert [both.customers.retrieve(id_).name for id_ in ids] == [f"Ada {n}" for n in range(12)]
    again = place(StaticKeys({"old": OLD, "new": NEW}))
    assert again.keys.rotate() == 8
    assert again.keys.rotate() == 0
    found = again.keys.status()
    assert found.under == {"new": 13}
    assert found.rotated
    alone = place(StaticKeys({"new": NEW}))
    assert alone.customers.list(email="7@x.org").data[0].name == "Ada 7"


def test_no_read_or_write_fails_while_keys_are_rotated(place):
    first = place(StaticKeys({"old": OLD}))
    ids = [first.customers.create(name=f"Ada {n}", email=f"{n}@x.org").id for n in range(40)]
    shop = place(StaticKeys({"old": OLD, "new": NEW}))
    failed, done, over = [], [0], threading.Event()

    def at_work(mine):
        while not over.is_set():
            for n in mine:
                try:
                    assert shop.customers.retrieve(ids[n]).email == f"{n}@x.org"
                    shop.customers.update(ids[n], name=f"Ada {n} {done[0]}")
                    assert shop.customers.list(email=f"{n}@x.org").data[0].id == ids[n]
                    done[0] += 1
                except Exception as error:
                    failed.append(error)

    threads = [threading.Thread(target=at_work, args=(range(at, 40, 3),)) for at in range(3)]
    for thread in threads:
        thread.start()
    while shop.keys.rotate(limit=4):
        shop._engine.vault._start()
    over.set()
    for thread in threads:
        thread.join()
    assert failed == []
    assert done[0] > 0
    assert shop.keys.status().rotated


def test_an_erasure_leaves_null_and_no_way_back(sealed):
    made, other = sealed.customers.create(**ADA), sealed.customers.create(**ADA)
    sealed.customers.update(made.id, name="Ada Married", metadata={"order": "7"})
    gone = sealed.privacy.erase(made.id)
    assert (gone.id, gone.status) == (made.id, "erased")
    assert sealed.privacy.erase(made.id).status == "erased"
    found = sealed.customers.retrieve(made.id)
    assert set(shown(found).values()) == {None}
    assert found.metadata == {"order": "7"}
    assert [each.id for each in sealed.customers.list(email=ADA["email"])] == [other.id]
    for event in sealed.events.list():
        if event.data.object.id == made.id:
            assert event.data.object.name is None
            assert "name" not in (event.data.get("previous_attributes") or {})
    with pytest.raises(InvalidRequestError) as caught:
        sealed.customers.update(made.id, name="Again")
    assert caught.value.code == "personal_data_erased"
    assert sealed.keys.status().erased == 1
    assert sealed.customers.retrieve(other.id).name == ADA["name"]


def test_a_request_answered_before_the_erasure_is_answered_again(sealed):
    made = sealed.customers.create(**ADA, idempotency_key="c")
    first = sealed.customers.update(made.id, name="Ada King", idempotency_key="u")
    sealed.privacy.erase(made.id)
    assert sealed.customers.create(**ADA, idempotency_key="c").name is None
    again = sealed.customers.update(made.id, name="Ada King", idempotency_key="u")
    assert (again.id, again.name) == (first.id, None)
    with pytest.raises(InvalidRequestError) as caught:
        sealed.customers.update(made.id, description="anything")
    assert caught.value.code == "personal_data_erased"


def test_an_erased_subject_of_another_account_is_one_that_is_not(sealed):
    made = sealed.customers.create(**ADA)
    sealed.privacy.erase(made.id)
    account = sealed.testing.account().id
    told = []
    for id_ in (made.id, made.id[:-4] + "0000"):
        with pytest.raises(InvalidRequestError) as caught:
            sealed.customers.update(id_, name="Ada", account=account)
        told.append((caught.value.code, str(caught.value).replace(id_, "")))
    assert told[0] == told[1]
    assert told[0][0] == "resource_missing"


def test_a_hold_keeps_what_would_be_erased(sealed):
    made = sealed.customers.create(**ADA)
    held = sealed.privacy.hold(made.id, until=sealed.clock.now().timestamp().__int__() + 86_400,
                             reason="tax records")  # fmt: skip
    assert held.hold_reason == "tax records"
    with pytest.raises(InvalidRequestError) as caught:
        sealed.privacy.erase(made.id)
    assert (caught.value.code, caught.value.param) == ("personal_data_held", "id")
    assert sealed.customers.retrieve(made.id).name == ADA["name"]
    sealed.privacy.release(made.id)
    assert sealed.privacy.erase(made.id).status == "erased"
    with pytest.raises(InvalidRequestError, match="erased"):
        sealed.privacy.hold(made.id, until=2_000_000_000)


def test_another_accounts_subject_is_one_that_is_not(sealed):
    made = sealed.customers.create(**ADA)
    account = sealed.testing.account().id
    for wrong in (lambda: sealed.privacy.erase(made.id, account=account),
                  lambda: sealed.privacy.erase("cus_none"),
                  lambda: sealed.privacy.erase("dkey_" + made.id.partition("_")[2]),
                  lambda: sealed.keys.renew(made.id, account=account)):  # fmt: skip
        with pytest.raises(InvalidRequestError) as caught:
            wrong()
        assert caught.value.http_status == 404
    assert sealed.customers.retrieve(made.id).name == ADA["name"]


def texts_of(shop, tmp_path):
    """Everything that a store keeps, as one text."""
    engine = shop._engine
    if hasattr(engine.store, "_tables"):
        tables = engine.store._tables[0]
        return repr([vars(tables)])
    if engine.store.dialect.name == "sqlite":
        files = [path.read_bytes() for path in tmp_path.iterdir()]
        return b"".join(files).decode("latin-1")
    with engine.store._readers.lend() as connection:
        fetch, compile_ = engine.store.dialect.fetch, engine.store.dialect.compile
        return repr([fetch(connection, compile_(sa.select(each)), {})
                     for each in metadata.sorted_tables])  # fmt: skip


def test_a_thousand_are_erased_and_nothing_of_them_is_left(sealed, tmp_path, request):
    many = 200 if "postgresql" in request.node.name else 1_000
    people = [(f"Xanthippe{n}Z", f"x{n}z@quux.example") for n in range(many)]
    ids = [
        sealed.customers.create(name=name, email=email, idempotency_key=f"k{n}").id
        for n, (name, email) in enumerate(people)
    ]
    sealed.charges.create(amount=1000, currency="usd", source="tok_visa")
    digests = [sealed._engine.vault.index("customer.email", email) for _, email in people]
    wrapped = [key_of(sealed, id_).wrapped for id_ in ids]
    books = [tuple(each) for each in sealed.ledger.transfers()]
    assert all(digest in texts_of(sealed, tmp_path) for digest in digests[:3])
    for id_ in ids:
        sealed.privacy.erase(id_)
    sealed.privacy.scrub()
    left = texts_of(sealed, tmp_path) + repr(vars(sealed._engine.cache))
    assert not [name for name, email in people if name in left or email in left]
    assert not [digest for digest in digests if digest in left]
    assert not [text for text in wrapped if text in left]
    for _, email in people[:50]:
        for digest in (hashlib.sha256, hashlib.md5, hashlib.blake2b, hashlib.sha1):
            assert digest(email.encode()).hexdigest() not in left
    assert [tuple(each) for each in sealed.ledger.transfers()] == books
    assert sealed.ledger.verify().ok
    assert sealed.keys.status().erased == many
    engine = sealed._engine
    query = Page(Customer, 0, engine.world.id, engine.world.account, limit=many)
    assert {row.email_index for row in engine.store.answer(query)} == {None}
