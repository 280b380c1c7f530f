"""What the platform keeps of a charge, as data: fixed, percent, tiers, bounds, rounding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.fee_fields import (
    ANY,
    check_currency,
    check_ppm,
    check_type,
    check_whole,
    check_word,
    frozen,
    only,
    rows_of,
    within,
    without_defaults,
)
from connectlib.core.money import PPM, ROUNDING, divide

if TYPE_CHECKING:
    from collections.abc import Sequence

MARGINAL, WHOLE = "marginal", "whole"


class Tier(NamedTuple):
    """A step of a price by amount: `ppm`, up to and with `up_to` minor units (None = no end).

    fixed: minor units that a charge in this tier pays once; for tiers of the whole amount only.
    """

    up_to: int | None
    ppm: int
    fixed: int = 0


@dataclass(frozen=True, slots=True)
class ApplicationFeePolicy:
    """An application fee by amount and currency; never more than the amount.

    It is `ppm` of the amount, or what the tiers make of it, rounded once; then `fixed` is added,
    and it is held between min and max. fixed, min, max: minor units for any currency, or
    {currency: minor units}, `*` being any other; a currency that is not named has none. tiers:
    in rising order, the last without end; one sequence, or {currency: sequence}. tiering:
    "marginal" (each tier prices the part of the amount within it) or "whole" (the tier that the
    amount is in prices all of it). rounding: half_up, half_even, down or up.
    """

    ppm: int = 0
    fixed: int | Mapping[str, int] = field(default=0, hash=False)
    tiers: Sequence[Tier] | Mapping[str, Sequence[Tier]] = field(default=(), hash=False)
    tiering: str = MARGINAL
    min: int | Mapping[str, int] = field(default=0, hash=False)
    max: int | Mapping[str, int] | None = field(default=None, hash=False)
    rounding: str = "half_up"

    def __post_init__(self) -> None:
        check_ppm(self.ppm, "ppm")
        check_word(self.tiering, "tiering", (MARGINAL, WHOLE))
        check_word(self.rounding, "rounding", ROUNDING)
        for name in ("fixed", "min"):
            object.__setattr__(self, name, _amounts(getattr(self, name), name))
        if self.max is not None:
            object.__setattr__(self, "max", _amounts(self.max, "max"))
        object.__setattr__(self, "tiers", _tiers(self.tiers, self.tiering))
        if self.ppm and self.tiers:
            raise ValueError("ppm and tiers exclude each other: say the percentage in the tiers")
        for currency in {ANY, *_named(self.min), *_named(self.max)}:
            low, high = _for(self.min, currency, 0), _for(self.max, currency, None)
            if high is not None and high < low:
                raise ValueError(f"max must be min ({low}) or more for {currency}, not {high}")

    def of(self, amount: int, currency: str) -> int:
        """The application fee of a charge, in minor units of its currency."""
        if amount < 0:
            raise ValueError(f"amount must be 0 or more, not {amount}")
        tiers = _for(self.tiers, currency, ())
        if not tiers:
            share, fixed = amount * self.ppm, 0
        elif self.tiering == WHOLE:
            tier = _tier_of(tiers, amount)
            share, fixed = amount * tier.ppm, tier.fixed
        else:
            share, fixed = _marginal(tiers, amount), 0
        fixed += _for(self.fixed, currency, 0)
        fee: int = max(divide(share, PPM, self.rounding) + fixed, _for(self.min, currency, 0))
        most: int | None = _for(self.max, currency, None)
        return min(fee, amount) if most is None else min(fee, most, amount)

    def to_dict(self) -> dict[str, Any]:
        """The policy as an object of a file."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        defaults = {each.name: each.default for each in fields(self)}
        found = without_defaults(values, defaults)
        for name in ("fixed", "min", "max"):
            if name in found and not isinstance(found[name], int):
                found[name] = dict(found[name])
        if isinstance(self.tiers, tuple):
            return {**found, "tiers": _told(self.tiers)} if self.tiers else found
        return {
            **found,
            "tiers": {name: _told(tiers) for name, tiers in _named(self.tiers).items()},
        }

    @classmethod
    def from_dict(cls, data: Any, at: str = "application") -> ApplicationFeePolicy:
        """The policy that `to_dict` wrote. at: where it stands, for errors."""
        told = dict(only(data, at, [each.name for each in fields(cls)]))
        if "tiers" in told:
            tiers = told["tiers"]
            told["tiers"] = (
                {name: _read(rows, f"{at}.tiers[{name}]") for name, rows in tiers.items()}
                if isinstance(tiers, Mapping)
                else _read(tiers, f"{at}.tiers")
            )
        with within(at):
            return cls(**told)


def _named(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, MappingProxyType) else {}


def _for(value: Any, currency: str, otherwise: Any) -> Any:
    """What a field says for a currency."""
    if isinstance(value, MappingProxyType):
        return value.get(currency, value.get(ANY, otherwise))
    return value


def _amounts(value: Any, name: str) -> Any:
    if not isinstance(value, Mapping):
        return check_whole(value, name)
    for currency, amount in value.items():
        check_currency(currency, name)
        check_whole(amount, f"{name}[{currency}]")
    return frozen(value)


def _tiers(value: Any, tiering: str) -> Any:
    if not isinstance(value, Mapping):
        return _checked(value, "tiers", tiering)
    found = {}
    for currency, tiers in value.items():
        check_currency(currency, "tiers")
        found[currency] = _checked(tiers, f"tiers[{currency}]", tiering)
    return frozen(found)


def _checked(value: Any, name: str, tiering: str) -> tuple[Tier, ...]:
    """Tiers in rising order, the last without end."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"{name} must be a sequence of Tier, not {value!r}")  # noqa: TRY004
    below = 0
    for number, tier in enumerate(value):
        at = f"{name}[{number}]"
        check_type(tier, at, Tier)
        check_ppm(tier.ppm, f"{at}.ppm")
        check_whole(tier.fixed, f"{at}.fixed")
        if tier.fixed and tiering == MARGINAL:
            raise ValueError(f"{at}.fixed is for tiers of the whole amount: tiering={WHOLE!r}")
        if (tier.up_to is None) != (number == len(value) - 1):
            raise ValueError(f"{at}.up_to must be None in the last tier, and only there")
        if tier.up_to is not None:
            below = check_whole(tier.up_to, f"{at}.up_to", least=below + 1)
    return tuple(value)


def _tier_of(tiers: Sequence[Tier], amount: int) -> Tier:
    """The tier that an amount is in; the last has no end."""
    return next(tier for tier in tiers if tier.up_to is None or amount <= tier.up_to)


def _marginal(tiers: Sequence[Tier], amount: int) -> int:
    """Each part of an amount at the price of its tier, in millionths of a minor unit."""
    share = below = 0
    for tier in tiers:
        above = amount if tier.up_to is None else min(amount, tier.up_to)
        share += (above - below) * tier.ppm
        if above == amount:
            break
        below = above
    return share


def _told(tiers: Sequence[Tier]) -> list[dict[str, Any]]:
    return [without_defaults(tier._asdict(), Tier._field_defaults) for tier in tiers]


def _read(rows: Any, at: str) -> tuple[Tier, ...]:
    def tier(row: Any, where: str) -> tuple[tuple[str], Tier]:
        told = only(row, where, Tier._fields)
        return (where,), Tier(told.get("up_to"), told.get("ppm", 0), told.get("fixed", 0))

    return tuple(rows_of(rows, at, tier).values())
