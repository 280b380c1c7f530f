"""Lives of a marketplace, told in the public API, on every store: amounts to the minor unit."""

from __future__ import annotations

import pytest

from connectlib import ConnectError, InvalidRequestError


def funds(connect, account=None):
    balance = connect.balance.retrieve(account=account)
    return balance.pending["usd"], balance.available["usd"]


def buy(connect, account, **extra):
    words = {"amount": 10_000, "currency": "usd", "source": "tok_visa", **extra}
    return connect.charges.create(transfer_data={"destination": account.id}, **words)


def test_a_destination_charge_splits_as_documented(connect) -> None:
    ada = connect.testing.account()
    charge = buy(connect, ada, application_fee_amount=1_000)
    assert charge.status == "succeeded"
    assert funds(connect, ada.id) == (9_000, 0)
    assert funds(connect) == (680, 0)
    fee = connect.application_fees.retrieve(charge.application_fee)
    assert (fee.amount, fee.account, fee.originating_transaction) == (1_000, ada.id, charge.id)
    transfer = connect.transfers.retrieve(charge.transfer)
    assert (transfer.amount, transfer.destination) == (10_000, ada.id)
    payment = connect.charges.retrieve(transfer.destination_payment, account=ada.id)
    assert (payment.amount, payment.payment_method_details.type) == (10_000, "stripe_account")


def test_a_destination_charge_with_a_transfer_amount_makes_no_fee(connect) -> None:
    ada = connect.testing.account()
    charge = connect.charges.create(
        amount=1_000,
        currency="usd",
        source="tok_visa",
        transfer_data={"destination": ada.id, "amount": 877},
    )
    assert charge.application_fee is None
    assert funds(connect, ada.id) == (877, 0)
    assert funds(connect) == (1_000 - 877 - 59, 0)


def test_a_direct_charge_is_paid_for_by_the_account(connect) -> None:
    ada = connect.testing.account()
    charge = connect.charges.create(
        amount=10_000,
        currency="usd",
        source="tok_visa",
        application_fee_amount=1_000,
        account=ada.id,
    )
    assert funds(connect, ada.id) == (8_680, 0)
    assert funds(connect) == (1_000, 0)
    (bt,) = connect.balance_transactions.list(account=ada.id).data
    assert (bt.amount, bt.fee, bt.net, bt.type) == (10_000, 1_320, 8_680, "charge")
    assert [part.type for part in bt.fee_details] == ["application_fee", "stripe_fee"]
    with pytest.raises(InvalidRequestError, match="No such charge") as caught:
        connect.charges.retrieve(charge.id)
    assert caught.value.http_status == 404


def test_a_direct_charge_can_be_paid_for_by_the_platform(connect) -> None:
    ada = connect.testing.account(controller={"fees": {"payer": "application"}})
    connect.charges.create(
        amount=10_000,
        currency="usd",
        source="tok_visa",
        application_fee_amount=1_000,
        account=ada.id,
    )
    assert funds(connect, ada.id) == (9_000, 0)
    assert funds(connect) == (680, 0)


def test_on_behalf_of_takes_the_delay_and_fees_of_the_account(connect) -> None:
    bia = connect.testing.account(country="BR")
    charge = connect.charges.create(
        amount=10_000,
        currency="brl",
        source="tok_br",
        on_behalf_of=bia.id,
        transfer_data={"destination": bia.id},
    )
    bt = connect.balance_transactions.retrieve(charge.balance_transaction)
    assert bt.fee == 399 + 39
    assert bt.available_on - bt.created // 86_400 * 86_400 == 30 * 86_400


def test_separate_transfers_share_one_charge(connect) -> None:
    ada, bob = connect.testing.account(), connect.testing.account()
    cart = connect.charges.create(
        amount=10_000, currency="usd", source="tok_visa", transfer_group="ORDER-43"
    )
    for account, amount in ((ada, 6_000), (bob, 2_500)):
        made = connect.transfers.create(
            amount=amount, currency="usd", destination=account.id, source_transaction=cart.id
        )
        assert made.transfer_group == "ORDER-43"
    assert (funds(connect, ada.id), funds(connect, bob.id)) == ((6_000, 0), (2_500, 0))
    assert funds(connect) == (1_180, 0)
    with pytest.raises(InvalidRequestError, match="must not exceed"):
        connect.transfers.create(
            amount=1_501, currency="usd", destination=ada.id, source_transaction=cart.id
        )
    with pytest.raises(InvalidRequestError) as caught:
        connect.transfers.create(amount=1, currency="usd", destination=ada.id)
    assert caught.value.code == "balance_insufficient"
    connect.clock.advance(days=2)
    plain = connect.transfers.create(amount=180, currency="usd", destination=ada.id)
    bt = connect.balance_transactions.retrieve(plain.balance_transaction)
    assert (bt.status, bt.available_on) == ("available", bt.created)


