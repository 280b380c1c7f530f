"""Tokens, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.wire.objects.base import StripeObject, loaded, timestamp


class TokenObject(StripeObject):
    """A token; of what it stands for only what is not personal."""

    __slots__ = ()
    OBJECT = "token"

    def _render(self) -> dict[str, Any]:
        row = self._row
        found = {
            "id": row.id,
            "object": "token",
            "client_ip": None,
            "created": timestamp(row.created),
            "livemode": self._livemode,
            "type": row.type,
            "used": row.status == "used",
        }
        if row.type in ("bank_account", "card"):
            found[row.type] = loaded(row.shown)
        return found

    def _summary(self) -> str:
        return f"{self._row.id} {self._row.type} {self._row.status}"
