"""Where accounts are paid out to: one default for each currency, numbers never told back."""

from __future__ import annotations

import pytest

from connectlib import IdempotencyError, InvalidRequestError
from connectlib.core.personal import is_sealed
from connectlib.core.rows import ExternalAccount
from tests.stories.sealing import row_of

US = {
    "object": "bank_account",
    "country": "US",
    "currency": "usd",
    "account_number": "000123456789",
    "routing_number": "110000000",
    "account_holder_name": "Jenny Rosen",
    "account_holder_type": "individual",
}
DE = {
    "object": "bank_account",
    "country": "DE",
    "currency": "eur",
    "account_number": "DE89 3704 0044 0532 0130 00",
}
CARD = "tok_visa_debit_us_transferSuccess"
NOW = {"amount": 10_000, "currency": "usd", "source": "tok_bypassPending"}
MANUAL = {"payouts": {"schedule": {"interval": "manual"}}}


def told(connect, account, what):
    type_ = f"account.external_account.{what}"
    return [each.data for each in connect.events.list(account=account, type=type_, limit=100)]


def listed(connect, account, **params):
    return list(connect.accounts.external_accounts.list(account, **params))


def defaults(connect, account):
    return sorted(
        (one.currency, one.id) for one in listed(connect, account) if one.default_for_currency
    )


def test_the_first_of_a_currency_is_its_default_and_another_takes_its_place(connect) -> None:
    ada = connect.accounts.create()
    of = connect.accounts.external_accounts
    first = of.create(ada, external_account=US, metadata={"a": "b"})
    assert (first.object, first.status, first.last4, first.default_for_currency) == (
        "bank_account", "new", "6789", True,
    )  # fmt: skip
    assert (first.account_holder_name, first.routing_number) == ("Jenny Rosen", "110000000")
    assert first.available_payout_methods == ["standard", "instant"]
    assert "000123456789" not in str(first.to_dict())
    second = of.create(ada, external_account=CARD)
    assert (second.object, second.brand, second.default_for_currency) == ("card", "Visa", False)
    assert second.currency == "usd"
    euro = of.create(ada, external_account=DE)
    assert euro.default_for_currency is True
    assert defaults(connect, ada) == sorted([("usd", first.id), ("eur", euro.id)])
    switched = of.update(ada, second, default_for_currency=True)
    assert switched.default_for_currency is True
    assert of.retrieve(ada, first).default_for_currency is False
    assert defaults(connect, ada) == sorted([("usd", second.id), ("eur", euro.id)])
    shown = connect.accounts.retrieve(ada).external_accounts.data
    assert {one.id for one in shown} == {second.id, euro.id}
    assert shown[0].id == second.id  # that of the default currency
    assert [one.id for one in listed(connect, ada, object="card")] == [second.id]
    assert {one.id for one in listed(connect, ada, object="bank_account")} == {first.id, euro.id}
    assert len(told(connect, ada, "created")) == 3
    latest, older = told(connect, ada, "updated")
    assert {latest.object.id, older.object.id} == {first.id, second.id}
    assert {each.previous_attributes["default_for_currency"] for each in (latest, older)} == {
        True, False,
    }  # fmt: skip


def test_what_is_replaced_is_deleted_and_the_last_default_stays(connect) -> None:
    ada = connect.accounts.create(external_account=US, type="custom")
    of = connect.accounts.external_accounts
    (old,) = listed(connect, ada)
    euro = of.create(ada, external_account=DE)
    changed = connect.accounts.update(
        ada, external_account={**US, "account_number": "000111111116"}
    )
    new = next(one for one in listed(connect, ada) if one.currency == "usd")
    assert new.id != old.id and new.default_for_currency
    assert new.id in {one.id for one in changed.external_accounts.data}
    with pytest.raises(InvalidRequestError) as caught:
        of.retrieve(ada, old)
    assert (caught.value.code, caught.value.http_status) == ("resource_missing", 404)
    (gone,) = told(connect, ada, "deleted")
    assert (gone.object.id, gone.object.deleted) == (old.id, True)
    with pytest.raises(InvalidRequestError) as caught:
        of.delete(ada, new)
    assert caught.value.param == "id" and "default currency" in str(caught.value)
    other = of.create(ada, external_account={**DE, "account_number": "DE62370400440532013001"})
    assert of.delete(ada, euro).deleted is True
    assert defaults(connect, ada) == [("usd", new.id)]  # nobody takes its place unasked
    assert of.update(ada, other, default_for_currency=True).default_for_currency is True
    assert defaults(connect, ada) == sorted([("usd", new.id), ("eur", other.id)])


