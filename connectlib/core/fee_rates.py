"""Prices, and tables of them by country, by what else they look at, and by kind of payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connectlib.core.fee_fields import (
    ANY,
    check_country,
    check_currency,
    check_mapping,
    check_ppm,
    check_text,
    check_type,
    check_whole,
    frozen,
    only,
    rows_of,
    within,
    without_defaults,
)
from connectlib.core.money import share_half_up

#: (country of the account, what the table looks at, kind of payment); `*` is any.
Key = tuple[str, str, str]


class Rate(NamedTuple):
    """A price: `ppm` of the amount, rounded half up, plus `fixed` minor units.

    min, max: the least and the most it comes to, in minor units; None = no bound.
    """

    ppm: int
    fixed: int
    source: str = ""
    min: int | None = None
    max: int | None = None

    def of(self, amount: int) -> int:
        """The fee of an amount, in minor units."""
        ppm, fixed, _, low, high = self
        fee = share_half_up(amount, ppm) + fixed
        if low is not None and fee < low:
            return low
        if high is not None and fee > high:
            return high
        return fee

    def to_dict(self) -> dict[str, Any]:
        """The rate as an object of a file."""
        return without_defaults(self._asdict(), Rate._field_defaults)


def check_rate(rate: Any) -> Rate:
    """A rate that makes sense; ValueError names the field that does not."""
    found = check_type(rate, "rate", Rate)
    check_ppm(found.ppm, "ppm")
    check_whole(found.fixed, "fixed")
    if found.source:
        check_text(found.source, "source")
    least = 0 if found.min is None else check_whole(found.min, "min")
    if found.max is not None:
        check_whole(found.max, "max", least=least)
    return found


def read_rate(row: Mapping[str, Any]) -> Rate:
    """The rate in a row of a file; a part left out is 0."""
    words = {name: row[name] for name in Rate._fields if name in row}
    return check_rate(Rate(**{"ppm": 0, "fixed": 0, **words}))


def check_table(rates: Any, name: str, middle: str) -> Mapping[Key, Rate]:
    """A table of rates, frozen; ValueError names the row and field that make no sense.

    middle: what the second part of a key is: currency, brand or method_country.
    """
    for key, rate in check_mapping(rates, name).items():
        if not isinstance(key, tuple) or len(key) != 3:
            raise ValueError(f"{name}: a key is (country, {middle}, kind), not {key!r}")
        with within(f"{name}[{', '.join(map(str, key))}]"):
            check_country(key[0], "country")
            _MIDDLES[middle](key[1], middle)
            check_text(key[2], "kind")
            check_rate(rate)
    return frozen(rates)


_MIDDLES = {
    "currency": check_currency,
    "brand": check_text,
    "method_country": check_country,
}


def write_table(table: Mapping[Key, Rate], middle: str) -> list[dict[str, Any]]:
    """A table as the rows of a file."""
    return [
        {"country": one, middle: two, "kind": three, **rate.to_dict()}
        for (one, two, three), rate in table.items()
    ]


def read_table(data: Any, at: str, middle: str) -> dict[Key, Rate]:
    """The table in the rows of a file; a part of a key that is left out is `*`."""

    def row(found: Any, where: str) -> tuple[Key, Rate]:
        keys = ("country", middle, "kind")
        told = only(found, where, (*keys, *Rate._fields))
        one, two, three = (told.get(key, ANY) for key in keys)
        with within(where):
            key = (check_country(one, "country"), check_text(two, middle))
            return (*key, check_text(three, "kind")), read_rate(told)

    return rows_of(data, at, row)


def find(
    table: Mapping[Key, Rate], ones: tuple[str, ...], twos: tuple[str, ...], kind: str
) -> Rate | None:
    """The most telling entry: kind before the middle before country."""
    for three in (kind, ANY):
        for two in twos:
            for one in ones:
                if (one, two, three) in table:
                    return table[one, two, three]
    return None


@dataclass(frozen=True, slots=True)
class Surcharges:
    """What is added to the rate of a charge, each with a fee line of its own.

    brand: by (country of the account, brand of the card, kind). cross_border: by (country,
    country of the card or bank, kind), where the two differ; an entry of `Rate(0, 0)` makes an
    exception. conversion: by (country, currency, kind), where the charge settles in another
    currency than the buyer paid in. A country may be a region (EEA); `*` is any.
    """

    brand: Mapping[Key, Rate] = field(default_factory=dict, hash=False)
    cross_border: Mapping[Key, Rate] = field(default_factory=dict, hash=False)
    conversion: Mapping[Key, Rate] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name, middle in SURCHARGES.items():
            table = check_table(getattr(self, name), name, middle)
            object.__setattr__(self, name, table)

    def __or__(self, other: Surcharges) -> Surcharges:
        """Both; an entry of the other replaces that of the same key."""
        return Surcharges(
            {**self.brand, **other.brand},
            {**self.cross_border, **other.cross_border},
            {**self.conversion, **other.conversion},
        )

    def __bool__(self) -> bool:
        return bool(self.brand or self.cross_border or self.conversion)


#: table of Surcharges -> what the second part of its keys is.
SURCHARGES = {"brand": "brand", "cross_border": "method_country", "conversion": "currency"}
