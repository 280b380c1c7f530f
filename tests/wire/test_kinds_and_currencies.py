"""A kind of payment is charged in its own currencies only; what is not writes nothing."""

from __future__ import annotations

import itertools

import pytest

from connectlib import ConnectError, InvalidRequestError
from connectlib.core.payment_kinds import KINDS, currencies_of, takes
from tests.wire.test_method_data import everything

#: One source of each kind.
SOURCES = {
    "card": "pm_card_visa",
    "us_bank_account": "pm_usBankAccount_success",
    "sepa_debit": "pm_sepaDebit_success_de",
    "bacs_debit": "pm_bacsDebit_success",
    "au_becs_debit": "pm_auBecsDebit_success",
    "acss_debit": "pm_acssDebit_success",
    "boleto": "src_boleto_pay",
    "pay_by_bank": "src_pay_by_bank",
}
CURRENCIES = ("usd", "eur", "gbp", "aud", "cad", "brl")
TAKEN = {
    "us_bank_account": {"usd"},
    "sepa_debit": {"eur"},
    "bacs_debit": {"gbp"},
    "au_becs_debit": {"aud"},
    "acss_debit": {"cad", "usd"},
    "boleto": {"brl"},
    "pay_by_bank": {"eur", "gbp"},
}
PAIRS = list(itertools.product(SOURCES, CURRENCIES))
CODE = "payment_method_currency_mismatch"


def refused(call, *args, **words) -> ConnectError:
    with pytest.raises(InvalidRequestError) as caught:
        call(*args, **words)
    assert caught.value.http_status == 400
    return caught.value


def test_every_kind_says_what_it_takes() -> None:
    assert set(SOURCES) == set(KINDS)
    for kind, currency in PAIRS:
        assert takes(kind, currency) is (kind == "card" or currency in TAKEN[kind])
        assert set(currencies_of(kind)) == TAKEN.get(kind, set())
    assert takes("klarna", "usd")


def created(connect, source, currency):
    return connect.payment_intents.create(
        amount=1_000, currency=currency, payment_method=source, confirm=True
    )


def updated(connect, source, currency):
    intent = connect.payment_intents.create(amount=1_000, currency=currency)
    return connect.payment_intents.update(intent.id, payment_method=source)


def confirmed(connect, source, currency):
    intent = connect.payment_intents.create(amount=1_000, currency=currency)
    return connect.payment_intents.confirm(intent.id, payment_method=source)


@pytest.mark.parametrize(("kind", "currency"), PAIRS)
def test_a_charge_in_a_currency_that_its_source_does_not_take_is_refused(
    connect, kind, currency
) -> None:
    words = {"amount": 1_000, "currency": currency, "source": SOURCES[kind]}
    before = everything(connect)
    for call in (connect.charges.create, connect.fees.quote):
        if takes(kind, currency):
            try:
                call(**words)
            except ConnectError as error:
                assert error.code != CODE  # it needs its buyer, say
            continue
        error = refused(call, **words)
        assert (error.code, error.param) == (CODE, "currency")
        assert kind in error.message
        assert currency in error.message
        assert everything(connect) == before


@pytest.mark.parametrize(("kind", "currency"), PAIRS)
@pytest.mark.parametrize("call", [created, updated, confirmed])
def test_an_intent_in_a_currency_that_its_method_does_not_take_is_refused(
    connect, kind, currency, call
) -> None:
    if takes(kind, currency):
        assert call(connect, SOURCES[kind], currency).id
        return
    error = refused(call, connect, SOURCES[kind], currency)
    assert (error.code, error.param) == (CODE, "payment_method")
    assert connect.charges.list().data == []
    intents = [] if call is created else [("requires_payment_method", None)]
    found = connect.payment_intents.list()
    assert [(intent.status, intent.payment_method) for intent in found] == intents


def test_a_method_that_is_kept_is_refused_in_the_same_way(connect) -> None:
    numbers = {"routing_number": "110000000", "account_number": "000123456789"}
    data = {"type": "us_bank_account", "us_bank_account": numbers}
    kept = connect.payment_methods.create(**data)
    before = everything(connect)
    words = {"amount": 1_000, "currency": "eur"}
    error = refused(connect.payment_intents.create, payment_method=kept.id, **words)
    assert (error.code, error.param) == (CODE, "payment_method")
    error = refused(connect.payment_intents.create, payment_method_data=data, **words)
    assert (error.code, error.param) == (CODE, "payment_method_data")
    assert everything(connect) == before
    dollars = connect.payment_intents.create(amount=1_000, currency="usd", payment_method=kept.id)
    moved = connect.payment_intents.update(dollars.id, currency="eur")
    assert moved.currency == "eur"
    error = refused(connect.payment_intents.confirm, dollars.id)
    assert error.code == CODE
    assert connect.charges.list().data == []


@pytest.mark.parametrize(("kind", "currency"), PAIRS)
def test_a_kind_that_is_named_has_to_take_the_currency(connect, kind, currency) -> None:
    words = {"amount": 1_000, "payment_method_types": ["card", kind]}
    create, update = connect.payment_intents.create, connect.payment_intents.update
    if takes(kind, currency):
        assert create(currency=currency, **words).payment_method_types[-1] == kind
        return
    before = everything(connect)
    error = refused(create, currency=currency, **words)
    assert (error.code, error.param) == (
        "payment_intent_invalid_parameter", "payment_method_types",
    )  # fmt: skip
    assert everything(connect) == before
    other = create(currency=currencies_of(kind)[0], **words)
    assert refused(update, other.id, currency=currency).code == error.code
    plain = create(amount=1_000, currency=currency)
    assert refused(update, plain.id, payment_method_types=[kind]).code == error.code


def test_kinds_that_nobody_named_are_all_offered_until_somebody_does(connect) -> None:
    made = connect.payment_intents.create(amount=1_000, currency="jpy")
    assert set(made.payment_method_types) == set(KINDS)
    assert made.automatic_payment_methods.enabled
    named = connect.payment_intents.update(made.id, payment_method_types=["card"])
    assert (named.payment_method_types, named.automatic_payment_methods) == (["card"], None)


@pytest.mark.parametrize("kind", sorted(TAKEN))
def test_a_quote_of_a_kind_in_another_currency_is_refused(connect, kind) -> None:
    error = refused(connect.fees.quote, amount=1_000, currency="jpy", payment_method_type=kind)
    assert (error.code, error.param) == (CODE, "currency")
    taken = currencies_of(kind)[0]
    quote = connect.fees.quote(amount=1_000, currency=taken, payment_method_type=kind)
    assert quote.amount == 1_000
