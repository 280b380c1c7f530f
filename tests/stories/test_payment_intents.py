"""Payment intents from the first wish to the money, on every store and in both colours."""

from __future__ import annotations

import pytest

from connectlib import CardError, IdempotencyError, InvalidRequestError
from tests.stories.paying import DECLINED, STRANGER, VISA, charge_of, funds, pay, refused, told


def test_an_intent_waits_for_a_method_and_is_confirmed(connect) -> None:
    made = connect.payment_intents.create(amount=10_000, currency="usd", description="mug")
    assert (made.status, made.payment_method, made.latest_charge) == (
        "requires_payment_method", None, None,
    )  # fmt: skip
    assert made.client_secret.startswith(f"{made.id}_secret_")
    error = refused(connect.payment_intents.confirm, made.id)
    assert (error.code, error.param) == ("payment_intent_unexpected_state", "payment_method")
    paid = connect.payment_intents.confirm(made.id, payment_method=VISA)
    assert (paid.status, paid.amount_received, paid.amount_capturable) == ("succeeded", 10_000, 0)
    assert connect.payment_intents.retrieve(made.id) == paid
    charge = charge_of(connect, paid)
    assert (charge.payment_intent, charge.description, charge.payment_method) == (
        made.id, "mug", paid.payment_method,
    )  # fmt: skip
    assert funds(connect) == (10_000 - 320, 0)
    assert told(connect) == [
        "payment_intent.created", "charge.succeeded", "payment_intent.succeeded",
    ]  # fmt: skip
    assert [each.id for each in connect.payment_intents.list()] == [made.id]


def test_an_intent_with_a_method_waits_for_its_confirmation(connect) -> None:
    made = pay(connect, confirm=False)
    assert made.status == "requires_confirmation"
    kept = connect.payment_methods.retrieve(made.payment_method)
    assert (kept.type, kept.customer) == ("card", None)
    other = connect.payment_intents.update(made.id, payment_method="pm_card_amex")
    assert (other.status, other.payment_method != made.payment_method) == (
        "requires_confirmation", True,
    )  # fmt: skip
    paid = connect.payment_intents.confirm(made.id)
    assert charge_of(connect, paid).payment_method_details.card.brand == "amex"
    error = refused(connect.payment_intents.confirm, made.id)
    assert error.code == "payment_intent_unexpected_state"
    assert "has a status of succeeded" in error.message


def test_after_a_decline_another_method_pays(connect) -> None:
    error = refused(pay, connect, DECLINED)
    assert isinstance(error, CardError)
    assert (error.code, error.decline_code, error.http_status) == (
        "card_declined", "generic_decline", 402,
    )  # fmt: skip
    (intent,) = connect.payment_intents.list()
    body = error.json_body["error"]
    assert (body["payment_intent"], body["charge"]) == (intent.id, intent.latest_charge)
    assert body["advice_code"] == "try_again_later"
    last = intent.last_payment_error
    assert (intent.status, intent.payment_method) == ("requires_payment_method", None)
    assert (last.type, last.code, last.decline_code, last.charge) == (
        "card_error", "card_declined", "generic_decline", intent.latest_charge,
    )  # fmt: skip
    failed = charge_of(connect, intent)
    assert (failed.status, failed.failure_code, failed.paid) == ("failed", "card_declined", False)
    assert refused(connect.payment_intents.confirm, intent.id).param == "payment_method"
    paid = connect.payment_intents.confirm(intent.id, payment_method=VISA)
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)
    assert paid.latest_charge != failed.id
    assert told(connect) == [
        "payment_intent.created", "charge.failed", "payment_intent.payment_failed",
        "charge.succeeded", "payment_intent.succeeded",
    ]  # fmt: skip
    assert funds(connect) == (9_680, 0)


