"""Personal data at rest: sealed, found, rotated under load, erased; on every store."""

from __future__ import annotations

import hashlib
import threading

import pytest

from connectlib import (
    AsyncConnect,
    Connect,
    InvalidRequestError,
    KeysUnavailableError,
    LocalKeys,
    SealError,
    StaticKeys,
    VirtualClock,
)
from connectlib.api.errors import raised
from connectlib.core.personal import USES_MAX, is_sealed
from connectlib.core.rows import Customer, DataKey
from connectlib.ports.store import One, Page
from connectlib.ports.store import Version as Snapshot

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
ADA = {
    "name": "Augusta Ada Quillfeather",
    "email": "quill@feather.example",
    "phone": "+44 7700 900123",
    "address": {"line1": "12 Ockham Park Lane"},
    "shipping": {"address": {"line1": "9 Marylebone Mews"}, "name": "Augusta Parcel"},
}
WORDS = (
    "Quillfeather", "quill@feather.example", "900123", "Ockham Park", "Marylebone", "Parcel",
)  # fmt: skip


class Away(StaticKeys):
    """A provider that can be taken away. asked: how often it was asked."""

    away = False
    asked = 0

    def wrap(self, key_id, key, context):
        self._look(key)
        return super().wrap(key_id, key, context)

    def unwrap(self, key_id, wrapped, context):
        self._look(wrapped)
        return super().unwrap(key_id, wrapped, context)

    def _look(self, secret):
        self.asked += 1
        if self.away:
            raise ConnectionError(f"no answer for {secret!r}")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def place(request, tmp_path):
    """Opens clients of one database; for memory over the store of the first one."""
    kind, first = request.param, []
    url = request.getfixturevalue("pg_url") if kind == "postgresql" else None
    url = f"sqlite:///{tmp_path}/shop.db" if kind == "sqlite" else url

    def open_(keys, **words):
        clock = VirtualClock()
        if kind == "memory" and first:
            from connectlib.runtime.build import build

            store = first[0]._engine.store
            try:
                engine = build(None, store=store, keys=keys, clock=clock, **words)
            except Exception as error:
                raise raised(error) from error
            client = Connect.over(engine)
        else:
            client = Connect(url, keys=keys, clock=clock, **words)
        first.append(client)
        return client

    yield open_
    for client in first:
        client.close()


@pytest.fixture
def shop(place):
    return place(StaticKeys({"old": OLD}))


def row_of(shop, kind, id_):
    engine = shop._engine
    return engine.store.answer(One(kind, 0, engine.world.id, id_))


def key_of(shop, id_):
    return row_of(shop, DataKey, "dkey_" + id_.partition("_")[2])


def shown(customer):
    found = customer.to_dict()
    return {name: found[name] for name in ADA}


def test_what_is_written_is_shown_and_only_seals_are_kept(shop):
    made = shop.customers.create(**ADA)
    row = row_of(shop, Customer, made.id)
    assert all(is_sealed(getattr(row, name)) for name in ADA)
    again = shop.customers.retrieve(made.id)
    assert shown(again) == shown(made)
    assert made.name == ADA["name"]
    assert made.address.line1 == ADA["address"]["line1"]
    kept = shop._engine.store.answer(Snapshot(0, shop._engine.world.id, made.id, 1))
    for word in WORDS:
        assert word not in repr(row) + repr(kept)
    assert kept.email_index is None
    assert key_of(shop, made.id).uses == len(ADA)


def test_lists_and_events_are_opened(shop):
    made = shop.customers.create(**ADA)
    shop.customers.create(name="Bob", email="bob@example.com")
    shop.customers.update(made.id, name="Countess of Quillfeather", phone=ADA["phone"])
    assert [each.name for each in shop.customers.list()] == ["Bob", "Countess of Quillfeather"]
    told = shop.events.list(type="customer.updated").data[0]
    assert told.data.previous_attributes == {"name": ADA["name"]}
    assert told.data.object.name == "Countess of Quillfeather"
    assert shop.events.list(type="customer.created").data[1].data.object.email == ADA["email"]


