"""Personal data at rest: sealed, found, opened in its place alone; on every store."""

from __future__ import annotations

import asyncio
import threading

import pytest

from connectlib import (
    AsyncConnect,
    InvalidRequestError,
    KeysUnavailableError,
    LocalKeys,
    SealError,
    StaticKeys,
)
from connectlib.core.book import Keys, Work
from connectlib.core.personal import USES_MAX, Place, is_sealed
from connectlib.core.rows import Customer
from connectlib.ports.store import Version as Snapshot
from tests.stories.sealing import ADA, NEW, OLD, WORDS, Away, key_of, row_of, shown


def test_what_is_written_is_shown_and_only_seals_are_kept(sealed):
    made = sealed.customers.create(**ADA)
    row = row_of(sealed, Customer, made.id)
    assert all(is_sealed(getattr(row, name)) for name in ADA)
    again = sealed.customers.retrieve(made.id)
    assert shown(again) == shown(made)
    assert made.name == ADA["name"]
    assert made.address.line1 == ADA["address"]["line1"]
    kept = sealed._engine.store.answer(Snapshot(0, sealed._engine.world.id, made.id, 1))
    for word in WORDS:
        assert word not in repr(row) + repr(kept)
    assert kept.email_index is None
    assert key_of(sealed, made.id).uses == len(ADA)


def test_lists_and_events_are_opened(sealed):
    made = sealed.customers.create(**ADA)
    sealed.customers.create(name="Bob", email="bob@example.com")
    sealed.customers.update(made.id, name="Countess of Quillfeather", phone=ADA["phone"])
    assert [each.name for each in sealed.customers.list()] == ["Bob", "Countess of Quillfeather"]
    told = sealed.events.list(type="customer.updated").data[0]
    assert told.data.previous_attributes == {"name": ADA["name"]}
    assert told.data.object.name == "Countess of Quillfeather"
    assert sealed.events.list(type="customer.created").data[1].data.object.email == ADA["email"]


def test_the_exact_search_finds_by_email_alone(sealed):
    made = sealed.customers.create(**ADA)
    assert [each.id for each in sealed.customers.list(email=ADA["email"])] == [made.id]
    assert not sealed.customers.list(email="other@feather.example").data
    sealed.customers.update(made.id, email="new@feather.example")
    assert not sealed.customers.list(email=ADA["email"]).data
    assert sealed.customers.list(email="new@feather.example").data[0].id == made.id
    sealed.customers.update(made.id, email="")
    assert not sealed.customers.list(email="new@feather.example").data


def test_what_does_not_change_is_not_told_and_not_sealed_again(sealed):
    made = sealed.customers.create(**ADA)
    before = row_of(sealed, Customer, made.id)
    sealed.customers.update(made.id, name=ADA["name"], email=ADA["email"])
    assert row_of(sealed, Customer, made.id) == before
    assert not sealed.events.list(type="customer.updated").data


def test_a_key_of_a_request_means_the_plain_values(sealed):
    one = sealed.customers.create(**ADA, idempotency_key="k")
    assert sealed.customers.create(**ADA, idempotency_key="k").id == one.id
    with pytest.raises(Exception, match="same parameters"):
        sealed.customers.create(**{**ADA, "name": "Other"}, idempotency_key="k")


def test_what_is_not_given_needs_no_key(place):
    keys = Away({"old": OLD})
    shop = place(keys)
    account = shop.testing.account()
    asked = keys.asked
    made = shop.customers.create(description="plain")
    assert key_of(shop, made.id) is None
    shop.charges.create(
        amount=1000, currency="usd", source="tok_visa",
        transfer_data={"destination": account.id},
    )  # fmt: skip
    assert keys.asked == asked


@pytest.mark.parametrize("column", ["name", "phone"])
def test_a_seal_opens_in_its_place_alone(sealed, column):
    """Another column's, another row's and an altered seal are refused with a typed error."""
    one, other = sealed.customers.create(**ADA), sealed.customers.create(**ADA)
    vault, key = sealed._engine.vault, key_of(sealed, one.id)
    row = row_of(sealed, Customer, one.id)
    seal = getattr(row, column)
    assert vault.open([(key, Place("customer", column, one.id), seal)]) == [ADA[column]]
    wrong = [
        (key, Place("customer", "email", one.id), seal),
        (key, Place("customer", column, other.id), seal),
        (key, Place("person", column, one.id), seal),
        (key_of(sealed, other.id), Place("customer", column, one.id), seal),
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


def test_a_swapped_seal_in_the_store_is_a_typed_error(sealed):
    one, other = sealed.customers.create(**ADA), sealed.customers.create(**ADA)
    engine = sealed._engine
    moved = row_of(sealed, Customer, other.id).name
    with engine.store.transaction(0) as tx:
        scene = engine.executors[0].scene()
        book = tx.gather(scene, [Work(Keys(rows=(one.id,)), lambda _: None)])
        row = book.rows[one.id]
        book.changed[one.id] = row._replace(version=row.version + 1, name=moved)
        tx.write(book)
    engine.cache.clear()
    with pytest.raises(SealError, match=f"name of {one.id}"):
        sealed.customers.retrieve(one.id)
    assert sealed.customers.retrieve(other.id).name == ADA["name"]


def test_the_counter_stops_at_its_limit(sealed):
    made = sealed.customers.create(name="Ada")
    engine, key = sealed._engine, key_of(sealed, made.id)
    with engine.store.transaction(0) as tx:
        book = tx.gather(engine.executors[0].scene(), [Work(Keys(rows=(key.id,)), lambda _: None)])
        book.changed[key.id] = key._replace(version=key.version + 1, uses=USES_MAX - 1)
        tx.write(book)
    assert sealed.customers.update(made.id, name="Ada K").name == "Ada K"
    with pytest.raises(InvalidRequestError) as caught:
        sealed.customers.update(made.id, name="Ada L")
    assert caught.value.code == "data_key_used_up"
    assert sealed.customers.retrieve(made.id).name == "Ada K"
    sealed.keys.renew(made.id)
    assert sealed.customers.update(made.id, name="Ada L").name == "Ada L"


def test_a_renewed_key_seals_anew_and_old_versions_stay_readable(sealed):
    made = sealed.customers.create(**ADA)
    sealed.keys.renew(made.id)
    row = row_of(sealed, Customer, made.id)
    assert row.name.startswith("v1.2.")
    assert shown(sealed.customers.retrieve(made.id)) == shown(made)
    assert sealed.events.list(type="customer.created").data[0].data.object.name == ADA["name"]
    assert sealed.customers.list(email=ADA["email"]).data[0].id == made.id


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


async def _awaiting():
    async with AsyncConnect(keys=LocalKeys(OLD)) as shop:
        made = await shop.customers.create(**ADA)
        assert (await shop.customers.list(email=ADA["email"])).data[0].name == ADA["name"]
        assert (await shop.privacy.erase(made.id)).status == "erased"
        assert (await shop.customers.retrieve(made.id)).name is None
        assert (await shop.keys.status()).erased == 1


def test_the_awaiting_client_does_the_same():
    asyncio.run(_awaiting())
