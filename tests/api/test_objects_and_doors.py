"""Objects as answers: copied, pickled, paged; doors that are closed; words that are unset."""

from __future__ import annotations

import asyncio
import copy
from multiprocessing.reduction import ForkingPickler

import pytest
from moneyed import Money

from connectlib import (
    AsyncConnect,
    BalanceInsufficient,
    ConfigurationError,
    Connect,
    IdempotencyError,
    InvalidRequestError,
    MissingExtra,
)
from connectlib.api.errors import raised
from connectlib.runtime.build import MissingPackage

GOOD = {"amount": 1_000, "currency": "usd", "source": "tok_visa"}


def pickled(value):
    return ForkingPickler.loads(ForkingPickler.dumps(value))


def test_objects_can_be_copied_and_pickled(connect) -> None:
    ada = connect.testing.account()
    charge = connect.charges.create(**GOOD, transfer_data={"destination": ada})
    page = connect.charges.list()
    found = [
        ada,
        charge,
        page,
        connect.balance.retrieve(),
        connect.balance_transactions.list()[0],
        connect.events.list()[0],
        connect.transfers.retrieve(charge.transfer),
    ]
    for each in found:
        again = pickled(each)
        assert type(again) is type(each)
        for other in (again, copy.copy(each), copy.deepcopy(each)):
            assert other == each
            assert other.to_dict() == each.to_dict()
    assert pickled(charge).livemode is False
    with pytest.raises(AttributeError):
        _ = charge._nothing
    with pytest.raises(AttributeError, match="no field"):
        _ = charge.nothing


def test_a_page_out_of_a_pickle_does_not_end_in_silence(connect) -> None:
    for _ in range(3):
        connect.charges.create(**GOOD)
    page = pickled(connect.charges.list(limit=2))
    with pytest.raises(RuntimeError, match="pickle"):
        list(page.auto_paging_iter())


def test_pages_are_read_by_place_and_walked_both_ways(connect) -> None:
    made = [connect.charges.create(**GOOD).id for _ in range(7)][::-1]
    page = connect.charges.list(limit=2)
    assert (page[0].id, page[-1].id, [each.id for each in page[:2]]) == (made[0], made[1], made[:2])
    assert page["has_more"] is True
    assert [each.id for each in page.auto_paging_iter()] == made
    back = connect.charges.list(limit=2, ending_before=made[-1])
    assert [each.id for each in back] == made[4:6]
    assert [each.id for each in back.auto_paging_iter()] == made[:-1][::-1]

    async def walk() -> list[str]:
        async with AsyncConnect.over(connect._engine) as awaiting:
            found = await awaiting.charges.list(limit=2, ending_before=made[-1])
            walked = [each.id async for each in found.auto_paging_aiter()]
            awaiting._engine.is_closed = False
        connect._engine.is_closed = False
        return walked

    assert asyncio.run(walk()) == made[:-1][::-1]


def test_filters_of_events_and_payouts(connect) -> None:
    ada = connect.testing.account(settings={"payouts": {"schedule": {"interval": "manual"}}})
    for amount in (1_000, 2_000):
        connect.charges.create(
            amount=amount,
            currency="usd",
            source="tok_bypassPending",
            transfer_data={"destination": ada},
        )
    first = connect.payouts.create(amount=1_000, currency="usd", account=ada)
    connect.clock.advance(days=4)
    second = connect.payouts.create(amount=2_000, currency="usd", account=ada)

    def listed(**words) -> list[str]:
        return [each.id for each in connect.payouts.list(account=ada, **words)]

    assert listed(arrival_date=first.arrival_date) == [first.id]
    assert listed(arrival_date={"gt": first.arrival_date}) == [second.id]
    assert listed(destination=first.destination) == [second.id, first.id]
    assert listed(destination="ba_none") == []
    wanted = ["payout.paid", "payment.created"]
    types = {each.type for each in connect.events.list(account=ada, types=wanted, limit=100)}
    assert types == set(wanted)


def test_a_balance_takes_any_case_and_knows_no_other_currency(connect) -> None:
    connect.charges.create(**GOOD)
    pending = connect.balance.retrieve().pending
    assert pending["USD"] == pending["usd"] == 941
    assert pending["eur"] == 0
    with pytest.raises(KeyError, match="no currency 'xyz'"):
        _ = pending["xyz"]


@pytest.mark.parametrize("currency", ["usd", "USD", "Usd"])
def test_money_and_its_currency_in_any_case(connect, currency) -> None:
    charge = connect.charges.create(
        amount=Money("10.00", "USD"), currency=currency, source="tok_visa"
    )
    assert (charge.amount, charge.currency) == (1_000, "usd")


def test_money_of_another_currency_is_never_taken_for_units(connect) -> None:
    ada = connect.testing.account()
    charge = connect.charges.create(
        **GOOD, transfer_data={"destination": ada}, application_fee_amount=100
    )
    yen = Money("5", "JPY")
    for call in (
        lambda: connect.refunds.create(charge=charge, amount=yen),
        lambda: connect.transfers.reversals.create(charge.transfer, amount=yen),
        lambda: connect.application_fees.refunds.create(charge.application_fee, amount=yen),
    ):
        with pytest.raises(InvalidRequestError, match="in jpy, but this is in usd") as caught:
            call()
        assert (caught.value.param, caught.value.code) == ("amount", "invalid_currency")
    one = Money("0.10", "USD")
    assert connect.refunds.create(charge=charge, amount=one).amount == 10
    assert connect.transfers.reversals.create(charge.transfer, amount=one).amount == 10
    assert connect.application_fees.refunds.create(charge.application_fee, amount=one).amount == 10


