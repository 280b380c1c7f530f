"""The parameter `splits` of charges: accounts, and the part of each.

    splits=[{"destination": "acct_..", "percent": "60"}, {"destination": "acct_..", "amount": 500}]
    split_remainder="platform"

A percent is a text or a Decimal with at most four decimals, never a float; `ppm` says the same in
millionths: percent="12.5" is ppm=125_000.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator

from connectlib.core.refusals import Refused, Why
from connectlib.core.splits import Share, refuse, shares
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import Amount, Id, Params
from connectlib.wire.params.base import refuse as refusing

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Decimals of a percent: four of them are millionths of the whole.
_DECIMALS = 4
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,4}))?")


def _ppm(value: object) -> object:
    """Millionths of a percent given as a text or a Decimal."""
    text = _plain(value) if isinstance(value, Decimal) else value
    found = _PERCENT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        shown = repr(value)[:40]
        raise refusing(
            Why.PARAMETER_INVALID,
            f"Invalid percent: {shown}",
            'pass a text such as "12.5", with at most four decimals; floats cannot hold money',
        )
    return int(found[1]) * 10**_DECIMALS + int((found[2] or "").ljust(_DECIMALS, "0"))


def _plain(value: Decimal) -> str | None:
    """A Decimal as a text without exponent or zeros at its end; None where it is no percent."""
    if not value.is_finite() or not -_DECIMALS <= value.adjusted() <= 2:
        return None
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


Percent = Annotated[int, BeforeValidator(_ppm)]


class Split(Params):
    """One account and its part: an amount, a percent, or millionths."""

    destination: Id
    amount: Amount | None = None
    percent: Percent | None = None
    ppm: int | None = None


#: The values of `split_remainder`: see `core.splits`.
Remainder = Literal["platform", "first", "last", "largest"]


def splits_of(given: Sequence[Split], *, platform: str = "") -> tuple[Share, ...]:
    """The shares that were asked for, in order. platform: its own account's id. Raises Invalid."""
    for place, one in enumerate(given):
        if one.percent is not None and one.ppm is not None:
            raise Invalid(
                Refused(
                    Why.PARAMETERS_EXCLUSIVE,
                    "You may only specify one of these parameters: percent, ppm.",
                    f"splits[{place}][ppm]",
                    "they say the same: 1 percent is 10,000 ppm",
                )
            )
    found = tuple(
        Share(one.destination, one.amount, one.ppm if one.percent is None else one.percent)
        for one in given
    )
    refused = refuse(found, platform=platform)
    if refused is not None:
        raise Invalid(refused)
    return found


def split_amounts(
    splits: Sequence[Split],
    remainder: str,
    amount: int,
    *,
    account: str,
    platform: str,
    has_destination: bool,
) -> tuple[tuple[str, int], ...]:
    """(account, amount) of what each account of a split charge gets. Raises Invalid."""
    if has_destination or account != platform:
        other = "transfer_data[destination]" if has_destination else "account"
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE,
                f"You may only specify one of these parameters: splits, {other}.",
                "splits",
                "a split charge is the platform's own, and says all that is passed on",
            )
        )
    parts = splits_of(splits, platform=platform)
    found = shares(amount, parts, remainder)
    if isinstance(found, Refused):
        raise Invalid(found)
    pairs = zip(parts, found, strict=True)
    return tuple((part.destination, share) for part, share in pairs if share)
