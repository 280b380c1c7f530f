"""Bad customers and payment methods: one typed error that names the parameter, nothing written."""

from __future__ import annotations

import json

import pytest

from connectlib import CardError, ConnectError, InvalidRequestError
from connectlib.core.rows import Customer, Event, PaymentMethod
from connectlib.ports.store import Page
from connectlib.wire.params import payment_methods as params_of

HUGE = "x" * 100_000
CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
BANK = {"account_number": "000123456789", "routing_number": "110000000"}
#: What no error may show.
NUMBERS = ("4242424242424242", "5555555555554444", "4012888888881881", "000123456789")


def everything(connect) -> str:
    """All rows that these resources could have written, as text."""
    engine = connect._engine
    pages = [
        engine.store.answer(Page(kind, 0, engine.world.id, engine.world.account, limit=1_000))
        for kind in (Customer, PaymentMethod, Event)
    ]
    return json.dumps(pages)


CUSTOMERS = [
    ({"email": "nobody"}, "email", "parameter_invalid"),
    ({"email": ""}, "email", "parameter_invalid"),
    ({"email": 7}, "email", "parameter_invalid"),
    ({"name": ""}, "name", "parameter_invalid_empty"),
    ({"name": HUGE}, "name", "parameter_invalid"),
    ({"name": "a\x00b"}, "name", "parameter_invalid"),
    ({"name": "4242 4242 4242 4242"}, "name", "parameter_invalid"),
    ({"phone": "call me"}, "phone", "parameter_invalid"),
    ({"phone": "4242424242424242"}, "phone", "parameter_invalid"),
    ({"phone": "+4242424242424242"}, "phone", "parameter_invalid"),
    ({"description": "\ud800"}, "description", "parameter_invalid"),
    ({"address": "Main St"}, "address", "parameter_invalid"),
    ({"address": {"country": "USA"}}, "address[country]", "parameter_invalid"),
    ({"address": {"planet": "Mars"}}, "address[planet]", "parameter_unknown"),
    ({"shipping": {"address": {}}}, "shipping[name]", "parameter_missing"),
    ({"shipping": {"name": "A"}}, "shipping[address]", "parameter_missing"),
    ({"metadata": {"a": 1}}, "metadata[a]", "parameter_invalid"),
    ({"metadata": {"a": "4242424242424242"}}, "metadata", "parameter_invalid"),
    ({"balance": 5}, "balance", "parameter_unknown"),
    ({"source": "tok_visa"}, "source", "parameter_unknown"),
    ({"4242424242424242": 1}, "…", "parameter_unknown"),
    ({"payment_method": "pm_nobody"}, "payment_method", "resource_missing"),
    ({"payment_method": "tok_visa"}, "payment_method", "resource_missing"),
    ({"payment_method": "4242424242424242"}, "payment_method", "parameter_invalid"),
    (
        {"invoice_settings": {"default_payment_method": "pm_card_visa"}},
        "invoice_settings[default_payment_method]",
        "resource_missing",
    ),
    (
        {"invoice_settings": {"default_payment_method": "pm_1", "footer": "x"}},
        "invoice_settings[footer]",
        "parameter_unknown",
    ),
    ({"account": "acct_1"}, "account", "account_invalid"),
    ({"idempotency_key": 4242424242424242}, "idempotency_key", "parameter_invalid"),
]


@pytest.mark.parametrize(("words", "param", "code"), CUSTOMERS, ids=lambda each: repr(each)[:50])
def test_a_wrong_customer_is_named_and_writes_nothing(connect, words, param, code) -> None:
    before = everything(connect)
    with pytest.raises(
        InvalidRequestError if code != "account_invalid" else ConnectError
    ) as caught:
        connect.customers.create(**words)
    check(caught.value, param, code)
    assert everything(connect) == before


@pytest.mark.parametrize(
    "phone", ["+5511987654325", "+49 1512 3456787", "(555) 010-0000 x 1", "112"]
)
def test_telephone_numbers_are_not_taken_for_cards(connect, phone) -> None:
    assert connect.customers.create(phone=phone).phone == phone


def check(error: ConnectError, param: str, code: str | None) -> None:
    assert (error.param, error.code) == (param, code)
    shown = str(error) + repr(error) + json.dumps(error.json_body)
    assert error.message and len(shown) < 2_000
    cause: BaseException | None = error
    while cause is not None:
        assert not any(number in str(cause) + repr(cause) for number in NUMBERS)
        cause = cause.__cause__ or cause.__context__


def card(**words):
    return {"type": "card", "card": {**CARD, **words}}


