"""`payment_method_data`: refused as `payment_methods.create` would, and no number goes further."""

from __future__ import annotations

import json
import logging

import pytest

from connectlib import CardError, Connect, ConnectError
from connectlib.core.rows import Charge, Customer, Event, PaymentIntent, PaymentMethod, SetupIntent
from connectlib.ports.store import Page
from connectlib.wire.params import payment_intents as intents_of
from connectlib.wire.params import setup_intents as setups_of
from tests.wire.test_customer_input import METHODS, NUMBERS, SECRETS, card, check

DATA = "payment_method_data"
MONEY = {"amount": 1_000, "currency": "usd"}
#: Verb -> (resource, name, further words); where it changes something, that is made first.
VERBS = {
    "create": ("payment_intents", "create", MONEY),
    "create and confirm": ("payment_intents", "create", {**MONEY, "confirm": True}),
    "update": ("payment_intents", "update", {}),
    "confirm": ("payment_intents", "confirm", {}),
    "set up": ("setup_intents", "create", {}),
    "set up at once": ("setup_intents", "create", {"confirm": True}),
    "update setup": ("setup_intents", "update", {}),
    "confirm setup": ("setup_intents", "confirm", {}),
}


def call(connect, verb: str, **words):
    resource, name, more = VERBS[verb]
    of = getattr(connect, resource)
    made = []
    if name != "create":
        made = [of.create(**(MONEY if resource == "payment_intents" else {})).id]
    before = everything(connect)
    return (lambda: getattr(of, name)(*made, **more, **words)), before


def everything(connect) -> str:
    """All rows that such a verb could have written, as text."""
    engine = connect._engine
    kinds = (Charge, Customer, Event, PaymentIntent, PaymentMethod, SetupIntent)
    world = engine.world
    return json.dumps(
        [engine.store.answer(Page(k, 0, world.id, world.account, limit=1_000)) for k in kinds]
    )


def inside(param: str, words) -> str:
    """The name of a parameter of `payment_methods.create` inside payment_method_data."""
    name, bracket, rest = param.partition("[")
    if name in ("number", "cvc", "exp_month", "exp_year"):
        name = f"{words['type']}][{name}"
    return f"{DATA}[{name}]{bracket}{rest}"


#: What is wrong with a new method, where it is not about copying one.
WRONG = [row for row in METHODS if not {"customer", "payment_method"} & set(row[0])]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("words", "param", "code"), WRONG, ids=lambda each: repr(each)[:50])
def test_a_wrong_method_is_named_and_writes_nothing(connect, verb, words, param, code) -> None:
    made, before = call(connect, verb, **{DATA: words})
    with pytest.raises(ConnectError) as caught:
        made()
    check(caught.value, inside(param, words), code)
    is_card_error = param in {"number", "cvc", "exp_month", "exp_year"}
    assert isinstance(caught.value, CardError) is is_card_error
    assert caught.value.http_status == (402 if is_card_error else 400)
    assert everything(connect) == before


SHAPES = [
    ("4242424242424242", DATA, "parameter_invalid"),
    ("000123456789", DATA, "parameter_invalid"),
    (["000123456789"], DATA, "parameter_invalid"),
    ({"4242424242424242": 1}, f"{DATA}[…]", "parameter_unknown"),
    ({**card(), "customer": "cus_1"}, f"{DATA}[customer]", "parameter_unknown"),
    ({**card(), "payment_method": "pm_1"}, f"{DATA}[payment_method]", "parameter_unknown"),
    ({**card(), "metadata": {"n": "4242424242424242"}}, f"{DATA}[metadata]", "parameter_invalid"),
]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("given", "param", "code"), SHAPES, ids=lambda each: repr(each)[:40])
def test_what_is_no_method_at_all_is_not_repeated(connect, verb, given, param, code) -> None:
    made, before = call(connect, verb, **{DATA: given})
    with pytest.raises(ConnectError) as caught:
        made()
    check(caught.value, param, code)
    assert everything(connect) == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_method_is_named_or_given_not_both(connect, verb) -> None:
    made, before = call(connect, verb, payment_method="pm_card_visa", **{DATA: card()})
    with pytest.raises(ConnectError) as caught:
        made()
    check(caught.value, DATA, "parameters_exclusive")
    assert everything(connect) == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_kind_that_the_intent_does_not_take_is_refused(connect, verb) -> None:
    bank = {"type": "us_bank_account", "us_bank_account": SECRETS[1][0]["us_bank_account"]}
    resource, name, more = VERBS[verb]
    of, only = getattr(connect, resource), {"payment_method_types": ["card"]}
    money = MONEY if resource == "payment_intents" else {}
    made = [of.create(**money, **only).id] if name != "create" else []
    words = only if name == "create" else {}
    with pytest.raises(ConnectError) as caught:
        getattr(of, name)(*made, **more, **words, **{DATA: bank})
    check(caught.value, DATA, "parameter_invalid")


CURRENCIES = {
    "card": "usd",
    "us_bank_account": "usd",
    "sepa_debit": "eur",
    "bacs_debit": "gbp",
    "au_becs_debit": "aud",
    "acss_debit": "cad",
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("words", "numbers"), [(words, numbers) for words, numbers, _ in SECRETS[:6]], ids=repr
)
def test_no_number_is_kept_shown_or_logged(tmp_path, caplog, verb, words, numbers) -> None:
    """Not in the file, its journal, the events, the answer or the log; nor in what is raised."""
    secret = numbers.get("number") or numbers.get("account_number") or numbers["iban"]
    resource, name, more = VERBS[verb]
    with (
        caplog.at_level(logging.DEBUG),
        Connect(f"sqlite:///{tmp_path}/shop.db", country="US") as connect,
    ):
        of = getattr(connect, resource)
        amount = (
            {"amount": 1_000, "currency": CURRENCIES[words["type"]]}
            if resource == "payment_intents"
            else {}
        )
        if name == "create":
            given, more = [], {**more, **amount}
        else:
            given = [of.create(**amount).id]
        try:
            made = getattr(of, name)(*given, **more, **{DATA: words}, idempotency_key="k")
            found = repr(made) + str(made) + json.dumps(made.to_dict())
        except ConnectError as error:
            found = str(error) + repr(error) + json.dumps(error.json_body)
        found += json.dumps([event.to_dict() for event in connect.events.list(limit=100)])
        found += caplog.text
        kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert len(kept) > 10_000
    assert secret not in found
    assert secret.encode() not in kept


def test_neither_the_command_nor_what_is_asked_shows_numbers() -> None:
    asked = {**MONEY, DATA: card()}
    commands = [
        intents_of.create(asked, account="acct_P", platform="acct_P"),
        intents_of.confirm("pi_1", {DATA: card()}, account="acct_P"),
        setups_of.create({DATA: card()}, account="acct_P"),
    ]
    for command in commands:
        assert command.inline.numbers.details["number"] == "4242424242424242"
        assert not any(number in repr(command) for number in NUMBERS)
    model = intents_of.Create.model_validate(asked)
    assert not any(number in repr(model) + str(model) for number in NUMBERS)