def test_a_hold_is_captured_whole(connect) -> None:
    held = pay(connect, capture_method="manual")
    assert (held.status, held.amount_capturable, held.amount_received) == (
        "requires_capture", 10_000, 0,
    )  # fmt: skip
    charge = charge_of(connect, held)
    assert (charge.captured, charge.status, charge.amount_captured) == (False, "succeeded", 0)
    assert connect.balance_transactions.list().data == []
    taken = connect.payment_intents.capture(held.id)
    assert (taken.status, taken.amount_capturable, taken.amount_received) == (
        "succeeded", 0, 10_000,
    )  # fmt: skip
    assert charge_of(connect, taken).captured
    assert funds(connect) == (9_680, 0)
    assert told(connect) == [
        "payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated",
        "charge.captured", "payment_intent.succeeded",
    ]  # fmt: skip
    error = refused(connect.payment_intents.capture, held.id)
    assert error.code == "payment_intent_unexpected_state"
    connect.clock.advance(days=8)
    assert connect.payment_intents.retrieve(held.id).status == "succeeded"


@pytest.mark.parametrize(
    ("made", "asked", "amount", "account", "platform"),
    [
        ({"application_fee_amount": 1_000}, {}, 4_000, 3_000, 1_000 - 146),
        (
            {"application_fee_amount": 1_000},
            {"application_fee_amount": 300},
            4_000,
            3_700,
            300 - 146,
        ),
        ({"application_fee_amount": 5_000}, {}, 4_000, 0, 4_000 - 146),
        ({"amount": 9_000}, {}, 4_000, 4_000, -146),
        ({"amount": 9_000}, {"transfer_data": {"amount": 3_500}}, 4_000, 3_500, 500 - 146),
    ],
)
def test_a_part_is_captured_and_its_shares_with_it(
    connect, made, asked, amount, account, platform
) -> None:
    ada = connect.testing.account()
    to = {"destination": ada.id, **({"amount": made["amount"]} if "amount" in made else {})}
    words = {name: value for name, value in made.items() if name != "amount"}
    held = pay(connect, capture_method="manual", transfer_data=to, **words)
    assert funds(connect, ada.id) == (0, 0)
    error = refused(connect.payment_intents.capture, held.id, amount_to_capture=10_001)
    assert (error.code, error.param) == ("amount_too_large", "amount_to_capture")
    taken = connect.payment_intents.capture(held.id, amount_to_capture=amount, **asked)
    assert (taken.status, taken.amount, taken.amount_received) == ("succeeded", 10_000, amount)
    charge = charge_of(connect, taken)
    assert (charge.amount, charge.amount_captured) == (10_000, amount)
    assert (funds(connect, ada.id), funds(connect)) == ((account, 0), (platform, 0))
    back = connect.refunds.create(payment_intent=held.id)
    assert back.amount == amount
    assert charge_of(connect, taken).refunded


def test_a_hold_lapses_after_seven_days(connect) -> None:
    held = pay(connect, capture_method="manual")
    connect.clock.advance(days=6)
    assert connect.payment_intents.retrieve(held.id).status == "requires_capture"
    connect.clock.advance(days=1)
    gone = connect.payment_intents.retrieve(held.id)
    assert (gone.status, gone.cancellation_reason) == ("canceled", "automatic")
    assert gone.canceled_at == held.created + 7 * 86_400
    assert gone.amount_capturable == 0
    charge = charge_of(connect, gone)
    assert (charge.captured, charge.refunded, charge.amount_captured) == (False, True, 0)
    assert told(connect)[-2:] == ["charge.expired", "payment_intent.canceled"]
    assert refused(connect.payment_intents.capture, held.id).code == (
        "payment_intent_unexpected_state"
    )
    assert funds(connect) == (0, 0)


