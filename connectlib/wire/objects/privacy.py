"""How it stands with the personal data of a subject, and with the keys it is under."""

from __future__ import annotations

from typing import Any, NamedTuple

from connectlib.wire.objects.base import StripeObject, timestamp


class KeysStatus(NamedTuple):
    """Under which key-encryption keys the data keys of a platform lie.

    sealed: whether personal data is sealed at all; notice: what to do where it is not, or not
    wholly. current: the key for what is written from now on. under: {key id: how many data keys};
    a key that it does not name is not used. erased: how many subjects have been erased.
    """

    sealed: bool
    current: str | None
    under: dict[str, int]
    erased: int
    notice: str

    @property
    def rotated(self) -> bool:
        """Whether every data key is under the current key: others can be destroyed."""
        return self.sealed and not self.under.keys() - {self.current}


class PrivacyObject(StripeObject):
    """A subject of personal data. Ours: Stripe has redaction jobs instead."""

    __slots__ = ()
    OBJECT = "privacy.subject"

    def _render(self) -> dict[str, Any]:
        row = self._row
        return {
            "id": row.subject,
            "object": "privacy.subject",
            "created": timestamp(row.created),
            "hold_reason": row.hold_reason,
            "hold_until": timestamp(row.hold_until) or None,
            "livemode": self._livemode,
            "status": row.status,
        }

    def _summary(self) -> str:
        return f"{self._row.subject} {self._row.status}"