def test_the_exact_search_finds_by_email_alone(shop):
    made = shop.customers.create(**ADA)
    assert [each.id for each in shop.customers.list(email=ADA["email"])] == [made.id]
    assert not shop.customers.list(email="other@feather.example").data
    shop.customers.update(made.id, email="new@feather.example")
    assert not shop.customers.list(email=ADA["email"]).data
    assert shop.customers.list(email="new@feather.example").data[0].id == made.id
    shop.customers.update(made.id, email="")
    assert not shop.customers.list(email="new@feather.example").data


def test_what_does_not_change_is_not_told_and_not_sealed_again(shop):
    made = shop.customers.create(**ADA)
    before = row_of(shop, Customer, made.id)
    shop.customers.update(made.id, name=ADA["name"], email=ADA["email"])
    assert row_of(shop, Customer, made.id) == before
    assert not shop.events.list(type="customer.updated").data


def test_a_key_of_a_request_means_the_plain_values(shop):
    one = shop.customers.create(**ADA, idempotency_key="k")
    assert shop.customers.create(**ADA, idempotency_key="k").id == one.id
    with pytest.raises(Exception, match="same parameters"):
        shop.customers.create(**{**ADA, "name": "Other"}, idempotency_key="k")


def test_what_is_not_given_needs_no_key(place):
    keys = Away({"old": OLD})
    shop = place(keys)
    asked = keys.asked
    made = shop.customers.create(description="plain")
    assert key_of(shop, made.id) is None
    account = shop.testing.account()
    shop.charges.create(
        amount=1000, currency="usd", source="tok_visa",
        transfer_data={"destination": account.id},
    )  # fmt: skip
    assert keys.asked == asked


@pytest.mark.parametrize("column", ["name", "phone"])
def test_a_seal_opens_in_its_place_alone(shop, column):
    """Another column's, another row's and an altered seal are refused with a typed error."""
    one, other = shop.customers.create(**ADA), shop.customers.create(**ADA)
    vault, key = shop._engine.vault, key_of(shop, one.id)
    row = row_of(shop, Customer, one.id)
    from connectlib.core.personal import Place

    seal = getattr(row, column)
    assert vault.open([(key, Place("customer", column, one.id), seal)]) == [ADA[column]]
    wrong = [
        (key, Place("customer", "email", one.id), seal),
        (key, Place("customer", column, other.id), seal),
        (key, Place("person", column, one.id), seal),
        (key_of(shop, other.id), Place("customer", column, one.id), seal),
        (key._replace(account="acct_other"), Place("customer", column, one.id), seal),
        (key, Place("customer", column, one.id), seal[:-6] + "AAAA=="),
    ]
    for item in wrong:
        vault._start()
        with pytest.raises(Exception) as caught:
            vault.open([item])
        assert type(caught.value).__name__ == "SealBroken"
        assert caught.value.__context__ is None or caught.value.__suppress_context__
        assert ADA[column] not in str(caught.value)


def test_a_swapped_seal_in_the_store_is_a_typed_error(shop):
    one, other = shop.customers.create(**ADA), shop.customers.create(**ADA)
    engine = shop._engine
    moved = row_of(shop, Customer, other.id).name
    with engine.store.transaction(0) as tx:
        from connectlib.core.book import Keys, Work

        scene = engine.executors[0].scene()
        book = tx.gather(scene, [Work(Keys(rows=(one.id,)), lambda _: None)])
        row = book.rows[one.id]
        book.changed[one.id] = row._replace(version=row.version + 1, name=moved)
        tx.write(book)
    engine.cache.clear()
    with pytest.raises(SealError, match=f"name of {one.id}"):
        shop.customers.retrieve(one.id)
    assert shop.customers.retrieve(other.id).name == ADA["name"]


def test_the_counter_stops_at_its_limit(shop):
    made = shop.customers.create(name="Ada")
    engine, key = shop._engine, key_of(shop, made.id)
    with engine.store.transaction(0) as tx:
        from connectlib.core.book import Keys, Work

        book = tx.gather(engine.executors[0].scene(), [Work(Keys(rows=(key.id,)), lambda _: None)])
        book.changed[key.id] = key._replace(version=key.version + 1, uses=USES_MAX - 1)
        tx.write(book)
    assert shop.customers.update(made.id, name="Ada K").name == "Ada K"
    with pytest.raises(InvalidRequestError) as caught:
        shop.customers.update(made.id, name="Ada L")
    assert caught.value.code == "data_key_used_up"
    assert shop.customers.retrieve(made.id).name == "Ada K"
    shop.keys.renew(made.id)
    assert shop.customers.update(made.id, name="Ada L").name == "Ada L"