def test_money_matures_is_paid_out_and_says_what_it_contains(connect) -> None:
    ada = connect.testing.account()
    first = buy(connect, ada)
    assert connect.clock.advance(days=2) > 0
    (payout,) = connect.payouts.list(account=ada.id).data
    assert (payout.amount, payout.status, payout.automatic) == (10_000, "in_transit", True)
    assert connect.balance.retrieve(account=ada.id).in_transit["usd"] == 10_000
    connect.clock.advance(days=1)
    assert connect.payouts.retrieve(payout.id, account=ada.id).status == "paid"
    inside = connect.balance_transactions.list(account=ada.id, payout=payout.id)
    assert sorted(bt.net for bt in inside) == [-10_000, 10_000]
    assert connect.balance_transactions.retrieve(first.balance_transaction).status == "available"


def test_manual_payouts_take_the_oldest_first_and_the_last_in_part(connect) -> None:
    ada = connect.testing.account(settings={"payouts": {"schedule": {"interval": "manual"}}})
    for _ in range(3):
        buy(connect, ada, amount=1_000)
    connect.clock.advance(days=2)
    one = connect.payouts.create(amount=1_500, currency="usd", account=ada.id)
    assert (one.status, funds(connect, ada.id)) == ("pending", (0, 1_500))
    two = connect.payouts.create(amount=1_500, currency="usd", account=ada.id)
    listed = [
        [
            bt.id
            for bt in connect.balance_transactions.list(account=ada.id, payout=each.id)
            if bt.type == "payment"
        ]
        for each in (one, two)
    ]
    assert [len(ids) for ids in listed] == [2, 2]
    assert len(set(listed[0]) & set(listed[1])) == 1
    with pytest.raises(InvalidRequestError) as caught:
        connect.payouts.create(amount=1, currency="usd", account=ada.id)
    assert caught.value.code == "balance_insufficient"


def test_a_payout_that_bounces_comes_back(connect) -> None:
    ada = connect.testing.account(payouts_fail_with="account_closed")
    buy(connect, ada)
    connect.clock.advance(days=3)
    payouts = connect.payouts.list(account=ada.id).data
    assert {payout.status for payout in payouts} == {"failed"}
    assert payouts[-1].failure_code == "account_closed"
    assert funds(connect, ada.id) == (0, 10_000)
    back = connect.balance_transactions.retrieve(
        payouts[-1].failure_balance_transaction, account=ada.id
    )
    assert (back.type, back.amount) == ("payout_failure", 10_000)


@pytest.mark.parametrize(
    ("extra", "account", "platform"),
    [
        ({}, 0, -4_000),
        ({"reverse_transfer": True}, -4_000, 0),
        ({"reverse_transfer": True, "refund_application_fee": True}, -3_600, -400),
    ],
)
def test_a_partial_refund_moves_what_the_table_says(connect, extra, account, platform) -> None:
    ada = connect.testing.account()
    charge = buy(connect, ada, application_fee_amount=1_000)
    buy(connect, ada, amount=50_000, application_fee_amount=40_000)
    before = sum(funds(connect, ada.id)), sum(funds(connect))
    refund = connect.refunds.create(charge=charge.id, amount=4_000, **extra)
    assert refund.status == "succeeded"
    after = sum(funds(connect, ada.id)), sum(funds(connect))
    assert (after[0] - before[0], after[1] - before[1]) == (account, platform)


def test_partial_refunds_round_each_alone_and_the_last_takes_the_rest(connect) -> None:
    ada = connect.testing.account()
    charge = connect.charges.create(
        amount=1_200,
        currency="usd",
        source="tok_visa",
        transfer_data={"destination": ada.id, "amount": 880},
    )
    buy(connect, ada, amount=9_000, application_fee_amount=9_000)
    reversed_ = []
    for amount in (1_000, 100, 100):
        refund = connect.refunds.create(charge=charge.id, amount=amount, reverse_transfer=True)
        found = connect.transfers.reversals.retrieve(refund.transfer_reversal)
        assert found.source_refund == refund.id
        reversed_.append(found.amount)
    assert reversed_ == [733, 73, 74]
    assert connect.transfers.retrieve(charge.transfer).reversed
    assert connect.charges.retrieve(charge.id).refunded
    with pytest.raises(InvalidRequestError) as caught:
        connect.refunds.create(charge=charge.id)
    assert caught.value.code == "charge_already_refunded"


