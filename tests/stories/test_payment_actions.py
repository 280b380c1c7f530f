"""Payments that need their buyer, or that a bank decides later, on every store."""

from __future__ import annotations

import pytest

from tests.stories.paying import STRANGER, VISA, charge_of, funds, pay, refused, told


def test_a_buyer_who_is_authenticated_pays(connect) -> None:
    asked = pay(connect, STRANGER, return_url="https://shop.example/back")
    assert (asked.status, asked.latest_charge) == ("requires_action", None)
    step = asked.next_action
    assert (step.type, step.redirect_to_url.return_url) == (
        "redirect_to_url", "https://shop.example/back",
    )  # fmt: skip
    assert step.redirect_to_url.url.startswith("https://")
    paid = connect.testing.authenticate(asked)
    assert (paid.status, paid.next_action) == ("succeeded", None)
    assert funds(connect) == (9_680, 0)
    assert told(connect) == [
        "payment_intent.created", "payment_intent.requires_action", "charge.succeeded",
        "payment_intent.succeeded",
    ]  # fmt: skip
    error = refused(connect.testing.authenticate, asked)
    assert error.code == "payment_intent_unexpected_state"


def test_a_buyer_who_cannot_be_authenticated_tries_another_card(connect) -> None:
    asked = pay(connect, STRANGER)
    error = refused(connect.testing.authenticate, asked, succeeds=False)
    assert (error.code, error.decline_code, error.http_status) == (
        "payment_intent_authentication_failure", None, 402,
    )  # fmt: skip
    failed = connect.payment_intents.retrieve(asked.id)
    assert failed.status == "requires_payment_method"
    assert failed.last_payment_error.code == "payment_intent_authentication_failure"
    assert connect.payment_intents.confirm(asked.id, payment_method=VISA).status == "succeeded"


def test_a_hold_can_need_an_authentication(connect) -> None:
    asked = pay(connect, STRANGER, capture_method="manual")
    held = connect.testing.authenticate(asked)
    assert (held.status, held.amount_capturable) == ("requires_capture", 10_000)
    assert connect.payment_intents.capture(held.id).status == "succeeded"


def test_with_manual_confirmation_the_server_confirms_again(connect) -> None:
    asked = pay(connect, STRANGER, confirmation_method="manual")
    ready = connect.testing.authenticate(asked)
    assert (ready.status, ready.next_action) == ("requires_confirmation", None)
    error = refused(connect.payment_intents.update, asked.id, amount=5)
    assert error.code == "payment_intent_unexpected_state"
    error = refused(connect.payment_intents.confirm, asked.id, payment_method=VISA)
    assert error.code == "payment_intent_unexpected_state"
    assert connect.payment_intents.confirm(asked.id).status == "succeeded"
    assert funds(connect) == (9_680, 0)


def test_an_authenticated_intent_can_still_be_canceled(connect) -> None:
    asked = pay(connect, STRANGER, confirmation_method="manual")
    connect.testing.authenticate(asked)
    assert connect.payment_intents.cancel(asked.id).status == "canceled"
    connect.clock.advance(days=10)
    assert funds(connect) == (0, 0)


def test_a_card_that_is_set_up_pays_without_its_owner(connect) -> None:
    cus = connect.customers.create()
    card = "pm_card_authenticationRequiredOnSetup"
    first = pay(connect, card, customer=cus.id, setup_future_usage="off_session")
    paid = connect.testing.authenticate(first)
    assert paid.status == "succeeded"
    kept = connect.payment_methods.retrieve(paid.payment_method)
    assert kept.customer == cus.id
    again = pay(connect, kept.id, customer=cus.id, off_session=True)
    assert again.status == "succeeded"
    assert "payment_method.attached" in told(connect)


def test_a_card_that_is_not_set_up_needs_its_owner(connect) -> None:
    cus = connect.customers.create()
    card = connect.payment_methods.attach("pm_card_authenticationRequiredOnSetup", customer=cus.id)
    error = refused(pay, connect, card.id, customer=cus.id, off_session=True)
    assert (error.code, error.decline_code, error.param, error.http_status) == (
        "authentication_required", "authentication_required", None, 402,
    )  # fmt: skip
    assert error.message == "Your card was declined. This transaction requires authentication."
    (intent,) = connect.payment_intents.list()
    asked = connect.payment_intents.confirm(intent.id, payment_method=card.id, off_session=False)
    assert asked.status == "requires_action"
    assert connect.testing.authenticate(asked).status == "succeeded"


def test_a_card_set_up_by_a_setup_intent_pays_without_its_owner(connect) -> None:
    cus = connect.customers.create()
    card = "pm_card_authenticationRequiredOnSetup"
    setup = connect.setup_intents.create(customer=cus.id, payment_method=card, confirm=True)
    assert setup.status == "requires_action"
    done = connect.testing.authenticate(setup)
    assert done.status == "succeeded"
    paid = pay(connect, done.payment_method, customer=cus.id, off_session=True)
    assert paid.status == "succeeded"


