"""Quotes of exchange rates, on every store and in both colours."""

from __future__ import annotations

import pytest

from connectlib import IdempotencyError, InvalidRequestError, errors


def quote(connect, **extra):
    words = {"to_currency": "chf", "from_currencies": ["gbp", "krw"], "lock_duration": "hour"}
    return connect.fx_quotes.create(**{**words, **extra})


def test_a_quote_says_what_a_conversion_gives_between_major_units(connect) -> None:
    made = quote(connect)
    assert made.to_dict() == {
        "id": made.id,
        "object": "fx_quote",
        "created": made.created,
        "lock_duration": "hour",
        "lock_expires_at": made.created + 3_600,
        "lock_status": "active",
        "rates": {
            "gbp": {"exchange_rate": 1.11764, "rate_details": details(1.11765)},
            "krw": {"exchange_rate": 0.000633333, "rate_details": details(0.000633333)},
        },
        "to_currency": "chf",
        "usage": {"payment": None, "transfer": None, "type": "payment"},
    }
    assert made.id.startswith("fxq_")
    assert connect.fx_quotes.retrieve(made.id) == made
    assert repr(made) == (
        f"<FxQuote {made.id} active 1 gbp = 1.11764 chf, 1 krw = 0.000633333 chf>"
    )


def details(base: float) -> dict[str, object]:
    return {
        "base_rate": base,
        "duration_premium": 0.0,
        "fx_fee_rate": 0.0,
        "reference_rate": None,
        "reference_rate_provider": None,
    }


@pytest.mark.parametrize(
    ("lock", "seconds"), [("five_minutes", 300), ("hour", 3_600), ("day", 86_400)]
)
def test_a_lock_runs_out_to_the_second(connect, lock, seconds) -> None:
    made = quote(connect, lock_duration=lock)
    assert (made.lock_duration, made.lock_status) == (lock, "active")
    assert made.lock_expires_at - made.created == seconds
    connect.clock.advance(seconds=seconds - 1)
    assert connect.fx_quotes.retrieve(made.id).lock_status == "active"
    connect.clock.advance(seconds=1)
    after = connect.fx_quotes.retrieve(made.id)
    assert after.lock_status == "expired"
    assert (after.rates, after.lock_duration) == (made.rates, lock)
    assert [each.lock_status for each in connect.fx_quotes.list()] == ["expired"]


def test_without_a_lock_there_are_rates_to_look_at(connect) -> None:
    made = connect.fx_quotes.create(to_currency="usd", from_currencies=["eur", "eur"])
    assert (made.lock_duration, made.lock_status, made.lock_expires_at) == ("none", "none", None)
    assert list(made.rates) == ["eur"]
    connect.clock.advance(days=2)
    assert connect.fx_quotes.retrieve(made.id).lock_status == "none"


def test_a_quote_names_what_it_is_for(connect) -> None:
    ada = connect.testing.account()
    made = quote(connect, usage={"type": "payment", "payment": {"destination": ada.id}})
    assert made.usage.payment == {"destination": ada.id, "on_behalf_of": None}
    sent = quote(connect, usage={"type": "transfer", "transfer": {"destination": ada.id}})
    assert (sent.usage.type, sent.usage.transfer.destination) == ("transfer", ada.id)
    with pytest.raises(InvalidRequestError, match="No such destination: 'acct_1'") as caught:
        quote(connect, usage={"type": "transfer", "transfer": {"destination": "acct_1"}})
    assert caught.value.param == "usage[transfer][destination]"


def test_the_same_key_gives_the_same_quote_and_fits_no_other(connect) -> None:
    made = quote(connect, idempotency_key="cart-1")
    assert quote(connect, idempotency_key="cart-1") == made
    connect.clock.advance(hours=2)
    again = quote(connect, idempotency_key="cart-1")
    assert (again.id, again.rates, again.lock_status) == (made.id, made.rates, "expired")
    with pytest.raises(IdempotencyError):
        quote(connect, to_currency="usd", idempotency_key="cart-1")
    assert len(connect.fx_quotes.list().data) == 1


def test_a_quote_lives_in_one_namespace(connect) -> None:
    ada = connect.testing.account()
    hers = quote(connect, account=ada.id)
    ours = [quote(connect) for _ in range(3)]
    assert connect.fx_quotes.retrieve(hers.id, account=ada.id) == hers
    assert [each.id for each in connect.fx_quotes.list(account=ada.id)] == [hers.id]
    page = connect.fx_quotes.list(limit=2)
    assert [each.id for each in page] == [ours[2].id, ours[1].id]
    assert page.has_more
    assert [each.id for each in page.auto_paging_iter()] == [each.id for each in ours[::-1]]
    with pytest.raises(InvalidRequestError, match="No such fx_quote") as caught:
        connect.fx_quotes.retrieve(hers.id)
    assert caught.value.http_status == 404
    with pytest.raises(errors.PermissionError):
        quote(connect, account="acct_1")


def test_a_quote_moves_no_money_and_tells_no_event(connect) -> None:
    before = len(connect.events.list(limit=100).data)
    quote(connect)
    assert len(connect.events.list(limit=100).data) == before
    assert connect.ledger.verify().ok
