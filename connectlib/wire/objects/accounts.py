"""Accounts, as Stripe shows them. What an account may do is derived, never set."""

from __future__ import annotations

from typing import Any

from connectlib.wire.objects.base import StripeObject, list_of, loaded, timestamp

#: Fields of our test bank accounts that Stripe's object does not have.
_OURS = ("test_outcome",)
#: What an account lacks until it is onboarded.
DUE = ["external_account", "tos_acceptance.date"]


def shown_bank(bank: str | None) -> dict[str, Any]:
    """A bank account as Stripe shows it."""
    return {k: v for k, v in (loaded(bank) or {}).items() if k not in _OURS}


def _requirements(due: list[str], reason: str | None) -> dict[str, Any]:
    """What is missing: data missing at creation is past due at once (measured)."""
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": reason,
        "errors": [],
        "eventually_due": due,
        "past_due": due,
        "pending_verification": [],
    }


class AccountObject(StripeObject):
    """A connected account, or the platform's own.

    charges_enabled: onboarded, with a capability active. payouts_enabled: onboarded, with a
    bank account.
    """

    __slots__ = ()
    OBJECT = "account"

    def _render(self) -> dict[str, Any]:
        row = self._row
        if row.deleted:
            return {"id": row.id, "object": "account", "deleted": True}
        details = loaded(row.details)
        banks = [shown_bank(row.bank)] if row.bank else []
        ready = bool(row.details_submitted)
        states = {"card_payments": row.card_payments, "transfers": row.transfers}
        return {
            "id": row.id,
            "object": "account",
            "business_profile": details.get("business_profile"),
            "business_type": row.business_type,
            "capabilities": {k: v for k, v in states.items() if v != "unrequested"},
            "charges_enabled": ready and "active" in states.values(),
            "controller": {
                "fees": {"payer": row.fees_payer},
                "is_controller": True,
                "losses": {"payments": row.losses},
                "requirement_collection": row.requirement_collection,
                "stripe_dashboard": {"type": row.dashboard},
                "type": "application",
            },
            "country": row.country,
            "created": timestamp(row.created),
            "default_currency": row.default_currency,
            "details_submitted": ready,
            "email": row.email,
            "external_accounts": list_of(banks, f"/v1/accounts/{row.id}/external_accounts"),
            "metadata": loaded(row.metadata),
            "payouts_enabled": ready and row.bank is not None,
            "requirements": _requirements(
                [] if ready else DUE, None if ready else "requirements.past_due"
            ),
            "settings": {"payouts": {"schedule": {"interval": row.payout_interval}}},
            "tos_acceptance": {"service_agreement": row.service_agreement},
            "type": "none",
        }

    def _summary(self) -> str:
        row = self._row
        state = "deleted" if row.deleted else "ready" if row.details_submitted else "onboarding"
        return f"{row.id} {row.country} {state}"


class CapabilityObject(StripeObject):
    """A capability of an account, as events tell it. name: card_payments or transfers."""

    __slots__ = ("_name",)
    OBJECT = "capability"

    def __init__(self, row: Any, *, name: str, livemode: bool = False) -> None:
        super().__init__(row, livemode=livemode)
        object.__setattr__(self, "_name", name)

    def _render(self) -> dict[str, Any]:
        row, name = self._row, self._name
        status = getattr(row, name)
        lacking = status != "unrequested" and not row.details_submitted
        return {
            "id": name,
            "object": "capability",
            "account": row.id,
            "requested": status != "unrequested",
            "requested_at": None,
            "requirements": _requirements(
                DUE if lacking else [], "requirements.fields_needed" if lacking else None
            ),
            "status": status,
        }

    def _summary(self) -> str:
        return f"{self._name} of {self._row.id} {getattr(self._row, self._name)}"


class BankAccountObject(StripeObject):
    """The bank account of an account, as events tell it."""

    __slots__ = ()
    OBJECT = "bank_account"

    def _render(self) -> dict[str, Any]:
        return shown_bank(self._row.bank)

    def _summary(self) -> str:
        return f"{self._shown().get('id')} of {self._row.id}"
