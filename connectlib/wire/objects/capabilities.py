"""Capabilities of an account, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.core import capabilities
from connectlib.wire.objects.base import StripeObject, timestamp


def requirements(may: capabilities.Derived, reason: str | None) -> dict[str, Any]:
    """What is missing: data missing at creation is past due at once (measured)."""
    due = list(may.due)
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": reason,
        "errors": [],
        "eventually_due": due,
        "past_due": due,
        "pending_verification": list(may.pending),
    }


def no_requirements() -> dict[str, Any]:
    """`future_requirements`: none are announced yet."""
    return requirements(capabilities.NOTHING, None)


class CapabilityObject(StripeObject):
    """A capability of an account. name: which, such as card_payments."""

    __slots__ = ("_name",)
    OBJECT = "capability"

    def __init__(self, row: Any, *, name: str, livemode: bool = False) -> None:
        super().__init__(row, livemode=livemode)
        object.__setattr__(self, "_name", name)

    def _render(self) -> dict[str, Any]:
        row, name = self._row, self._name
        status, since = capabilities.state(row, name)
        is_requested = status != "unrequested"
        may = capabilities.derived(row) if is_requested else capabilities.NOTHING
        return {
            "id": name,
            "object": "capability",
            "account": row.id,
            "future_requirements": no_requirements(),
            "requested": is_requested,
            "requested_at": timestamp(since) if is_requested else None,
            "requirements": requirements(may, capabilities.reason_of(row, status)),
            "status": status,
        }

    def _summary(self) -> str:
        return f"{self._name} of {self._row.id} {capabilities.state(self._row, self._name).status}"
