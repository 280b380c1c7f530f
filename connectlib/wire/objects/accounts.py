"""Accounts, as Stripe shows them. What an account may do is derived, never set."""

from __future__ import annotations

from typing import Any

from connectlib.core import capabilities
from connectlib.core.banks import defaults_of
from connectlib.core.controllers import shown_controller
from connectlib.wire.objects.account_settings import shown_profile, shown_settings
from connectlib.wire.objects.base import StripeObject, list_of, loaded, timestamp
from connectlib.wire.objects.external_accounts import shown_bank
from connectlib.wire.objects.persons import company_of, person_of
from connectlib.wire.objects.requirements import future_of, requirements_of


class AccountObject(StripeObject):
    """A connected account, or the platform's own.

    charges_enabled, payouts_enabled, details_submitted and the statuses of capabilities follow
    from what the account has told. individual, company: what it has told of itself; events leave
    them out.
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
        banks = [shown_bank(bank) for bank in defaults_of(row).values()]
        found = {
            "id": row.id,
            "object": "account",
            "business_profile": shown_profile(row),
            "business_type": row.business_type,
            "capabilities": {name: held.status for name, held in capabilities.held(row).items()},
            "charges_enabled": bool(row.charges_enabled),
            "controller": shown_controller(row),
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
            "settings": shown_settings(row),
            "tos_acceptance": {
                "date": None,
                "ip": None,
                "service_agreement": row.service_agreement,
                "user_agent": None,
                **loaded(row.tos),
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
        state = "ready" if row.details_submitted else "onboarding"
        if row.deleted or row.rejected is not None:
            state = "deleted" if row.deleted else "rejected"
        return f"{row.id} {row.country} {state}"


class BankAccountObject(StripeObject):
    """The bank account of an account, as events tell it."""

    __slots__ = ()
    OBJECT = "bank_account"

    def _render(self) -> dict[str, Any]:
        return shown_bank(self._row.bank)

    def _summary(self) -> str:
        return f"{self._shown().get('id')} of {self._row.id}"
