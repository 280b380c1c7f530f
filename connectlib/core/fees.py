"""Processing fees as data: what the processor takes of a charge.

A schedule is given to the engine; the default one is of public list prices, each with its
source. A rate is parts per million, rounded half up, plus a fixed amount in minor units.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.money import share_half_up

if TYPE_CHECKING:
    from collections.abc import Mapping

ANY = "*"


class Rate(NamedTuple):
    """A price: `ppm` of the amount, rounded half up, plus `fixed` minor units."""

    ppm: int
    fixed: int
    source: str = ""

    def of(self, amount: int) -> int:
        """The fee of an amount, in minor units."""
        return share_half_up(amount, self.ppm) + self.fixed


class FeeSchedule:
    """Rates by (country of the account, currency, kind of payment); `*` is any.

    The most telling entry wins: kind before currency before country.
    """

    __slots__ = ("_found", "rates")

    def __init__(self, rates: Mapping[tuple[str, str, str], Rate]) -> None:
        self.rates = MappingProxyType(dict(rates))
        self._found: dict[tuple[str, str, str], Rate] = {}

    def rate(self, country: str, currency: str, kind: str) -> Rate:
        """The rate that applies; free where no entry does."""
        name = (country, currency, kind)
        found = self._found.get(name)
        if found is None:
            order = [
                (one, two, three)
                for three in (kind, ANY)
                for two in (currency, ANY)
                for one in (country, ANY)
            ]
            rates = [self.rates[key] for key in order if key in self.rates]
            found = self._found[name] = rates[0] if rates else Rate(0, 0)
        return found

    def of(self, country: str, currency: str, kind: str, amount: int) -> int:
        """The fee of a charge, in minor units."""
        return self.rate(country, currency, kind).of(amount)

    def __repr__(self) -> str:
        return f"FeeSchedule({len(self.rates)} rates)"


_LIST = "stripe.com/pricing, list price of online card payments"
_EURO = "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"
#: Public list prices; what has no entry pays the US rate.
DEFAULT_FEES = FeeSchedule(
    {
        (ANY, ANY, ANY): Rate(29_000, 30, "the US list price, for want of another figure"),
        ("US", "usd", "card"): Rate(29_000, 30, _LIST),
        ("CA", "cad", "card"): Rate(29_000, 30, _LIST),
        ("AU", "aud", "card"): Rate(17_000, 30, _LIST),
        ("GB", "gbp", "card"): Rate(15_000, 20, _LIST),
        ("BR", "brl", "card"): Rate(39_900, 39, _LIST),
        ("BR", "brl", "boleto"): Rate(0, 345, "stripe.com/br/pricing, per boleto paid"),
        (ANY, ANY, "voucher"): Rate(0, 0, "store credit: no network is involved"),
        **{(country, "eur", "card"): Rate(15_000, 25, _LIST) for country in _EURO.split()},
    }
)
