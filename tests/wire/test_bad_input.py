"""Bad input gets one typed error that names the parameter, and writes nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moneyed import Money

from connectlib import Connect, ConnectError, InvalidRequestError
from connectlib.ports.store import Totals

GOOD = {"amount": 1_000, "currency": "usd", "source": "tok_visa"}
HUGE = "x" * 100_000

CHARGES = [
    ({"amount": None}, "amount", "parameter_missing"),
    ({"amount": 0}, "amount", "parameter_invalid_integer"),
    ({"amount": -1}, "amount", "parameter_invalid_integer"),
    ({"amount": 10.0}, "amount", "parameter_invalid_integer"),
    ({"amount": float("nan")}, "amount", "parameter_invalid_integer"),
    ({"amount": True}, "amount", "parameter_invalid_integer"),
    ({"amount": "1000"}, "amount", "parameter_invalid_integer"),
    ({"amount": b"1000"}, "amount", "parameter_invalid_integer"),
    ({"amount": 10**30}, "amount", "parameter_invalid_integer"),
    ({"amount": 49}, "amount", "amount_too_small"),
    ({"amount": 10**12}, "amount", "amount_too_large"),
    ({"amount": Money("0.001", "USD"), "currency": None}, "amount", "parameter_invalid_integer"),
    ({"amount": Money("NaN", "USD"), "currency": None}, "amount", "parameter_invalid_integer"),
    ({"amount": Money("10", "USD"), "currency": "eur"}, "currency", "parameters_exclusive"),
    ({"amount": 150, "currency": "isk"}, "amount", "parameter_invalid_integer"),
    ({"currency": None}, "currency", "parameter_missing"),
    ({"currency": "xxx"}, "currency", "invalid_currency"),
    ({"currency": "us"}, "currency", "invalid_currency"),
    ({"currency": ""}, "currency", "invalid_currency"),
    ({"currency": 840}, "currency", "parameter_invalid"),
    ({"currency": "ＵＳＤ"}, "currency", "invalid_currency"),
    ({"source": None}, "source", "parameter_missing"),
    ({"source": ""}, "source", "parameter_invalid_empty"),
    ({"source": "tok_nobody"}, "source", "resource_missing"),
    ({"source": "4242424242424242"}, "source", "parameter_invalid"),
    ({"description": "card 4242 4242 4242 4242"}, "description", "parameter_invalid"),
    ({"description": "a\x00b"}, "description", "parameter_invalid"),
    ({"description": "\ud800"}, "description", "parameter_invalid"),
    ({"description": HUGE}, "description", "parameter_invalid"),
    ({"description": ["a"]}, "description", "parameter_invalid"),
    ({"statement_descriptor": "x" * 23}, "statement_descriptor", "parameter_invalid"),
    ({"receipt_email": "nobody"}, "receipt_email", "parameter_invalid"),
    ({"metadata": {"a": 1}}, "metadata[a]", "parameter_invalid"),
    ({"metadata": {"a" * 41: "b"}}, "metadata", "parameter_invalid"),
    ({"metadata": {"a[b]": "c"}}, "metadata", "parameter_invalid"),
    ({"metadata": {"a": "b" * 501}}, "metadata", "parameter_invalid"),
    ({"metadata": {str(n): "b" for n in range(51)}}, "metadata", "parameter_invalid"),
    ({"metadata": [("a", "b")]}, "metadata", "parameter_invalid"),
    ({"transfer_data": {}}, "transfer_data[destination]", "parameter_missing"),
    ({"transfer_data": "acct_1"}, "transfer_data", "parameter_invalid"),
    (
        {"transfer_data": {"destination": "acct_1", "to": 1}},
        "transfer_data[to]",
        "parameter_unknown",
    ),
    (
        {"transfer_data": {"destination": "acct_1"}},
        "transfer_data[destination]",
        "resource_missing",
    ),
    (
        {"transfer_data": {"destination": "a", "amount": 1}, "application_fee_amount": 1},
        "application_fee_amount",
        "parameters_exclusive",
    ),
    ({"application_fee_amount": 5}, "application_fee_amount", "application_fees_not_allowed"),
    ({"on_behalf_of": "acct_1"}, "on_behalf_of", "resource_missing"),
    ({"colour": "red"}, "colour", "parameter_unknown"),
    ({"idempotency_key": ""}, "idempotency_key", "parameter_invalid"),
    ({"idempotency_key": "k" * 256}, "idempotency_key", "parameter_invalid"),
    ({"idempotency_key": 7}, "idempotency_key", "parameter_invalid"),
    ({"idempotency_key": "a\nb"}, "idempotency_key", "parameter_invalid"),
    ({"account": "acct_1"}, "account", "account_invalid"),
    ({"account": 5}, "account", "account_invalid"),
    ({"account": HUGE}, "account", "account_invalid"),
]


def everything(connect: Connect) -> str:
    """All that a client can see, as text."""
    engine = connect._engine
    rows = [(entry.key, entry.dp, entry.cp) for entry in engine.store.answer(Totals(0, 1))]
    seen = [connect.charges.list().to_dict(), connect.events.list().to_dict(), rows]
    return json.dumps(seen, sort_keys=True, default=str)


@pytest.mark.parametrize(("words", "param", "code"), CHARGES, ids=lambda each: repr(each)[:50])
def test_a_wrong_charge_is_named_and_writes_nothing(connect, words, param, code) -> None:
    before = everything(connect)
    with pytest.raises(ConnectError) as caught:
        connect.charges.create(**{**GOOD, **words})
    error = caught.value
    assert (error.param, error.code) == (param, code)
    assert error.message
    assert len(str(error)) < 700
    assert "4242424242424242" not in str(error)
    assert everything(connect) == before


OTHERS = [
    ("transfers.create", {"amount": 1, "currency": "usd"}, "destination", "parameter_missing"),
    (
        "transfers.create",
        {"amount": 1, "currency": "usd", "destination": "acct_1"},
        "destination",
        "resource_missing",
    ),
    ("refunds.create", {}, "charge", "parameter_missing"),
    ("refunds.create", {"charge": "ch_1"}, "charge", "resource_missing"),
    ("refunds.create", {"charge": "ch_1", "reason": "whim"}, "reason", "parameter_invalid"),
    (
        "refunds.create",
        {"charge": "ch_1", "reverse_transfer": 1},
        "reverse_transfer",
        "parameter_invalid",
    ),
    ("payouts.create", {"amount": 1, "currency": "usd"}, "amount", "balance_insufficient"),
    ("payouts.create", {"amount": 1, "currency": "eur"}, "currency", "payouts_not_allowed"),
    (
        "payouts.create",
        {"amount": 1, "currency": "usd", "method": "instant"},
        "method",
        "parameter_invalid",
    ),
    ("accounts.create", {"country": "USA"}, "country", "parameter_invalid"),
    ("accounts.create", {"country": "ZZ"}, "country", "parameter_invalid"),
    ("accounts.create", {"email": "x"}, "email", "parameter_invalid"),
    ("accounts.create", {"capabilities": ["fly"]}, None, "parameter_invalid"),
    (
        "accounts.create",
        {"controller": {"losses": {"payments": "nobody"}}},
        "controller[losses][payments]",
        "parameter_invalid",
    ),
    (
        "accounts.create",
        {"settings": {"payouts": {"schedule": {"interval": "hourly"}}}},
        "settings[payouts][schedule][interval]",
        "parameter_invalid",
    ),
    ("charges.list", {"limit": 0}, "limit", "parameter_invalid_integer"),
    ("charges.list", {"limit": 101}, "limit", "parameter_invalid_integer"),
    (
        "charges.list",
        {"starting_after": "a", "ending_before": "b"},
        "starting_after",
        "parameters_exclusive",
    ),
    ("charges.list", {"created": {"gt": "now"}}, "created[gt]", "parameter_invalid_integer"),
    ("charges.list", {"colour": "red"}, "colour", "parameter_unknown"),
    ("ledger.balance", {"currency": "usd", "as_of": "soon"}, "as_of", "parameter_invalid"),
    ("fx_quotes.create", {"from_currencies": ["eur"]}, "to_currency", "parameter_missing"),
    ("fx_quotes.create", {"to_currency": "usd"}, "from_currencies", "parameter_missing"),
    *(
        ("fx_quotes.create", {"to_currency": "usd", "from_currencies": ["eur"], **words}, *said)
        for words, *said in (
            ({"to_currency": "xxx"}, "to_currency", "invalid_currency"),
            ({"from_currencies": []}, "from_currencies", "parameter_invalid_empty"),
            ({"from_currencies": "eur"}, "from_currencies", "parameter_invalid"),
            ({"from_currencies": ["eur", "xxx"]}, "from_currencies[1]", "invalid_currency"),
            ({"from_currencies": ["eur"] * 999}, "from_currencies", "parameter_invalid"),
            ({"from_currencies": ["eur", "usd"]}, "from_currencies", "invalid_currency"),
            ({"lock_duration": "week"}, "lock_duration", "parameter_invalid"),
            ({"usage": "payment"}, "usage", "parameter_invalid"),
            ({"usage": {}}, "usage[type]", "parameter_missing"),
            ({"usage": {"type": "gift"}}, "usage[type]", "parameter_invalid"),
            (
                {"usage": {"type": "transfer"}},
                "usage[transfer][destination]",
                "parameter_missing",
            ),
            (
                {"usage": {"type": "payment", "transfer": {"destination": "acct_1"}}},
                "usage[transfer]",
                "parameters_exclusive",
            ),
            (
                {"usage": {"type": "payment", "payment": {"on_behalf_of": "acct_1"}}},
                "usage[payment][on_behalf_of]",
                "resource_missing",
            ),
        )
    ),
    ("fx_quotes.list", {"colour": "red"}, "colour", "parameter_unknown"),
]


@pytest.mark.parametrize(
    ("verb", "words", "param", "code"), OTHERS, ids=lambda each: repr(each)[:40]
)
def test_every_verb_names_what_is_wrong(connect, verb, words, param, code) -> None:
    resource, name = verb.split(".")
    with pytest.raises(InvalidRequestError) as caught:
        getattr(getattr(connect, resource), name)(**words)
    if param is not None and code is not None:
        assert (caught.value.param, caught.value.code) == (param, code)


@pytest.mark.parametrize(
    ("room", "id_"),
    [
        (room, id_)
        for room in (
            "charges",
            "refunds",
            "transfers",
            "payouts",
            "events",
            "application_fees",
            "fx_quotes",
        )
        for id_ in ("ch_1", "x" * 300, "ch_" + "0" * 29, "../etc", "ch_\x00")
    ],
)
def test_an_id_that_is_none_is_not_found(connect, room, id_) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        getattr(connect, room).retrieve(id_)
    assert caught.value.code in {"resource_missing", "parameter_invalid"}
    assert caught.value.param == "id"


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.binary(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=5,
)
NAMES = st.sampled_from(
    [
        "amount",
        "currency",
        "source",
        "transfer_data",
        "application_fee_amount",
        "description",
        "metadata",
        "receipt_email",
        "account",
        "idempotency_key",
        "on_behalf_of",
    ]
)
SHARED = Connect()


@given(st.dictionaries(NAMES, JUNK, min_size=1, max_size=3))
def test_junk_is_refused_or_taken_but_never_crashes(words) -> None:
    try:
        SHARED.charges.create(**{**GOOD, **words})
    except ConnectError as error:
        assert error.param or error.type == "card_error"
