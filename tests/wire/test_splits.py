"""The parameter `splits`: percents are exact, and what is wrong is named."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from connectlib.core.splits import SHARES_MAX, Share
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import Params, parse
from connectlib.wire.params.splits import Remainder, Split, splits_of


class Create(Params):
    """How a verb takes splits."""

    splits: Annotated[list[Split], Field(max_length=SHARES_MAX + 1)]
    split_remainder: Remainder = "platform"


def read(splits: object, **words: object) -> tuple[Share, ...]:
    return splits_of(parse(Create, {"splits": splits, **words}).splits, platform="acct_P")


@pytest.mark.parametrize(
    ("percent", "ppm"),
    [
        ("60", 600_000),
        ("12.5", 125_000),
        ("0.0001", 1),
        ("100", 1_000_000),
        ("100.0000", 1_000_000),
        ("007", 70_000),
        (Decimal("12.5"), 125_000),
        (Decimal("12.50000000"), 125_000),
        (Decimal("1E+2"), 1_000_000),
        (Decimal("0.0001"), 1),
    ],
)
def test_a_percent_is_read_exactly(percent, ppm) -> None:
    assert read([{"destination": "acct_a", "percent": percent}]) == (Share("acct_a", ppm=ppm),)


def test_shares_are_read_in_order() -> None:
    found = read(
        [
            {"destination": "acct_a", "percent": "60"},
            {"destination": "acct_b", "amount": 500},
            {"destination": "acct_c", "ppm": 1},
        ],
        split_remainder="largest",
    )
    assert found == (Share("acct_a", ppm=600_000), Share("acct_b", 500), Share("acct_c", ppm=1))


WRONG = [
    ({"percent": 12.5}, "percent", "PARAMETER_INVALID"),
    ({"percent": 60}, "percent", "PARAMETER_INVALID"),
    ({"percent": True}, "percent", "PARAMETER_INVALID"),
    ({"percent": ""}, "percent", "PARAMETER_INVALID"),
    ({"percent": "12,5"}, "percent", "PARAMETER_INVALID"),
    ({"percent": "-1"}, "percent", "PARAMETER_INVALID"),
    ({"percent": "1e1"}, "percent", "PARAMETER_INVALID"),
    ({"percent": "1.00001"}, "percent", "PARAMETER_INVALID"),
    ({"percent": "١٢"}, "percent", "PARAMETER_INVALID"),
    ({"percent": "0"}, "percent", "PARAMETER_INVALID"),
    ({"percent": "100.0001"}, "percent", "PARAMETER_INVALID"),
    ({"percent": Decimal("NaN")}, "percent", "PARAMETER_INVALID"),
    ({"percent": Decimal("Infinity")}, "percent", "PARAMETER_INVALID"),
    ({"percent": Decimal("1E+999999")}, "percent", "PARAMETER_INVALID"),
    ({"percent": Decimal("1E-999999")}, "percent", "PARAMETER_INVALID"),
    ({"percent": Decimal("12.50001")}, "percent", "PARAMETER_INVALID"),
    ({"ppm": 0}, "percent", "PARAMETER_INVALID"),
    ({"ppm": 1.5}, "ppm", "INVALID_INTEGER"),
    ({"ppm": "1"}, "ppm", "INVALID_INTEGER"),
    ({"amount": 0}, "amount", "INVALID_INTEGER"),
    ({"amount": 5.0}, "amount", "INVALID_INTEGER"),
    ({}, "amount", "PARAMETER_MISSING"),
    ({"amount": 5, "percent": "1"}, "percent", "PARAMETERS_EXCLUSIVE"),
    ({"amount": 5, "ppm": 1}, "percent", "PARAMETERS_EXCLUSIVE"),
    ({"percent": "1", "ppm": 10_000}, "ppm", "PARAMETERS_EXCLUSIVE"),
    ({"destination": "acct_P", "amount": 5}, "destination", "PARAMETER_INVALID"),
    ({"destination": None, "amount": 5}, "destination", "PARAMETER_INVALID"),
    ({"amount": 5, "to": "x"}, "to", "PARAMETER_UNKNOWN"),
]


@pytest.mark.parametrize(("words", "param", "why"), WRONG, ids=repr)
def test_a_wrong_split_is_named(words, param, why) -> None:
    good = {"destination": "acct_a", "amount": 1}
    with pytest.raises(Invalid) as caught:
        read([good, {"destination": "acct_b", **words}])
    refused = caught.value.refused
    assert (refused.param, refused.why.name) == (f"splits[1][{param}]", why)


def test_no_split_at_all_is_named_too() -> None:
    with pytest.raises(Invalid) as caught:
        read([])
    assert caught.value.refused.param == "splits"
    with pytest.raises(Invalid) as caught:
        read([{"destination": "acct_a", "amount": 1}], split_remainder="me")
    assert caught.value.refused.param == "split_remainder"


@given(st.integers(1, 1_000_000))
def test_every_millionth_can_be_said_as_a_percent(ppm) -> None:
    text = f"{ppm // 10_000}.{ppm % 10_000:04d}"
    for percent in (text, Decimal(text)):
        assert read([{"destination": "acct_a", "percent": percent}]) == (Share("acct_a", ppm=ppm),)