@pytest.mark.parametrize(
    ("status", "method", "words"),
    [
        ("requires_payment_method", None, {"confirm": False}),
        ("requires_confirmation", VISA, {"confirm": False}),
        ("requires_capture", VISA, {"capture_method": "manual"}),
        ("requires_action", STRANGER, {}),
        ("processing", "pm_usBankAccount_processing", {}),
    ],
)
def test_an_intent_can_be_canceled(connect, status, method, words) -> None:
    made = pay(connect, method, **words)
    assert made.status == status
    gone = connect.payment_intents.cancel(made.id, cancellation_reason="abandoned")
    assert (gone.status, gone.cancellation_reason, gone.next_action) == (
        "canceled", "abandoned", None,
    )  # fmt: skip
    assert gone.canceled_at == gone.created
    assert told(connect)[-1] == "payment_intent.canceled"
    assert connect.clock.advance(days=10) is not None
    assert connect.payment_intents.retrieve(made.id) == gone
    error = refused(connect.payment_intents.cancel, made.id)
    assert error.message.startswith(
        "You cannot cancel this PaymentIntent because it has a status of canceled. Only a"
        " PaymentIntent with one of the following statuses may be canceled:"
        " requires_payment_method, requires_capture, requires_confirmation, requires_action,"
        " processing."
    )
    for verb in (connect.payment_intents.confirm, connect.payment_intents.capture):
        assert refused(verb, made.id).code == "payment_intent_unexpected_state"
    assert funds(connect) == (0, 0)


def test_what_has_succeeded_cannot_be_canceled(connect) -> None:
    paid = pay(connect)
    assert "has a status of succeeded" in refused(connect.payment_intents.cancel, paid.id).message
    assert connect.payment_intents.retrieve(paid.id) == paid


def test_a_destination_charge_tells_in_causal_order(connect) -> None:
    ada = connect.testing.account()
    paid = pay(connect, transfer_data={"destination": ada.id}, application_fee_amount=1_000)
    assert (funds(connect, ada.id), funds(connect)) == ((9_000, 0), (680, 0))
    charge = charge_of(connect, paid)
    transfer = connect.transfers.retrieve(charge.transfer)
    assert transfer.transfer_group == f"group_{paid.id}"
    mine = told(connect)
    assert mine[:2] == ["payment_intent.created", "charge.succeeded"]
    assert mine[-1] == "payment_intent.succeeded"
    assert set(mine[2:-1]) == {"application_fee.created", "transfer.created"}
    assert told(connect, ada.id)[-1] == "payment.created"


def test_a_direct_payment_is_in_the_namespace_of_its_account(connect) -> None:
    ada = connect.testing.account()
    paid = pay(connect, account=ada.id, application_fee_amount=1_000)
    assert (funds(connect, ada.id), funds(connect)) == ((8_680, 0), (1_000, 0))
    error = refused(connect.payment_intents.retrieve, paid.id)
    assert (error.code, error.param, error.http_status) == ("resource_missing", "intent", 404)
    assert error.message == f"No such payment_intent: '{paid.id}'"
    for verb in (
        connect.payment_intents.confirm,
        connect.payment_intents.cancel,
        connect.payment_intents.capture,
    ):
        assert refused(verb, paid.id).code == "resource_missing"
    assert connect.payment_intents.retrieve(paid.id, account=ada.id) == paid
    assert connect.payment_intents.list().data == []
    ours = connect.payment_methods.create(type="card", card={"token": "tok_visa"})
    error = refused(pay, connect, ours.id, account=ada.id)
    assert (error.code, error.param) == ("resource_missing", "payment_method")


def test_a_payment_on_behalf_of_an_account_settles_by_its_country(connect) -> None:
    bia = connect.testing.account(country="BR")
    paid = pay(
        connect, "pm_card_br", currency="brl", on_behalf_of=bia.id,
        transfer_data={"destination": bia.id},
    )  # fmt: skip
    bt = connect.balance_transactions.retrieve(charge_of(connect, paid).balance_transaction)
    assert bt.available_on - bt.created // 86_400 * 86_400 == 30 * 86_400


