"""Payouts that cannot go, are rounded, held back or called back; accounts that are closed."""

from __future__ import annotations

import pytest

from connectlib import InvalidRequestError

NOW = {"currency": "usd", "source": "tok_bypassPending"}
MANUAL = {"payouts": {"schedule": {"interval": "manual"}}}


def payouts(connect, account):
    found = connect.payouts.list(account=account, limit=100)
    return [(each.amount, each.status) for each in found]


def events(connect, account, *types):
    return [each.type for each in connect.events.list(account=account, types=list(types))]


def test_payouts_keep_to_the_step_of_their_currency(connect) -> None:
    ada = connect.testing.account(country="HU")

    def sell(amount) -> None:
        connect.charges.create(
            amount=amount,
            currency="huf",
            source="tok_visa",
            transfer_data={"destination": ada},
            on_behalf_of=ada,
        )
        connect.clock.advance(days=7)

    sell(17_550)
    assert payouts(connect, ada) == [(17_500, "paid")]
    assert connect.balance.retrieve(account=ada).available["huf"] == 50
    sell(17_552)
    assert payouts(connect, ada)[0] == (17_600, "paid")
    assert connect.balance.retrieve(account=ada).available["huf"] == 2
    first = connect.payouts.list(account=ada, limit=100)[-1]
    inside = connect.balance_transactions.list(account=ada, payout=first)
    assert [each.type for each in inside] == ["payout", "payment"]
    with pytest.raises(InvalidRequestError, match="divisible by 100") as caught:
        connect.payouts.create(amount=150, currency="huf", account=ada)
    assert caught.value.param == "amount"


def test_a_planned_payout_does_not_run_after_the_switch_to_manual(connect) -> None:
    bia = connect.testing.account(country="BR")
    connect.clock.advance(days=4)  # a Friday: thirty days later is a Sunday
    connect.charges.create(
        amount=10_000,
        currency="brl",
        source="tok_br",
        transfer_data={"destination": bia},
        on_behalf_of=bia,
    )
    connect.clock.advance(days=30)
    assert connect.balance.retrieve(account=bia).available["brl"] == 10_000
    connect.accounts.update(bia, settings=MANUAL)
    connect.clock.advance(days=7)
    assert payouts(connect, bia) == []
    connect.accounts.update(bia, settings={"payouts": {"schedule": {"interval": "daily"}}})
    connect.clock.advance(days=4)
    assert payouts(connect, bia) == [(10_000, "paid")]


def test_a_bank_account_that_fails_gets_nothing_until_the_account_is_updated(connect) -> None:
    ada = connect.testing.account(payouts_fail_with="account_closed")

    def sell() -> None:
        connect.charges.create(
            amount=10_000,
            currency="usd",
            source="tok_visa",
            transfer_data={"destination": ada},
        )
        connect.clock.advance(days=7)

    sell()
    assert payouts(connect, ada) == [(10_000, "failed")]
    (bank,) = connect.accounts.retrieve(ada).external_accounts.data
    assert bank.status == "errored"
    sell()
    assert payouts(connect, ada) == [(10_000, "failed")]
    with pytest.raises(InvalidRequestError) as caught:
        connect.payouts.create(amount=1, currency="usd", account=ada)
    assert caught.value.code == "bank_account_unusable"
    again = connect.accounts.update(ada)
    assert again.external_accounts.data[0].status == "verified"
    connect.clock.advance(days=2)
    assert payouts(connect, ada) == [(20_000, "failed"), (10_000, "failed")]
    connect.testing.onboard(ada)  # with a bank account that takes the money
    connect.clock.advance(days=4)
    assert payouts(connect, ada)[0] == (20_000, "paid")
    told = "account.external_account.updated"
    assert events(connect, ada, told) == [told] * 4
    latest = connect.events.list(account=ada, type="account.external_account.created")[0]
    assert latest.data.object.object == "bank_account"
    assert "test_outcome" not in latest.data.object