def test_a_renewed_key_seals_anew_and_old_versions_stay_readable(shop):
    made = shop.customers.create(**ADA)
    shop.keys.renew(made.id)
    row = row_of(shop, Customer, made.id)
    assert row.name.startswith("v1.2.")
    assert shown(shop.customers.retrieve(made.id)) == shown(made)
    assert shop.events.list(type="customer.created").data[0].data.object.name == ADA["name"]
    assert shop.customers.list(email=ADA["email"]).data[0].id == made.id


def test_a_provider_that_fails_is_a_typed_error_and_nothing_is_written(place):
    keys = Away({"old": OLD})
    shop = place(keys)
    made = shop.customers.create(**ADA)
    shop._engine.vault._start()
    keys.away = True
    for call in (
        lambda: shop.customers.create(**ADA, idempotency_key="k"),
        lambda: shop.customers.update(made.id, name="Other"),
        lambda: shop.customers.retrieve(made.id),
        lambda: shop.customers.list(),
        lambda: shop.events.list(),
    ):
        with pytest.raises(KeysUnavailableError) as caught:
            call()
        assert "no answer" not in str(caught.value) + repr(caught.value.__cause__)
    keys.away = False
    assert len(shop.customers.list().data) == 1
    assert shop.customers.create(**ADA, idempotency_key="k").name == ADA["name"]


def test_without_the_right_keys_a_world_is_not_opened(place):
    place(StaticKeys({"old": OLD})).customers.create(**ADA)
    with pytest.raises(SealError, match="no key-encryption key 'old'"):
        place(StaticKeys({"new": NEW}))
    with pytest.raises(SealError, match="does not open"):
        place(StaticKeys({"old": NEW}))
    with pytest.raises(Exception, match="is sealed in this database"):
        place(None)


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


def test_an_erasure_leaves_null_and_no_way_back(shop):
    made, other = shop.customers.create(**ADA), shop.customers.create(**ADA)
    shop.customers.update(made.id, name="Ada Married", metadata={"order": "7"})
    gone = shop.privacy.erase(made.id)
    assert (gone.id, gone.status) == (made.id, "erased")
    assert shop.privacy.erase(made.id).status == "erased"
    found = shop.customers.retrieve(made.id)
    assert set(shown(found).values()) == {None}
    assert found.metadata == {"order": "7"}
    assert [each.id for each in shop.customers.list(email=ADA["email"])] == [other.id]
    for event in shop.events.list():
        if event.data.object.id == made.id:
            assert event.data.object.name is None
            assert "name" not in (event.data.get("previous_attributes") or {})
    with pytest.raises(InvalidRequestError) as caught:
        shop.customers.update(made.id, name="Again")
    assert caught.value.code == "personal_data_erased"
    assert shop.keys.status().erased == 1
    assert shop.customers.retrieve(other.id).name == ADA["name"]


def test_a_hold_keeps_what_would_be_erased(shop):
    made = shop.customers.create(**ADA)
    held = shop.privacy.hold(made.id, until=shop.clock.now().timestamp().__int__() + 86_400,
                             reason="tax records")  # fmt: skip
    assert held.hold_reason == "tax records"
    with pytest.raises(InvalidRequestError) as caught:
        shop.privacy.erase(made.id)
    assert (caught.value.code, caught.value.param) == ("personal_data_held", "id")
    assert shop.customers.retrieve(made.id).name == ADA["name"]
    shop.privacy.release(made.id)
    assert shop.privacy.erase(made.id).status == "erased"
    with pytest.raises(InvalidRequestError, match="erased"):
        shop.privacy.hold(made.id, until=2_000_000_000)


def test_another_accounts_subject_is_one_that_is_not(shop):
    made = shop.customers.create(**ADA)
    account = shop.testing.account().id
    for wrong in (lambda: shop.privacy.erase(made.id, account=account),
                  lambda: shop.privacy.erase("cus_none"),
                  lambda: shop.privacy.erase("dkey_" + made.id.partition("_")[2]),
                  lambda: shop.keys.renew(made.id, account=account)):  # fmt: skip
        with pytest.raises(InvalidRequestError) as caught:
            wrong()
        assert caught.value.http_status == 404
    assert shop.customers.retrieve(made.id).name == ADA["name"]