def test_a_caller_without_a_buyer_says_so(connect) -> None:
    error = refused(pay, connect, STRANGER, error_on_requires_action=True)
    assert (error.code, error.http_status) == ("authentication_required", 402)
    (intent,) = connect.payment_intents.list()
    assert (intent.status, intent.next_action) == ("requires_payment_method", None)


BANKS = [
    ("usd", "pm_usBankAccount_success", None),
    ("usd", "pm_usBankAccount_noAccount", "no_account"),
    ("usd", "pm_usBankAccount_insufficientFunds", "insufficient_funds"),
    ("eur", "pm_sepaDebit_success_de", None),
    ("eur", "pm_sepaDebit_successDelayed_fr", None),
    ("eur", "pm_sepaDebit_failed_de", "payment_intent_payment_attempt_failed"),
    ("gbp", "pm_bacsDebit_successDelayed", None),
    ("gbp", "pm_bacsDebit_insufficientFunds", "insufficient_funds"),
    ("aud", "pm_auBecsDebit_success", None),
    ("aud", "pm_auBecsDebit_accountClosed", "account_closed"),
    ("cad", "pm_acssDebit_success", None),
    ("cad", "pm_acssDebit_debitNotAuthorized", "debit_not_authorized"),
    ("brl", "src_boleto_pay", None),
    ("brl", "src_boleto_expire_with_delay", "payment_intent_payment_attempt_expired"),
]


@pytest.mark.parametrize(("currency", "method", "code"), BANKS)
def test_a_bank_decides_later(connect, currency, method, code) -> None:
    country = {"usd": "US", "eur": "DE", "gbp": "GB", "aud": "AU", "cad": "CA", "brl": "BR"}
    ada = connect.testing.account(country=country[currency])
    made = pay(connect, method, currency=currency, account=ada.id)
    status = "requires_action" if currency == "brl" else "processing"  # a voucher to be paid
    assert (made.status, made.latest_charge) == (status, None)
    assert told(connect, ada.id)[-2:] == ["charge.pending", f"payment_intent.{status}"]
    assert connect.balance_transactions.list(account=ada.id).data == []
    connect.clock.advance(days=1)
    found = connect.payment_intents.retrieve(made.id, account=ada.id)
    charge = charge_of(connect, found, account=ada.id)
    if code is None:
        assert (found.status, found.amount_received) == ("succeeded", 10_000)
        assert charge.payment_method_details.type in made.payment_method_types
        (bt,) = connect.balance_transactions.list(account=ada.id).data
        assert (bt.type, bt.source, bt.currency) == ("payment", charge.id, currency)
        assert told(connect, ada.id)[-2:] == ["charge.succeeded", "payment_intent.succeeded"]
    else:
        assert (found.status, found.amount_received) == ("requires_payment_method", 0)
        error = found.last_payment_error
        assert (error.code, error.decline_code, charge.failure_code) == (code, None, code)
        assert told(connect, ada.id)[-2:] == ["charge.failed", "payment_intent.payment_failed"]
        assert connect.balance_transactions.list(account=ada.id).data == []


def test_pay_by_bank_is_authorized_at_the_bank(connect) -> None:
    asked = pay(connect, "src_pay_by_bank", currency="gbp", account=None)
    assert asked.status == "requires_action"
    assert connect.testing.authenticate(asked).status == "processing"
    connect.clock.advance(hours=2)
    assert connect.payment_intents.retrieve(asked.id).status == "succeeded"


def bank_account(connect):
    numbers = {"routing_number": "110000000", "account_number": "000123456789"}
    return connect.payment_methods.create(type="us_bank_account", us_bank_account=numbers).id


def test_microdeposits_prove_whose_account_it_is(connect) -> None:
    asked = pay(connect, bank_account(connect))
    assert (asked.status, asked.next_action.type) == (
        "requires_action", "verify_with_microdeposits",
    )  # fmt: skip
    verify = connect.payment_intents.verify_microdeposits
    error = refused(verify, asked.id, amounts=[1, 2])
    assert error.code == "payment_method_microdeposit_verification_amounts_mismatch"
    waits = connect.payment_intents.retrieve(asked.id)
    assert (waits.status, waits.next_action) == ("requires_action", asked.next_action)
    assert verify(asked.id, amounts=[32, 45]).status == "processing"
    connect.clock.advance(days=5)
    assert connect.payment_intents.retrieve(asked.id).status == "succeeded"


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        ({"amounts": [10, 11]}, "attempts_exceeded"),
        ({"descriptor_code": "SM33CC"}, "attempts_exceeded"),
        ({"descriptor_code": "SM44DD"}, "timeout"),
    ],
)
def test_microdeposits_come_to_an_end(connect, proof, code) -> None:
    asked = pay(connect, bank_account(connect))
    error = refused(connect.payment_intents.verify_microdeposits, asked.id, **proof)
    assert error.code == f"payment_method_microdeposit_verification_{code}"
    found = connect.payment_intents.retrieve(asked.id)
    assert (found.status, found.last_payment_error.code) == ("requires_payment_method", error.code)
    assert connect.payment_intents.confirm(asked.id, payment_method=VISA).status == "succeeded"