def test_payouts_go_to_the_default_of_their_currency(connect) -> None:
    ada = connect.testing.account(settings=MANUAL)
    of = connect.accounts.external_accounts
    bank = of.create(ada, external_account=US, default_for_currency=True)
    connect.charges.create(**NOW, transfer_data={"destination": ada})
    paid = connect.payouts.create(amount=1_000, currency="usd", account=ada)
    assert paid.destination == bank.id
    bad = of.create(
        ada, external_account={**US, "account_number": "000111111113"}, default_for_currency=True
    )
    failing = connect.payouts.create(amount=2_000, currency="usd", account=ada)
    connect.clock.advance(days=7)
    assert connect.payouts.retrieve(paid, account=ada).status == "paid"
    failed = connect.payouts.retrieve(failing, account=ada)
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    assert of.retrieve(ada, bad).status == "errored"
    assert told(connect, ada, "updated")[0].previous_attributes == {"status": "new"}
    with pytest.raises(InvalidRequestError) as caught:
        connect.payouts.create(amount=1, currency="usd", account=ada)
    assert caught.value.code == "bank_account_unusable"
    assert of.update(ada, bad).status == "new"  # an update without changes enables it again
    assert connect.payouts.create(amount=1, currency="usd", account=ada).destination == bad.id
    connect.clock.advance(days=7)
    assert connect.accounts.retrieve(ada).external_accounts.data[0].status == "errored"
    again = connect.accounts.update(ada)
    assert again.external_accounts.data[0].status == "new"
    assert of.retrieve(ada, bad).status == "new"


def test_a_further_currency_is_paid_out_to_its_own_bank_account(connect) -> None:
    ada = connect.testing.account(settings=MANUAL)
    euro = connect.accounts.external_accounts.create(ada, external_account=DE)
    connect.accounts.update(ada, default_currency="eur")
    in_eur = {**NOW, "currency": "eur", "on_behalf_of": ada}
    connect.charges.create(**in_eur, transfer_data={"destination": ada})
    balance = connect.balance.retrieve(account=ada).available["eur"]
    paid = connect.payouts.create(amount=balance, currency="eur", account=ada)
    assert paid.destination == euro.id
    shown = connect.accounts.retrieve(ada).external_accounts.data
    assert [one.currency for one in shown] == ["eur", "usd"]


OUTCOMES = {
    "no_account": "000111111116",
    "account_closed": "000111111113",
    "insufficient_funds": "000222222227",
    "debit_not_authorized": "000333333335",
    "invalid_currency": "000444444440",
}


def test_published_numbers_and_cards_decide_what_becomes_of_a_payout(connect) -> None:
    ada = connect.testing.account(settings=MANUAL)
    connect.charges.create(**NOW, transfer_data={"destination": ada})
    of = connect.accounts.external_accounts
    sources = {code: {**US, "account_number": number} for code, number in OUTCOMES.items()}
    sources["could_not_process"] = "tok_visa_debit_us_transferFail"
    made = {}
    for code, source in sources.items():
        of.create(ada, external_account=source, default_for_currency=True)
        made[code] = connect.payouts.create(amount=100, currency="usd", account=ada)
    connect.clock.advance(days=7)
    found = {code: connect.payouts.retrieve(po, account=ada) for code, po in made.items()}
    assert {code: po.failure_code for code, po in found.items()} == {code: code for code in made}


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ({**US, "routing_number": "110000001"}, "routing_number_invalid", "routing_number"),
        ({**US, "account_number": "12"}, "account_number_invalid", "account_number"),
        ({**DE, "account_number": "DE89370400440532013009"}, "account_number_invalid",
         "account_number"),
        ({**DE, "routing_number": "1"}, "routing_number_invalid", "routing_number"),
        ({**US, "object": "wallet"}, "parameter_invalid", "object"),
        ({**US, "sort": "1"}, "parameter_unknown", "sort"),
        ({"object": "card", "number": "4242424242424242", "exp_month": 1, "exp_year": 2030},
         "parameter_invalid", "number"),
        ("tok_visa_credit_au", "parameter_invalid", None),
        ("tok_nobody", "resource_missing", None),
        (7, "parameter_invalid", None),
    ],
)  # fmt: skip
def test_what_is_no_external_account_is_refused(connect, given, code, param) -> None:
    ada = connect.accounts.create()
    with pytest.raises(InvalidRequestError) as caught:
        connect.accounts.external_accounts.create(ada, external_account=given)
    wanted = "external_account" if param is None else f"external_account[{param}]"
    assert (caught.value.code, caught.value.param) == (code, wanted)
    assert caught.value.http_status == 400
    assert str(US["account_number"]) not in str(caught.value)
    assert listed(connect, ada) == []


