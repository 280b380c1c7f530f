"""Ids, filters, cursors and numbers that are none: one typed error on every store, no crash."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectlib import Connect, ConnectError, InvalidRequestError, VirtualClock, errors

BAD = {
    "surrogate": "ch_\ud800",
    "nul": "ch_\x00",
    "int": 5,
    "huge int": 10**30,
    "float": 1.5,
    "bytes": b"ch_1",
    "list": ["ch_1"],
    "empty": "",
    "long": "x" * 300,
    "true": True,
}


@pytest.fixture(params=["memory", "sqlite", "postgresql"], scope="module")
def shop(request, tmp_path_factory):
    """(client, a connected account, a charge of it)."""
    urls = {"memory": None, "sqlite": f"sqlite:///{tmp_path_factory.mktemp('ids')}/shop.db"}
    if request.param == "postgresql":
        urls["postgresql"] = request.getfixturevalue("module_pg_url")
    with Connect(urls[request.param], clock=VirtualClock()) as connect:
        ada = connect.testing.account()
        charge = connect.charges.create(
            amount=1_000,
            currency="usd",
            source="tok_visa",
            transfer_data={"destination": ada.id},
            application_fee_amount=100,
        )
        yield connect, ada, charge


#: what is called -> the parameter that is at fault
BY_ID = {
    "charges.retrieve": "id",
    "refunds.retrieve": "id",
    "transfers.retrieve": "id",
    "transfers.reversals.retrieve": "id",
    "payouts.retrieve": "id",
    "events.retrieve": "id",
    "application_fees.retrieve": "id",
    "application_fees.refunds.retrieve": "id",
    "balance_transactions.retrieve": "id",
    "accounts.retrieve": "id",
    "accounts.update": "id",
    "accounts.delete": "id",
    "charges.update": "id",
    "refunds.update": "id",
    "transfers.update": "id",
    "payouts.update": "id",
    "testing.onboard": "account",
    "transfers.reversals.create": "transfer",
    "transfers.reversals.list": "transfer",
    "application_fees.refunds.create": "fee",
    "application_fees.refunds.list": "fee",
}
FILTERS = {
    "charges.list": ["transfer_group", "starting_after", "ending_before", "created"],
    "refunds.list": ["charge"],
    "transfers.list": ["destination", "transfer_group"],
    "application_fees.list": ["charge"],
    "payouts.list": ["status", "destination", "arrival_date"],
    "events.list": ["type", "types", "starting_after"],
    "balance_transactions.list": ["currency", "payout", "source", "type"],
    "accounts.list": ["starting_after", "limit"],
    "ledger.transfers": ["about", "charge", "limit"],
    "ledger.balance": ["currency"],
    "refunds.create": ["charge"],
}
WITH_ACCOUNT = [
    "charges.list",
    "charges.create",
    "balance.retrieve",
    "ledger.transfers",
    "payouts.list",
    "events.list",
]


def verb(connect, name):
    found = connect
    for part in name.split("."):
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("name", BY_ID)
def test_an_id_that_is_none_names_its_parameter(shop, name) -> None:
    for value in BAD.values():
        with pytest.raises(InvalidRequestError) as caught:
            verb(shop[0], name)(value)
        assert caught.value.param == BY_ID[name], value
        str(caught.value).encode()


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_that_is_none_names_itself(shop, name) -> None:
    numbers, lists = {"created", "arrival_date", "limit"}, {"types"}
    for param in FILTERS[name]:
        for kind, value in BAD.items():
            if (param in numbers and kind == "int") or (param in lists and kind == "list"):
                continue
            with pytest.raises(InvalidRequestError) as caught:
                verb(shop[0], name)(**{param: value})
            assert caught.value.param.partition("[")[0] == param, value
            str(caught.value).encode()


@pytest.mark.parametrize("name", WITH_ACCOUNT)
def test_an_account_that_is_none_is_one_without_access(shop, name) -> None:
    for value in BAD.values():
        with pytest.raises(errors.PermissionError) as caught:
            verb(shop[0], name)(account=value)
        assert caught.value.param == "account"
        str(caught.value).encode()


CURSORS = [
    ("charges.list", {"starting_after": "re_1"}, "starting_after"),
    ("charges.list", {"ending_before": "nothing"}, "ending_before"),
    ("events.list", {"starting_after": "evt_1"}, "starting_after"),
    ("charges.list", {"created": {"gt": "x"}}, "created[gt]"),
    ("charges.list", {"created": {"gt": 10**30}}, "created[gt]"),
    ("charges.list", {"created": {"after": 1}}, "created[after]"),
    ("charges.list", {"created": "x"}, "created"),
    ("charges.list", {"created": -1}, "created"),
    ("payouts.list", {"arrival_date": {"lt": 1.5}}, "arrival_date[lt]"),
    ("events.list", {"types": []}, "types"),
    ("events.list", {"types": ["a"] * 21}, "types"),
    ("events.list", {"types": ["a", 5]}, "types[1]"),
    ("events.list", {"types": ["a"], "type": "b"}, "types"),
    ("balance_transactions.list", {"currency": "xyz"}, "currency"),
    ("ledger.transfers", {"limit": "x"}, "limit"),
    ("ledger.transfers", {"limit": -1}, "limit"),
    ("ledger.transfers", {"after": "x-1"}, "after"),
    ("ledger.transfers", {"after": 5}, "after"),
    ("ledger.transfers", {"after": "9" * 40 + "-0"}, "after"),
    ("ledger.balance", {"currency": 5}, "currency"),
    ("run_due", {"limit": "x"}, "limit"),
    ("run_due", {"limit": -1}, "limit"),
    ("clock.advance", {"days": "2"}, "days"),
    ("clock.advance", {"hours": 1.5}, "hours"),
    ("clock.advance", {"days": 10**30}, "days"),
    ("clock.advance", {"days": 10**9}, "moment"),
    ("clock.advance_to", {"moment": "soon"}, "moment"),
    ("clock.advance_to", {"moment": None}, "moment"),
    ("charges.create_many", {"items": 5}, "items"),
    ("charges.create_many", {"items": {"amount": 1}}, "items"),
    ("charges.create_many", {"items": "abc"}, "items"),
]


@pytest.mark.parametrize(("name", "words", "param"), CURSORS, ids=lambda each: repr(each)[:50])
def test_what_is_wrong_is_named_exactly(shop, name, words, param) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        verb(shop[0], name)(**words)
    assert caught.value.param == param


def test_one_bad_item_takes_nothing_from_the_others(shop) -> None:
    good = {"amount": 1_000, "currency": "usd", "source": "tok_visa"}
    items = [good, 5, None, ["amount"], {5: 1}, {**good, "amount": -1}, good]
    found = shop[0].charges.create_many(items)
    named = [each.param if isinstance(each, ConnectError) else each.status for each in found]
    assert named == [
        "succeeded",
        "items[1]",
        "items[2]",
        "items[3]",
        "items[4]",
        "amount",
        "succeeded",
    ]


def test_an_object_stands_for_its_id_everywhere(shop) -> None:
    connect, ada, charge = shop
    transfer = connect.transfers.retrieve(charge.transfer)
    fee = connect.application_fees.retrieve(charge.application_fee)
    assert connect.charges.retrieve(charge) == charge
    assert connect.charges.update(charge, metadata={"a": "b"}).metadata == {"a": "b"}
    assert connect.accounts.retrieve(ada) == ada
    assert connect.refunds.create(charge=charge, amount=10).charge == charge.id
    assert len(connect.refunds.list(charge=charge).data) == 1
    back = connect.transfers.reversals.create(transfer, amount=1)
    assert connect.transfers.reversals.list(transfer)[0] == back
    assert connect.application_fees.refunds.create(fee, amount=1).fee == fee.id
    words = {"amount": 1_000, "currency": "usd", "source": "tok_visa"}
    made = connect.charges.create(transfer_data={"destination": ada}, on_behalf_of=ada, **words)
    assert made.transfer_data.destination == ada.id
    assert connect.charges.create(account=ada, **words).status == "succeeded"
    assert connect.ledger.transfers(about=transfer) == connect.ledger.transfers(about=transfer.id)
    assert connect.charges.list(starting_after=made, limit=1).data


JUNK = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
    | st.binary(max_size=9) | st.lists(st.text(max_size=9), max_size=3)
    | st.dictionaries(st.sampled_from(["gt", "lte", "x"]), st.integers() | st.text(), max_size=2)
)  # fmt: skip
NAMES = st.sampled_from(
    [(name, param) for name, params in FILTERS.items() for param in params if "create" not in name]
)


@settings(max_examples=300)
@given(NAMES, JUNK)
def test_junk_in_a_list_is_refused_or_answered(shop, name, value) -> None:
    found, param = name
    words = {"currency": "usd"} if found == "ledger.balance" else {}
    try:
        verb(shop[0], found)(**{**words, param: value})
    except InvalidRequestError as error:
        assert error.param
