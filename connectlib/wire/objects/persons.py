"""Persons, as Stripe shows them: numbers are never told back, only whether they were given."""

from __future__ import annotations

from typing import Any

from connectlib.core.identity import shown_verification
from connectlib.core.requirement_facts import load
from connectlib.core.told import nested
from connectlib.wire.objects.base import StripeObject, loaded, timestamp
from connectlib.wire.objects.requirements import of_person

#: Numbers: shown as `..._provided`.
_PERSON_SECRETS = ("id_number", "id_number_secondary", "ssn_last_4")
_COMPANY_SECRETS = ("tax_id", "vat_id")
_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
_ROLES = ("authorizer", "director", "executive", "legal_guardian", "owner", "representative")
_PERSON = (
    "email", "first_name", "first_name_kana", "first_name_kanji", "full_name_aliases", "gender",
    "last_name", "last_name_kana", "last_name_kanji", "maiden_name", "nationality", "phone",
    "political_exposure",
)  # fmt: skip
_COMPANY = (
    "directors_provided", "executives_provided", "export_license_id", "export_purpose_code", "name",
    "name_kana", "name_kanji", "owners_provided", "ownership_exemption_reason", "phone",
    "registration_number", "structure", "tax_id_registrar",
)  # fmt: skip


def _addresses(told: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in names:
        if name in told:
            more = ("town",) if name.startswith("address_ka") else ()
            found[name] = {part: told[name].get(part) for part in (*_ADDRESS, *more)}
    return found


def _sides(document: Any, details: Any) -> dict[str, Any]:
    shown, said = document or {}, details or {}
    return {
        "back": shown.get("back"),
        "details": said.get("details"),
        "details_code": said.get("details_code"),
        "front": shown.get("front"),
    }


def relationship_of(row: Any) -> dict[str, Any]:
    """What somebody is to the account."""
    said = loaded(row.relationship) or {}
    share = said.get("percent_ownership")
    return {
        **{name: bool(said.get(name)) for name in _ROLES},
        "percent_ownership": float(share) if share else None,
        "title": said.get("title"),
    }


def _checked(row: Any, account: Any, head: str) -> dict[str, Any]:
    """How far the verification of somebody is: as the account knows it, where that is at hand."""
    text = row.verification
    if account is not None:
        text = shown_verification(load(account.facts).check(head), head)
    return loaded(text) or {}


def person_of(row: Any, account: Any) -> dict[str, Any]:
    """A person. account: the row of its account, for what is due; None where it is not at hand."""
    told = nested(loaded(row.told) or {})
    shown = told.get("verification") or {}
    head = "individual" if row.kind == "individual" else row.id
    checked = _checked(row, account, head)
    found = {
        "id": row.id,
        "object": "person",
        "account": row.account,
        "address": {part: (told.get("address") or {}).get(part) for part in _ADDRESS},
        "created": timestamp(row.created),
        "dob": {part: (told.get("dob") or {}).get(part) for part in ("day", "month", "year")},
        "metadata": loaded(row.metadata),
        "relationship": relationship_of(row),
        "requirements": of_person(account, head) if account is not None else None,
        "verification": {
            "additional_document": _sides(
                shown.get("additional_document"), checked.get("additional_document")
            ),
            "details": checked.get("details"),
            "details_code": checked.get("details_code"),
            "document": _sides(shown.get("document"), checked.get("document")),
            "status": checked.get("status", "unverified"),
        },
    }
    found |= {name: told[name] for name in _PERSON if name in told}
    found |= _addresses(told, ("address_kana", "address_kanji", "registered_address"))
    found |= {f"{name}_provided": bool(told.get(name)) for name in _PERSON_SECRETS}
    return found


def company_of(row: Any, account: Any) -> dict[str, Any]:
    """A company. account: the row of its account."""
    told = nested(loaded(row.told) or {})
    found = {name: told[name] for name in _COMPANY if name in told}
    found |= _addresses(
        told,
        (
            "address",
            "address_kana",
            "address_kanji",
            "administrative_address",
            "physical_address",
            "principal_place_of_business",
        ),
    )
    for name in ("directorship_declaration", "ownership_declaration", "representative_declaration"):
        if name in told:
            found[name] = {part: told[name].get(part) for part in ("date", "ip", "user_agent")}
    if "registration_date" in told:
        found["registration_date"] = told["registration_date"]
    found |= {f"{name}_provided": bool(told.get(name)) for name in _COMPANY_SECRETS}
    checked = _checked(row, account, row.kind)
    shown = (told.get("verification") or {}).get("document")
    found["verification"] = {"document": _sides(shown, checked.get("document"))}
    return found


class PersonObject(StripeObject):
    """Somebody an account has told of.

    requirements: what is due of this person; null in events: retrieve the person for them.
    """

    __slots__ = ("_account",)
    OBJECT = "person"

    def __init__(self, row: Any, *, account: Any = None, livemode: bool = False) -> None:
        super().__init__(row, livemode=livemode)
        object.__setattr__(self, "_account", account)

    def _render(self) -> dict[str, Any]:
        if self._row.deleted:
            return {"id": self._row.id, "object": "person", "deleted": True}
        return person_of(self._row, self._account)

    def _summary(self) -> str:
        status = (loaded(self._row.verification) or {}).get("status", "unverified")
        return f"{self._row.id} of {self._row.account} {status}"
