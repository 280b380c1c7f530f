"""Processing fees as data: what the processor takes of a charge, and in which lines.

A schedule is given to the engine; the default one is of public list prices, each with its
source. A rate is parts per million, rounded half up, plus a fixed amount in minor units.
Amounts and currencies here are those in which a charge settles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.fee_fields import ANY, check_type, only, places, within
from connectlib.core.fee_rates import (
    SURCHARGES,
    Key,
    Rate,
    Surcharges,
    check_table,
    find,
    read_table,
    write_table,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEFAULT_FEES", "LIST_SURCHARGES", "FeeLine", "FeeSchedule", "Rate", "Surcharges"]

STRIPE_FEE = "stripe_fee"
PROCESSING = "Stripe processing fees"
BRAND = "Stripe card brand fee"
INTERNATIONAL = "Stripe international card fee"
CONVERSION = "Stripe currency conversion fee"
#: Combinations of arguments that a schedule remembers.
CACHED_MAX = 4096


class FeeLine(NamedTuple):
    """One line of the `fee_details` of a balance transaction, in minor units.

    application: the account that an application fee goes to.
    """

    amount: int
    type: str
    description: str
    application: str | None = None

    @property
    def is_conversion(self) -> bool:
        """Whether it is the fee for a conversion, which somebody else may bear."""
        return self.description == CONVERSION


def total(lines: tuple[FeeLine, ...]) -> int:
    """The sum of fee lines, in minor units."""
    found = 0
    for line in lines:
        found += line.amount
    return found


class FeeSchedule:
    """Rates by (country of the account, currency, kind of payment); `*` is any.

    The most telling entry wins: kind before currency before country. surcharges: what brands,
    cards from abroad and conversions cost on top.
    """

    __slots__ = ("_found", "_is_plain", "_prices", "rates", "surcharges")

    def __init__(
        self, rates: Mapping[tuple[str, str, str], Rate], surcharges: Surcharges | None = None
    ) -> None:
        self.rates = check_table(rates, "rates", "currency")
        self.surcharges = check_type(surcharges or Surcharges(), "surcharges", Surcharges)
        self._is_plain = not self.surcharges
        self._found: dict[Key, Rate] = {}
        self._prices: dict[tuple[Any, ...], tuple[tuple[str, Rate], ...]] = {}

    def rate(self, country: str, currency: str, kind: str) -> Rate:
        """The rate that applies before any surcharge; free where no entry does."""
        name = (country, currency, kind)
        found = self._found.get(name)
        if found is None:
            found = find(self.rates, places(country), (currency, ANY), kind) or Rate(0, 0)
            if len(self._found) >= CACHED_MAX:
                self._found.clear()
            self._found[name] = found
        return found

    def of(
        self,
        country: str,
        currency: str,
        kind: str,
        amount: int,
        *,
        brand: str | None = None,
        method_country: str | None = None,
        converted: bool = False,
    ) -> int:
        """The fee of a charge, in minor units: the sum of its lines."""
        if self._is_plain:
            found = self._found.get((country, currency, kind))
            return (found or self.rate(country, currency, kind)).of(amount)
        prices = self._priced(country, currency, kind, brand, method_country, converted)
        return sum(rate.of(amount) for _, rate in prices)

    def lines(
        self,
        country: str,
        currency: str,
        kind: str,
        amount: int,
        *,
        brand: str | None = None,
        method_country: str | None = None,
        converted: bool = False,
    ) -> tuple[FeeLine, ...]:
        """The fee of a charge line by line, each rounded on its own; lines of 0 are left out.

        brand, method_country: of the card or bank. converted: it settles in another currency
        than the buyer paid in.
        """
        prices = self._priced(country, currency, kind, brand, method_country, converted)
        if len(prices) == 1:
            ((description, rate),) = prices
            fee = rate.of(amount)
            return (FeeLine(fee, STRIPE_FEE, description),) if fee else ()
        fees = ((rate.of(amount), description) for description, rate in prices)
        return tuple(FeeLine(fee, STRIPE_FEE, description) for fee, description in fees if fee)

    def fixed(
        self,
        country: str,
        currency: str,
        kind: str,
        *,
        brand: str | None = None,
        method_country: str | None = None,
        converted: bool = False,
    ) -> int:
        """The part of a charge's fee that does not depend on its amount, in minor units."""
        prices = self._priced(country, currency, kind, brand, method_country, converted)
        return sum(rate.fixed for _, rate in prices)

    def with_surcharges(self, surcharges: Surcharges) -> FeeSchedule:
        """This schedule with more on top; an entry of the same key replaces the old one."""
        return FeeSchedule(self.rates, self.surcharges | surcharges)

    def _priced(
        self,
        country: str,
        currency: str,
        kind: str,
        brand: str | None,
        method_country: str | None,
        converted: bool,  # noqa: FBT001
    ) -> tuple[tuple[str, Rate], ...]:
        name = (country, currency, kind, brand, method_country, converted)
        found = self._prices.get(name)
        if found is not None:
            return found
        extra, ones = self.surcharges, places(country)
        rates: list[tuple[str, Rate | None]] = [(PROCESSING, self.rate(country, currency, kind))]
        if brand is not None:
            rates.append((BRAND, find(extra.brand, ones, (brand, ANY), kind)))
        if method_country is not None and method_country != country:
            abroad = find(extra.cross_border, ones, places(method_country), kind)
            rates.append((INTERNATIONAL, abroad))
        if converted:
            rates.append((CONVERSION, find(extra.conversion, ones, (currency, ANY), kind)))
        found = tuple((description, rate) for description, rate in rates if rate is not None)
        if len(self._prices) >= CACHED_MAX:
            self._prices.clear()
        self._prices[name] = found
        return found

    def to_dict(self) -> dict[str, Any]:
        """The schedule as an object of a file."""
        tables = {
            name: write_table(getattr(self.surcharges, name), middle)
            for name, middle in SURCHARGES.items()
        }
        extra = {name: rows for name, rows in tables.items() if rows}
        found: dict[str, Any] = {"rates": write_table(self.rates, "currency")}
        return {**found, "surcharges": extra} if extra else found

    @classmethod
    def from_dict(cls, data: Any, at: str = "fees") -> FeeSchedule:
        """The schedule that `to_dict` wrote. at: where it stands, for errors."""
        told = only(data, at, ("rates", "surcharges"))
        extra = only(told.get("surcharges", {}), f"{at}.surcharges", SURCHARGES)
        rates = read_table(told.get("rates", ()), f"{at}.rates", "currency")
        tables = {
            name: read_table(extra.get(name, ()), f"{at}.surcharges.{name}", middle)
            for name, middle in SURCHARGES.items()
        }
        with within(at):
            return cls(rates, Surcharges(**tables))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FeeSchedule):
            return NotImplemented
        return self.rates == other.rates and self.surcharges == other.surcharges

    def __hash__(self) -> int:
        return hash(frozenset(self.rates.items()))

    def __repr__(self) -> str:
        extra = len(self.surcharges.brand) + len(self.surcharges.cross_border)
        extra += len(self.surcharges.conversion)
        return f"FeeSchedule({len(self.rates)} rates" + (f", {extra} surcharges)" if extra else ")")


