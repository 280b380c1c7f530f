"""The balance of an account: behaves as Stripe's lists, and takes a currency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.core.currencies import currency_of
from connectlib.core.money import display
from connectlib.wire.objects.base import StripeObject

if TYPE_CHECKING:
    from connectlib.core.balance import Funds


class Amounts(list[dict[str, Any]]):
    """Amounts by currency: a list as Stripe's, and `amounts["usd"]` in minor units."""

    def __getitem__(self, key: Any) -> Any:
        """The entry at a place, or the minor units of a currency: 0 where there are none.

        Raises KeyError for what is no currency.
        """
        if isinstance(key, str):
            code = key.lower()
            if currency_of(code) is None:
                raise KeyError(f"no currency {key!r}: use a three-letter ISO code such as usd")
            return sum(entry["amount"] for entry in self if entry["currency"] == code)
        return super().__getitem__(key)


class BalanceObject(StripeObject):
    """What an account has: `pending`, `available`, and, beyond Stripe's, `in_transit`."""

    __slots__ = ()
    OBJECT = "balance"

    def __init__(
        self, funds: dict[str, Funds], *, default_currency: str, livemode: bool = False
    ) -> None:
        from connectlib.core.balance import Funds

        super().__init__(funds or {default_currency: Funds()}, livemode=livemode)

    def _amounts(self, name: str) -> Amounts:
        return Amounts(
            {
                "amount": getattr(funds, name),
                "currency": currency,
                "source_types": {"card": getattr(funds, name)},
            }
            for currency, funds in self._row.items()
        )

    @property
    def pending(self) -> Amounts:
        """What is not available yet."""
        return self._amounts("pending")

    @property
    def available(self) -> Amounts:
        """What can be transferred or paid out now."""
        return self._amounts("available")

    @property
    def in_transit(self) -> Amounts:
        """What has left for a bank and not arrived."""
        return self._amounts("in_transit")

    def __getitem__(self, name: str) -> Any:
        """pending, available or in_transit by name, and the fields of Stripe's object."""
        if name in {"pending", "available", "in_transit"}:
            return self._amounts(name)
        return super().__getitem__(name)

    def _render(self) -> dict[str, Any]:
        return {
            "object": "balance",
            "available": list(self._amounts("available")),
            "livemode": self._livemode,
            "pending": list(self._amounts("pending")),
        }

    def __hash__(self) -> int:
        return hash(tuple(self._row.items()))

    def _summary(self) -> str:
        return "; ".join(
            f"{currency}: pending {display(funds.pending, currency)}, available"
            f" {display(funds.available, currency)}, in transit"
            f" {display(funds.in_transit, currency)}"
            for currency, funds in self._row.items()
        )