def test_a_payment_is_split_between_accounts(connect) -> None:
    ada, bob = connect.testing.account(), connect.testing.account()
    splits = [{"destination": ada.id, "percent": "50"}, {"destination": bob.id, "amount": 2_000}]
    made = pay(connect, splits=splits, confirm=False)
    error = refused(connect.payment_intents.update, made.id, amount=5_000)
    assert (error.code, error.param) == ("parameter_invalid", "amount")
    paid = connect.payment_intents.confirm(made.id)
    assert paid.status == "succeeded"
    assert (funds(connect, ada.id), funds(connect, bob.id)) == ((5_000, 0), (2_000, 0))
    assert funds(connect) == (3_000 - 320, 0)
    again = connect.payment_intents.retrieve(paid.id)
    assert [share for _, share in again.splits] == [5_000, 2_000]


def test_a_payment_is_refunded_by_its_intent(connect) -> None:
    ada = connect.testing.account()
    paid = pay(connect, transfer_data={"destination": ada.id}, application_fee_amount=1_000)
    back = connect.refunds.create(
        payment_intent=paid.id, amount=4_000, reverse_transfer=True, refund_application_fee=True
    )
    assert (back.payment_intent, back.charge, back.status) == (
        paid.id, paid.latest_charge, "succeeded",
    )  # fmt: skip
    assert sum(funds(connect, ada.id)) == 9_000 - 4_000 + 400
    assert connect.payment_intents.retrieve(paid.id) == paid
    held = pay(connect, capture_method="manual")
    assert refused(connect.refunds.create, payment_intent=held.id).code == "charge_not_refundable"
    bare = connect.payment_intents.create(amount=10_000, currency="usd")
    assert refused(connect.refunds.create, payment_intent=bare.id).code == "charge_not_refundable"


def test_a_key_answers_every_verb_with_its_first_result(connect) -> None:
    intents = connect.payment_intents

    def make(**words):
        return pay(connect, None, confirm=False, idempotency_key="make", **words)

    made = make()
    held = intents.update(
        made.id, metadata={"a": "1"}, payment_method=STRANGER, idempotency_key="update"
    )
    asked = intents.confirm(made.id, idempotency_key="confirm")
    assert (held.status, asked.status) == ("requires_confirmation", "requires_action")
    paid = connect.testing.authenticate(made)
    connect.refunds.create(payment_intent=made.id, amount=10)
    assert make() == made
    again = intents.update(
        made.id, metadata={"a": "1"}, payment_method=STRANGER, idempotency_key="update"
    )
    assert again == held
    assert intents.confirm(made.id, idempotency_key="confirm") == asked
    assert intents.retrieve(made.id) == paid
    for _ in range(2):
        error = refused(intents.cancel, made.id, idempotency_key="cancel")
        assert error.code == "payment_intent_unexpected_state"
    error = refused(make, description="another")
    assert isinstance(error, IdempotencyError)
    assert len(connect.payment_intents.list().data) == 1
    assert len(connect.charges.list().data) == 1


def test_a_key_remembers_a_decline_and_a_capture(connect) -> None:
    intents = connect.payment_intents
    first = refused(pay, connect, DECLINED, idempotency_key="pay")
    (intent,) = intents.list()
    held = intents.confirm(intent.id, payment_method=VISA, idempotency_key="again")
    assert held.status == "succeeded"
    second = refused(pay, connect, DECLINED, idempotency_key="pay")
    assert second.json_body == first.json_body
    assert intents.confirm(intent.id, payment_method=VISA, idempotency_key="again") == held
    held = pay(connect, capture_method="manual", idempotency_key="hold")
    taken = intents.capture(held.id, amount_to_capture=7, idempotency_key="take")
    assert intents.capture(held.id, amount_to_capture=7, idempotency_key="take") == taken
    assert pay(connect, capture_method="manual", idempotency_key="hold") == held
    gone = pay(connect, capture_method="manual")
    canceled = intents.cancel(gone.id, idempotency_key="cancel")
    assert intents.cancel(gone.id, idempotency_key="cancel") == canceled
    assert len(connect.charges.list().data) == 4