def test_an_empty_text_unsets_a_field(connect) -> None:
    charge = connect.charges.create(
        **GOOD, description="a mug", receipt_email="a@example.com", metadata={"a": "1", "b": "2"}
    )
    with pytest.raises(InvalidRequestError):
        connect.charges.create(**GOOD, description="")
    found = connect.charges.update(charge, description="", receipt_email="")
    assert (found.description, found.receipt_email) == (None, None)
    assert found.metadata == {"a": "1", "b": "2"}
    assert connect.charges.update(charge, metadata="").metadata == {}
    with pytest.raises(InvalidRequestError):
        connect.charges.update(charge, metadata="a")
    ada = connect.accounts.create(
        email="a@example.com", business_profile={"name": "Ada", "url": "https://a.example"}
    )
    ada = connect.accounts.update(ada, email="", business_profile={"url": "", "mcc": "5999"})
    assert ada.email is None
    profile = ada.business_profile
    assert (profile.name, profile.mcc, profile.url) == ("Ada", "5999", None)


def test_metadata_cannot_grow_beyond_its_limit_by_updates(connect) -> None:
    charge = connect.charges.create(**GOOD, metadata={str(n): "x" for n in range(50)})
    ada = connect.accounts.create(metadata={str(n): "x" for n in range(50)})
    for call in (
        lambda words: connect.charges.update(charge, metadata=words),
        lambda words: connect.accounts.update(ada, metadata=words),
    ):
        with pytest.raises(InvalidRequestError, match="50 keys") as caught:
            call({"one more": "x"})
        assert caught.value.param == "metadata"
        assert len(call({"one more": "x", "0": ""}).metadata) == 50


def test_the_order_of_metadata_is_no_part_of_a_request(connect) -> None:
    one = connect.charges.create(**GOOD, metadata={"a": "1", "b": "2"}, idempotency_key="k")
    again = connect.charges.create(**GOOD, metadata={"b": "2", "a": "1"}, idempotency_key="k")
    assert again == one
    with pytest.raises(IdempotencyError):
        connect.charges.create(**GOOD, metadata={"a": "2", "b": "1"}, idempotency_key="k")


def test_what_an_account_cannot_ask_for(connect) -> None:
    recipient = {"service_agreement": "recipient"}
    for words, param in (
        ({"capabilities": [1, "transfers"]}, "capabilities"),
        ({"capabilities": ["card_payments"], "tos_acceptance": recipient}, "capabilities"),
    ):
        with pytest.raises(InvalidRequestError) as caught:
            connect.accounts.create(**words)
        assert caught.value.param.partition("[")[0] == param
    made = connect.testing.account(tos_acceptance=recipient)
    assert made.capabilities == {"transfers": "active"}
    bare = connect.testing.onboard(connect.accounts.create(tos_acceptance=recipient))
    assert bare.capabilities == {"transfers": "active"}
    with pytest.raises(InvalidRequestError, match="recipient"):
        connect.accounts.update(made, capabilities=["card_payments"])
    with pytest.raises(InvalidRequestError) as caught:
        connect.testing.account(payouts_fail_with="whim")
    assert caught.value.param == "payouts_fail_with"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"url": 5}, "not one of a store"),
        ({"url": "postgresql://localhost:port/x"}, "cannot be read"),
        ({"platform": None}, "platform must be a name"),
        ({"platform": 5}, "platform must be a name"),
        ({"platform": "a\x00"}, "platform must be a name"),
        ({"country": 5}, "country 5"),
        ({"country": []}, "country"),
        ({"clock": object()}, "clock must be an object with now"),
        ({"cache": True}, "cache must be an object with get"),
        ({"processor": object()}, "processor must be an object with"),
    ],
)
def test_what_is_no_part_of_a_client_says_so(words, said) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        Connect(**words)
    assert caught.value.hint


def test_a_closed_client_refuses(tmp_path) -> None:
    connect = Connect(f"sqlite:///{tmp_path}/shop.db")
    connect.close()
    connect.close()
    for call in (
        lambda: connect.charges.create(**GOOD),
        lambda: connect.charges.retrieve("ch_1"),
        lambda: connect.ledger.verify(),
        lambda: connect.run_due(),
        lambda: connect.clock.advance(days=1),
        lambda: connect.transaction(None).__enter__(),
    ):
        with pytest.raises(ConfigurationError, match="has been closed"):
            call()


def test_an_awaiting_client_is_closed_by_either_name() -> None:
    async def main() -> None:
        for name in ("close", "aclose"):
            client = AsyncConnect()
            await getattr(client, name)()
            with pytest.raises(ConfigurationError, match="has been closed"):
                await client.charges.create(**GOOD)

    asyncio.run(main())
    assert not hasattr(Connect, "aclose")


def test_errors_have_names_to_catch(connect) -> None:
    with pytest.raises(BalanceInsufficient) as caught:
        connect.payouts.create(amount=1, currency="usd")
    assert caught.value.code == "balance_insufficient"
    error = raised(MissingPackage("PostgreSQL needs the package psycopg.", "pip install it"))
    assert isinstance(error, MissingExtra)
    assert error.hint == "pip install it"
