"""The test verifier: every published value has a case."""

from __future__ import annotations

from typing import Any

import pytest

from connectlib.adapters.verifiers.test_identities import PAGES, TestIdentities
from connectlib.core.requirement_facts import Failure
from connectlib.ports.verification import (
    BUSINESS,
    COMPANY,
    PERSON,
    CheckAnswer,
    Checked,
    Checking,
    IdentityRequest,
)
from tests.adapters.published_identities import ERROR_CODES

SOON = {"day": 1, "month": 1, "year": 1901}
AT_ONCE = {"day": 1, "month": 1, "year": 1902}
LISTED = {"day": 1, "month": 1, "year": 1900}
OTHER = {"day": 5, "month": 5, "year": 1985}
PASSES, FAILS = "file_identity_document_success", "file_identity_document_failure"


def ask(kind: str, told: dict[str, Any]) -> tuple[CheckAnswer, CheckAnswer]:
    """What is answered at once, and what later."""
    verifier = TestIdentities()
    request = IdentityRequest("key", kind, "US", told)
    return verifier.submit([request])[0], verifier.track([request])[0]


def found(kind: str, told: dict[str, Any]) -> list[tuple[str, str]]:
    """(field, code) of all findings of the answer that counts."""
    _, answer = ask(kind, told)
    assert isinstance(answer, Checked)
    return [(each.field, each.code) for each in answer.findings]


def person(dob: dict[str, int] = SOON, line1: str = "address_full_match", **more: Any) -> Any:
    return {"dob": dob, "address": {"line1": line1}, **more}


def test_a_date_of_birth_passes_later_and_another_at_once() -> None:
    assert ask(PERSON, person(SOON)) == (Checking(), Checked())
    assert ask(PERSON, person(AT_ONCE)) == (Checked(), Checked())


def test_a_date_of_birth_is_on_a_list() -> None:
    assert ask(PERSON, person(LISTED)) == (Checking(), Checked(listed=True))


DOCUMENT = ("verification.document", "verification_failed_keyed_identity")
ADDITIONAL = ("verification.additional_document", "verification_failed_residential_address")


@pytest.mark.parametrize(
    ("dob", "line1", "expected"),
    [
        (SOON, "address_full_match", []),
        (SOON, "address_no_match", [ADDITIONAL]),
        (OTHER, "address_full_match", [DOCUMENT]),
        (OTHER, "address_no_match", [DOCUMENT, ADDITIONAL]),
        (SOON, "address_line1_no_match", [ADDITIONAL]),
    ],
)
def test_birth_and_address_make_a_matrix(
    dob: dict[str, int], line1: str, expected: list[tuple[str, str]]
) -> None:
    assert found(PERSON, person(dob, line1)) == expected


@pytest.mark.parametrize(
    ("field", "value", "codes"),
    [
        ("id_number", "000000000", []),
        ("id_number", "222222222", []),
        ("id_number", "111111111", ["verification_failed_id_number_match"]),
        ("ssn_last_4", "0000", []),
        ("ssn_last_4", "1111", ["verification_failed_id_number_match"]),
    ],
)
def test_numbers(field: str, value: str, codes: list[str]) -> None:
    assert [code for _, code in found(PERSON, person(**{field: value}))] == codes


def test_a_number_passes_at_once() -> None:
    assert ask(PERSON, person(id_number="222222222"))[0] == Checked()
    assert ask(PERSON, person(id_number="000000000"))[0] == Checking()


def test_pictures_win_over_numbers() -> None:
    wrong = person(OTHER, id_number="111111111")
    assert found(PERSON, {**wrong, "verification": {"document": {"front": PASSES}}}) == []
    failing = person(SOON, verification={"document": {"front": FAILS}})
    code = "verification_document_failed_test_mode"
    assert found(PERSON, failing) == [("verification.document", code)]
    extra = person(
        SOON, "address_no_match", verification={"additional_document": {"front": PASSES}}
    )
    assert found(PERSON, extra) == []


