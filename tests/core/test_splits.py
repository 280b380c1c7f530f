"""Splits add up: never negative, never more than the whole, and all of it where that is said."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectlib.core.refusals import Refused, Why
from connectlib.core.splits import (
    REMAINDERS,
    SHARES_MAX,
    Share,
    refuse,
    shares,
)

#: A share is written 60% or 500.
TABLE = """
whole  shares                     remainder -> parts
 1000  60% 40%                    platform  -> 600 400
 1000  60% 20%                    platform  -> 600 200
 1000  60% 20%                    first     -> 800 200
 1000  60% 20%                    last      -> 600 400
 1000  20% 60%                    largest   -> 200 800
 1000  40% 40%                    largest   -> 600 400
  100  33.3333% 33.3333% 33.3333% platform  -> 33 33 33
  100  33.3333% 33.3333% 33.3333% first     -> 34 33 33
  100  33.3333% 33.3333% 33.3333% last      -> 33 33 34
   99  50% 50%                    platform  -> 49 49
   99  50% 50%                    last      -> 49 50
 1000  500 50%                    platform  -> 500 500
 1000  10% 500                    last      -> 100 900
 1000  1000                       platform  -> 1000
    1  50% 50%                    platform  -> 0 0
    1  50% 50%                    largest   -> 1 0
    0  100%                       platform  -> 0
