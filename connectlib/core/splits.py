"""Split charges: how much of an amount each account gets, and who gets what is left.

Fixed parts come first. A part in millionths is of the whole amount, not of what the fixed parts
leave, and is rounded down. What is left after that, be it a unit lost in rounding or half of the
amount, goes where the remainder rule says: to the platform, which is where it already is, or to
one of the accounts. No part is negative, and together they never exceed the whole.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.money import PPM, divide, split
from connectlib.core.refusals import Refused, Why

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.core.rows import Charge

#: How many accounts one charge may be split among.
SHARES_MAX = 100
#: Who gets what is left. `largest`: the account whose part is largest, the first of equals.
PLATFORM, FIRST, LAST, LARGEST = REMAINDERS = ("platform", "first", "last", "largest")


class Share(NamedTuple):
    """What one account gets: `amount` minor units, or `ppm` millionths of the whole."""

    destination: str
    amount: int | None = None
    ppm: int | None = None


def shares(
    whole: int, splits: Sequence[Share], remainder: str = PLATFORM, *, platform: str = ""
) -> list[int] | Refused:
    """The minor units of each share of a whole, in the order of the shares.

    shares(1_000, [Share("acct_a", amount=500), Share("acct_b", ppm=333_333)]) -> [500, 333]
    shares(1_000, [Share("acct_a", ppm=500_000), Share("acct_b", ppm=500_000)]) -> [500, 500]

    A part may be 0: a small share of a small amount. platform: its own account's id.
    """
    if whole < 0 or remainder not in REMAINDERS:
        raise ValueError(f"{whole} cannot be split with the remainder to {remainder!r}")
    refused = refuse(splits, platform=platform)
    if refused is not None:
        return refused
    parts = [part_down(whole, one.ppm) if one.amount is None else one.amount for one in splits]
    left = whole - sum(parts)
    if left < 0:
        return _too_much(whole, splits, parts)
    if remainder != PLATFORM:
        parts[_taker(parts, remainder)] += left
    return parts


def part_down(whole: int, ppm: int | None) -> int:
    """So many millionths of an amount, rounded down."""
    return whole * (ppm or 0) // PPM


def _taker(parts: list[int], remainder: str) -> int:
    """The place of the account that gets what is left."""
    if remainder == LARGEST:
        return parts.index(max(parts))
    return 0 if remainder == FIRST else len(parts) - 1


def refuse(splits: Sequence[Share], *, platform: str = "") -> Refused | None:
    """Why an amount cannot be shared like this, whatever the amount is; None where it can."""
    if not splits:
        return Refused(
            Why.INVALID_EMPTY,
            "You passed an empty list for this parameter.",
            "splits",
            "leave it out, or name the accounts that get a part",
        )
    if len(splits) > SHARES_MAX:
        return Refused(
            Why.PARAMETER_INVALID,
            f"A charge can be split among at most {SHARES_MAX} accounts; {len(splits)} were given.",
            "splits",
            "make further transfers by transfers.create with source_transaction",
        )
    seen: set[str] = set()
    total = 0
    for place, share in enumerate(splits):
        refused = _refuse_one(place, share, platform)
        if refused is not None:
            return refused
        if share.destination in seen:
            return Refused(
                Why.PARAMETER_INVALID,
                f"The account {share.destination} is named twice.",
                f"splits[{place}][destination]",
                "give each account one part",
            )
        seen.add(share.destination)
        total += share.ppm or 0
        if total > PPM:
            return Refused(
                Why.PARAMETER_INVALID,
                "The percents of all splits together are more than 100.",
                f"splits[{place}][percent]",
                "percents are of the whole amount: they can add up to 100 at most",
            )
    return None


def _refuse_one(place: int, share: Share, platform: str) -> Refused | None:
    amount, ppm = share.amount, share.ppm
    if amount is not None and ppm is not None:
        return Refused(
            Why.PARAMETERS_EXCLUSIVE,
            "You may only specify one of these parameters: amount, percent.",
            f"splits[{place}][percent]",
            "say either how much the account gets or which part",
        )
    if amount is None and ppm is None:
        return Refused(
            Why.PARAMETER_MISSING,
            f"Missing required param: splits[{place}][amount] or splits[{place}][percent].",
            f"splits[{place}][amount]",
            "say how much the account gets, or which part",
        )
    if amount is not None and amount < 1:
        return Refused(
            Why.INVALID_INTEGER,
            "Invalid integer: this value must be greater than or equal to 1.",
            f"splits[{place}][amount]",
            "amounts are positive ints of minor units",
        )
    if ppm is not None and not 1 <= ppm <= PPM:
        return Refused(
            Why.PARAMETER_INVALID,
            "Invalid percent: it must be more than 0 and at most 100.",
            f"splits[{place}][percent]",
            "percents are of the whole amount",
        )
    if share.destination == platform:
        return Refused(
            Why.PARAMETER_INVALID,
            "The platform cannot be an account of its own split.",
            f"splits[{place}][destination]",
            "leave it out: what nobody gets stays on the platform",
        )
    return None


def _too_much(whole: int, splits: Sequence[Share], parts: list[int]) -> Refused:
    """The refusal of parts that exceed the whole: it names the first that does not fit."""
    taken, place = 0, 0
    for place in sorted(range(len(splits)), key=lambda at: splits[at].amount is None):
        taken += parts[place]
        if taken > whole:
            break
    name = "percent" if splits[place].amount is None else "amount"
    return Refused(
        Why.AMOUNT_TOO_LARGE,
        f"The splits add up to {sum(parts)}, more than the amount of the charge ({whole}).",
        f"splits[{place}][{name}]",
        f"together they can be at most {whole} minor units",
    )


def taken_shares(row: Charge, taken: int) -> list[tuple[str, int]]:
    """(account, minor units) of the transfers to make with a charge, none for most charges.

    Where less is taken than was asked for, each gets less in proportion, by largest remainder;
    the sum of all is rounded down, so that the rest is the platform's.
    """
    found = json.loads(row.options).get("splits", ()) if row.options is not None else ()
    accounts = [str(to) for to, _ in found]
    parts = [int(amount) for _, amount in found]
    whole = sum(parts)
    if taken != row.amount and whole:
        parts = split(divide(whole * taken, row.amount, "down"), parts)
    return list(zip(accounts, parts, strict=True))
