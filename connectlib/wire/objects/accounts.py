"""Accounts, as Stripe shows them. What an account may do is derived, never set."""

from __future__ import annotations

from typing import Any

from connectlib.wire.objects.base import StripeObject, list_of, loaded, timestamp
from connectlib.wire.objects.persons import company_of, person_of
from connectlib.wire.objects.requirements import future_of, requirements_of

#: Fields of our test bank accounts that Stripe's object does not have.
_OURS = ("test_outcome",)


def shown_bank(bank: str | None) -> dict[str, Any]:
    """A bank account as Stripe shows it."""
    return {k: v for k, v in (loaded(bank) or {}).items() if k not in _OURS}


#: Names of a profile and of settings, as they are shown when nothing has been told.
_PROFILE = (
    "annual_revenue", "estimated_worker_count", "mcc", "minority_owned_business_designation",
    "monthly_estimated_revenue", "name", "product_description", "support_address",
    "support_email", "support_phone", "support_url", "url",
)  # fmt: skip
#: Statuses that a rejection or a verification gives its reason for.
_REASONS = {
    "requirements.past_due": "requirements.fields_needed",
    "listed": "pending.review",
    "other": "paused.inactivity",
}


def _settings(row: Any, said: dict[str, Any]) -> dict[str, Any]:
    cards, payments = said.get("card_payments") or {}, said.get("payments") or {}
    payouts, branding = said.get("payouts") or {}, said.get("branding") or {}
    dashboard, declines = said.get("dashboard") or {}, cards.get("decline_on") or {}
    debit = payouts.get("debit_negative_balances")
    return {
        "branding": {
            name: branding.get(name)
            for name in ("icon", "logo", "primary_color", "secondary_color")
        },
        "card_payments": {
            "decline_on": {
                name: bool(declines.get(name)) for name in ("avs_failure", "cvc_failure")
            },
            "statement_descriptor_prefix": cards.get("statement_descriptor_prefix"),
            "statement_descriptor_prefix_kana": cards.get("statement_descriptor_prefix_kana"),
            "statement_descriptor_prefix_kanji": cards.get("statement_descriptor_prefix_kanji"),
        },
        "dashboard": {name: dashboard.get(name) for name in ("display_name", "timezone")},
        "payments": {
            "statement_descriptor": payments.get("statement_descriptor"),
            "statement_descriptor_kana": payments.get("statement_descriptor_kana"),
            "statement_descriptor_kanji": payments.get("statement_descriptor_kanji"),
        },
        "payouts": {
            "debit_negative_balances": debit if debit is not None else row.dashboard != "none",
            "schedule": {"interval": row.payout_interval},
            "statement_descriptor": payouts.get("statement_descriptor"),
        },
    }


class AccountObject(StripeObject):
    """A connected account, or the platform's own.

    charges_enabled, payouts_enabled, details_submitted and the statuses of capabilities follow
    from what the account has told. individual, company: what it has told of itself; events leave
    them out, since nothing personal is in an event.
    """

    __slots__ = ("_subject",)
    OBJECT = "account"

    def __init__(self, row: Any, *, subject: Any = None, livemode: bool = False) -> None:
        super().__init__(row, livemode=livemode)
        object.__setattr__(self, "_subject", subject)

    def _render(self) -> dict[str, Any]:
        row = self._row
        if row.deleted:
            return {"id": row.id, "object": "account", "deleted": True}
        details = loaded(row.details)
        banks = [shown_bank(row.bank)] if row.bank else []
        states = {name: status for name, (status, _) in loaded(row.capabilities).items()}
        terms = details.get("tos_acceptance") or {}
        profile = details.get("business_profile") or {}
        found = {
            "id": row.id,
            "object": "account",
            "business_profile": {name: profile.get(name) for name in _PROFILE},
            "business_type": row.business_type,
            "capabilities": {k: v for k, v in states.items() if v != "unrequested"},
            "charges_enabled": bool(row.charges_enabled),
            "controller": {
                "fees": {"payer": row.fees_payer},
                "is_controller": row.type != "standard",
                "losses": {"payments": row.losses},
                "requirement_collection": row.requirement_collection,
                "stripe_dashboard": {"type": row.dashboard},
                "type": "application",
            },
            "country": row.country,
            "created": timestamp(row.created),
            "default_currency": row.default_currency,
            "details_submitted": bool(row.details_submitted),
            "email": row.email,
            "external_accounts": list_of(banks, f"/v1/accounts/{row.id}/external_accounts"),
            "future_requirements": future_of(row),
            "metadata": loaded(row.metadata),
            "payouts_enabled": bool(row.payouts_enabled),
            "requirements": requirements_of(row, row.disabled_reason),
            "settings": _settings(row, details.get("settings") or {}),
            "tos_acceptance": {
                "date": terms.get("date"),
                "ip": terms.get("ip"),
                "service_agreement": row.service_agreement,
                "user_agent": terms.get("user_agent"),
            },
            "type": row.type,
        }
        subject = self._subject
        if subject is not None and subject.kind == "individual":
            found["individual"] = person_of(subject, row)
        elif subject is not None:
            found["company"] = company_of(subject, row)
        return found

    def _summary(self) -> str:
        row = self._row
        state = "deleted" if row.deleted else "ready" if row.details_submitted else "onboarding"
        return f"{row.id} {row.country} {state}"


class CapabilityObject(StripeObject):
    """A capability of an account. name: card_payments, transfers and so on."""

    __slots__ = ("_name",)
    OBJECT = "capability"

    def __init__(self, row: Any, *, name: str, livemode: bool = False) -> None:
        super().__init__(row, livemode=livemode)
        object.__setattr__(self, "_name", name)

    def _render(self) -> dict[str, Any]:
        row, name = self._row, self._name
        status, at = loaded(row.capabilities).get(name, ["unrequested", 0])
        reason = None
        if status == "inactive":
            told = row.disabled_reason or ""
            rejected = "rejected.other" if told.startswith("rejected.") else None
            reason = rejected or _REASONS.get(told, "requirements.fields_needed")
        asked = status != "unrequested"
        requirements = requirements_of(row, reason, name if asked else "")
        return {
            "id": name,
            "object": "capability",
            "account": row.id,
            "future_requirements": future_of(row, name if asked else ""),
            "requested": asked,
            "requested_at": timestamp(at) if at else None,
            "requirements": requirements if asked else _nothing(requirements),
            "status": status,
        }

    def _summary(self) -> str:
        status = loaded(self._row.capabilities).get(self._name, ["unrequested"])[0]
        return f"{self._name} of {self._row.id} {status}"


def _nothing(requirements: dict[str, Any]) -> dict[str, Any]:
    """Nothing is asked for what was not requested."""
    return {name: [] if isinstance(value, list) else None for name, value in requirements.items()}


class BankAccountObject(StripeObject):
    """The bank account of an account, as events tell it."""

    __slots__ = ()
    OBJECT = "bank_account"

    def _render(self) -> dict[str, Any]:
        return shown_bank(self._row.bank)

    def _summary(self) -> str:
        return f"{self._shown().get('id')} of {self._row.id}"