def test_a_repeat_answers_the_same_and_a_stranger_sees_nothing(connect) -> None:
    ada, bia = connect.accounts.create(), connect.accounts.create()
    of = connect.accounts.external_accounts
    one = of.create(ada, external_account=US, idempotency_key="k")
    assert of.create(ada, external_account=US, idempotency_key="k") == one
    with pytest.raises(IdempotencyError):
        of.create(ada, external_account=DE, idempotency_key="k")
    assert len(listed(connect, ada)) == 1
    for call in (of.retrieve, of.update, of.delete):
        with pytest.raises(InvalidRequestError) as caught:
            call(bia, one)
        assert caught.value.code == "resource_missing"
    with pytest.raises(InvalidRequestError) as caught:
        of.create(connect.accounts.retrieve(), external_account=US)
    assert caught.value.param == "account"
    other = of.create(bia, external_account=US)
    assert other.fingerprint == one.fingerprint != of.create(bia, external_account=DE).fingerprint


def test_the_holder_changes_field_by_field_and_the_wrong_kind_is_refused(connect) -> None:
    ada = connect.accounts.create()
    of = connect.accounts.external_accounts
    bank = of.create(ada, external_account=US)
    card = of.create(ada, external_account=CARD)
    changed = of.update(ada, bank, account_holder_name="", account_holder_type="company")
    assert (changed.account_holder_name, changed.account_holder_type) == (None, "company")
    changed = of.update(ada, card, name="Jenny", exp_year=2040, metadata={"a": "1"})
    assert (changed.name, changed.exp_year, changed.exp_month) == ("Jenny", 2040, 12)
    for id_, words in ((bank, {"exp_year": 2040}), (card, {"account_holder_name": "x"})):
        with pytest.raises(InvalidRequestError) as caught:
            of.update(ada, id_, **words)
        assert caught.value.param == next(iter(words))


def test_numbers_and_holders_are_sealed_under_the_key_of_their_account(sealed) -> None:
    ada = sealed.accounts.create(
        external_account=US, individual={"first_name": "Ada"}, business_type="individual"
    )
    of = sealed.accounts.external_accounts
    (first,) = of.list(ada)
    bank = of.create(ada, external_account={**US, "account_number": "000111111116"})
    card = of.create(ada, external_account=CARD)
    assert of.update(ada, bank, account_holder_name="Jim Rosen").account_holder_name == "Jim Rosen"
    assert of.update(ada, card, name="Jack Rosen").name == "Jack Rosen"
    assert of.retrieve(ada, first).account_holder_name == "Jenny Rosen"
    for one in (first, bank, card):
        row = row_of(sealed, ExternalAccount, one.id)
        assert is_sealed(row.secret) and is_sealed(row.holder)
    assert sealed.accounts.retrieve(ada).individual.first_name == "Ada"
    ben = sealed.accounts.create(external_account=US)
    (same,) = of.list(ben)
    assert same.fingerprint == first.fingerprint
    sealed.privacy.erase(ada.id)
    assert of.retrieve(ada, first).account_holder_name is None
    assert of.retrieve(ben, same).account_holder_name == "Jenny Rosen"
