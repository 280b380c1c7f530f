"""Numbers of bank accounts looked at closely, with and without the extra that does."""

from __future__ import annotations

import pytest

from connectlib import Connect, InvalidRequestError
from connectlib.adapters.banks import numbers
from connectlib.adapters.banks.numbers import LibraryNumbers
from connectlib.ports.bank_numbers import BankNumbers, Seen, Wrong


def look(country: str, number: str, routing: str | None = None) -> Seen | Wrong:
    return LibraryNumbers().look(BankNumbers(country, routing, number))


@pytest.mark.parametrize(
    ("country", "number", "bank"),
    [
        ("DE", "DE89370400440532013000", "Commerzbank"),
        ("AT", "AT611904300234573201", None),
        ("GB", "GB29NWBK60161331926819", None),
    ],
)
def test_an_iban_of_its_country_passes_and_its_bank_may_be_known(
    country: str, number: str, bank: str | None
) -> None:
    found = look(country, number)
    assert isinstance(found, Seen)
    if bank is not None:
        assert found.bank_name == bank


@pytest.mark.parametrize(
    ("country", "number", "routing", "part"),
    [
        ("DE", "DE00370400440532013000", None, "account_number"),
        ("FR", "FR1420041010050500013M02607", None, "account_number"),
        ("US", "000123456789", "110000001", "routing_number"),
        ("NZ", "01-0001-0000000-99", None, "account_number"),
    ],
)
def test_what_no_bank_has_given_out_is_named(
    country: str, number: str, routing: str | None, part: str
) -> None:
    found = look(country, number, routing)
    assert isinstance(found, Wrong)
    assert found.part == part
    assert number not in f"{found}"


def test_without_the_libraries_the_shape_is_all_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "_library", lambda _name: None)
    assert look("DE", "DE00370400440532013000") == Seen()
    assert look("US", "1", "110000001") == Seen()


def test_numbers_are_not_in_their_repr() -> None:
    assert "3704" not in repr(BankNumbers("DE", None, "DE89370400440532013000"))


def test_an_account_shows_the_name_of_its_bank_and_refuses_a_number_of_none() -> None:
    connect = Connect()
    bo = connect.testing.account(country="DE")
    bank = {"object": "bank_account", "country": "DE", "currency": "eur"}
    found = connect.accounts.external_accounts.create(
        bo, external_account={**bank, "account_number": "DE02120300000000202051"}
    )
    assert found.bank_name == "Deutsche Kreditbank Berlin"
    ann = connect.testing.account(country="NZ")
    with pytest.raises(InvalidRequestError) as refused:
        connect.accounts.external_accounts.create(
            ann,
            external_account={
                "object": "bank_account",
                "country": "NZ",
                "currency": "nzd",
                "account_number": "0100010000000990",
            },
        )
    assert refused.value.code == "account_number_invalid"
    assert refused.value.param == "external_account[account_number]"
