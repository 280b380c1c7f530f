"""Setup intents: methods made ready for later, on every store and in both colours."""

from __future__ import annotations

import pytest

from connectlib import CardError, ConnectError, IdempotencyError

VISA, STRANGER = "pm_card_visa", "pm_card_authenticationRequired"
DECLINED = "pm_card_visa_chargeDeclined"


def told(connect, account=None):
    events = list(connect.events.list(account=account, limit=100))[::-1]
    return [event.type for event in events if event.type.startswith(("setup", "payment"))]


def refused(call, *args, **words):
    with pytest.raises(ConnectError) as caught:
        call(*args, **words)
    return caught.value


def set_up(connect, method=VISA, **words):
    return connect.setup_intents.create(payment_method=method, confirm=True, **words)


def test_a_method_is_set_up_for_a_customer(connect) -> None:
    cus = connect.customers.create()
    made = connect.setup_intents.create(customer=cus.id, description="for later")
    assert (made.status, made.usage, made.payment_method) == (
        "requires_payment_method", "off_session", None,
    )  # fmt: skip
    assert made.client_secret.startswith(f"{made.id}_secret_")
    assert refused(connect.setup_intents.confirm, made.id).param == "payment_method"
    done = connect.setup_intents.confirm(made.id, payment_method=VISA)
    assert done.status == "succeeded"
    (kept,) = connect.customers.list_payment_methods(cus.id)
    assert (kept.id, kept.customer) == (done.payment_method, cus.id)
    assert connect.setup_intents.retrieve(made.id) == done
    assert [each.id for each in connect.setup_intents.list(customer=cus.id)] == [made.id]
    assert told(connect) == [
        "setup_intent.created", "payment_method.attached", "setup_intent.succeeded",
    ]  # fmt: skip
    error = refused(connect.setup_intents.confirm, made.id, payment_method=VISA)
    assert error.code == "setup_intent_unexpected_state"


def test_a_buyer_is_authenticated_once(connect) -> None:
    cus = connect.customers.create()
    asked = set_up(connect, "pm_card_authenticationRequiredSetupForOffSession", customer=cus.id)
    words = {"amount": 1_000, "currency": "usd", "customer": cus.id, "confirm": True}
    assert asked.status == "succeeded"
    paid = connect.payment_intents.create(
        payment_method=asked.payment_method, off_session=True, **words
    )
    assert paid.status == "succeeded"
    asked = set_up(connect, STRANGER, customer=cus.id)
    assert (asked.status, asked.next_action.type) == ("requires_action", "use_stripe_sdk")
    error = refused(connect.setup_intents.update, asked.id, payment_method=VISA)
    assert error.code == "setup_intent_unexpected_state"
    done = connect.testing.authenticate(asked)
    assert (done.status, done.next_action) == ("succeeded", None)
    assert connect.payment_methods.retrieve(done.payment_method).customer == cus.id


def test_a_setup_that_fails_can_be_tried_again(connect) -> None:
    asked = set_up(connect, STRANGER)
    error = refused(connect.testing.authenticate, asked, succeeds=False)
    assert isinstance(error, CardError)
    assert (error.code, error.decline_code) == ("setup_intent_authentication_failure", None)
    assert error.json_body["error"]["setup_intent"] == asked.id
    failed = connect.setup_intents.retrieve(asked.id)
    assert (failed.status, failed.payment_method) == ("requires_payment_method", None)
    assert failed.last_setup_error.code == "setup_intent_authentication_failure"
    assert connect.setup_intents.confirm(asked.id, payment_method=VISA).status == "succeeded"
    assert connect.setup_intents.retrieve(asked.id).last_setup_error is None
    assert told(connect) == [
        "setup_intent.created", "setup_intent.requires_action", "setup_intent.setup_failed",
        "setup_intent.succeeded",
    ]  # fmt: skip


def test_a_declined_setup_says_why(connect) -> None:
    cus = connect.customers.create()
    error = refused(set_up, connect, DECLINED, customer=cus.id, idempotency_key="a")
    assert (error.code, error.decline_code, error.http_status) == (
        "card_declined", "generic_decline", 402,
    )  # fmt: skip
    assert error.json_body["error"]["advice_code"] == "try_again_later"
    again = refused(set_up, connect, DECLINED, customer=cus.id, idempotency_key="a")
    assert again.json_body == error.json_body
    assert len(connect.setup_intents.list().data) == 1
    assert connect.customers.list_payment_methods(cus.id).data == []


