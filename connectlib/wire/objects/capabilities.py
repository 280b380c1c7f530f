"""Capabilities of an account, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.core import capabilities
from connectlib.wire.objects.base import StripeObject, timestamp
from connectlib.wire.objects.requirements import future_of, nothing, requirements_of


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
        asked = name if is_requested else None
        return {
            "id": name,
            "object": "capability",
            "account": row.id,
            "future_requirements": future_of(row, asked) if asked else nothing(),
            "requested": is_requested,
            "requested_at": timestamp(since) if is_requested else None,
            "requirements": requirements_of(row, capabilities.reason_of(row, status), asked)
            if asked
            else nothing(),
            "status": status,
        }

    def _summary(self) -> str:
        return f"{self._name} of {self._row.id} {capabilities.state(self._row, self._name).status}"