def test_a_pending_payout_by_hand_can_be_called_back(connect) -> None:
    ada = connect.testing.account(settings=MANUAL)
    connect.charges.create(amount=10_000, transfer_data={"destination": ada}, **NOW)
    words = {"currency": "usd", "account": ada}
    one = connect.payouts.create(amount=4_000, **words)
    gone = connect.payouts.cancel(one, account=ada, idempotency_key="c")
    assert (gone.status, gone.amount) == ("canceled", 4_000)
    assert connect.payouts.cancel(one, account=ada, idempotency_key="c") == gone
    bt = connect.balance_transactions.retrieve(gone.failure_balance_transaction, account=ada)
    assert (bt.type, bt.amount, bt.reporting_category) == (
        "payout_cancel",
        4_000,
        "payout_reversal",
    )
    assert connect.balance.retrieve(account=ada).available["usd"] == 10_000
    assert events(connect, ada, "payout.created", "payout.canceled") == [
        "payout.canceled",
        "payout.created",
    ]
    whole = connect.payouts.create(amount=10_000, **words)
    assert connect.run_due() == 1
    for each, said in ((whole, "in_transit"), (one, "canceled")):
        with pytest.raises(InvalidRequestError, match=said):
            connect.payouts.cancel(each, account=ada)
    with pytest.raises(InvalidRequestError) as caught:
        connect.payouts.cancel("po_none", account=ada)
    assert caught.value.http_status == 404
    connect.clock.advance(days=3)
    assert payouts(connect, ada) == [(10_000, "paid"), (4_000, "canceled")]


def test_an_automatic_payout_cannot_be_called_back(connect) -> None:
    bia = connect.testing.account()
    connect.charges.create(
        amount=10_000, currency="usd", source="tok_visa", transfer_data={"destination": bia}
    )
    connect.clock.advance(days=2)
    with pytest.raises(InvalidRequestError, match="automatic"):
        connect.payouts.cancel(connect.payouts.list(account=bia)[0], account=bia)


def test_nothing_comes_back_to_an_account_that_has_been_deleted(connect) -> None:
    ada = connect.testing.account(settings=MANUAL)
    charge = connect.charges.create(amount=10_000, account=ada, application_fee_amount=1_000, **NOW)
    left = connect.balance.retrieve(account=ada).available["usd"]
    connect.payouts.create(amount=left, currency="usd", account=ada)
    connect.clock.advance(days=5)
    assert connect.accounts.delete(ada).deleted
    before = connect.balance.retrieve().to_dict()
    with pytest.raises(InvalidRequestError, match="has been deleted") as caught:
        connect.application_fees.refunds.create(charge.application_fee)
    assert caught.value.param == "fee"
    assert connect.balance.retrieve().to_dict() == before


@pytest.mark.parametrize("source", ["pm_card_pendingRefund", "pm_card_refundFail"])
def test_an_account_with_a_refund_under_way_cannot_be_deleted(connect, source) -> None:
    ada = connect.testing.account(controller={"fees": {"payer": "application"}}, settings=MANUAL)
    charge = connect.charges.create(amount=1_000, currency="usd", source=source, account=ada)
    assert connect.refunds.create(charge=charge, account=ada).status == "pending"
    with pytest.raises(InvalidRequestError, match="under way"):
        connect.accounts.delete(ada)
    connect.clock.advance_to(connect.clock.now().replace(hour=23))
    connect.clock.advance(days=1)
    if source == "pm_card_refundFail":
        balance = connect.balance.retrieve(account=ada)
        assert balance.pending["usd"] + balance.available["usd"] == 1_000
        with pytest.raises(InvalidRequestError, match="still has a balance"):
            connect.accounts.delete(ada)
    else:
        connect.clock.advance(days=4)
        assert connect.accounts.delete(ada).deleted


def test_an_account_is_past_due_until_it_is_onboarded(connect) -> None:
    made = connect.accounts.create(capabilities=["transfers"])
    needs = made.requirements
    assert needs.disabled_reason == "requirements.past_due"
    assert needs.past_due == needs.currently_due == needs.eventually_due != []
    ready = connect.testing.onboard(made).requirements
    assert (ready.disabled_reason, ready.past_due, ready.currently_due) == (None, [], [])