def test_a_card_that_fails_later_is_set_up_and_declined(connect) -> None:
    cus = connect.customers.create()
    done = set_up(connect, "pm_card_chargeCustomerFail", customer=cus.id)
    assert done.status == "succeeded"
    error = refused(
        connect.payment_intents.create,
        amount=1_000,
        currency="usd",
        customer=cus.id,
        payment_method=done.payment_method,
        confirm=True,
    )
    assert (error.code, error.decline_code) == ("card_declined", "generic_decline")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("requires_payment_method", {}),
        ("requires_confirmation", {"payment_method": VISA}),
        ("requires_action", {"payment_method": STRANGER, "confirm": True}),
    ],
)
def test_a_setup_can_be_canceled(connect, status, words) -> None:
    made = connect.setup_intents.create(**words)
    assert made.status == status
    gone = connect.setup_intents.cancel(
        made.id, cancellation_reason="abandoned", idempotency_key="c"
    )
    assert (gone.status, gone.cancellation_reason, gone.next_action) == (
        "canceled", "abandoned", None,
    )  # fmt: skip
    again = connect.setup_intents.cancel(
        made.id, cancellation_reason="abandoned", idempotency_key="c"
    )
    assert again == gone
    for verb in (connect.setup_intents.cancel, connect.setup_intents.confirm):
        assert refused(verb, made.id).code == "setup_intent_unexpected_state"
    assert told(connect)[-1] == "setup_intent.canceled"


def test_microdeposits_prove_whose_account_it_is(connect) -> None:
    numbers = {"routing_number": "110000000", "account_number": "000123456789"}
    bank = connect.payment_methods.create(type="us_bank_account", us_bank_account=numbers)
    cus = connect.customers.create()
    asked = set_up(connect, bank.id, customer=cus.id)
    assert (asked.status, asked.next_action.type) == (
        "requires_action", "verify_with_microdeposits",
    )  # fmt: skip
    verify = connect.setup_intents.verify_microdeposits
    error = refused(verify, asked.id, amounts=[1, 2])
    assert error.code == "payment_method_microdeposit_verification_amounts_mismatch"
    assert connect.setup_intents.retrieve(asked.id).status == "requires_action"
    done = verify(asked.id, descriptor_code="SM11AA")
    assert done.status == "succeeded"
    paid = connect.payment_intents.create(
        amount=1_000, currency="usd", customer=cus.id, payment_method=bank.id, confirm=True
    )
    assert paid.status == "processing"


def test_too_many_wrong_guesses_end_a_setup(connect) -> None:
    numbers = {"routing_number": "110000000", "account_number": "000123456789"}
    bank = connect.payment_methods.create(type="us_bank_account", us_bank_account=numbers)
    asked = set_up(connect, bank.id)
    error = refused(connect.setup_intents.verify_microdeposits, asked.id, amounts=[10, 11])
    assert error.code == "payment_method_microdeposit_verification_attempts_exceeded"
    assert connect.setup_intents.retrieve(asked.id).status == "requires_payment_method"


def test_a_setup_is_changed_before_it_is_confirmed(connect) -> None:
    cus = connect.customers.create()
    made = connect.setup_intents.create(metadata={"a": "1"}, idempotency_key="m")
    changed = connect.setup_intents.update(
        made.id, customer=cus.id, payment_method=VISA, metadata={"a": "", "b": "2"}
    )
    assert (changed.status, changed.customer, changed.metadata) == (
        "requires_confirmation", cus.id, {"b": "2"},
    )  # fmt: skip
    error = refused(connect.setup_intents.update, made.id, customer="cus_nobody")
    assert (error.code, error.param) == ("resource_missing", "customer")
    done = connect.setup_intents.confirm(made.id, idempotency_key="c")
    assert done.status == "succeeded"
    error = refused(connect.setup_intents.update, made.id, customer=cus.id)
    assert error.code == "setup_intent_unexpected_state"
    worded = connect.setup_intents.update(made.id, description="mug")
    assert connect.setup_intents.confirm(made.id, idempotency_key="c") == done
    assert connect.setup_intents.create(metadata={"a": "1"}, idempotency_key="m") == made
    assert connect.setup_intents.retrieve(made.id) == worded
    error = refused(connect.setup_intents.create, idempotency_key="m")
    assert isinstance(error, IdempotencyError)


def test_a_setup_lives_in_the_namespace_of_its_account(connect) -> None:
    ada = connect.testing.account()
    cus = connect.customers.create(account=ada.id)
    made = set_up(connect, account=ada.id, customer=cus.id)
    assert made.status == "succeeded"
    error = refused(connect.setup_intents.retrieve, made.id)
    assert (error.param, error.http_status, error.message) == (
        "intent", 404, f"No such setupintent: '{made.id}'",
    )  # fmt: skip
    assert refused(connect.setup_intents.cancel, made.id).http_status == 404
    error = refused(set_up, connect, customer=cus.id)
    assert (error.code, error.param) == ("resource_missing", "customer")
    assert connect.setup_intents.list().data == []