METHODS = [
    ({}, "type", "parameter_missing"),
    ({"type": "cheque"}, "type", "parameter_invalid"),
    ({"type": "card"}, "card", "parameter_missing"),
    ({"type": "card", "card": {}}, "card[number]", "parameter_missing"),
    ({"type": "card", "card": "4242424242424242"}, "card", "parameter_invalid"),
    ({"type": "card", "card": ["4242424242424242"]}, "card", "parameter_invalid"),
    ({"type": "card", "card": {"number": CARD["number"]}}, "card[exp_month]", "parameter_missing"),
    (card(exp_year=None), "card[exp_year]", "parameter_missing"),
    (card(exp_year="2034"), "card[exp_year]", "parameter_invalid_integer"),
    (card(exp_year=10**9), "card[exp_year]", "parameter_invalid_integer"),
    (card(number=4242424242424242), "card[number]", "parameter_invalid"),
    (card(number="x" * 65), "card[number]", "parameter_invalid"),
    (card(number="4012888888881881"), "card[number]", "parameter_invalid"),
    (card(colour="red"), "card[colour]", "parameter_unknown"),
    ({"type": "card", "card": {"4242424242424242": 1}}, "card[…]", "parameter_unknown"),
    (card(token="tok_visa"), "card[token]", "parameters_exclusive"),
    ({"type": "card", "card": {"token": "tok_none"}}, "card[token]", "resource_missing"),
    ({"type": "card", "card": {"token": "pm_card_visa"}}, "card[token]", "resource_missing"),
    ({"type": "card", "card": {"token": CARD["number"]}}, "card[token]", "parameter_invalid"),
    ({**card(), "us_bank_account": BANK}, "us_bank_account", "parameter_invalid"),
    (card(number="4242424242424241"), "number", "incorrect_number"),
    (card(number="four"), "number", "incorrect_number"),
    (card(exp_month=13), "exp_month", "invalid_expiry_month"),
    (card(exp_year=70), "exp_year", "invalid_expiry_year"),
    (card(exp_month=10, exp_year=2026), "exp_month", "invalid_expiry_month"),
    (card(cvc="99"), "cvc", "invalid_cvc"),
    ({"type": "us_bank_account"}, "us_bank_account", "parameter_missing"),
    (
        {"type": "us_bank_account", "us_bank_account": "000123456789"},
        "us_bank_account",
        "parameter_invalid",
    ),
    (
        {"type": "us_bank_account", "us_bank_account": {**BANK, "account_number": 123456789}},
        "us_bank_account[account_number]",
        "parameter_invalid",
    ),
    (
        {"type": "us_bank_account", "us_bank_account": {**BANK, "account_number": "99"}},
        "us_bank_account[account_number]",
        "account_number_invalid",
    ),
    (
        {"type": "us_bank_account", "us_bank_account": {**BANK, "routing_number": "110000001"}},
        "us_bank_account[routing_number]",
        "routing_number_invalid",
    ),
    (
        {"type": "us_bank_account", "us_bank_account": {**BANK, "account_type": "secret"}},
        "us_bank_account[account_type]",
        "parameter_invalid",
    ),
    ({"type": "sepa_debit", "sepa_debit": {}}, "sepa_debit[iban]", "parameter_missing"),
    (
        {"type": "sepa_debit", "sepa_debit": {"iban": "DE00"}},
        "sepa_debit[iban]",
        "account_number_invalid",
    ),
    (
        {"type": "bacs_debit", "bacs_debit": {"account_number": "1", "sort_code": "1"}},
        "bacs_debit[account_number]",
        "account_number_invalid",
    ),
    ({"type": "boleto", "boleto": {"tax_id": "none"}}, "boleto[tax_id]", "parameter_invalid"),
    ({**card(), "billing_details": {"email": "x"}}, "billing_details[email]", "parameter_invalid"),
    ({**card(), "billing_details": {"iq": 1}}, "billing_details[iq]", "parameter_unknown"),
    ({**card(), "customer": "cus_1"}, "customer", "parameter_invalid"),
    ({**card(), "payment_method": "pm_1"}, "payment_method", "parameters_exclusive"),
    ({"customer": "cus_1", "payment_method": "pm_1"}, "payment_method", "parameter_invalid"),
]


