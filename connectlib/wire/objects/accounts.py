"""Accounts, as Stripe shows them. What an account may do is derived, never set."""

from __future__ import annotations

from typing import Any

from connectlib.wire.objects.base import StripeObject, list_of, loaded, timestamp

#: Fields of our test bank accounts that Stripe's object does not have.
_OURS = ("test_outcome",)


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
        bank = loaded(row.bank)
        banks = [{k: v for k, v in bank.items() if k not in _OURS}] if bank else []
        ready = bool(row.details_submitted)
        states = {"card_payments": row.card_payments, "transfers": row.transfers}
        due = [] if ready else ["external_account", "tos_acceptance.date"]
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
            "payouts_enabled": ready and bank is not None,
            "requirements": {
                "alternatives": [],
                "current_deadline": None,
                "currently_due": due,
                "disabled_reason": None if ready else "requirements.fields_needed",
                "errors": [],
                "eventually_due": due,
                "past_due": [],
                "pending_verification": [],
            },
            "settings": {"payouts": {"schedule": {"interval": row.payout_interval}}},
            "tos_acceptance": {"service_agreement": row.service_agreement},
            "type": "none",
        }

    def _summary(self) -> str:
        row = self._row
        state = "deleted" if row.deleted else "ready" if row.details_submitted else "onboarding"
        return f"{row.id} {row.country} {state}"