def test_a_phone_of_zeros_passes_and_an_address_enforces_what_is_coming() -> None:
    assert found(PERSON, person(phone="0000000000")) == []
    _, answer = ask(PERSON, person(email="ada+enforce_future_requirements@example.com"))
    assert answer == Checked(future=True)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"tax_id": "000000000"}, []),
        ({"tax_id": "000000001"}, []),
        ({"tax_id": "222222222"}, []),
        ({"tax_id": "111111111"}, [("tax_id", "verification_failed_tax_id_match")]),
        ({"tax_id": "111111112"}, [("tax_id", "verification_failed_tax_id_not_issued")]),
        ({"name": "mismatch_business_name"}, [("name", "verification_failed_name_match")]),
        ({"name": "disallowed_name"}, [("name", "invalid_company_name_denylisted")]),
        ({"name": "match_name_relationships"}, []),
        ({"name": "match_name_only"}, [("owners_provided", "verification_missing_owners")]),
        ({"address": {"line1": "address_full_match"}}, []),
    ],
)
def test_companies(told: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert found(COMPANY, told) == expected


@pytest.mark.parametrize(
    ("line1", "stops"), [("address_no_match", "payouts"), ("address_line1_no_match", "")]
)
def test_an_address_of_a_company_stops_payouts_or_everything(line1: str, stops: str) -> None:
    _, answer = ask(COMPANY, {"address": {"line1": line1}})
    assert isinstance(answer, Checked)
    assert [(each.field, each.stops) for each in answer.findings] == [("address.line1", stops)]


@pytest.mark.parametrize("name", ["mismatch", "missing", "extraneous"])
def test_directors(name: str) -> None:
    told = {"persons": [{"first_name": f"{name}_director", "relationship": {"director": True}}]}
    kind = f"{name}_directors" if name != "mismatch" else "directors_mismatch"
    assert found(COMPANY, told) == [("directors_provided", f"verification_{kind}")]
    told["persons"][0]["relationship"] = {"director": False}
    assert found(COMPANY, told) == []


@pytest.mark.parametrize(("page", "code"), PAGES.items())
def test_pages(page: str, code: str) -> None:
    told = {"business_profile": {"url": f"https://{page}.stripe.com"}}
    assert found(BUSINESS, told) == [("business_profile.url", code)]


def test_pages_that_pass_and_one_where_nothing_happens() -> None:
    for url in ("https://accessible.stripe.com", "https://shop.example"):
        assert found(BUSINESS, {"business_profile": {"url": url}}) == []
    _, answer = ask(BUSINESS, {"business_profile": {"url": "https://inactivity.stripe.com"}})
    assert answer == Checked(inactive=True)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            {"business_profile": {"name": "disallowed_dba"}},
            ("business_profile.name", "invalid_business_profile_name_denylisted"),
        ),
        (
            {"business_profile": {"name": "invalid_dba"}},
            ("business_profile.name", "invalid_business_profile_name"),
        ),
        (
            {"business_profile": {"product_description": "require_url"}},
            ("business_profile.url", "invalid_url_web_presence_detected"),
        ),
        (
            {"settings": {"payments": {"statement_descriptor": "mismatch"}}},
            (
                "settings.payments.statement_descriptor",
                "invalid_statement_descriptor_business_mismatch",
            ),
        ),
        (
            {"settings": {"payments": {"statement_descriptor": "disallowed"}}},
            ("settings.payments.statement_descriptor", "invalid_statement_descriptor_denylisted"),
        ),
        (
            {"settings": {"card_payments": {"statement_descriptor_prefix": "MISMATCH"}}},
            (
                "settings.card_payments.statement_descriptor_prefix",
                "invalid_statement_descriptor_prefix_mismatch",
            ),
        ),
        (
            {"settings": {"card_payments": {"statement_descriptor_prefix": "disallowed"}}},
            (
                "settings.card_payments.statement_descriptor_prefix",
                "invalid_statement_descriptor_prefix_denylisted",
            ),
        ),
    ],
)
def test_words(told: dict[str, Any], expected: tuple[str, str]) -> None:
    assert found(BUSINESS, told) == [expected]


def test_every_code_is_one_of_stripes() -> None:
    told = [
        (PERSON, person(OTHER, "address_no_match", id_number="111111111")),
        (PERSON, person(verification={"document": {"front": FAILS}})),
        (COMPANY, {"tax_id": "111111112", "name": "match_name_only"}),
        (COMPANY, {"name": "disallowed_name", "address": {"line1": "address_no_match"}}),
        *(
            (BUSINESS, {"business_profile": {"url": f"https://{name}.stripe.com"}})
            for name in PAGES
        ),
    ]
    codes = {code for kind, each in told for _, code in found(kind, each)}
    assert codes <= ERROR_CODES
    assert len(codes) > 10


def test_a_request_does_not_show_what_it_tells() -> None:
    request = IdentityRequest("key", PERSON, "US", {"first_name": "Zebulon"})
    assert "Zebulon" not in f"{request!r} {request}"
    assert Failure("a", "b", "c").stops == ""