def test_what_was_plain_is_sealed_later(place):
    plain = place(None)
    made = plain.customers.create(**ADA)
    assert not plain.keys.status().sealed
    assert "keys=" in plain.keys.status().notice
    shop = place(StaticKeys({"old": OLD}))
    assert shop.customers.retrieve(made.id).name == ADA["name"]
    assert shop.keys.seal_existing() == 1
    assert shop.keys.seal_existing() == 0
    row = row_of(shop, Customer, made.id)
    assert all(is_sealed(getattr(row, name)) for name in ADA)
    assert shop.customers.list(email=ADA["email"]).data[0].name == ADA["name"]


def test_a_subject_written_twice_at_once_keeps_one_key(place):
    """Two that make the first key of a subject at once: the later one seals again."""
    place(None).customers.create(description="no key yet")
    shop = place(StaticKeys({"old": OLD}))
    (only,) = shop.customers.list().data
    barrier, failed = threading.Barrier(4), []

    def write(n):
        barrier.wait()
        try:
            shop.customers.update(only.id, **{("name", "phone")[n % 2]: f"+4{n}"})
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    found = shop.customers.retrieve(only.id)
    assert found.name in {"+40", "+42"}
    assert found.phone in {"+41", "+43"}
    assert key_of(shop, only.id).uses == 4


def texts_of(shop, tmp_path):
    """Everything that a store keeps, as one text."""
    engine = shop._engine
    if hasattr(engine.store, "_tables"):
        tables = engine.store._tables[0]
        return repr([vars(tables)])
    if engine.store.dialect.name == "sqlite":
        files = [path.read_bytes() for path in tmp_path.iterdir()]
        return b"".join(files).decode("latin-1")
    import sqlalchemy as sa

    from connectlib.adapters.sql.tables import metadata

    with engine.store._readers.lend() as connection:
        fetch, compile_ = engine.store.dialect.fetch, engine.store.dialect.compile
        return repr([fetch(connection, compile_(sa.select(each)), {})
                     for each in metadata.sorted_tables])  # fmt: skip


def test_a_thousand_are_erased_and_nothing_of_them_is_left(shop, tmp_path, request):
    many = 200 if "postgresql" in request.node.name else 1_000
    people = [(f"Xanthippe{n}Z", f"x{n}z@quux.example") for n in range(many)]
    ids = [
        shop.customers.create(name=name, email=email, idempotency_key=f"k{n}").id
        for n, (name, email) in enumerate(people)
    ]
    shop.charges.create(amount=1000, currency="usd", source="tok_visa")
    digests = [shop._engine.vault.index("customer.email", email) for _, email in people]
    wrapped = [key_of(shop, id_).wrapped for id_ in ids]
    books = [tuple(each) for each in shop.ledger.transfers()]
    assert all(digest in texts_of(shop, tmp_path) for digest in digests[:3])
    for id_ in ids:
        shop.privacy.erase(id_)
    shop.privacy.scrub()
    left = texts_of(shop, tmp_path) + repr(vars(shop._engine.cache))
    assert not [name for name, email in people if name in left or email in left]
    assert not [digest for digest in digests if digest in left]
    assert not [text for text in wrapped if text in left]
    for _, email in people[:50]:
        for digest in (hashlib.sha256, hashlib.md5, hashlib.blake2b, hashlib.sha1):
            assert digest(email.encode()).hexdigest() not in left
    assert [tuple(each) for each in shop.ledger.transfers()] == books
    assert shop.ledger.verify().ok
    assert shop.keys.status().erased == many
    engine = shop._engine
    query = Page(Customer, 0, engine.world.id, engine.world.account, limit=many)
    assert {row.email_index for row in engine.store.answer(query)} == {None}


async def _awaiting():
    async with AsyncConnect(keys=LocalKeys(OLD)) as shop:
        made = await shop.customers.create(**ADA)
        assert (await shop.customers.list(email=ADA["email"])).data[0].name == ADA["name"]
        assert (await shop.privacy.erase(made.id)).status == "erased"
        assert (await shop.customers.retrieve(made.id)).name is None
        assert (await shop.keys.status()).erased == 1


def test_the_awaiting_client_does_the_same():
    import asyncio

    asyncio.run(_awaiting())
