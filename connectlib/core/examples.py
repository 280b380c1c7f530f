"""What a test account tells when it is made ready: published test values that pass at once."""

from __future__ import annotations

from typing import Any

from connectlib.core.drafts import encode
from connectlib.core.moments import seconds

_ADDRESS = {"line1": "address_full_match", "city": "Springfield", "postal_code": "12345"}
_SCRIPT = {"line1": "1-1", "city": "Shibuya", "postal_code": "1500001", "state": "Tokyo",
           "town": "Ebisu"}  # fmt: skip
_PERSON: dict[str, Any] = {
    "dob.day": 1,
    "dob.month": 1,
    "dob.year": 1902,
    "email": "account@example.com",
    "first_name": "Test",
    "id_number": "222222222",
    "last_name": "Account",
    "phone": "0000000000",
    "ssn_last_4": "0000",
    **{f"address.{name}": value for name, value in _ADDRESS.items()},
}
_MORE_OF_PERSONS: dict[str, dict[str, Any]] = {
    "BR": {"political_exposure": "none"},
    "SG": {"full_name_aliases": [""], "nationality": "SG"},
    "JP": {
        "first_name_kana": "テスト",
        "first_name_kanji": "試験",
        "last_name_kana": "ウリテ",
        "last_name_kanji": "売手",
        **{f"address_kana.{name}": value for name, value in _SCRIPT.items()},
        **{f"address_kanji.{name}": value for name, value in _SCRIPT.items()},
    },
}
_COMPANY: dict[str, Any] = {
    "directors_provided": True,
    "executives_provided": True,
    "name": "Test Account",
    "owners_provided": True,
    "ownership_declaration.date": 1609798905,
    "ownership_declaration.ip": "127.0.0.1",
    "phone": "0000000000",
    "tax_id": "222222222",
    **{f"address.{name}": value for name, value in _ADDRESS.items()},
}
_MORE_OF_COMPANIES: dict[str, dict[str, Any]] = {
    "JP": {
        "name_kana": "テスト",
        "name_kanji": "試験",
        **{f"address_kana.{name}": value for name, value in _SCRIPT.items()},
        **{f"address_kanji.{name}": value for name, value in _SCRIPT.items()},
    },
}
#: What the person behind a company is to it.
RELATIONSHIP: dict[str, Any] = {
    "director": True,
    "executive": True,
    "owner": True,
    "percent_ownership": "100",
    "representative": True,
    "title": "CEO",
}
#: Country -> state or province, where addresses name one.
_STATES = {"AE": "DU", "AU": "NSW", "BR": "SP", "CA": "ON", "IN": "MH", "MX": "CMX", "MY": "10",
           "US": "CA"}  # fmt: skip


def person(country: str) -> tuple[tuple[str, str], ...]:
    """What a person in a country tells: leaves, as (path, JSON)."""
    return _leaves({**_PERSON, **_MORE_OF_PERSONS.get(country, {})}, country)


def company(country: str) -> tuple[tuple[str, str], ...]:
    """What a company in a country tells: leaves, as (path, JSON)."""
    return _leaves({**_COMPANY, **_MORE_OF_COMPANIES.get(country, {})}, country)


def _leaves(said: dict[str, Any], country: str) -> tuple[tuple[str, str], ...]:
    state = {"address.state": _STATES[country]} if country in _STATES else {}
    found = {**said, **state, "address.country": country}
    return tuple((path, encode(value)) for path, value in sorted(found.items()))


def words(at: int) -> dict[str, dict[str, Any]]:
    """What the account itself tells at a moment, by column: its business, and that it agrees."""
    page = {"mcc": "5734", "url": "https://accessible.stripe.com"}
    return {
        "details": {"business_profile": page},
        "settings": {"payments": {"statement_descriptor": "TEST ACCOUNT"}},
        "tos": {"date": seconds(at), "ip": "127.0.0.1"},
    }
