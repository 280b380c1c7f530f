"""What a buyer is asked to do, as the shop is told it, on every store."""

from __future__ import annotations

import pytest

from connectlib import Connect, ScriptedProcessor
from tests.stories.paying import STRANGER, charge_of, pay, refused, told

BACK = "https://shop.example/back"
CALLS = ("create", "confirm", "later")


def asked(connect, kind: str, call: str, **words):
    """A payment or setup intent that waits for its buyer, confirmed in one of three ways."""
    api = connect.payment_intents if kind == "payment" else connect.setup_intents
    start = {"amount": 5_000, "currency": "usd"} if kind == "payment" else {}
    if call == "create":
        return api.create(payment_method=STRANGER, confirm=True, **start, **words)
    if call == "confirm":
        return api.confirm(api.create(**start).id, payment_method=STRANGER, **words)
    return api.confirm(api.create(payment_method=STRANGER, **start, **words).id)


@pytest.mark.parametrize("kind", ["payment", "setup"])
@pytest.mark.parametrize("call", CALLS)
def test_with_a_place_to_come_back_to_the_buyer_is_sent_to_a_page(connect, kind, call) -> None:
    step = asked(connect, kind, call, return_url=BACK).next_action
    assert step.type == "redirect_to_url"
    assert step.redirect_to_url.return_url == BACK
    assert step.redirect_to_url.url.startswith("https://")
    assert "use_stripe_sdk" not in step


@pytest.mark.parametrize("kind", ["payment", "setup"])
@pytest.mark.parametrize("call", CALLS)
def test_without_one_a_script_in_the_page_of_the_shop_asks(connect, kind, call) -> None:
    intent = asked(connect, kind, call)
    step = intent.next_action
    assert step.type == "use_stripe_sdk"
    assert step.use_stripe_sdk.type == "three_d_secure_redirect"
    assert step.use_stripe_sdk.stripe_js.startswith("https://")
    assert "redirect_to_url" not in step
    assert connect.testing.authenticate(intent).status == "succeeded"


def test_the_place_said_last_is_the_one_shown(connect) -> None:
    made = connect.payment_intents.create(amount=5_000, currency="usd", return_url=BACK)
    newer = "https://shop.example/newer"
    asked = connect.payment_intents.confirm(made.id, payment_method=STRANGER, return_url=newer)
    assert asked.next_action.redirect_to_url.return_url == newer


@pytest.mark.parametrize("kind", ["payment", "setup"])
@pytest.mark.parametrize("back", [BACK, None])
def test_the_processor_is_told_where_the_buyer_comes_back_to(kind, back) -> None:
    class Listening(ScriptedProcessor):
        heard = ()

        def authorize(self, requests):
            self.heard = list(requests)
            return super().authorize(requests)

        def set_up(self, requests):
            self.heard = list(requests)
            return super().set_up(requests)

    processor = Listening(["requires action"])
    with Connect(processor=processor) as connect:
        words = {} if back is None else {"return_url": back}
        intent = asked(connect, kind, "confirm", **words)
        (request,) = processor.heard
        assert request.return_url == back
        wanted = "use_stripe_sdk" if back is None else "redirect_to_url"
        assert intent.next_action.type == wanted
        connect.testing.authenticate(intent)
        (again,) = processor.heard
        assert (again.return_url, again.authenticated) == (back, True)


def test_a_boleto_is_shown_until_it_is_paid(connect) -> None:
    intent = pay(connect, "src_boleto_pay", currency="brl")
    assert (intent.status, intent.next_action.type) == ("requires_action", "boleto_display_details")
    voucher = intent.next_action.boleto_display_details
    assert voucher.hosted_voucher_url.startswith("https://")
    assert voucher.pdf.startswith("https://")
    assert (len(voucher.number), voucher.number.isdigit()) == (47, True)
    assert 3 * 86_400 <= voucher.expires_at - intent.created < 4 * 86_400 + 3 * 3_600
    error = refused(connect.testing.authenticate, intent)
    assert error.code == "payment_intent_unexpected_state"
    assert connect.payment_intents.retrieve(intent.id) == intent
    connect.clock.advance(hours=1)
    paid = connect.payment_intents.retrieve(intent.id)
    assert (paid.status, paid.next_action, paid.amount_received) == ("succeeded", None, 10_000)
    assert told(connect) == [
        "payment_intent.created", "charge.pending", "payment_intent.requires_action",
        "charge.succeeded", "payment_intent.succeeded",
    ]  # fmt: skip


def test_a_boleto_that_lapses_leaves_the_intent_open(connect) -> None:
    intent = pay(connect, "src_boleto_expire_with_delay", currency="brl")
    connect.clock.advance(hours=1)
    failed = connect.payment_intents.retrieve(intent.id)
    assert (failed.status, failed.next_action) == ("requires_payment_method", None)
    assert charge_of(connect, failed).status == "failed"


def test_a_boleto_can_be_called_back(connect) -> None:
    intent = pay(connect, "src_boleto_fill_never", currency="brl")
    connect.clock.advance(hours=2)
    waits = connect.payment_intents.retrieve(intent.id)
    assert (waits.status, waits.next_action) == ("requires_action", intent.next_action)
    gone = connect.payment_intents.cancel(intent.id)
    assert (gone.status, gone.next_action) == ("canceled", None)
    connect.clock.advance(days=4)
    assert connect.payment_intents.retrieve(intent.id).status == "canceled"
    assert connect.ledger.verify().ok


def test_a_charge_by_boleto_waits_without_an_intent(connect) -> None:
    made = connect.charges.create(amount=5_000, currency="brl", source="src_boleto_pay")
    assert made.status == "pending"
    connect.clock.advance(hours=1)
    assert connect.charges.retrieve(made.id).status == "succeeded"


def test_microdeposits_say_when_they_arrive_and_are_asked_about_again(connect) -> None:
    numbers = {"routing_number": "110000000", "account_number": "000123456789"}
    bank = connect.payment_methods.create(type="us_bank_account", us_bank_account=numbers)
    for api, intent in (
        (connect.payment_intents, pay(connect, bank.id)),
        (connect.setup_intents, connect.setup_intents.create(payment_method=bank.id, confirm=True)),
    ):
        step = intent.next_action.verify_with_microdeposits
        assert step.arrival_date > intent.created
        assert step.hosted_verification_url.startswith("https://")
        assert step.microdeposit_type == "amounts"
        for amounts in ([1, 2], [3, 4]):
            error = refused(api.verify_microdeposits, intent.id, amounts=amounts)
            assert error.code.endswith("_mismatch")
            assert api.retrieve(intent.id).next_action == intent.next_action
        assert api.verify_microdeposits(intent.id, amounts=[32, 45]).next_action is None
