"""A payment with a card or bank account given on the spot, on every store."""

from __future__ import annotations

import sqlalchemy as sa

from connectlib import CardError, Connect, IdempotencyError, sqlite_engine
from connectlib.core.rows import PaymentMethod
from connectlib.ports.store import Page
from tests.stories.paying import charge_of, refused

NUMBER, OTHER, DECLINED = "4242424242424242", "5555555555554444", "4000000000000002"


def card(number: str = NUMBER, **words):
    numbers = {"number": number, "exp_month": 11, "exp_year": 2034, "cvc": "123"}
    return {"type": "card", "card": numbers, **words}


def bank():
    numbers = {"routing_number": "110000000", "account_number": "000123456789"}
    return {"type": "us_bank_account", "us_bank_account": numbers}


def pay(connect, given=None, **words):
    words = {"amount": 1_000, "currency": "usd", "confirm": True, **words}
    return connect.payment_intents.create(payment_method_data=given or card(), **words)


def test_a_card_given_on_the_spot_pays_and_is_kept_as_one_made_before(connect) -> None:
    words = {
        "billing_details": {"name": "Lia", "address": {"country": "BR"}},
        "metadata": {"slot": "1"},
    }
    paid = pay(connect, card(**words))
    assert (paid.status, paid.amount_received) == ("succeeded", 1_000)
    kept = connect.payment_methods.retrieve(paid.payment_method)
    before = connect.payment_methods.create(**card(**words))
    for name in ("type", "card", "billing_details", "metadata", "customer"):
        assert kept[name] == before[name], name
    charge = charge_of(connect, paid)
    assert charge.billing_details.name == "Lia"
    shown = charge.payment_method_details.card
    assert (shown.last4, shown.exp_month, shown.exp_year) == ("4242", 11, 2034)
    assert shown.fingerprint == kept.card.fingerprint
    error = refused(
        connect.payment_intents.create, amount=500, currency="usd", confirm=True,
        payment_method=kept.id,
    )  # fmt: skip
    assert "may not be used again" in error.message


def test_a_key_is_bound_to_the_card_not_to_how_it_is_written(connect) -> None:
    paid = pay(connect, idempotency_key="order-1")
    again = pay(connect, card("4242 4242-4242 4242"), idempotency_key="order-1")
    assert again == paid
    error = refused(pay, connect, card(OTHER), idempotency_key="order-1")
    assert isinstance(error, IdempotencyError)
    assert len(connect.charges.list().data) == 1
    confirmed = connect.payment_intents.create(amount=700, currency="usd")
    words = {"payment_method_data": card(), "idempotency_key": "order-2"}
    first = connect.payment_intents.confirm(confirmed.id, **words)
    assert first.status == "succeeded"
    assert connect.payment_intents.confirm(confirmed.id, **words) == first


def test_a_declined_card_leaves_room_for_another(connect) -> None:
    error = refused(pay, connect, card(DECLINED))
    assert isinstance(error, CardError)
    (intent,) = connect.payment_intents.list()
    assert intent.status == "requires_payment_method"
    paid = connect.payment_intents.confirm(intent.id, payment_method_data=card(OTHER))
    assert (paid.status, charge_of(connect, paid).payment_method_details.card.brand) == (
        "succeeded", "mastercard",
    )  # fmt: skip


def test_an_intent_gets_its_card_before_it_is_confirmed(connect) -> None:
    intent = connect.payment_intents.create(amount=1_000, currency="usd")
    ready = connect.payment_intents.update(intent.id, payment_method_data=card())
    assert ready.status == "requires_confirmation"
    changed = connect.payment_intents.update(intent.id, payment_method_data=card(OTHER))
    assert changed.payment_method != ready.payment_method
    assert connect.payment_intents.confirm(intent.id).status == "succeeded"


def test_a_bank_account_given_on_the_spot_is_proven_and_pays(connect) -> None:
    asked = pay(connect, bank())
    assert (asked.status, asked.next_action.type) == (
        "requires_action", "verify_with_microdeposits",
    )  # fmt: skip
    proven = connect.payment_intents.verify_microdeposits(asked.id, amounts=[32, 45])
    assert proven.status == "processing"
    connect.clock.advance(days=5)
    assert connect.payment_intents.retrieve(asked.id).status == "succeeded"


def test_a_buyer_who_comes_back_pays_with_the_card_given_the_first_time(connect) -> None:
    lia = connect.customers.create()
    first = pay(connect, customer=lia.id, setup_future_usage="off_session")
    kept = connect.payment_methods.retrieve(first.payment_method)
    assert kept.customer == lia.id
    again = connect.payment_intents.create(
        amount=900, currency="usd", confirm=True, customer=lia.id, payment_method=kept.id,
        off_session=True,
    )  # fmt: skip
    assert again.status == "succeeded"


def test_a_card_is_set_up_and_pays_later(connect) -> None:
    lia = connect.customers.create()
    done = connect.setup_intents.create(customer=lia.id, payment_method_data=card(), confirm=True)
    assert done.status == "succeeded"
    assert connect.payment_methods.retrieve(done.payment_method).customer == lia.id
    waits = connect.setup_intents.create(customer=lia.id)
    named = connect.setup_intents.update(waits.id, payment_method_data=card(OTHER))
    assert named.status == "requires_confirmation"
    done = connect.setup_intents.confirm(waits.id, payment_method_data=card())
    assert done.status == "succeeded"
    assert len(connect.payment_methods.list(customer=lia.id).data) == 2


def test_a_direct_payment_keeps_its_card_at_the_account(connect) -> None:
    ada = connect.testing.account()
    paid = pay(connect, account=ada.id)
    assert paid.status == "succeeded"
    assert connect.payment_methods.retrieve(paid.payment_method, account=ada.id).type == "card"


def test_what_is_refused_for_another_reason_leaves_no_card_behind(connect) -> None:
    error = refused(pay, connect, amount=1)
    assert error.code == "amount_too_small"
    engine = connect._engine
    world = engine.world
    assert engine.store.answer(Page(PaymentMethod, 0, world.id, world.account)) == []
    assert connect.payment_intents.list().data == []


def test_inside_the_applications_transaction_it_is_written_and_asked_later(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    with Connect(url) as connect:
        own = sqlite_engine(url)
        for keep in (False, True):
            with own.connect() as connection:
                connection.begin()
                with connect.transaction(connection):
                    intent = pay(connect)
                (connection.commit if keep else connection.rollback)()
            with own.connect() as connection:
                count = connection.execute(sa.text("SELECT count(*) FROM cl_payment_method"))
                assert count.scalar() == int(keep)
        assert intent.status == "processing"
        connect.run_due()
        assert connect.payment_intents.retrieve(intent.id).status == "succeeded"
        own.dispose()
