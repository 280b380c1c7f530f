"""Transfers that wait: for a delivery, for a date, for funds; and what becomes of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from connectlib import ConnectError, InvalidRequestError

MANUAL = {"payouts": {"schedule": {"interval": "manual"}}}


def funds(connect, account=None):
    balance = connect.balance.retrieve(account=account)
    return balance.pending["usd"], balance.available["usd"]


def buy(connect, amount=10_000, **extra):
    return connect.charges.create(amount=amount, currency="usd", source="tok_visa", **extra)


def plan(connect, account, amount=6_000, **extra):
    words = {"amount": amount, "currency": "usd", "destination": account.id, **extra}
    return connect.transfer_schedules.create(**words)


def told(connect, id_):
    found = [each for each in connect.events.list(limit=100) if each.data.object.get("id") == id_]
    return [each.type.partition(".")[2] for each in reversed(found)]


def test_held_until_delivered(connect) -> None:
    ada = connect.testing.account()
    cart = buy(connect, transfer_group="ORDER-1")
    held = plan(
        connect,
        ada,
        source_transaction=cart.id,
        condition="delivered",
        description="mug",
        metadata={"order": "1"},
    )
    assert (held.status, held.condition, held.release_on) == ("scheduled", "delivered", None)
    assert held.transfer_group == "ORDER-1"
    connect.clock.advance(days=10)
    assert funds(connect, ada.id) == (0, 0)
    connect.clock.advance(hours=3)
    done = connect.transfer_schedules.release(held.id)
    assert done.status == "released"
    transfer = connect.transfers.retrieve(done.transfer)
    assert (transfer.amount, transfer.schedule, transfer.source_transaction) == (
        6_000,
        held.id,
        cart.id,
    )
    assert transfer.created == int(connect.clock.now().timestamp())
    assert (transfer.description, transfer.metadata["order"]) == ("mug", "1")
    assert funds(connect, ada.id) == (0, 6_000)
    assert told(connect, held.id) == ["created", "released"]
    assert told(connect, transfer.id) == ["created"]
    connect.run_due()
    (payout,) = connect.payouts.list(account=ada.id).data
    assert (payout.amount, payout.automatic) == (6_000, True)


def test_released_before_the_funds_are_available_it_matures_with_its_charge(connect) -> None:
    ada = connect.testing.account()
    cart = buy(connect)
    held = plan(connect, ada, source_transaction=cart.id)
    connect.transfer_schedules.release(held.id)
    assert (funds(connect, ada.id), funds(connect)) == ((6_000, 0), (3_680, 0))
    connect.clock.advance(days=2)
    (payout,) = connect.payouts.list(account=ada.id).data
    assert payout.amount == 6_000


def test_its_part_of_the_charge_is_taken_until_it_is_cancelled(connect) -> None:
    ada, bob = connect.testing.account(), connect.testing.account()
    cart = buy(connect)
    held = plan(connect, ada, source_transaction=cart.id)
    for create in (connect.transfers.create, connect.transfer_schedules.create):
        with pytest.raises(InvalidRequestError, match=r"\$40.00 left") as caught:
            create(amount=4_001, currency="usd", destination=bob.id, source_transaction=cart.id)
        assert caught.value.param == "amount"
    gone = connect.transfer_schedules.cancel(held.id)
    assert gone.status == "canceled"
    connect.transfers.create(
        amount=10_000, currency="usd", destination=bob.id, source_transaction=cart.id
    )
    assert told(connect, held.id) == ["created", "canceled"]
    for verb in ("release", "cancel"):
        with pytest.raises(InvalidRequestError, match="is canceled") as caught:
            getattr(connect.transfer_schedules, verb)(held.id)
        assert caught.value.code == "transfer_schedule_unexpected_state"
    with pytest.raises(InvalidRequestError, match="is canceled") as caught:
        connect.transfer_schedules.update(held.id, release_on="2026-12-24")
    assert caught.value.param == "release_on"
    said = connect.transfer_schedules.update(held.id, metadata={"why": "late"})
    assert (said.status, said.metadata["why"]) == ("canceled", "late")


def test_a_date_on_a_weekend_is_kept_and_the_bank_works_on_monday(connect) -> None:
    ada = connect.testing.account()
    cart = buy(connect)
    saturday = datetime(2026, 11, 14, 9, 30, tzinfo=UTC)
    dated = plan(connect, ada, source_transaction=cart.id, release_on=saturday)
    connect.clock.advance_to(saturday - timedelta(seconds=1))
    assert connect.transfer_schedules.retrieve(dated.id).status == "scheduled"
    connect.clock.advance(seconds=1)
    done = connect.transfer_schedules.retrieve(dated.id)
    assert done.status == "released"
    assert connect.transfers.retrieve(done.transfer).created == int(saturday.timestamp())
    assert connect.payouts.list(account=ada.id).data == []
    connect.clock.advance(days=3)
    (payout,) = connect.payouts.list(account=ada.id).data
    assert datetime.fromtimestamp(payout.created, UTC) == datetime(2026, 11, 16, tzinfo=UTC)


def test_a_jump_of_the_clock_does_everything_at_its_own_instant(connect) -> None:
    ada = connect.testing.account()
    cart = buy(connect)
    days = [date(2026, 11, day) for day in (3, 5, 14, 25)]
    ids = [
        plan(connect, ada, amount=1_000, source_transaction=cart.id, release_on=day).id
        for day in days
    ]
    connect.clock.advance(days=60)
    made = [connect.transfer_schedules.retrieve(each) for each in ids]
    created = [connect.transfers.retrieve(each.transfer).created for each in made]
    assert [datetime.fromtimestamp(at, UTC).date() for at in created] == days
    paid = [each.amount for each in reversed(connect.payouts.list(account=ada.id).data)]
    assert paid == [1_000] * 4
    assert {each.status for each in connect.payouts.list(account=ada.id)} == {"paid"}


def test_a_transfer_due_at_an_instant_is_in_the_payout_of_that_instant(connect) -> None:
    ada = connect.testing.account()
    cart = buy(connect)
    connect.charges.create(
        amount=500, currency="usd", source="tok_visa", transfer_data={"destination": ada.id}
    )
    wednesday = datetime(2026, 11, 4, tzinfo=UTC)
    plan(connect, ada, amount=100, source_transaction=cart.id, release_on=wednesday)
    connect.clock.advance(days=5)
    (payout,) = connect.payouts.list(account=ada.id).data
    assert payout.amount == 600


def test_with_a_label_and_a_date_the_date_is_the_latest_moment(connect) -> None:
    ada = connect.testing.account()
    cart = buy(connect)
    words = {"source_transaction": cart.id, "condition": "delivered", "release_on": "2026-11-20"}
    early, late, never = (plan(connect, ada, amount=1_000, **words) for _ in range(3))
    connect.clock.advance(days=5)
    assert connect.transfer_schedules.release(early.id).status == "released"
    connect.transfer_schedules.cancel(never.id)
    connect.clock.advance(days=30)
    found = [connect.transfer_schedules.retrieve(each.id) for each in (early, late, never)]
    assert [each.status for each in found] == ["released", "released", "canceled"]
    assert found[0].transfer == connect.transfers.list().data[1].id
    assert len(connect.transfers.list().data) == 2


def test_the_date_can_be_moved_and_taken_away(connect) -> None:
    ada = connect.testing.account()
    cart = buy(connect)
    dated = plan(connect, ada, source_transaction=cart.id, release_on="2026-11-06T10:00")
    later = connect.transfer_schedules.update(
        dated.id, release_on=datetime(2026, 11, 9, 8, tzinfo=UTC), metadata={"a": "b"}
    )
    assert later.release_on == int(datetime(2026, 11, 9, 8, tzinfo=UTC).timestamp())
    event = connect.events.list(limit=1).data[0]
    assert event.data.previous_attributes == {
        "release_on": int(datetime(2026, 11, 6, 10, tzinfo=UTC).timestamp()),
        "metadata": {"a": None},
    }
    connect.clock.advance(days=6)
    assert connect.transfer_schedules.retrieve(dated.id).status == "scheduled"
    held = connect.transfer_schedules.update(dated.id, release_on="")
    assert held.release_on is None
    connect.clock.advance(days=30)
    assert connect.transfer_schedules.retrieve(dated.id).status == "scheduled"
    soon = connect.clock.now() + timedelta(minutes=5)
    connect.transfer_schedules.update(dated.id, release_on=soon)
    connect.clock.advance(minutes=5)
    assert connect.transfer_schedules.retrieve(dated.id).status == "released"
    assert told(connect, dated.id) == ["created", "updated", "updated", "updated", "released"]
    said = connect.transfer_schedules.update(dated.id, description="late", metadata={"a": ""})
    assert (said.description, said.metadata) == ("late", {})


def test_without_a_source_it_waits_for_funds_day_by_day(connect) -> None:
    ada = connect.testing.account(settings=MANUAL)
    dated = plan(connect, ada, release_on="2026-11-03T15:00")
    connect.clock.advance(days=2)
    found = connect.transfer_schedules.retrieve(dated.id)
    assert (found.status, found.failure_code) == ("scheduled", "balance_insufficient")
    assert "$0.00" in found.failure_message
    buy(connect)
    connect.clock.advance(days=1)
    assert connect.transfer_schedules.retrieve(dated.id).status == "scheduled"
    connect.clock.advance(days=2)
    found = connect.transfer_schedules.retrieve(dated.id)
    assert (found.status, found.failure_code, found.failure_message) == ("released", None, None)
    assert funds(connect, ada.id) == (0, 6_000)
    transfer = connect.transfers.retrieve(found.transfer)
    assert datetime.fromtimestamp(transfer.created, UTC) == datetime(2026, 11, 6, tzinfo=UTC)
    assert transfer.source_transaction is None
    assert told(connect, dated.id) == ["created", "updated", "released"]


def test_released_by_hand_without_funds_it_is_tried_again_every_day(connect) -> None:
    ada = connect.testing.account(settings=MANUAL)
    held = plan(connect, ada)
    said = connect.transfer_schedules.release(held.id)
    assert (said.status, said.failure_code) == ("scheduled", "balance_insufficient")
    assert said.release_on == int(connect.clock.now().timestamp())
    connect.charges.create(amount=7_000, currency="usd", source="tok_bypassPending")
    connect.clock.advance(days=1)
    assert connect.transfer_schedules.retrieve(held.id).status == "released"
    assert len(connect.transfers.list().data) == 1


def test_what_is_released_again_without_funds_is_as_it_was_under_every_key(connect) -> None:
    held = plan(connect, connect.testing.account())
    first = connect.transfer_schedules.release(held.id, idempotency_key="one")
    for key in ("two", "three", "two", "one", None):
        assert connect.transfer_schedules.release(held.id, idempotency_key=key) == first
    assert told(connect, held.id) == ["created", "updated"]


def test_what_waits_for_funds_can_still_be_cancelled(connect) -> None:
    ada = connect.testing.account()
    held = plan(connect, ada)
    connect.transfer_schedules.release(held.id)
    connect.transfer_schedules.cancel(held.id)
    connect.charges.create(amount=7_000, currency="usd", source="tok_bypassPending")
    assert connect.clock.advance(days=3) == 0
    assert connect.transfers.list().data == []


def test_a_destination_that_lost_its_capability_fails_on_the_date_and_is_said_by_hand(
    connect,
) -> None:
    ada, bob = connect.testing.account(), connect.testing.account()
    cart = buy(connect)
    dated = plan(connect, ada, source_transaction=cart.id, release_on="2026-11-10")
    held = plan(connect, ada, amount=1_000, source_transaction=cart.id)
    connect.accounts.update(ada.id, capabilities={"transfers": {"requested": False}})
    with pytest.raises(InvalidRequestError) as caught:
        connect.transfer_schedules.release(held.id)
    assert caught.value.code == "insufficient_capabilities_for_transfer"
    assert connect.transfer_schedules.retrieve(held.id).status == "scheduled"
    connect.clock.advance(days=10)
    found = connect.transfer_schedules.retrieve(dated.id)
    assert found.status == "failed"
    assert found.failure_code == "insufficient_capabilities_for_transfer"
    assert told(connect, dated.id) == ["created", "failed"]
    connect.transfers.create(
        amount=8_000, currency="usd", destination=bob.id, source_transaction=cart.id
    )
    connect.testing.onboard(connect.accounts.update(ada.id, capabilities=["transfers"]))
    assert connect.transfer_schedules.release(held.id).status == "released"


def test_what_was_refunded_is_not_paid_out_by_a_date(connect) -> None:
    ada, bob = connect.testing.account(), connect.testing.account()
    cart = buy(connect)
    one = plan(connect, ada, source_transaction=cart.id, release_on="2026-11-10")
    other = plan(connect, bob, amount=3_000, source_transaction=cart.id, release_on="2026-11-10")
    buy(connect, amount=20_000)
    connect.refunds.create(charge=cart.id, amount=5_000)
    connect.clock.advance(days=20)
    for each in (one, other):
        found = connect.transfer_schedules.retrieve(each.id)
        assert (found.status, found.failure_code) == ("scheduled", "charge_already_refunded")
    with pytest.raises(InvalidRequestError, match=r"\$50.00 of it is left") as caught:
        connect.transfer_schedules.release(one.id)
    assert caught.value.code == "charge_already_refunded"
    connect.transfer_schedules.cancel(one.id)
    connect.clock.advance(days=1)
    assert connect.transfer_schedules.retrieve(other.id).status == "released"
    assert len(connect.transfers.list().data) == 1


def test_a_released_transfer_is_reversed_like_any_other(connect) -> None:
    ada = connect.testing.account()
    cart = buy(connect)
    done = connect.transfer_schedules.release(plan(connect, ada, source_transaction=cart.id).id)
    connect.transfers.reversals.create(done.transfer, amount=1_000)
    assert funds(connect, ada.id) == (5_000, 0)
    assert connect.transfer_schedules.retrieve(done.id) == done


def test_a_key_answers_with_the_first_result(connect) -> None:
    ada = connect.testing.account()
    cart = buy(connect)
    words = {"source_transaction": cart.id, "idempotency_key": "plan-1"}
    held = plan(connect, ada, **words)
    assert plan(connect, ada, **words) == held
    first = connect.transfer_schedules.release(held.id, idempotency_key="go")
    again = connect.transfer_schedules.release(held.id, idempotency_key="go")
    assert (first.status, again) == ("released", first)
    assert plan(connect, ada, **words) == held
    with pytest.raises(ConnectError) as caught:
        connect.transfer_schedules.cancel(held.id, idempotency_key="go")
    assert caught.value.type == "idempotency_error"
    other = plan(connect, ada, amount=1)
    gone = connect.transfer_schedules.cancel(other.id, idempotency_key="no")
    assert connect.transfer_schedules.cancel(other.id, idempotency_key="no") == gone
    said = connect.transfer_schedules.update(other.id, description="x", idempotency_key="say")
    assert connect.transfer_schedules.update(other.id, description="x", idempotency_key="say") == (
        said
    )
    (event,) = [each for each in connect.events.list() if each.type.endswith("schedule.released")]
    assert event.request.idempotency_key == "go"
    assert len(connect.transfers.list().data) == 1


def test_many_at_once_answer_each_alone_and_are_listed(connect) -> None:
    ada, bob = connect.testing.account(), connect.testing.account()
    cart = buy(connect)
    common = {"currency": "usd", "source_transaction": cart.id}
    results = connect.transfer_schedules.create_many(
        [
            {"amount": 6_000, "destination": ada.id, **common},
            {"amount": 6_000, "destination": bob.id, **common},
            {"amount": 4_000, "destination": bob.id, **common},
            {"amount": 0, "destination": bob.id, **common},
        ]
    )
    codes = [each.status if hasattr(each, "status") else each.param for each in results]
    assert codes == ["scheduled", "amount", "scheduled", "amount"]
    connect.transfer_schedules.cancel(results[0].id)

    def listed(**words):
        return [each.id for each in connect.transfer_schedules.list(**words)]

    assert listed() == [results[2].id, results[0].id]
    assert listed(status="scheduled") == [results[2].id]
    assert listed(destination=ada.id) == [results[0].id]
    assert listed(source_transaction=cart.id, limit=1) == [results[2].id]
    assert listed(transfer_group="nothing") == []
