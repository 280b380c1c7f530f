"""Events, as Stripe shows them: the object as it was at the transition."""

from __future__ import annotations

from typing import Any

from connectlib.core.rows import Account, amend
from connectlib.wire.objects.accounts import BankAccountObject
from connectlib.wire.objects.base import StripeObject, loaded, timestamp
from connectlib.wire.objects.capabilities import CapabilityObject
from connectlib.wire.objects.oauth import ApplicationObject
from connectlib.wire.objects.shown import show


class EventObject(StripeObject):
    """One transition. sequence: gapless per account.

    subject: the object at that version. before: the object as it was, of an update.
    """

    __slots__ = ("_before", "_platform", "_subject")
    OBJECT = "event"

    def __init__(
        self,
        row: Any,
        *,
        subject: StripeObject | None,
        platform: str,
        before: StripeObject | None = None,
        livemode: bool = False,
    ) -> None:
        super().__init__(row, livemode=livemode)
        object.__setattr__(self, "_subject", subject)
        object.__setattr__(self, "_before", before)
        object.__setattr__(self, "_platform", platform)

    def _render(self) -> dict[str, Any]:
        row = self._row
        data: dict[str, Any] = {"object": self._subject.to_dict() if self._subject else None}
        if self._before is not None:
            data["previous_attributes"] = difference(self._before.to_dict(), data["object"])
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


def difference(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """What of an object was otherwise, nested as it is shown; null for what was not there."""
    found: dict[str, Any] = {}
    for name in {**old, **new}:
        was, is_ = old.get(name), new.get(name)
        if isinstance(was, dict) and isinstance(is_, dict):
            was = difference(was, is_)
            if was:
                found[name] = was
        elif was != is_:
            found[name] = was
    return found


def subjects(
    event: Any, row: Any, *, livemode: bool
) -> tuple[StripeObject | None, StripeObject | None]:
    """The object of an event, and of an update the object before it. row: its snapshot.

    An event keeps the columns that were otherwise, so that before is made of after.
    """
    if row is None:
        return None, None
    previous = loaded(event.previous) or {}
    name = previous.get("capability", "")
    changed = {name: value for name, value in previous.items() if name in row._fields}
    after = _shown_as(event.type, row, name, livemode=livemode)
    if not changed:
        return after, None
    return after, _shown_as(event.type, amend(row, **changed), name, livemode=livemode)


def _shown_as(type_: str, row: Any, capability: str, *, livemode: bool) -> StripeObject:
    if type_ == "capability.updated":
        return CapabilityObject(row, name=capability, livemode=livemode)
    if type_.startswith("account.application."):
        return ApplicationObject(row, livemode=livemode)
    if type_.startswith("account.external_account.") and isinstance(row, Account):
        return BankAccountObject(row, livemode=livemode)
    return show(row, livemode=livemode)