@pytest.mark.parametrize(("words", "param", "code"), METHODS, ids=lambda each: repr(each)[:50])
def test_a_wrong_method_is_named_and_writes_nothing(connect, words, param, code) -> None:
    before = everything(connect)
    with pytest.raises(ConnectError) as caught:
        connect.payment_methods.create(**words)
    check(caught.value, param, code)
    is_card_error = param in {"number", "cvc", "exp_month", "exp_year"}
    assert isinstance(caught.value, CardError) is is_card_error
    assert caught.value.http_status == (402 if is_card_error else 400)
    assert everything(connect) == before


OTHERS = [
    ("customers.retrieve", ("cus_1",), {}, "id", "resource_missing", 404),
    ("customers.retrieve", (5,), {}, "id", "parameter_invalid", 400),
    ("customers.retrieve", ("",), {}, "id", "parameter_invalid", 400),
    ("customers.retrieve", ("cus_" + "\x00" * 29,), {}, "id", "parameter_invalid", 400),
    ("customers.update", ("cus_1",), {"name": "A"}, "id", "resource_missing", 404),
    ("customers.update", ("{cus}",), {"email": "x"}, "email", "parameter_invalid", 400),
    ("customers.update", ("{cus}",), {"payment_method": "pm_card_visa"}, "payment_method",
     "parameter_unknown", 400),
    ("customers.update", ("{cus}",), {"invoice_settings": {"default_payment_method": "{loose}"}},
     "invoice_settings[default_payment_method]", "resource_missing", 400),
    ("customers.delete", ("cus_1",), {}, "id", "resource_missing", 404),
    ("customers.delete", ("{pm}",), {}, "id", "resource_missing", 404),
    ("customers.list", (), {"limit": 0}, "limit", "parameter_invalid_integer", 400),
    ("customers.list", (), {"email": ["a"]}, "email", "parameter_invalid", 400),
    ("customers.list_payment_methods", ("cus_1",), {}, "id", "resource_missing", 404),
    ("customers.retrieve_payment_method", ("{cus}", "{loose}"), {}, "id", "resource_missing", 404),
    ("customers.retrieve_payment_method", ("{cus}", "pm_card_visa"), {}, "id", "resource_missing",
     404),
    ("payment_methods.retrieve", ("pm_none",), {}, "id", "resource_missing", 404),
    ("payment_methods.retrieve", ("tok_visa",), {}, "id", "resource_missing", 404),
    ("payment_methods.retrieve", ("4242424242424242",), {}, "id", "parameter_invalid", 400),
    ("payment_methods.list", (), {"customer": "cus_1"}, "customer", "resource_missing", 400),
    ("payment_methods.list", (), {"colour": "red"}, "colour", "parameter_unknown", 400),
    ("payment_methods.attach", ("{loose}",), {}, "customer", "parameter_missing", 400),
    ("payment_methods.attach", ("{loose}",), {"customer": "cus_1"}, "customer",
     "resource_missing", 400),
    ("payment_methods.attach", ("pm_none",), {"customer": "{cus}"}, "id", "resource_missing", 404),
    ("payment_methods.attach", ("{pm}",), {"customer": "{other}"}, "id", None, 400),
    ("payment_methods.attach", ("{gone}",), {"customer": "{cus}"}, "id", None, 400),
    ("payment_methods.detach", ("{loose}",), {}, "id", None, 400),
    ("payment_methods.detach", ("{gone}",), {}, "id", None, 400),
    ("payment_methods.detach", ("pm_card_visa",), {}, "id", "resource_missing", 404),
    ("payment_methods.update", ("{loose}",), {"metadata": {}}, "id", None, 400),
    ("payment_methods.update", ("pm_none",), {"metadata": {}}, "id", "resource_missing", 404),
    ("payment_methods.update", ("{pm}",), {"card": {"number": "4242424242424242"}},
     "card[number]", "parameter_unknown", 400),
    ("payment_methods.update", ("{pm}",), {"card": {"exp_year": 2020}}, "exp_year",
     "invalid_expiry_year", 402),
    ("payment_methods.update", ("{pm}",), {"us_bank_account": {"account_type": "savings"}},
     "us_bank_account", "parameter_invalid", 400),
    ("payment_methods.update", ("{pm}",), {"card": {"exp_year": 2035}, "us_bank_account": {}},
     "us_bank_account", "parameters_exclusive", 400),
    ("payment_methods.create", (), {"customer": "{cus}", "payment_method": "{loose}",
     "account": "{account}"}, "payment_method", "resource_missing", 400),
    ("payment_methods.create", (), {"customer": "{other}", "payment_method": "{pm}",
     "account": "{account}"}, "payment_method", "resource_missing", 400),
    ("payment_methods.create", (), {"customer": "cus_1", "payment_method": "{pm}",
     "account": "{account}"}, "customer", "resource_missing", 400),
    ("payment_methods.create", (), {"customer": "{cus}", "payment_method": "pm_none",
     "account": "{account}"}, "payment_method", "resource_missing", 400),
    ("payment_methods.create", (), {"payment_method": "{pm}", "account": "{account}"},
     "customer", "parameter_missing", 400),
    ("payment_methods.create", (), {"customer": "{cus}", "payment_method": "{gone}",
     "account": "{account}"}, "payment_method", None, 400),
]  # fmt: skip


