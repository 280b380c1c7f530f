"""The verifier of the test mode: the published values decide, nothing is looked up anywhere.

Dates of birth, numbers, addresses, names and documents that Stripe has published for tests
(Connect docs, "Testing account identification") give the published outcomes; what is not among
them passes, but for dates of birth: any other one fails. What a value that comes later shows is
answered by `track`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.ports.verification import (
    BUSINESS,
    COMPANY,
    CheckAnswer,
    Checked,
    Checking,
    Finding,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectlib.ports.verification import IdentityRequest

DOCUMENT_PASSES = "file_identity_document_success"
DOCUMENT_FAILS = "file_identity_document_failure"

_SOON, _AT_ONCE, _LISTED = "1901-01-01", "1902-01-01", "1900-01-01"
_NUMBER_AT_ONCE, _NUMBER_WRONG = "222222222", "111111111"
_NO_MATCH = ("address_no_match", "address_line1_no_match")

_DOCUMENT, _ADDITIONAL = "verification.document", "verification.additional_document"
_IDENTITY = Finding(
    _DOCUMENT,
    "verification_failed_keyed_identity",
    "The person's keyed-in identity information could not be verified. Provide a document that"
    " shows it.",
)
_RESIDENCE = Finding(
    _ADDITIONAL,
    "verification_failed_residential_address",
    "The person's address could not be verified. Provide a document that shows it.",
)
_BAD_DOCUMENT = Finding(
    _DOCUMENT,
    "verification_document_failed_test_mode",
    "A test data helper was supplied to simulate the verification failure.",
)

#: Number of a company -> what is wrong with it.
TAX_IDS = {
    "111111111": ("verification_failed_tax_id_match", "The tax ID does not match the name."),
    "111111112": ("verification_failed_tax_id_not_issued", "The tax ID has not been issued."),
}
#: Name of a company -> (field, code, reason). `match_name_only` is unverified.
COMPANY_NAMES = {
    "mismatch_business_name": (
        "name",
        "verification_failed_name_match",
        "The name does not match that of the registered business.",
    ),
    "disallowed_name": (
        "name",
        "invalid_company_name_denylisted",
        "The name is not one that a business can have here.",
    ),
    "match_name_only": (
        "owners_provided",
        "verification_missing_owners",
        "The name matches, those who stand behind the business do not.",
    ),
}
#: First name of a director -> code.
DIRECTORS = {
    "mismatch_director": "verification_directors_mismatch",
    "missing_director": "verification_missing_directors",
    "extraneous_director": "verification_extraneous_directors",
}
#: The page `https://X.stripe.com` -> code.
PAGES = {
    "disallowed": "invalid_url_denylisted",
    "geoblocked": "invalid_url_website_inaccessible_geoblocked",
    "problem": "invalid_url_website_other",
    "missing": "invalid_url_website_empty",
    "mismatch": "invalid_url_website_business_information_mismatch",
    "passwordprotected": "invalid_url_website_inaccessible_password_protected",
    "underconstruction": "invalid_url_website_incomplete_under_construction",
    "inaccessible": "invalid_url_website_inaccessible",
}
#: (field, value) -> (field due, code). What a business says of itself in public.
WORDS = {
    ("business_profile.name", "disallowed_dba"): (
        "business_profile.name",
        "invalid_business_profile_name_denylisted",
    ),
    ("business_profile.name", "invalid_dba"): (
        "business_profile.name",
        "invalid_business_profile_name",
    ),
    ("business_profile.product_description", "require_url"): (
        "business_profile.url",
        "invalid_url_web_presence_detected",
    ),
    ("settings.payments.statement_descriptor", "mismatch"): (
        "settings.payments.statement_descriptor",
        "invalid_statement_descriptor_business_mismatch",
    ),
    ("settings.payments.statement_descriptor", "disallowed"): (
        "settings.payments.statement_descriptor",
        "invalid_statement_descriptor_denylisted",
    ),
    ("settings.card_payments.statement_descriptor_prefix", "mismatch"): (
        "settings.card_payments.statement_descriptor_prefix",
        "invalid_statement_descriptor_prefix_mismatch",
    ),
    ("settings.card_payments.statement_descriptor_prefix", "disallowed"): (
        "settings.card_payments.statement_descriptor_prefix",
        "invalid_statement_descriptor_prefix_denylisted",
    ),
}


def at(told: Mapping[str, Any], path: str) -> Any:
    """The value at a path of what was told; None where there is none."""
    value: Any = told
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _birth(told: Mapping[str, Any]) -> str:
    day, month, year = (at(told, f"dob.{part}") for part in ("day", "month", "year"))
    given = all(isinstance(part, int) for part in (day, month, year))
    return f"{year:04d}-{month:02d}-{day:02d}" if given else ""


def _number(told: Mapping[str, Any]) -> str:
    return str(told.get("id_number") or "")


def _documents(told: Mapping[str, Any], path: str) -> set[Any]:
    return {at(told, f"{path}.front"), at(told, f"{path}.back")}


def of_person(told: Mapping[str, Any]) -> Checked:
    """What the check of a person finds. Pictures win over what was keyed in."""
    birth, line = _birth(told), at(told, "address.line1")
    shown = _documents(told, _DOCUMENT)
    found: list[Finding] = []
    if DOCUMENT_FAILS in shown:
        found.append(_BAD_DOCUMENT)
    elif DOCUMENT_PASSES not in shown:
        if birth and birth not in (_SOON, _AT_ONCE, _LISTED):
            found.append(_IDENTITY)
        found += _numbers(told)
    extra = _documents(told, _ADDITIONAL)
    if DOCUMENT_FAILS in extra:
        found.append(_BAD_DOCUMENT._replace(field=_ADDITIONAL))
    elif line in _NO_MATCH and DOCUMENT_PASSES not in extra:
        found.append(_RESIDENCE)
    enforced = "enforce_future_requirements" in str(told.get("email") or "")
    return Checked(tuple(found), listed=birth == _LISTED, future=enforced)


def _numbers(told: Mapping[str, Any]) -> list[Finding]:
    found = []
    for field, wrong in (("id_number", _NUMBER_WRONG), ("ssn_last_4", _NUMBER_WRONG[-4:])):
        if str(told.get(field) or "") == wrong:
            reason = "The number does not match the person."
            found.append(Finding(field, "verification_failed_id_number_match", reason))
    return found


def of_company(told: Mapping[str, Any]) -> Checked:
    """What the check of a company finds, and of those who direct it."""
    found: list[Finding] = []
    number, name = str(told.get("tax_id") or ""), str(told.get("name") or "")
    if number in TAX_IDS:
        found.append(Finding("tax_id", *TAX_IDS[number]))
    if name in COMPANY_NAMES:
        found.append(Finding(*COMPANY_NAMES[name]))
    line = at(told, "address.line1")
    if line in _NO_MATCH:
        reason = "The address does not match that of the registered business."
        stops = "payouts" if line == "address_no_match" else ""
        code = "verification_failed_address_match"
        found.append(Finding("address.line1", code, reason, stops))
    for person in told.get("persons") or ():
        code = DIRECTORS.get(str(person.get("first_name") or ""), "")
        if code and at(person, "relationship.director"):
            reason = "The directors do not match those of the registered business."
            found.append(Finding("directors_provided", code, reason))
    if DOCUMENT_FAILS in _documents(told, _DOCUMENT):
        found.append(_BAD_DOCUMENT)
    return Checked(tuple(found))


def of_business(told: Mapping[str, Any]) -> Checked:
    """What the look at a business's page and names finds."""
    found = [
        Finding(due, code, "The value is one of those that fail in test mode.")
        for (field, value), (due, code) in WORDS.items()
        if str(at(told, field) or "").lower() == value
    ]
    page = str(at(told, "business_profile.url") or "").rstrip("/")
    name = page.removeprefix("https://").removesuffix(".stripe.com")
    inactive = page == "https://inactivity.stripe.com"
    if name in PAGES and page == f"https://{name}.stripe.com":
        reason = "The page is one of those that fail in test mode."
        found.append(Finding("business_profile.url", PAGES[name], reason))
    return Checked(tuple(found), inactive=inactive)


def _is_soon(request: IdentityRequest) -> bool:
    """Whether the answer comes later: all but the values that are published as immediate."""
    told = request.told
    if request.kind == BUSINESS:
        return False
    if request.kind == COMPANY:
        return str(told.get("tax_id") or "") not in ("222222222", "")
    return _birth(told) != _AT_ONCE and _number(told) != _NUMBER_AT_ONCE


_BY_KIND = {COMPANY: of_company, BUSINESS: of_business}


class TestIdentities:
    """The deterministic verifier of the test mode; it remembers nothing."""

    __slots__ = ()
    __test__ = False

    def submit(self, requests: Sequence[IdentityRequest]) -> list[CheckAnswer]:
        """At once where the value is published as immediate, else under way."""
        return [Checking() if _is_soon(each) else self._find(each) for each in requests]

    def track(self, requests: Sequence[IdentityRequest]) -> list[CheckAnswer]:
        """What the values stand for."""
        return [self._find(each) for each in requests]

    def _find(self, request: IdentityRequest) -> CheckAnswer:
        return _BY_KIND.get(request.kind, of_person)(request.told)