"""


def share(place: int, text: str) -> Share:
    if text.endswith("%"):
        return Share(f"acct_{place}", ppm=int(Fraction(text[:-1]) * 10_000))
    return Share(f"acct_{place}", amount=int(text))


@pytest.mark.parametrize("line", TABLE.strip().splitlines()[1:])
def test_who_gets_what(line) -> None:
    asked, _, parts = line.partition("->")
    whole, *middle, remainder = asked.split()
    splits = [share(*each) for each in enumerate(middle)]
    assert shares(int(whole), splits, remainder) == [int(part) for part in parts.split()]


REFUSED = [
    ([], Why.INVALID_EMPTY, "splits"),
    ([Share("a")], Why.PARAMETER_MISSING, "splits[0][amount]"),
    ([Share("a", 1), Share("b", 1, 1)], Why.PARAMETERS_EXCLUSIVE, "splits[1][percent]"),
    ([Share("a", 0)], Why.INVALID_INTEGER, "splits[0][amount]"),
    ([Share("a", -1)], Why.INVALID_INTEGER, "splits[0][amount]"),
    ([Share("a", ppm=0)], Why.PARAMETER_INVALID, "splits[0][percent]"),
    ([Share("a", ppm=1_000_001)], Why.PARAMETER_INVALID, "splits[0][percent]"),
    (
        [Share("a", ppm=600_000), Share("b", 1), Share("c", ppm=400_001)],
        Why.PARAMETER_INVALID,
        "splits[2][percent]",
    ),
    ([Share("a", 1), Share("a", ppm=1)], Why.PARAMETER_INVALID, "splits[1][destination]"),
    ([Share("a", 1), Share("acct_P", 1)], Why.PARAMETER_INVALID, "splits[1][destination]"),
    ([Share(f"a{n}", 1) for n in range(101)], Why.PARAMETER_INVALID, "splits"),
    ([Share("a", 999), Share("b", 2)], Why.AMOUNT_TOO_LARGE, "splits[1][amount]"),
    ([Share("a", ppm=1_000_000), Share("b", 1)], Why.AMOUNT_TOO_LARGE, "splits[0][percent]"),
    (
        [Share("a", ppm=500_000), Share("b", 501), Share("c", ppm=1)],
        Why.AMOUNT_TOO_LARGE,
        "splits[0][percent]",
    ),
]


@pytest.mark.parametrize(("splits", "why", "param"), REFUSED)
def test_what_cannot_be_shared_is_named(splits, why, param) -> None:
    found = shares(1_000, splits, platform="acct_P")
    assert isinstance(found, Refused)
    assert (found.why, found.param) == (why, param)
    assert found.hint


def test_a_hundred_shares_are_the_most() -> None:
    assert refuse([Share(f"a{n}", ppm=10_000) for n in range(SHARES_MAX)]) is None


@pytest.mark.parametrize(("whole", "remainder"), [(-1, "platform"), (1, "nobody")])
def test_a_bug_of_the_caller_is_no_refusal(whole, remainder) -> None:
    with pytest.raises(ValueError, match="cannot be split"):
        shares(whole, [Share("a", 1)], remainder)


def check(whole: int, splits: list[Share], remainder: str) -> None:
    """Every law at once; a refusal only where the parts are truly too much."""
    parts = shares(whole, splits, remainder)
    fixed = sum(one.amount or 0 for one in splits)
    ppm = sum(one.ppm or 0 for one in splits)
    exact = fixed + Fraction(whole * ppm, 1_000_000)
    if isinstance(parts, Refused):
        assert parts.why is Why.AMOUNT_TOO_LARGE
        assert exact > whole
        return
    assert min(parts) >= 0
    assert sum(parts) <= whole
    if remainder != "platform":
        assert sum(parts) == whole
    grown = 0
    for one, part in zip(splits, parts, strict=True):
        told = one.amount if one.amount is not None else whole * (one.ppm or 0) // 1_000_000
        grown += part != told
        assert part >= told
    assert grown <= (remainder != "platform")
    if remainder == "platform":
        assert exact - len(splits) < sum(parts) <= exact


AMOUNTS = st.integers(0, 10**12)
SHARES = st.lists(
    st.one_of(
        st.tuples(st.integers(1, 10**12), st.none()),
        st.tuples(st.none(), st.integers(1, 1_000_000)),
        st.tuples(st.none(), st.sampled_from([100_000, 250_000, 333_333, 333_334, 500_000])),
    ),
    min_size=1,
    max_size=12,
)


@given(AMOUNTS, SHARES, st.sampled_from(REMAINDERS))
def test_parts_are_parts(whole, pairs, remainder) -> None:
    splits = [Share(f"acct_{place}", *pair) for place, pair in enumerate(pairs)]
    if refuse(splits) is None:
        check(whole, splits, remainder)


@given(AMOUNTS, st.lists(st.integers(0, 1_000_000), max_size=8), st.sampled_from(REMAINDERS[1:]))
def test_a_hundred_percent_is_the_whole_where_an_account_takes_the_rest(whole, cuts, taker) -> None:
    edges = [0, *sorted(set(cuts) - {0, 1_000_000}), 1_000_000]
    pieces = [high - low for low, high in itertools.pairwise(edges)]
    splits = [Share(f"acct_{place}", ppm=ppm) for place, ppm in enumerate(pieces)]
    parts = shares(whole, splits, taker)
    assert isinstance(parts, list)
    assert sum(parts) == whole


def layout(chance: random.Random) -> list[Share]:
    """Some accounts that share at most 100 %, some of them with fixed parts."""
    left, splits = 1_000_000, []
    for place in range(chance.randrange(1, 6)):
        if chance.random() < 0.25:
            splits.append(Share(f"acct_{place}", amount=chance.randrange(1, 2_000)))
        elif left:
            ppm = chance.choice([left, chance.randrange(1, left + 1)])
            left -= ppm
            splits.append(Share(f"acct_{place}", ppm=ppm))
    return splits


@pytest.mark.slow
def test_a_million_splits_add_up() -> None:
    chance = random.Random(20_261_102)
    cases = 0
    while cases < 1_000_000:
        splits = layout(chance)
        fixed = any(one.amount is not None for one in splits)
        full = not fixed and sum(one.ppm or 0 for one in splits) == 1_000_000
        for whole in chance.choices(range(50, 5_000_000), k=100):
            for remainder in ("platform", chance.choice(REMAINDERS[1:])):
                parts = shares(whole, splits, remainder)
                if isinstance(parts, Refused):
                    assert fixed
                    continue
                cases += 1
                total = sum(parts)
                assert total == whole if remainder != "platform" else total <= whole
                assert min(parts) >= 0
                assert not full or whole - total < len(parts)
