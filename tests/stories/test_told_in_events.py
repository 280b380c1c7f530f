"""What events tell: Stripe's names and nesting, the object at fault, one for each day's funds."""

from __future__ import annotations

MANUAL = {"payouts": {"schedule": {"interval": "manual"}}}
GOOD = {"amount": 10_000, "currency": "usd", "source": "tok_visa"}


def told(connect, type_, account=None):
    return list(connect.events.list(account=account, type=type_, limit=100))


def test_previous_attributes_have_the_names_and_nesting_of_objects(connect) -> None:
    ada = connect.testing.account(metadata={"a": "1"}, business_profile={"name": "Ada"})
    connect.accounts.update(
        ada,
        email="ada@example.com",
        settings=MANUAL,
        metadata={"a": "2", "b": "3"},
        business_profile={"name": "Ada's", "url": "https://a.example"},
    )
    changed = told(connect, "account.updated", ada)[0].data
    assert changed.previous_attributes == {
        "business_profile": {"name": "Ada", "url": "https://accessible.stripe.com"},
        "email": None,
        "metadata": {"a": "1", "b": None},
        "settings": {
            "dashboard": {"display_name": "Ada"},
            "payouts": {"schedule": {"interval": "daily"}},
        },
    }
    assert changed.object.settings.payouts.schedule.interval == "manual"
    onboarded = told(connect, "account.updated", ada)[1].data.previous_attributes
    assert onboarded["capabilities"] == {"card_payments": "inactive", "transfers": "inactive"}
    assert onboarded["details_submitted"] is False
    assert onboarded["requirements"]["disabled_reason"] == "requirements.past_due"
    assert "bank" not in onboarded
    charge = connect.charges.create(**GOOD, description="mug")
    connect.charges.update(charge, description="vase", metadata={"a": "1"})
    found = told(connect, "charge.updated")[0].data
    assert found.previous_attributes == {"description": "mug", "metadata": {"a": None}}
    assert found.object.description == "vase"


def test_a_payout_on_its_way_says_what_it_was(connect) -> None:
    connect.charges.create(amount=1_000, currency="usd", source="tok_bypassPending")
    connect.payouts.create(amount=100, currency="usd")
    connect.run_due()
    found = told(connect, "payout.updated")[0].data
    assert found.previous_attributes == {"status": "pending"}


def test_the_words_of_a_reversal_are_told_as_a_change_of_its_transfer(connect) -> None:
    ada = connect.testing.account()
    charge = connect.charges.create(**GOOD, transfer_data={"destination": ada})
    reversal = connect.transfers.reversals.create(charge.transfer, amount=10)
    found = connect.transfers.reversals.update(reversal, description="gift", metadata={"a": "b"})
    assert (found.description, found.metadata) == ("gift", {"a": "b"})
    assert connect.transfers.reversals.retrieve(reversal) == found
    (event,) = told(connect, "transfer.updated")
    assert event.data.object.object == "transfer"
    assert event.data.object.id == charge.transfer
    assert "previous_attributes" not in event.data


def test_capabilities_and_bank_accounts_are_told(connect) -> None:
    made = connect.accounts.create(capabilities=["transfers"])
    connect.testing.onboard(made)
    active, asked = (each.data for each in told(connect, "capability.updated", made))
    assert (asked.object.id, asked.object.object, asked.object.account) == (
        "transfers",
        "capability",
        made.id,
    )
    assert (asked.object.requested, asked.object.status) == (True, "inactive")
    assert asked.object.requirements.disabled_reason == "requirements.fields_needed"
    assert asked.previous_attributes["status"] == "unrequested"
    assert active.object.status == "active"
    assert active.previous_attributes["status"] == "inactive"
    (bank,) = told(connect, "account.external_account.created", made)
    ready = connect.accounts.retrieve(made)
    assert bank.data.object == ready.external_accounts.data[0]
    assert "previous_attributes" not in bank.data


def test_one_event_for_each_account_and_day_when_funds_turn_available(connect) -> None:
    ada = connect.testing.account(settings=MANUAL)
    connect.accounts.update(ada, default_currency="eur")  # its bank account takes usd
    in_eur = {**GOOD, "currency": "eur", "on_behalf_of": ada}
    connect.charges.create(**GOOD, transfer_data={"destination": ada})
    connect.charges.create(**in_eur, transfer_data={"destination": ada})
    connect.clock.advance(days=1)
    connect.charges.create(**GOOD, transfer_data={"destination": ada})
    assert told(connect, "balance.available", ada) == []
    connect.clock.advance(days=1)
    (first,) = told(connect, "balance.available", ada)
    connect.clock.advance(days=5)
    connect.payouts.create(amount=20_000, currency="usd", account=ada)
    second, again = told(connect, "balance.available", ada)
    assert again == first
    balance = first.data.object
    assert balance.object == "balance"
    amounts = {each["currency"]: each["amount"] for each in balance.available}
    assert amounts == {"usd": 10_000, "eur": 10_000}
    assert {each["currency"]: each["amount"] for each in balance.pending} == {
        "usd": 10_000,
        "eur": 0,
    }
    assert second.data.object.available[1]["amount"] == 20_000
    numbers = [each.sequence for each in connect.events.list(account=ada, limit=100)]
    assert numbers == list(range(len(numbers), 0, -1))


def test_ledger_transfers_are_paged_in_both_directions(connect) -> None:
    for _ in range(5):
        connect.charges.create(**GOOD)
    every = connect.ledger.transfers()
    assert len(every) == 10
    for words, order in (({}, every), ({"newest": True}, every[::-1])):
        walked, after = [], None
        while page := connect.ledger.transfers(limit=3, after=after, **words):
            walked += page
            after = page[-1]
        assert walked == order
    assert connect.ledger.transfers(after=every[4].id)[0] == every[5]
    assert [each.id for each in connect.ledger.transfers(newest=True, limit=1)] == [every[-1].id]