def test_a_refund_after_the_payout_leaves_the_account_negative(connect) -> None:
    ada = connect.testing.account()
    charge = buy(connect, ada, application_fee_amount=1_000)
    connect.clock.advance(days=7)
    assert funds(connect, ada.id) == (0, 0)
    connect.refunds.create(charge=charge.id, reverse_transfer=True, refund_application_fee=True)
    assert sum(funds(connect, ada.id)) == -9_000
    buy(connect, ada, amount=9_500)
    connect.clock.advance(days=7)
    paid = [payout.amount for payout in connect.payouts.list(account=ada.id)]
    assert paid == [500, 9_000]


def test_an_account_that_bears_its_losses_cannot_be_reversed_below_zero(connect) -> None:
    ada = connect.testing.account(controller={"losses": {"payments": "stripe"}})
    charge = buy(connect, ada)
    connect.clock.advance(days=7)
    before = funds(connect), funds(connect, ada.id)
    with pytest.raises(InvalidRequestError) as caught:
        connect.refunds.create(charge=charge.id, reverse_transfer=True)
    assert caught.value.code == "balance_insufficient"
    assert (funds(connect), funds(connect, ada.id)) == before
    assert connect.refunds.list().data == []


def test_a_refund_without_funds_waits_and_goes_through_later(connect) -> None:
    charge = connect.charges.create(amount=10_000, currency="usd", source="tok_visa")
    refund = connect.refunds.create(charge=charge.id)
    assert (refund.status, refund.pending_reason) == ("pending", "insufficient_funds")
    assert funds(connect) == (9_680, 0)
    connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
    connect.clock.advance(days=1)
    assert connect.refunds.retrieve(refund.id).status == "succeeded"
    assert sum(funds(connect)) == 9_680 + 941 - 10_000


@pytest.mark.parametrize(
    ("token", "status"), [("pendingRefund", "succeeded"), ("refundFail", "failed")]
)
def test_refunds_that_are_decided_later(connect, token, status) -> None:
    charge = connect.charges.create(amount=1_000, currency="usd", source=f"pm_card_{token}")
    connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
    refund = connect.refunds.create(charge=charge.id)
    assert refund.status == "pending"
    connect.clock.advance(days=2)
    found = connect.refunds.retrieve(refund.id)
    assert found.status == status
    charge = connect.charges.retrieve(charge.id)
    assert charge.amount_refunded == (1_000 if status == "succeeded" else 0)


def test_a_fee_can_be_given_back_by_hand(connect) -> None:
    ada = connect.testing.account()
    charge = buy(connect, ada, application_fee_amount=1_000)
    connect.application_fees.refunds.create(charge.application_fee, amount=400)
    back = connect.application_fees.refunds.create(charge.application_fee)
    assert back.amount == 600
    assert connect.application_fees.retrieve(charge.application_fee).refunded
    assert (funds(connect, ada.id), funds(connect)) == ((10_000, 0), (-320, 0))
    with pytest.raises(InvalidRequestError, match="already been refunded"):
        connect.application_fees.refunds.create(charge.application_fee)


def test_bypassing_cards_are_available_at_once(connect) -> None:
    connect.charges.create(amount=1_000, currency="usd", source="tok_bypassPending")
    assert funds(connect) == (0, 941)


def test_a_key_answers_with_the_first_result_for_ever(connect) -> None:
    ada = connect.testing.account()
    first = buy(connect, ada, idempotency_key="order-1")
    connect.refunds.create(charge=first.id, amount=10)
    again = buy(connect, ada, idempotency_key="order-1")
    assert again == first
    assert connect.charges.retrieve(first.id).amount_refunded == 10
    with pytest.raises(ConnectError) as caught:
        buy(connect, ada, amount=11_000, idempotency_key="order-1")
    assert caught.value.type == "idempotency_error"
    for _ in range(2):
        with pytest.raises(ConnectError) as caught:
            buy(connect, ada, source="tok_chargeDeclined", idempotency_key="order-2")
        assert caught.value.code == "card_declined"
    failed = [each for each in connect.charges.list() if each.status == "failed"]
    assert len(failed) == 1


