"""What a buyer has paid with, as far as fees and delays depend on it."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.settlement import FOREIGN, available_on

if TYPE_CHECKING:
    from connectlib.core.rows import Charge


class Means(NamedTuple):
    """kind: card, sepa_debit ...; country: of the issuer or bank, None where it is not known.

    bypass: the money is available at once.
    """

    kind: str
    brand: str | None = None
    country: str | None = None
    bypass: bool = False

    def delay_kind(self, country: str) -> str:
        """The kind that the delay of an account in a country goes by."""
        is_foreign = self.kind == "card" and self.country not in (None, country)
        return FOREIGN if is_foreign else self.kind

    def available_on(self, at: int, country: str) -> int:
        """When money captured at a moment is available to an account there; 0: at once."""
        return 0 if self.bypass else available_on(at, country, self.delay_kind(country))


@lru_cache(maxsize=4096)
def means_in(method: str) -> Means:
    """The means that `payment_method_details` tell of (compact JSON)."""
    found = json.loads(method)
    kind = str(found["type"])
    details = found.get(kind) or {}
    return Means(kind, details.get("brand"), details.get("country"))


def means_of(row: Charge) -> Means:
    """The means of a charge, as its details tell."""
    return means_in(row.method)
