"""Bank accounts and debit cards, as Stripe shows them: the number is never told back."""

from __future__ import annotations

from typing import Any

from connectlib.core.external_changes import BANK, told
from connectlib.wire.objects.base import StripeObject, loaded

#: Fields that Stripe's objects do not have.
_OURS = ("test_outcome",)
#: What is personal; null until it has been told.
_HOLDER = {
    "bank_account": ("account_holder_name",),
    "card": (
        "address_city",
        "address_country",
        "address_line1",
        "address_line2",
        "address_state",
        "address_zip",
        "name",
    ),
}


def shown_external(fields: dict[str, Any], holder: dict[str, Any]) -> dict[str, Any]:
    """An external account out of what is kept of it. holder: what of it is personal."""
    names = _HOLDER.get(fields.get("object", BANK), ())
    found = {name: value for name, value in fields.items() if name not in _OURS}
    if "requirements" in found:
        said = found["requirements"]
        found["requirements"] = {
            "currently_due": list(said.get("due", ())),
            "errors": [],
            "past_due": [],
            "pending_verification": list(said.get("pending", ())),
        }
    return {**found, **{name: holder.get(name) for name in names}}


def shown_bank(bank: str | None) -> dict[str, Any]:
    """A bank account that an account keeps; who holds it is told by `external_accounts`."""
    fields = loaded(bank) or {}
    return shown_external(fields, {}) if "fingerprint" in fields else _plain(fields)


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in _OURS}


class ExternalAccountObject(StripeObject):
    """A bank account or debit card of an account: `object` says which."""

    __slots__ = ()
    OBJECT = "bank_account"

    def _render(self) -> dict[str, Any]:
        row = self._row
        if row.deleted:
            of = {"currency": row.currency} if row.currency else {}
            return {"id": row.id, "object": row.object, **of, "deleted": True}
        return shown_external(told(row), loaded(row.holder) or {})

    def _summary(self) -> str:
        row = self._row
        return f"{row.id} of {row.account} {row.currency} ...{row.last4} {row.status}"