def scene(connect) -> dict[str, str]:
    cus, other = connect.customers.create(), connect.customers.create()
    gone = connect.payment_methods.attach("pm_card_visa", customer=cus.id)
    connect.payment_methods.detach(gone.id)
    return {
        "cus": cus.id,
        "other": other.id,
        "gone": gone.id,
        "pm": connect.payment_methods.attach("pm_card_visa", customer=cus.id).id,
        "loose": connect.payment_methods.retrieve("pm_card_visa").id,
        "account": connect.testing.account().id,
    }


def filled(value, names):
    if isinstance(value, dict):
        return {key: filled(each, names) for key, each in value.items()}
    return value.format(**names) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("verb", "given", "words", "param", "code", "status"), OTHERS, ids=lambda each: repr(each)[:40]
)
def test_every_verb_names_what_is_wrong(connect, verb, given, words, param, code, status) -> None:
    names = scene(connect)
    resource, name = verb.split(".")
    before = everything(connect)
    with pytest.raises(ConnectError) as caught:
        getattr(getattr(connect, resource), name)(
            *(filled(each, names) for each in given), **filled(words, names)
        )
    check(caught.value, param, code)
    assert caught.value.http_status == status
    assert everything(connect) == before


SECRETS = [
    (
        card(number="4242 4242-4242 4242", exp_year=34),
        {"number": "4242424242424242", "exp_month": "12", "exp_year": "2034", "cvc": "123"},
        {"exp_month": 12, "exp_year": 2034, "last4": "4242"},
    ),
    (
        {"type": "us_bank_account", "us_bank_account": {**BANK, "account_type": "savings"}},
        {**BANK, "account_type": "savings"},
        {
            "account_holder_type": None,
            "account_type": "savings",
            "last4": "6789",
            "routing_number": "110000000",
        },
    ),
    (
        {"type": "sepa_debit", "sepa_debit": {"iban": "de89 3704 0044 0532 0130 00"}},
        {"iban": "DE89370400440532013000"},
        {"country": "DE", "last4": "3000"},
    ),
    (
        {
            "type": "bacs_debit",
            "bacs_debit": {"account_number": "00012345", "sort_code": "10-88-00"},
        },
        {"account_number": "00012345", "sort_code": "108800"},
        {"last4": "2345", "sort_code": "108800"},
    ),
    (
        {
            "type": "au_becs_debit",
            "au_becs_debit": {"account_number": "000123456", "bsb_number": "000-000"},
        },
        {"account_number": "000123456", "bsb_number": "000000"},
        {"last4": "3456", "bsb_number": "000000"},
    ),
    (
        {
            "type": "acss_debit",
            "acss_debit": {
                "account_number": "000123456789",
                "institution_number": "000",
                "transit_number": "11000",
            },
        },
        {
            "account_number": "000123456789",
            "institution_number": "000",
            "transit_number": "11000",
        },
        {"last4": "6789", "institution_number": "000", "transit_number": "11000"},
    ),
    (
        {"type": "boleto", "boleto": {"tax_id": "000.000.000-00"}},
        {"tax_id": "000.000.000-00"},
        {"tax_id": "000.000.000-00"},
    ),
    ({"type": "pay_by_bank", "pay_by_bank": {}}, {}, {}),
    ({"type": "pay_by_bank"}, {}, {}),
]


@pytest.mark.parametrize(("words", "numbers", "shown"), SECRETS, ids=lambda each: repr(each)[:40])
def test_numbers_go_to_the_processor_and_only_their_ends_are_kept(words, numbers, shown) -> None:
    command = params_of.create(words, account="acct_A", platform="acct_P")
    assert command.numbers is not None
    assert (command.numbers.kind, command.numbers.details) == (words["type"], numbers)
    assert json.loads(command.shown) == shown
    assert not any(number in repr(command) for number in NUMBERS)


def test_what_is_asked_for_does_not_show_numbers() -> None:
    asked = params_of.Create.model_validate({**card(), "us_bank_account": BANK})
    assert not any(number in repr(asked) + str(asked) for number in NUMBERS)
