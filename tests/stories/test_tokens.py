"""Tokens: told once, used once."""

from __future__ import annotations

import pytest

from connectlib import IdempotencyError, InvalidRequestError
from connectlib.core.personal import is_sealed
from connectlib.core.rows import Token
from tests.stories.sealing import row_of

BANK = {
    "country": "US",
    "currency": "usd",
    "account_number": "000111111113",
    "routing_number": "110000000",
    "account_holder_name": "Jenny Rosen",
}
CARD = {"number": "4000056655665556", "exp_month": 3, "exp_year": 2040, "cvc": "314"}
ADA = {"business_type": "individual", "individual": {"first_name": "Ada"}}


def used(connect, token) -> bool:
    return connect.tokens.retrieve(token).used


def test_each_kind_of_token_stands_for_its_thing_once(connect) -> None:
    bank = connect.tokens.create(bank_account=BANK)
    card = connect.tokens.create(card=CARD)
    pii = connect.tokens.create(pii={"id_number": "000000000"})
    account = connect.tokens.create(account={**ADA, "tos_shown_and_accepted": True})
    person = connect.tokens.create(person={"first_name": "Bo"})
    every = [bank, card, pii, account, person]
    prefixes = ["btok", "tok", "pii", "ct", "cpt"]
    assert [one.id.partition("_")[0] for one in every] == prefixes
    assert [one.used for one in every] == [False] * 5
    assert (bank.bank_account.last4, card.card.brand, card.card.exp_year) == ("1113", "Visa", 2040)
    made = connect.accounts.create(account_token=account, external_account=bank)
    (first,) = connect.accounts.external_accounts.list(made)
    assert (first.last4, first.account_holder_name) == ("1113", "Jenny Rosen")
    assert (made.individual.first_name, made.tos_acceptance.date) == ("Ada", account.created)
    second = connect.accounts.external_accounts.create(made, external_account=card)
    assert (second.exp_month, second.cvc_check) == (3, "pass")
    company = connect.accounts.create(business_type="company")
    bo = connect.accounts.persons.create(company, person_token=person, id_number=pii.id)
    assert (bo.first_name, bo.id_number_provided) == ("Bo", True)
    assert [used(connect, one) for one in every] == [True] * 5
    for call in (
        lambda: connect.accounts.external_accounts.create(made, external_account=bank),
        lambda: connect.accounts.update(made, external_account=card),
        lambda: connect.accounts.create(account_token=account),
        lambda: connect.accounts.persons.update(company, bo, person_token=person),
        lambda: connect.accounts.persons.update(company, bo, id_number=pii.id),
    ):
        with pytest.raises(InvalidRequestError) as caught:
            call()
        assert (caught.value.code, caught.value.http_status) == ("token_already_used", 400)
        assert caught.value.param in {
            "external_account", "account_token", "person_token", "id_number",
        }  # fmt: skip


def test_a_repeat_may_name_its_token_and_a_refusal_gives_it_back(connect) -> None:
    ada = connect.accounts.create()
    token = connect.tokens.create(bank_account=BANK)
    of = connect.accounts.external_accounts
    with pytest.raises(InvalidRequestError):
        of.create(connect.accounts.retrieve(), external_account=token)
    assert used(connect, token) is False
    one = of.create(ada, external_account=token, idempotency_key="k")
    assert of.create(ada, external_account=token, idempotency_key="k") == one
    with pytest.raises(IdempotencyError):
        of.create(ada, external_account=token, idempotency_key="k", metadata={"a": "b"})
    assert used(connect, token) is True
    with pytest.raises(InvalidRequestError) as caught:
        of.create(ada, external_account=token, idempotency_key="other")
    assert caught.value.code == "token_already_used"
    assert len(of.list(ada).data) == 1


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ({}, "parameter_missing", "bank_account"),
        ({"pii": {"id_number": "1"}, "card": CARD}, "parameters_exclusive", "pii"),
        ({"bank_account": {**BANK, "routing_number": "110000001"}}, "routing_number_invalid",
         "bank_account[routing_number]"),
        ({"card": {**CARD, "number": "4242424242424242"}}, "parameter_invalid", "card[number]"),
        ({"pii": {"id_number": "1", "number": "1"}}, "parameter_unknown", "pii[number]"),
        ({"account": {"tos_shown_and_accepted": False}}, "parameter_invalid",
         "account[tos_shown_and_accepted]"),
    ],
)  # fmt: skip
def test_what_no_token_can_stand_for_is_refused(connect, given, code, param) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        connect.tokens.create(**given)
    assert (caught.value.code, caught.value.param) == (code, param)


def test_a_token_of_another_kind_and_what_it_tells_twice_are_refused(connect) -> None:
    bank = connect.tokens.create(bank_account=BANK)
    account = connect.tokens.create(account=ADA)
    with pytest.raises(InvalidRequestError) as caught:
        connect.accounts.create(account_token=bank)
    assert (caught.value.code, caught.value.param) == ("resource_missing", "account_token")
    with pytest.raises(InvalidRequestError) as caught:
        connect.accounts.create(account_token=account, business_type="company")
    assert (caught.value.code, caught.value.param) == ("parameters_exclusive", "business_type")
    assert not used(connect, bank) and not used(connect, account)


def test_what_a_token_stands_for_is_sealed(sealed) -> None:
    token = sealed.tokens.create(bank_account=BANK)
    assert is_sealed(row_of(sealed, Token, token.id).payload)
    ada = sealed.accounts.create(external_account=token)
    (bank,) = sealed.accounts.external_accounts.list(ada)
    assert bank.account_holder_name == "Jenny Rosen"