def test_an_intent_is_changed_before_it_is_paid_and_its_words_after(connect) -> None:
    ada = connect.testing.account()
    intents = connect.payment_intents
    made = intents.create(
        amount=10_000, currency="usd", transfer_data={"destination": ada.id},
        application_fee_amount=500, metadata={"a": "1"},
    )  # fmt: skip
    changed = intents.update(
        made.id, amount=2_000, application_fee_amount=100, metadata={"a": "", "b": "2"},
        receipt_email="ada@example.com", statement_descriptor="MUGS",
    )  # fmt: skip
    assert (changed.amount, changed.application_fee_amount, changed.metadata) == (
        2_000, 100, {"b": "2"},
    )  # fmt: skip
    for words, code in (
        ({"amount": 1}, "amount_too_small"),
        ({"amount": 10**12}, "amount_too_large"),
        ({"application_fee_amount": 2_001}, "amount_too_large"),
        ({"customer": "cus_nobody"}, "resource_missing"),
        ({"payment_method": "pm_card_nobody"}, "resource_missing"),
    ):
        assert refused(intents.update, made.id, **words).code == code
    assert intents.retrieve(made.id) == changed
    intents.confirm(made.id, payment_method=VISA)
    assert funds(connect, ada.id) == (1_900, 0)
    error = refused(intents.update, made.id, amount=3_000)
    assert error.code == "payment_intent_unexpected_state"
    assert intents.update(made.id, description="mug").description == "mug"
    asked = pay(connect, STRANGER)
    assert refused(intents.update, asked.id, amount=3_000).code == error.code
    assert refused(intents.update, asked.id, payment_method=VISA).code == error.code
    assert connect.testing.authenticate(asked).amount_received == 10_000


def test_a_method_is_used_once_unless_it_belongs_to_a_customer(connect) -> None:
    paid = pay(connect)
    error = refused(pay, connect, paid.payment_method)
    assert error.message.startswith(
        "The provided PaymentMethod was previously used with a PaymentIntent without Customer"
    )
    cus, other = connect.customers.create(), connect.customers.create()
    kept = connect.payment_methods.attach(VISA, customer=cus.id)
    for _ in range(2):
        assert pay(connect, kept.id, customer=cus.id).customer == cus.id
    for words in ({}, {"customer": other.id}):
        error = refused(pay, connect, kept.id, **words)
        assert (error.param, error.http_status) == ("payment_method", 400)
    waiting = pay(connect, kept.id, customer=cus.id, confirm=False)
    connect.payment_methods.detach(kept.id)
    error = refused(connect.payment_intents.confirm, waiting.id)
    assert isinstance(error, InvalidRequestError)
    assert connect.payment_intents.retrieve(waiting.id) == waiting
    assert len(connect.payment_intents.list(customer=cus.id).data) == 3


def test_a_method_without_a_customer_can_be_kept_for_one(connect) -> None:
    cus = connect.customers.create()
    paid = pay(connect, customer=cus.id, setup_future_usage="on_session")
    (kept,) = connect.customers.list_payment_methods(cus.id)
    assert kept.id == paid.payment_method
    assert pay(connect, kept.id, customer=cus.id).status == "succeeded"
    once = pay(connect, customer=cus.id)
    assert connect.payment_methods.retrieve(once.payment_method).customer is None
    connect.customers.delete(cus.id)
    error = refused(pay, connect, customer=cus.id)
    assert (error.code, error.param) == ("resource_missing", "customer")


def test_only_the_kinds_named_are_taken(connect) -> None:
    made = connect.payment_intents.create(
        amount=10_000, currency="usd", payment_method_types=["us_bank_account"]
    )
    error = refused(connect.payment_intents.confirm, made.id, payment_method=VISA)
    assert error.param == "payment_method"
    assert "one of the following types: us_bank_account" in error.message
    assert connect.payment_intents.retrieve(made.id) == made