def test_create_many_answers_each_item_alone(connect) -> None:
    ada = connect.testing.account()
    common = {"currency": "usd", "source": "tok_visa", "transfer_data": {"destination": ada.id}}
    results = connect.charges.create_many(
        [
            {"amount": 1_000, **common},
            {"amount": 1, **common},
            {"amount": 1_000, **common, "source": "tok_chargeDeclined"},
            {"amount": "x", **common},
            {"amount": 2_000, **common, "idempotency_key": "a"},
            {"amount": 2_000, **common, "idempotency_key": "a"},
        ]
    )
    codes = [
        getattr(each, "code", None) if isinstance(each, ConnectError) else each.amount
        for each in results
    ]
    assert codes[:4] == [1_000, "amount_too_small", "card_declined", "parameter_invalid_integer"]
    assert results[4] == results[5]
    assert funds(connect, ada.id) == (3_000, 0)


def test_events_are_gapless_and_show_the_object_as_it_was(connect) -> None:
    ada = connect.testing.account()
    charge = buy(connect, ada, application_fee_amount=1_000)
    connect.refunds.create(charge=charge.id, amount=10)
    events = list(connect.events.list(limit=100).auto_paging_iter())
    assert [event.sequence for event in events] == list(range(len(events), 0, -1))
    (made,) = [event for event in events if event.type == "charge.succeeded"]
    assert made.data.object == charge.to_dict()
    assert connect.events.retrieve(made.id).id == made.id
    theirs = [event.type for event in connect.events.list(account=ada.id)]
    assert theirs == [
        "payment.created",
        "account.updated",
        "capability.updated",
        "capability.updated",
        "account.external_account.created",
        "person.created",
        "account.updated",
        "capability.updated",
        "capability.updated",
    ]


def test_lists_page_in_both_directions(connect) -> None:
    made = [
        connect.charges.create(amount=1_000 + n, currency="usd", source="tok_visa").id
        for n in range(7)
    ][::-1]
    first = connect.charges.list(limit=3)
    assert ([each.id for each in first], first.has_more) == (made[:3], True)
    after = connect.charges.list(limit=3, starting_after=made[2])
    assert [each.id for each in after] == made[3:6]
    back = connect.charges.list(limit=3, ending_before=made[5])
    assert [each.id for each in back] == made[2:5]
    assert [each.id for each in first.auto_paging_iter()] == made
    assert connect.charges.list(created={"lt": 0}).data == []


def test_balances_of_the_past_can_be_read(connect) -> None:
    ada = connect.testing.account()
    start = connect.clock.now()
    buy(connect, ada)
    connect.clock.advance(days=3)
    then = connect.ledger.balance(account=ada.id, currency="usd", as_of=start)
    now = connect.ledger.balance(account=ada.id, currency="usd")
    assert (then.pending, now.pending) == (10_000, 0)


def test_an_account_is_deleted_only_when_it_holds_nothing(connect) -> None:
    ada = connect.testing.account()
    buy(connect, ada)
    with pytest.raises(InvalidRequestError, match="still has a balance"):
        connect.accounts.delete(ada.id)
    connect.clock.advance(days=7)
    assert connect.accounts.delete(ada.id).to_dict()["deleted"]
    with pytest.raises(ConnectError) as caught:
        connect.accounts.retrieve(ada.id)
    assert caught.value.http_status == 403
    assert connect.accounts.list().data == []


def test_metadata_is_merged_and_objects_of_others_are_not_found(connect) -> None:
    ada, bob = connect.testing.account(), connect.testing.account()
    charge = connect.charges.create(
        amount=1_000, currency="usd", source="tok_visa", account=ada.id, metadata={"a": "1"}
    )
    with pytest.raises(InvalidRequestError) as caught:
        connect.charges.update(charge.id, account=bob.id, metadata={"b": "2"})
    assert (caught.value.code, caught.value.param) == ("resource_missing", "id")
    found = connect.charges.update(charge.id, account=ada.id, metadata={"b": "2", "a": ""})
    assert found.metadata == {"b": "2"}
    assert connect.charges.retrieve(charge.id, account=ada.id).metadata == {"b": "2"}
