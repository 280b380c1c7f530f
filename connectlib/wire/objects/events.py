"""Events, as Stripe shows them: the object as it was at the transition."""

from __future__ import annotations

from typing import Any

from connectlib.wire.objects.base import StripeObject, loaded, timestamp


class EventObject(StripeObject):
    """One transition. subject: the object at that version. sequence: gapless per account."""

    __slots__ = ("_platform", "_subject")
    OBJECT = "event"

    def __init__(
        self, row: Any, *, subject: StripeObject | None, platform: str, livemode: bool = False
    ) -> None:
        super().__init__(row, livemode=livemode)
        object.__setattr__(self, "_subject", subject)
        object.__setattr__(self, "_platform", platform)

    def _render(self) -> dict[str, Any]:
        row = self._row
        data: dict[str, Any] = {"object": self._subject.to_dict() if self._subject else None}
        if row.previous is not None:
            data["previous_attributes"] = loaded(row.previous)
        found = {
            "id": row.id,
            "object": "event",
            "api_version": None,
            "created": timestamp(row.created),
            "data": data,
            "livemode": self._livemode,
            "pending_webhooks": 0,
            "request": {"id": None, "idempotency_key": row.idempotency_key},
            "sequence": row.seq,
            "type": row.type,
        }
        if row.account != self._platform:
            found["account"] = row.account
        return found

    def _summary(self) -> str:
        return f"{self._row.id} #{self._row.seq} {self._row.type} {self._row.object_id}"
