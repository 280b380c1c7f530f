"""The documented errors of payments: each call, and what exactly is raised.

Sources: connect reference 10 (Errors), reliability 6 (Bad inputs). Nothing of a request that is
refused is written.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectlib import Connect, ConnectError, VirtualClock

VISA, STRANGER = "pm_card_visa", "pm_card_authenticationRequired"


class Scene:
    """A shop with something in every state."""

    def __init__(self, path) -> None:
        self.path = path
        self.connect = connect = Connect(f"sqlite:///{path}", clock=VirtualClock())
        intents = connect.payment_intents
        base = {"amount": 1_000, "currency": "usd"}
        paying = {**base, "payment_method": VISA, "confirm": True}
        self.ada = connect.testing.account().id
        self.asleep = connect.accounts.create().id
        self.closed = connect.testing.account().id
        connect.accounts.delete(self.closed)
        self.cus, self.other = (connect.customers.create().id for _ in range(2))
        self.gone = connect.customers.create().id
        connect.customers.delete(self.gone)
        self.card = connect.payment_methods.attach(VISA, customer=self.cus).id
        self.bare = intents.create(**base).id
        self.ready = intents.create(**base, payment_method=VISA).id
        self.banks = intents.create(**base, payment_method_types=["us_bank_account"]).id
        paid = intents.create(**paying)
        self.paid, self.spent, self.charge = paid.id, paid.payment_method, paid.latest_charge
        held = intents.create(**paying, capture_method="manual")
        self.held, self.holding = held.id, held.latest_charge
        lapsed = connect.charges.create(**base, source="tok_visa", capture=False)
        self.asked = intents.create(**{**paying, "payment_method": STRANGER}).id
        self.canceled = intents.cancel(intents.create(**base).id).id
        self.theirs = intents.create(**paying, account=self.ada).id
        self.bank = intents.create(**{**paying, "payment_method": "pm_usBankAccount_success"}).id
        self.setup = connect.setup_intents.create().id
        self.set_up = connect.setup_intents.create(payment_method=VISA, confirm=True).id
        self.taken = connect.charges.create(**base, source="tok_visa").id
        self.lapsed = lapsed.id
        self.refunded = connect.charges.create(**base, source="tok_visa").id
        connect.charges.create(amount=9_000, currency="usd", source="tok_visa")
        connect.refunds.create(charge=self.refunded)
        self.partly = connect.charges.create(**base, source="tok_visa").id
        connect.refunds.create(charge=self.partly, amount=500)

    def dump(self) -> list[str]:
        with closing(sqlite3.connect(self.path)) as connection:
            return list(connection.iterdump())


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    found = Scene(tmp_path_factory.mktemp("errors") / "shop.db")
    yield found
    found.connect.close()


BASE = {"amount": 1_000, "currency": "usd"}
PAY = {**BASE, "payment_method": VISA, "confirm": True}
STATE = "payment_intent_unexpected_state"
NO_PM = "You cannot confirm this PaymentIntent because it's missing a payment method."
SPENT = "The provided PaymentMethod was previously used with a PaymentIntent without Customer"
CANCEL = (
    "You cannot cancel this PaymentIntent because it has a status of {}. Only a PaymentIntent with"
    " one of the following statuses may be canceled: requires_payment_method, requires_capture,"
    " requires_confirmation, requires_action, processing."
)
NO_ACCESS = "The provided key does not have access to account 'acct_nobody' (or that account does"
LEGACY = (
    "Your destination account needs to have at least one of the following capabilities enabled:"
    " transfers, crypto_transfers, legacy_payments"
)

#: verb, its object (a name of the scene, or nothing), parameters (a text `$name` is of the scene),
#: code, param, HTTP status, beginning of the message.
CREATE = [
    ({"amount": None}, "parameter_missing", "amount", 400, "Missing required param: amount."),
    ({"currency": None}, "parameter_missing", "currency", 400, "Missing required param: currency."),
    ({"colour": 1}, "parameter_unknown", "colour", 400, "Received unknown parameter: colour"),
    ({"amount": "x"}, "parameter_invalid_integer", "amount", 400, "Invalid integer"),
    ({"amount": 0}, "parameter_invalid_integer", "amount", 400, ""),
    ({"amount": 1.5}, "parameter_invalid_integer", "amount", 400, "Invalid integer"),
    ({"amount": 49}, "amount_too_small", "amount", 400, "Amount must be at least $0.50 usd"),
    ({"amount": 10**12}, "amount_too_large", "amount", 400, "Amount must be no more than "),
    ({"currency": "xxx"}, "invalid_currency", "currency", 400, "Invalid currency: xxx"),
    ({"capture_method": "later"}, "parameter_invalid", "capture_method", 400, ""),
    ({"confirmation_method": "never"}, "parameter_invalid", "confirmation_method", 400, ""),
    ({"setup_future_usage": "yes"}, "parameter_invalid", "setup_future_usage", 400, ""),
    ({"confirm": "yes"}, "parameter_invalid", "confirm", 400, ""),
    ({"return_url": "home"}, "parameter_invalid", "return_url", 400, ""),
    ({"payment_method_types": []}, "parameter_invalid_empty", "payment_method_types", 400, ""),
    ({"payment_method_types": ["gold"]}, "parameter_invalid", "payment_method_types[0]", 400, ""),
    (
        {"payment_method_types": ["card"], "automatic_payment_methods": {"enabled": True}},
        "parameters_exclusive", "payment_method_types", 400, "You may only specify one of these",
    ),
    (
        {"payment_method_types": ["us_bank_account"]},
        "parameter_invalid", "payment_method", 400, "The PaymentMethod provided (card) is not allo",
    ),
    (
        {"payment_method": "pm_nobody"},
        "resource_missing", "payment_method", 400, "No such PaymentMethod: 'pm_nobody'",
    ),
    (
        {"payment_method": "$card", "account": "$ada"},
        "resource_missing", "payment_method", 400, "No such PaymentMethod: 'pm_",
    ),
    ({"payment_method": "$card"}, None, "payment_method", 400, "The `payment_method` parameter"),
    (
        {"payment_method": "$card", "customer": "$other"},
        None, "payment_method", 400, "The `payment_method` parameter supplied",
    ),
    ({"payment_method": "$spent"}, None, "payment_method", 400, SPENT),
    ({"customer": "cus_1"}, "resource_missing", "customer", 400, "No such customer: 'cus_1'"),
    ({"customer": "$gone"}, "resource_missing", "customer", 400, "No such customer: 'cus_"),
    ({"customer": "$cus", "account": "$ada"}, "resource_missing", "customer", 400, "No such cus"),
    ({"account": "acct_nobody"}, "account_invalid", "account", 403, NO_ACCESS),
    ({"account": "$closed"}, "account_invalid", "account", 403, "The provided key does not have"),
    ({"account": "$asleep"}, "capability_not_active", "account", 400, ""),
    ({"on_behalf_of": "acct_nobody"}, "resource_missing", "on_behalf_of", 400, "No such account:"),
    ({"on_behalf_of": "$asleep"}, "capability_not_active", "on_behalf_of", 400, ""),
    (
        {"transfer_data": {"destination": "acct_nobody"}},
        "resource_missing", "transfer_data[destination]", 400, "No such destination: 'acct_nobody'",
    ),
    (
        {"transfer_data": {"destination": "$asleep"}},
        "insufficient_capabilities_for_transfer", "transfer_data[destination]", 400, LEGACY,
    ),
    (
        {"transfer_data": {"destination": "$ada"}, "account": "$ada"},
        "parameters_exclusive", "transfer_data[destination]", 400, "You may only specify one of",
    ),
    (
        {"transfer_data": {"destination": "$ada", "amount": 5}, "application_fee_amount": 5},
        "parameters_exclusive", "application_fee_amount", 400, "You may only specify one of these",
    ),
    (
        {"transfer_data": {"destination": "$ada", "amount": 1_001}},
        "amount_too_large", "transfer_data[amount]", 400, "",
    ),
    (
        {"transfer_data": {"destination": "$ada"}, "application_fee_amount": 1_001},
        "amount_too_large", "application_fee_amount", 400, "",
    ),
    (
        {"application_fee_amount": 5},
        "application_fees_not_allowed", "application_fee_amount", 400, "Can only apply an applic",
    ),
    ({"fx_quote": "fxq_nobody"}, "resource_missing", "fx_quote", 400, "No such fx_quote"),
    ({"splits": []}, "parameter_invalid_empty", "splits", 400, ""),
    (
        {"splits": [{"destination": "acct_nobody", "amount": 5}]},
        "resource_missing", "splits[0][destination]", 400, "No such destination",
    ),
    ({"idempotency_key": ""}, "parameter_invalid", "idempotency_key", 400, ""),
]  # fmt: skip
VERBS = [
    ("confirm", "bare", {}, STATE, "payment_method", 400, NO_PM),
    ("confirm", "paid", {}, STATE, None, 400, "You cannot confirm this PaymentIntent because it"),
    ("confirm", "canceled", {"payment_method": VISA}, STATE, None, 400, "You cannot confirm this"),
    ("confirm", "asked", {}, STATE, None, 400, "You cannot confirm this PaymentIntent because it"),
    ("confirm", "held", {}, STATE, None, 400, "You cannot confirm this PaymentIntent because it"),
    ("confirm", "banks", {"payment_method": VISA}, "parameter_invalid", "payment_method", 400, ""),
    ("confirm", "bare", {"payment_method": "$spent"}, None, "payment_method", 400, SPENT),
    ("confirm", "bare", {"amount": 5}, "parameter_unknown", "amount", 400, "Received unknown para"),
    ("confirm", "theirs", {}, "resource_missing", "intent", 404, "No such payment_intent: 'pi_"),
    ("capture", "paid", {}, STATE, None, 400, "You cannot capture this PaymentIntent bec"),
    ("capture", "ready", {}, STATE, None, 400, "You cannot capture this PaymentIntent bec"),
    (
        "capture", "held", {"amount_to_capture": 1_001},
        "amount_too_large", "amount_to_capture", 400, "",
    ),
    ("capture", "held", {"amount_to_capture": 0}, "parameter_invalid_integer",
     "amount_to_capture", 400, ""),
    ("capture", "held", {"application_fee_amount": 5}, "application_fees_not_allowed",
     "application_fee_amount", 400, ""),
    ("capture", "theirs", {}, "resource_missing", "intent", 404, "No such payment_intent: 'pi_"),
    ("cancel", "paid", {}, STATE, None, 400, CANCEL.format("succeeded")),
    ("cancel", "canceled", {}, STATE, None, 400, CANCEL.format("canceled")),
    ("cancel", "held", {"cancellation_reason": "bored"}, "parameter_invalid",
     "cancellation_reason", 400, ""),
    ("cancel", "theirs", {}, "resource_missing", "intent", 404, "No such payment_intent: 'pi_"),
    ("update", "paid", {"amount": 2_000}, STATE, None, 400, ""),
    ("update", "asked", {"payment_method": VISA}, STATE, None, 400, ""),
    ("update", "held", {"application_fee_amount": 1}, STATE, None, 400, ""),
    ("update", "bare", {"amount": 2}, "amount_too_small", "amount", 400, "Amount must be at leas"),
    ("update", "bare", {"customer": "$gone"}, "resource_missing", "customer", 400, "No such custo"),
    ("update", "theirs", {}, "resource_missing", "intent", 404, "No such payment_intent: 'pi_"),
    ("verify_microdeposits", "bare", {"amounts": [32, 45]}, STATE, None, 400, ""),
    ("verify_microdeposits", "asked", {}, "parameters_exclusive", "amounts", 400, "You must spec"),
    ("retrieve", "theirs", {}, "resource_missing", "intent", 404, "No such payment_intent: 'pi_"),
]  # fmt: skip
OTHERS = [
    ("setup_intents.retrieve", "bare", {}, "resource_missing", "intent", 404, "No such setupinten"),
    ("setup_intents.confirm", "setup", {}, "setup_intent_unexpected_state", "payment_method", 400,
     "You cannot confirm this SetupIntent because it's missing a payment method."),
    ("setup_intents.confirm", "set_up", {}, "setup_intent_unexpected_state", None, 400,
     "You cannot confirm this SetupIntent because it has a status of succeeded."),
    ("setup_intents.cancel", "set_up", {}, "setup_intent_unexpected_state", None, 400,
     "You cannot cancel this SetupIntent because it has a status of succeeded."),
    ("setup_intents.create", None, {"customer": "$gone"}, "resource_missing", "customer", 400, ""),
    ("setup_intents.create", None, {"usage": "once"}, "parameter_invalid", "usage", 400, ""),
    ("setup_intents.create", None, {"payment_method": "pm_x"}, "resource_missing",
     "payment_method", 400, "No such PaymentMethod: 'pm_x'"),
    ("setup_intents.update", "set_up", {"customer": "$cus"}, "setup_intent_unexpected_state", None,
     400, "You cannot update this SetupIntent because it has a status of succeeded."),
    ("charges.retrieve", "bare", {}, "resource_missing", "id", 404, "No such charge: 'pi_"),
    ("charges.capture", "taken", {}, "charge_already_captured", None, 400, "Charge ch_"),
    ("charges.capture", "holding", {}, "parameter_invalid", "id", 400, "Charge ch_"),
    ("charges.create", None, {**BASE, "source": "tok_x"}, "resource_missing", "source", 400,
     "No such token: 'tok_x'"),
    ("charges.create", None, {**BASE, "source": "tok_visa", "customer": "$gone"},
     "resource_missing", "customer", 400, "No such customer: 'cus_"),
    ("refunds.create", None, {"charge": "$refunded"}, "charge_already_refunded", None, 400,
     "Charge ch_"),
    ("refunds.create", None, {"charge": "$taken", "amount": 1_100}, None, "amount", 400,
     "Refund amount ($11.00) is greater than charge amount ($10.00)"),
    ("refunds.create", None, {"charge": "$partly", "amount": 1_100}, None, "amount", 400,
     "Refund amount ($11.00) is greater than unrefunded amount on charge ($5.00)"),
    ("refunds.create", None, {"payment_intent": "$held"}, "charge_not_refundable", None, 400, ""),
    ("refunds.create", None, {"payment_intent": "$bare"}, "charge_not_refundable",
     "payment_intent", 400, "This PaymentIntent (pi_"),
    ("refunds.create", None, {"payment_intent": "$theirs"}, "resource_missing", "payment_intent",
     400, "No such payment_intent: 'pi_"),
    ("refunds.create", None, {}, "parameter_missing", None, 400, ""),
    ("refunds.create", None, {"charge": "$taken", "payment_intent": "$paid"},
     "parameters_exclusive", None, 400, ""),
]  # fmt: skip
CASES = [
    *[("payment_intents.create", None, {**PAY, **words}, *rest) for words, *rest in CREATE],
    *[(f"payment_intents.{verb}", *rest) for verb, *rest in VERBS],
    *OTHERS,
]


def filled(scene: Scene, value):
    """A parameter with the ids of the scene in it."""
    if isinstance(value, str) and value.startswith("$"):
        return getattr(scene, value[1:])
    if isinstance(value, dict):
        return {name: filled(scene, inner) for name, inner in value.items()}
    return value


@pytest.mark.parametrize(("verb", "of", "words", "code", "param", "status", "message"), CASES)
def test_a_wrong_call_is_told_what_is_wrong_and_writes_nothing(
    scene, verb, of, words, code, param, status, message
) -> None:
    room, name = verb.split(".")
    given_ = {word: filled(scene, value) for word, value in words.items() if value is not None}
    before = scene.dump()
    with pytest.raises(ConnectError) as caught:
        call = getattr(getattr(scene.connect, room), name)
        call(*([getattr(scene, of)] if of else []), **given_)
    error = caught.value
    found = (error.type, error.code, error.decline_code, error.http_status)
    assert found == ("invalid_request_error", code, None, status), error
    if param is not None:
        assert error.param == param
    assert error.message.startswith(message)
    assert scene.dump() == before


def test_a_hold_that_has_lapsed_cannot_be_captured() -> None:
    connect = Connect(clock=VirtualClock())
    held = connect.charges.create(**BASE, source="tok_visa", capture=False)
    connect.clock.advance(days=8)
    with pytest.raises(ConnectError) as caught:
        connect.charges.capture(held.id)
    assert (caught.value.code, caught.value.http_status) == ("charge_expired_for_capture", 400)


def test_a_refused_call_under_a_key_is_refused_again(scene) -> None:
    def call(**words):
        with pytest.raises(ConnectError) as caught:
            scene.connect.payment_intents.create(**{**PAY, **words}, idempotency_key="once")
        return caught.value

    first = call(customer="cus_1")
    assert call(customer="cus_1").json_body == first.json_body
    error = call(customer="cus_2")
    assert (error.type, error.code, error.http_status) == ("idempotency_error", None, 400)
    assert error.message.startswith("Keys for idempotent requests can only be used with the same")


def test_a_declined_payment_names_all_that_failed() -> None:
    connect = Connect(clock=VirtualClock())
    with pytest.raises(ConnectError) as caught:
        connect.payment_intents.create(**{**PAY, "payment_method": "tok_visa_chargeDeclined"})
    (intent,) = connect.payment_intents.list()
    body = caught.value.json_body["error"]
    assert body == {
        "type": "card_error",
        "code": "card_declined",
        "decline_code": "generic_decline",
        "advice_code": "try_again_later",
        "network_decline_code": "05",
        "message": "Your card was declined.",
        "charge": intent.latest_charge,
        "payment_intent": intent.id,
    }


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=5,
)
NAMES = st.sampled_from(
    [
        "amount", "currency", "payment_method", "payment_method_types", "confirm", "customer",
        "capture_method", "confirmation_method", "off_session", "setup_future_usage", "splits",
        "shipping", "return_url", "transfer_data", "metadata", "account", "idempotency_key",
    ]
)  # fmt: skip
SHARED = Connect()


@given(st.dictionaries(NAMES, JUNK, min_size=1, max_size=3))
def test_junk_is_refused_or_taken_but_never_crashes(words) -> None:
    try:
        made = SHARED.payment_intents.create(**{**PAY, **words})
        SHARED.payment_intents.update(made.id, **words)
    except ConnectError as error:
        assert error.param or error.type == "card_error" or error.code == STATE
