"""Moments are read in every form, and what is wrong with a schedule is named and writes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from moneyed import Money

from connectlib import ConnectError, InvalidRequestError

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        (NINE, NINE),
        (datetime(2026, 11, 20, 9), NINE),  # noqa: DTZ001 (a naive one is UTC)
        (datetime(2026, 11, 20, 6, tzinfo=timezone(timedelta(hours=-3))), NINE),
        (date(2026, 11, 20), NINE.replace(hour=0)),
        ("2026-11-20", NINE.replace(hour=0)),
        ("2026-11-20T09:00", NINE),
        ("2026-11-20T06:00:00-03:00", NINE),
        ("2026-11-20T09:00:00Z", NINE),
        (int(NINE.timestamp()), NINE),
    ],
    ids=repr,
)
def test_a_moment_is_read(connect, given, moment) -> None:
    account = connect.testing.account()
    made = connect.transfer_schedules.create(
        amount=Money("1.00", "USD"), destination=account.id, release_on=given
    )
    assert made.release_on == int(moment.timestamp())
    assert (made.amount, made.currency) == (100, "usd")


WRONG = [
    ({"amount": None}, "amount", "parameter_missing"),
    ({"amount": 0}, "amount", "parameter_invalid_integer"),
    ({"amount": 1.5}, "amount", "parameter_invalid_integer"),
    ({"currency": "xxx"}, "currency", "invalid_currency"),
    ({"currency": "eur"}, "currency", "parameter_invalid"),
    ({"destination": None}, "destination", "parameter_missing"),
    ({"destination": "acct_1"}, "destination", "resource_missing"),
    ({"destination": 7}, "destination", "parameter_invalid"),
    ({"source_transaction": "ch_1"}, "source_transaction", "resource_missing"),
    ({"amount": 1_001}, "amount", None),
    ({"release_on": "soon"}, "release_on", "parameter_invalid"),
    ({"release_on": ""}, "release_on", "parameter_invalid"),
    ({"release_on": True}, "release_on", "parameter_invalid"),
    ({"release_on": 1.5}, "release_on", "parameter_invalid"),
    ({"release_on": -5}, "release_on", "parameter_invalid"),
    ({"release_on": 1_795_165_200_000}, "release_on", "parameter_invalid"),
    ({"release_on": 10**40}, "release_on", "parameter_invalid"),
    ({"release_on": "0001-01-01T00:00+23:59"}, "release_on", "parameter_invalid"),
    ({"release_on": date(9999, 12, 31)}, "release_on", "parameter_invalid"),
    ({"release_on": date(2026, 11, 2)}, "release_on", "parameter_invalid"),
    ({"release_on": datetime(2026, 11, 2, 12, tzinfo=UTC)}, "release_on", "parameter_invalid"),
    ({"condition": ""}, "condition", "parameter_invalid_empty"),
    ({"condition": "x" * 256}, "condition", "parameter_invalid"),
    ({"condition": "card 4242 4242 4242 4242"}, "condition", "parameter_invalid"),
    ({"transfer_group": 5}, "transfer_group", "parameter_invalid"),
    ({"metadata": {"a": 1}}, "metadata[a]", "parameter_invalid"),
    ({"delay": 5}, "delay", "parameter_unknown"),
    ({"account": "acct_1"}, "account", "parameter_invalid"),
    ({"idempotency_key": ""}, "idempotency_key", "parameter_invalid"),
]


@pytest.mark.parametrize(("words", "param", "code"), WRONG, ids=lambda each: repr(each)[:50])
def test_a_wrong_schedule_is_named_and_writes_nothing(connect, words, param, code) -> None:
    account = connect.testing.account()
    charge = connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
    good = {"amount": 500, "currency": "usd", "destination": account.id}
    events = connect.events.list().to_dict()
    with pytest.raises(ConnectError) as caught:
        connect.transfer_schedules.create(**{**good, "source_transaction": charge.id, **words})
    assert (caught.value.param, caught.value.code) == (param, code)
    assert "4242424242424242" not in str(caught.value)
    assert connect.transfer_schedules.list().data == []
    assert connect.events.list().to_dict() == events


def test_a_source_that_has_not_succeeded_is_refused(connect) -> None:
    account = connect.testing.account()
    with pytest.raises(ConnectError) as caught:
        connect.charges.create(amount=1_000, currency="usd", source="tok_chargeDeclined")
    with pytest.raises(InvalidRequestError, match="it is failed") as refused:
        connect.transfer_schedules.create(
            amount=1, currency="usd", destination=account.id, source_transaction=caught.value.charge
        )
    assert refused.value.param == "source_transaction"


@pytest.mark.parametrize("verb", ["retrieve", "update", "release", "cancel"])
@pytest.mark.parametrize(
    "id_", ["tsch_1", "tsch_" + "0" * 29, "../etc", "ch_1", "x" * 300, "", "tsch_\x00", None, 7]
)
def test_an_id_that_is_none_is_not_found(connect, verb, id_) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        getattr(connect.transfer_schedules, verb)(id_)
    assert caught.value.param == "id"
    if id_ in {"tsch_1", "../etc", "ch_1"}:
        assert (caught.value.code, caught.value.http_status) == ("resource_missing", 404)


def test_an_id_of_another_kind_is_not_found(connect) -> None:
    charge = connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
    for verb in ("retrieve", "update", "release", "cancel"):
        with pytest.raises(InvalidRequestError, match="No such transfer schedule"):
            getattr(connect.transfer_schedules, verb)(charge.id)


@pytest.mark.parametrize(
    ("words", "param"),
    [
        ({"release_on": "2026-11-02"}, "release_on"),
        ({"release_on": "never"}, "release_on"),
        ({"condition": "x"}, "condition"),
        ({"amount": 5}, "amount"),
    ],
)
def test_a_wrong_update_is_named(connect, words, param) -> None:
    account = connect.testing.account()
    made = connect.transfer_schedules.create(amount=1, currency="usd", destination=account.id)
    with pytest.raises(InvalidRequestError) as caught:
        connect.transfer_schedules.update(made, **words)
    assert caught.value.param == param
    assert connect.transfer_schedules.retrieve(made.id) == made