_LIST = "stripe.com/pricing, list price of online card payments"
_EURO = "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"
#: Public list prices, without surcharges; what has no entry pays the US rate.
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

_EUROPE = "support.stripe.com, pricing updates for the UK and the EEA of April 2023"
_WORLD = "support.stripe.com, pricing updates for standard pricing of October 2023"
_DEBITS = "support.stripe.com, European bank payments to UK businesses from June 2024"
_HEARD = "third-party reports of stripe.com/pricing; unverified"
_NEAR = Rate(10_000, 0, f"{_EUROPE}: 2.5 % instead of 1.5 %")
_FAR = Rate(17_500, 0, f"{_EUROPE}: 3.25 % instead of 1.5 %")
_ABROAD_PPM = {
    "AU": 17_500, "CA": 8_000, "HK": 5_000, "MX": 5_000, "MY": 10_000, "NZ": 10_000, "SG": 5_000,
}  # fmt: skip
_EUROPEAN_DEBITS = "bancontact eps ideal multibanco p24 sepa_debit"
#: Surcharges of the public list: `DEFAULT_FEES.with_surcharges(LIST_SURCHARGES)`. No brand costs
#: more on the lists that we could read.
LIST_SURCHARGES = Surcharges(
    cross_border={
        ("US", ANY, "card"): Rate(15_000, 0, _HEARD),
        ("GB", "EEA", "card"): _NEAR,
        ("GB", ANY, "card"): _FAR,
        ("EEA", "EEA", "card"): Rate(0, 0, f"{_EUROPE}: one price within the EEA"),
        ("EEA", "GB", "card"): _NEAR,
        ("EEA", ANY, "card"): _FAR,
        **{(one, ANY, "card"): Rate(ppm, 0, _WORLD) for one, ppm in _ABROAD_PPM.items()},
        **{("GB", "EEA", kind): Rate(15_000, 0, _DEBITS) for kind in _EUROPEAN_DEBITS.split()},
    },
    conversion={
        ("US", ANY, ANY): Rate(10_000, 0, _HEARD),
        **{(one, ANY, ANY): Rate(20_000, 0, _HEARD) for one in ("AU", "CA", "EEA", "GB", "SG")},
    },
)
