"""Foreign exchange: known conversions, and the law that no minor unit is lost."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectlib.adapters.fx.static import TEST_RATES
from connectlib.core import fx
from connectlib.core.currencies import CURRENCIES
from connectlib.core.fx import Rate, RateTable, convert, convert_part
from connectlib.core.money import cumulative_share
from connectlib.core.refusals import Why

AMOUNTS = st.integers(-(10**15), 10**15)
SPREADS = st.sampled_from([0, 1, 4, 5, 10_000, 20_000, 999_999]) | st.integers(0, 300_000)
CODES = st.sampled_from(sorted(CURRENCIES))
DECIMALS = st.decimals("0.000001", "1000000", places=6).filter(lambda each: each > 0)


def rate(text: str, src: str = "usd", dst: str = "cad") -> Rate:
    return Rate.fixed(src, dst, text)


def mid_of(found: Rate) -> Fraction:
    return Fraction(found.mid_numerator, found.mid_denominator)


def nearest(value: Fraction) -> int:
    """Rounded to the nearest integer, halves away from zero."""
    whole = int(2 * abs(value) + 1) // 2
    return whole if value >= 0 else -whole


# known conversions


@pytest.mark.parametrize(
    ("amount", "src", "dst", "text", "converted"),
    [
        (1_000, "usd", "cad", "1.35576", 1_356),
        (30, "usd", "cad", "1.35576", 41),
        (500, "usd", "cad", "1.38343", 692),
        (-500, "usd", "cad", "1.38343", -692),
        (4_820, "jpy", "chf", "0.49334", 2_378),
        (1, "usd", "cad", "0.5", 1),
        (-1, "usd", "cad", "0.5", -1),
        (1, "usd", "cad", "0.49", 0),
        (0, "usd", "cad", "2", 0),
    ],
)
def test_an_amount_is_rounded_to_the_nearest_minor_unit(amount, src, dst, text, converted) -> None:
    assert convert(amount, rate(text, src, dst)) == (converted, 0)


def test_the_worked_example_of_a_charge_across_currencies_and_its_refund() -> None:
    at_charge, at_refund = rate("1.35576"), rate("1.38343")
    amount, fee, refund = 1_000, 30, 500
    settled = convert(amount, at_charge).amount
    fee_taken = convert(fee, at_charge).amount
    assert (settled, fee_taken) == (1_356, 41)
    assert convert(-refund, at_refund).amount == -692
    assert cumulative_share(settled, amount, 0, refund) == 678
    fee_back = cumulative_share(fee, amount, 0, refund)
    assert (fee_back, convert_part(0, fee_back, at_charge)) == (15, 20)
    # The second half takes what is left: nothing is lost on the way.
    assert cumulative_share(settled, amount, refund, amount) == 678
    assert cumulative_share(fee, amount, refund, amount) == 15
    assert convert_part(fee_back, fee, at_charge) == 21


@pytest.mark.parametrize(
    ("src", "dst", "mid", "text"),
    [
        # One major unit of src is worth `mid` of dst; the text is between minor units.
        ("usd", "cad", "1.35576", "1.35576"),
        ("jpy", "chf", "0.0049334", "0.49334"),
        ("usd", "jpy", "163.2", "1.632"),
        ("kwd", "usd", "3.25", "0.325"),
        ("kwd", "jpy", "528.123456", "0.528123"),
        ("jpy", "kwd", "0.0019", "1.9"),
        ("isk", "usd", "0.0072", "0.0072"),
        ("eur", "idr", "17543.2199", "17543.2"),
        ("eur", "vnd", "27512345.6", "275123"),
        ("eur", "uzs", "123456789", "123456000"),  # 123457 would beat the mid
        ("usd", "usd", "1", "1"),
    ],
)
def test_a_rate_multiplies_minor_units_and_has_six_digits(src, dst, mid, text) -> None:
    table = RateTable(src, {dst: mid})
    found = table.rate(src, dst)
    assert found.text == text
    assert Fraction(text) == Fraction(found.numerator, found.denominator)
    shift = Fraction(10) ** (CURRENCIES[dst].wire_exponent - CURRENCIES[src].wire_exponent)
    assert mid_of(found) == Fraction(mid) * shift


@pytest.mark.parametrize(
    ("base", "shown"),
    [("1.12415", "1.10167"), ("0.783138", "0.767475"), ("0.560357", "0.54915")],
)
def test_two_percent_off_is_what_published_quotes_show(base, shown) -> None:
    assert RateTable("gbp", {"chf": base}, spread_ppm=20_000).rate("gbp", "chf").text == shown


def test_the_spread_is_what_the_mid_would_have_given_more() -> None:
    table = RateTable("usd", {"cad": "1.37"}, spread_ppm=10_000)
    assert convert(1_000, table.rate("usd", "cad")) == (1_356, 14)
    assert convert(-1_000, table.rate("usd", "cad")) == (-1_356, 14)
    assert convert(1_000, table.cost("usd", "cad")) == (1_384, 14)
    assert convert(1_000, table.rate("usd", "usd")) == (1_000, 0)
    assert convert(1_000, table.cost("usd", "usd")) == (1_000, 0)
    # Without a spread the sixth digit may still cost a large amount something.
    thirds = RateTable("usd", {"cad": "3"})
    third, at_least = thirds.rate("cad", "usd"), thirds.cost("cad", "usd")
    assert (third.text, at_least.text) == ("0.333333", "0.333334")
    assert convert(300_000_000, third) == (99_999_900, 100)
    assert convert(300_000_000, at_least) == (100_000_200, 200)


def test_a_quote_keeps_the_spread_of_its_day() -> None:
    agreed = Rate.fixed("usd", "cad", "1.35576", (137, 100))
    assert convert(1_000, agreed) == (1_356, 14)


def test_an_unknown_currency_has_no_rate() -> None:
    table = RateTable("eur", {"usd": "1.1"})
    assert table.rate("usd", "gbp") is None
    assert table.rate("gbp", "usd") is None
    assert table.cost("xxx", "usd") is None
    assert table.rate("xxx", "xxx") is None
    assert table.rate("gbp", "gbp").text == "1"
    refused = fx.no_rate("gbp", "usd")
    assert (refused.why, refused.param) == (Why.INVALID_CURRENCY, "currency")


@pytest.mark.parametrize(
    ("base", "rates", "words", "said"),
    [
        ("eur", {"usd": 1.1}, {}, "positive decimal number as text"),
        ("eur", {"usd": "0"}, {}, "positive"),
        ("eur", {"usd": "-1"}, {}, "positive"),
        ("eur", {"usd": "1e3"}, {}, "positive"),
        ("eur", {"usd": "1,1"}, {}, "positive"),
        ("eur", {"usd": ""}, {}, "positive"),
        ("eur", {"usd": Decimal("NaN")}, {}, "positive"),
        ("eur", {"usd": "1" + "0" * 13}, {}, "not one of money"),
        ("eur", {"xxx": "1"}, {}, "not a currency"),
        ("euro", {"usd": "1"}, {}, "not a currency"),
        ("eur", {"eur": "2"}, {}, "must be 1"),
        ("eur", {"usd": "1"}, {"spread_ppm": -1}, "spread_ppm"),
        ("eur", {"usd": "1"}, {"spread_ppm": 1_000_000}, "spread_ppm"),
    ],
)
def test_a_wrong_table_says_what_is_wrong(base, rates, words, said) -> None:
    with pytest.raises(ValueError, match=said):
        RateTable(base, rates, **words)


def test_a_table_cannot_be_changed_through_what_it_was_made_of() -> None:
    given_rates = {"usd": Decimal("1.1"), "jpy": 160}
    table = RateTable("eur", given_rates)
    given_rates["usd"] = Decimal(2)
    assert table.rate("eur", "usd").text == "1.1"
    with pytest.raises(TypeError):
        table.rates["usd"] = (2, 1)


# laws


@given(DECIMALS, DECIMALS, CODES, CODES, SPREADS)
@example(Decimal(3), Decimal(2), "usd", "cad", 0)
@example(Decimal(3), Decimal(1), "usd", "cad", 0)
def test_six_digits_are_close_and_never_beat_the_mid(one, other, src, dst, spread) -> None:
    rates = {src: str(one), dst: str(other)} if src != dst else {src: str(one)}
    rates.pop("eur", None)
    table = RateTable("eur", rates, spread_ppm=spread)
    off, on = table.rate(src, dst), table.cost(src, dst)
    mid = mid_of(off)
    kept = 1 if src == dst else Fraction(1_000_000 - spread, 1_000_000)
    for found, exact in ((off, mid * kept), (on, mid / kept)):
        assert Fraction(found.text) == Fraction(found.numerator, found.denominator)
        assert len(found.text.replace(".", "").strip("0")) <= 6
        assert "e" not in found.text.lower()
        assert abs(Fraction(found.text) - exact) <= exact / 10**5
    assert Fraction(off.text) <= mid <= Fraction(on.text)


@given(AMOUNTS, CODES, CODES, SPREADS)
@example(1, "jpy", "kwd", 0)
@example(10**15, "lbp", "kwd", 0)
def test_converted_and_spread_are_the_mid_value_to_the_minor_unit(amount, src, dst, spread) -> None:
    table = RateTable("eur", TEST_RATES, spread_ppm=spread)
    came, went = table.rate(src, dst), table.cost(src, dst)
    at_mid = mid_of(came) * amount
    into, out = convert(amount, came), convert(amount, went)
    assert into.spread >= 0
    assert out.spread >= 0
    assert abs(into.amount) + into.spread == abs(out.amount) - out.spread == nearest(abs(at_mid))
    # So what stays in the fx position is half a minor unit at most.
    assert abs(abs(at_mid) - abs(into.amount) - into.spread) <= Fraction(1, 2)
    assert into.amount == nearest(Fraction(came.text) * amount)
    assert convert(-amount, came) == (-into.amount, into.spread)
    assert convert(-amount, went) == (-out.amount, out.spread)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=12), CODES, CODES, SPREADS)
def test_parts_converted_one_after_another_add_up_to_the_whole(cuts, src, dst, spread) -> None:
    found = RateTable("eur", TEST_RATES, spread_ppm=spread).rate(src, dst)
    marks = sorted({0, *cuts})
    parts = [convert_part(a, b, found) for a, b in pairwise(marks)]
    assert sum(parts) == convert(marks[-1], found).amount
    assert all(part >= 0 for part in parts)


@given(AMOUNTS, st.lists(st.integers(1, 10**9), min_size=1, max_size=12))
def test_shares_one_after_another_add_up_to_the_total(total, steps) -> None:
    whole = sum(steps)
    marks = [sum(steps[:place]) for place in range(len(steps) + 1)]
    parts = [cumulative_share(total, whole, a, b) for a, b in pairwise(marks)]
    assert sum(parts) == total
    for part, step in zip(parts, steps, strict=True):
        assert abs(part * whole - total * step) <= whole


@pytest.mark.slow
def test_a_million_conversions_lose_nothing() -> None:
    chance = random.Random(20261030)
    codes = sorted(CURRENCIES)
    tables = [RateTable("eur", TEST_RATES, spread_ppm=ppm) for ppm in (0, 3, 10_000, 20_000)]
    rates = [chance.choice(tables).rate(*chance.sample(codes, 2)) for _ in range(1_024)]
    wrong = []
    for _ in range(1_000_000):
        found = rates[chance.getrandbits(10)]
        amount = chance.getrandbits(chance.randrange(4, 45))
        converted, spread = convert(amount, found)
        rest = amount * found.mid_numerator - (converted + spread) * found.mid_denominator
        if min(converted, spread) < 0 or 2 * abs(rest) > found.mid_denominator:
            wrong.append((amount, found))
    assert wrong == []


@pytest.mark.slow
def test_a_million_parts_add_up() -> None:
    chance = random.Random(20261031)
    table = RateTable("eur", TEST_RATES, spread_ppm=10_000)
    codes = sorted(CURRENCIES)
    rates = [table.rate(*chance.sample(codes, 2)) for _ in range(1_000)]
    wrong = []
    for _ in range(100_000):
        found = chance.choice(rates)
        whole = chance.randrange(10, 10_000_000)
        total = convert(whole, found).amount
        before = given_out = shared = 0
        for after in [*sorted(chance.sample(range(1, whole), 4)), whole]:
            given_out += convert_part(before, after, found)
            shared += cumulative_share(total, whole, before, after)
            before = after
        if not given_out == shared == total:
            wrong.append((whole, found))
    assert wrong == []
