"""What the processor and the platform take of a charge: cases, laws of rounding, nonsense."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectlib.core.application_fee_policies import ApplicationFeePolicy, Tier
from connectlib.core.fees import (
    BRAND,
    CACHED_MAX,
    CONVERSION,
    DEFAULT_FEES,
    INTERNATIONAL,
    LIST_SURCHARGES,
    PROCESSING,
    FeeLine,
    FeeSchedule,
    Rate,
    Surcharges,
)
from connectlib.core.money import PPM, ROUNDING, divide, proportion_half_up

AMOUNTS = st.integers(0, 10**12)
PPMS = st.integers(0, PPM)
NONE = st.just(0)
LIST = DEFAULT_FEES.with_surcharges(LIST_SURCHARGES)


def amounts_of(lines) -> dict[str, int]:
    return {line.description: line.amount for line in lines}


@pytest.mark.parametrize(
    ("rate", "amount", "fee"),
    [
        (Rate(29_000, 30, "source"), 10_000, 320),
        (Rate(8_000, 0, max=500), 62_500, 500),
        (Rate(8_000, 0, max=500), 62_499, 500),  # 499.992, half up
        (Rate(8_000, 0, max=500), 62_625, 500),  # 501 without the cap
        (Rate(8_000, 0, max=500), 62_000, 496),
        (Rate(8_000, 0, max=500), 10**9, 500),
        (Rate(10_000, 0, min=50), 4_900, 50),
        (Rate(10_000, 0, min=50), 5_100, 51),
        (Rate(10_000, 20, min=50, max=60), 1_000, 50),
        (Rate(10_000, 20, min=50, max=60), 3_500, 55),
        (Rate(10_000, 20, min=50, max=60), 9_000, 60),
    ],
)
def test_a_rate_has_a_floor_and_a_cap(rate, amount, fee) -> None:
    assert rate.of(amount) == fee


AMEX = Surcharges(brand={("AU", "amex", "card"): Rate(5_000, 0)})
BY_REGION = FeeSchedule(
    {("EEA", "*", "card"): Rate(15_000, 0), ("IE", "*", "card"): Rate(14_000, 0)},
    Surcharges(
        cross_border={
            ("*", "*", "*"): Rate(30_000, 0),
            ("EEA", "EEA", "card"): Rate(0, 0),
            ("*", "GB", "card"): Rate(10_000, 1),
        }
    ),
)


@pytest.mark.parametrize(
    ("fees", "country", "currency", "words", "lines"),
    [
        (LIST, "US", "usd", {}, {PROCESSING: 320}),
        (LIST, "US", "usd", {"method_country": "US"}, {PROCESSING: 320}),
        (LIST, "US", "usd", {"method_country": "FR"}, {PROCESSING: 320, INTERNATIONAL: 150}),
        (LIST, "US", "usd", {"converted": True}, {PROCESSING: 320, CONVERSION: 100}),
        (
            LIST,
            "US",
            "usd",
            {"method_country": "BR", "converted": True, "brand": "amex"},
            {PROCESSING: 320, INTERNATIONAL: 150, CONVERSION: 100},
        ),
        (LIST, "CA", "cad", {"method_country": "US"}, {PROCESSING: 320, INTERNATIONAL: 80}),
        (LIST, "FR", "eur", {"method_country": "IS"}, {PROCESSING: 175}),
        (LIST, "FR", "eur", {"method_country": "GB"}, {PROCESSING: 175, INTERNATIONAL: 100}),
        (LIST, "FR", "eur", {"method_country": "CH"}, {PROCESSING: 175, INTERNATIONAL: 175}),
        (LIST, "GB", "gbp", {"method_country": "DE"}, {PROCESSING: 170, INTERNATIONAL: 100}),
        (LIST, "GB", "gbp", {"method_country": "US"}, {PROCESSING: 170, INTERNATIONAL: 175}),
        (LIST, "BR", "brl", {"method_country": "US"}, {PROCESSING: 438}),
        (DEFAULT_FEES, "US", "usd", {"method_country": "FR", "converted": True}, {PROCESSING: 320}),
        (
            LIST.with_surcharges(AMEX),
            "AU",
            "aud",
            {"method_country": "US", "brand": "amex"},
            {PROCESSING: 200, BRAND: 50, INTERNATIONAL: 175},
        ),
        (LIST.with_surcharges(AMEX), "AU", "aud", {"brand": "visa"}, {PROCESSING: 200}),
        (BY_REGION, "FR", "eur", {"method_country": "IE"}, {PROCESSING: 150}),
        (BY_REGION, "IE", "eur", {"method_country": "GB"}, {PROCESSING: 140, INTERNATIONAL: 101}),
        (BY_REGION, "GB", "gbp", {"method_country": "US"}, {INTERNATIONAL: 300}),
    ],
)
def test_the_lines_of_a_fee(fees, country, currency, words, lines) -> None:
    found = fees.lines(country, currency, "card", 10_000, **words)
    assert amounts_of(found) == lines
    assert all(line.type == "stripe_fee" for line in found)
    assert [line.is_conversion for line in found] == [line == CONVERSION for line in lines]


def test_a_surcharge_may_be_for_one_kind_of_payment() -> None:
    debit = LIST.lines("GB", "gbp", "sepa_debit", 10_000, method_country="DE")
    assert amounts_of(debit) == {PROCESSING: 320, INTERNATIONAL: 150}
    assert amounts_of(LIST.lines("GB", "gbp", "boleto", 10_000, method_country="DE")) == {
        PROCESSING: 320
    }
    assert LIST.lines("BR", "brl", "voucher", 10_000) == ()


def test_a_surcharge_of_the_same_key_replaces_the_old_one() -> None:
    dearer = Surcharges(conversion={("US", "*", "*"): Rate(25_000, 0)})
    fees = LIST.with_surcharges(dearer)
    assert fees.of("US", "usd", "card", 10_000, converted=True) == 320 + 250
    assert fees.of("US", "usd", "card", 10_000, method_country="FR") == 320 + 150
    cheap = fees.with_surcharges(AMEX).with_surcharges(
        Surcharges(brand={("AU", "amex", "card"): Rate(1_000, 0)})
    )
    assert cheap.of("AU", "aud", "card", 10_000, brand="amex") == 200 + 10
    assert fees != LIST == DEFAULT_FEES.with_surcharges(LIST_SURCHARGES)
    assert hash(LIST) == hash(DEFAULT_FEES.with_surcharges(LIST_SURCHARGES))
    assert DEFAULT_FEES == FeeSchedule(DEFAULT_FEES.rates) != LIST


def test_every_listed_surcharge_has_a_source() -> None:
    listed = [*LIST_SURCHARGES.cross_border.values(), *LIST_SURCHARGES.conversion.values()]
    assert listed
    assert all(rate.source for rate in listed)
    assert not DEFAULT_FEES.surcharges


@given(
    AMOUNTS,
    st.sampled_from(["US", "GB", "FR", "BR", "CA"]),
    st.sampled_from(["usd", "gbp", "eur"]),
    st.sampled_from(["card", "boleto", "sepa_debit"]),
    st.sampled_from([None, "US", "GB", "DE", "JP"]),
    st.sampled_from([None, "amex"]),
    st.booleans(),
)
def test_the_lines_add_up_to_the_fee(
    amount, country, currency, kind, card, brand, converted
) -> None:
    fees = LIST.with_surcharges(Surcharges(brand={("*", "amex", "card"): Rate(7_777, 3, max=99)}))
    words = {"brand": brand, "method_country": card, "converted": converted}
    lines = fees.lines(country, currency, kind, amount, **words)
    assert sum(line.amount for line in lines) == fees.of(country, currency, kind, amount, **words)
    assert all(isinstance(line, FeeLine) and line.amount > 0 for line in lines)
    assert fees.fixed(country, currency, kind, **words) <= fees.of(
        country, currency, kind, amount + 1, **words
    )


def test_what_a_schedule_remembers_is_bounded() -> None:
    fees = FeeSchedule({("*", "*", "*"): Rate(10_000, 0)}, AMEX)
    for number in range(CACHED_MAX + 10):
        assert fees.of("US", "usd", f"kind{number}", 100, brand=f"b{number}") == 1
    assert len(fees._prices) <= CACHED_MAX >= len(fees._found)


def schedule(**words):
    return FeeSchedule({("US", "usd", "card"): Rate(**{"ppm": 29_000, "fixed": 30, **words})})


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: schedule(ppm=2.9), r"rates\[US, usd, card\].ppm must be a whole number.*2.9"),
        (lambda: schedule(ppm=-1), "ppm must be 0 or more, not -1"),
        (lambda: schedule(ppm=1_000_001), r"ppm must be 1000000 parts per million \(100 %\)"),
        (lambda: schedule(ppm=True), "ppm must be a whole number"),
        (lambda: schedule(fixed=0.3), "fixed must be a whole number"),
        (lambda: schedule(fixed=-30), "fixed must be 0 or more"),
        (lambda: schedule(min=-1), "min must be 0 or more"),
        (lambda: schedule(min=10, max=9), "max must be 10 or more"),
        (lambda: schedule(source=7), "source must be a text"),
        (lambda: FeeSchedule([]), "rates must be a mapping"),
        (lambda: FeeSchedule({"US": Rate(1, 1)}), r"\(country, currency, kind\), not 'US'"),
        (lambda: FeeSchedule({("US", "usd", "card"): 29_000}), "rate must be a Rate"),
        (lambda: FeeSchedule({("us", "usd", "card"): Rate(1, 1)}), "country must be a country"),
        (lambda: FeeSchedule({("US", "USD", "card"): Rate(1, 1)}), "currency must be a lower-case"),
        (lambda: FeeSchedule({("US", "usd", ""): Rate(1, 1)}), "kind must be a text"),
        (lambda: FeeSchedule({}, {"brand": {}}), "surcharges must be a Surcharges"),
        (
            lambda: Surcharges(cross_border={("US", "usd", "card"): Rate(1, 1)}),
            r"cross_border\[US, usd, card\].method_country must be a country",
        ),
        (lambda: Surcharges(brand={("US", "amex"): Rate(1, 1)}), r"\(country, brand, kind\)"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused_by_name(make, said) -> None:
    with pytest.raises(ValueError, match=said):
        make()


@pytest.mark.parametrize(
    ("amount", "half_up", "half_even", "down", "up"),
    [
        (24, 2, 2, 2, 3),
        (25, 3, 2, 2, 3),
        (26, 3, 3, 2, 3),
        (30, 3, 3, 3, 3),
        (35, 4, 4, 3, 4),
        (-25, -3, -2, -2, -3),
        (-21, -2, -2, -2, -3),
        (0, 0, 0, 0, 0),
    ],
)
def test_the_rules_of_rounding(amount, half_up, half_even, down, up) -> None:
    found = [divide(amount, 10, rule) for rule in ("half_up", "half_even", "down", "up")]
    assert found == [half_up, half_even, down, up]


@given(AMOUNTS, st.integers(1, 10**9))
def test_rounding_agrees_with_exact_fractions(amount, by) -> None:
    exact = Fraction(amount, by)
    assert divide(amount, by, "down") == floor(exact)
    assert divide(amount, by, "up") == ceil(exact)
    assert divide(amount, by, "half_even") == round(exact)
    assert divide(amount, by, "half_up") == floor(exact + Fraction(1, 2))
    assert divide(amount, by, "half_up") == proportion_half_up(amount, 1, by)


GRADED = [Tier(10_000, 100_000), Tier(50_000, 50_000), Tier(None, 20_000)]
STEPPED = [Tier(10_000, 100_000, 25), Tier(50_000, 50_000), Tier(None, 20_000)]


@pytest.mark.parametrize(
    ("policy", "currency", "amount", "fee"),
    [
        (ApplicationFeePolicy(), "usd", 10_000, 0),
        (ApplicationFeePolicy(fixed=50), "usd", 10_000, 50),
        (ApplicationFeePolicy(fixed=50), "usd", 40, 40),
        (ApplicationFeePolicy(ppm=123_000), "usd", 10_000, 1_230),
        (ApplicationFeePolicy(ppm=25_000, rounding="half_up"), "usd", 100, 3),
        (ApplicationFeePolicy(ppm=25_000, rounding="half_even"), "usd", 100, 2),
        (ApplicationFeePolicy(ppm=25_000, rounding="down"), "usd", 119, 2),
        (ApplicationFeePolicy(ppm=25_000, rounding="up"), "usd", 81, 3),
        (ApplicationFeePolicy(ppm=25_000, fixed={"usd": 30, "eur": 25}), "eur", 1_000, 50),
        (ApplicationFeePolicy(ppm=25_000, fixed={"usd": 30}), "jpy", 1_000, 25),
        (ApplicationFeePolicy(ppm=25_000, fixed={"usd": 30, "*": 7}), "jpy", 1_000, 32),
        (ApplicationFeePolicy(ppm=100_000, min=200, max=900), "usd", 1_000, 200),
        (ApplicationFeePolicy(ppm=100_000, min=200, max=900), "usd", 5_000, 500),
        (ApplicationFeePolicy(ppm=100_000, min=200, max=900), "usd", 50_000, 900),
        (ApplicationFeePolicy(ppm=100_000, min=200, max=900), "usd", 150, 150),
        (ApplicationFeePolicy(ppm=100_000, min=200), "usd", 0, 0),
        (ApplicationFeePolicy(ppm=100_000, max={"usd": 900}), "eur", 50_000, 5_000),
        (ApplicationFeePolicy(ppm=100_000, max=0), "usd", 50_000, 0),
        (ApplicationFeePolicy(tiers=GRADED), "usd", 10_000, 1_000),
        (ApplicationFeePolicy(tiers=GRADED), "usd", 10_001, 1_000),
        (ApplicationFeePolicy(tiers=GRADED), "usd", 60_000, 1_000 + 2_000 + 200),
        (ApplicationFeePolicy(tiers=STEPPED, tiering="whole"), "usd", 10_000, 1_025),
        (ApplicationFeePolicy(tiers=STEPPED, tiering="whole"), "usd", 10_001, 500),
        (ApplicationFeePolicy(tiers=STEPPED, tiering="whole"), "usd", 60_000, 1_200),
        (ApplicationFeePolicy(tiers={"usd": GRADED}, fixed=9), "usd", 60_000, 3_209),
        (ApplicationFeePolicy(tiers={"usd": GRADED}, fixed=9), "eur", 60_000, 9),
        (ApplicationFeePolicy(tiers={"*": GRADED}), "eur", 60_000, 3_200),
    ],
)
def test_an_application_fee(policy, currency, amount, fee) -> None:
    assert policy.of(amount, currency) == fee


@st.composite
def tiers_of(draw, fixed=NONE):
    bounds = sorted(draw(st.sets(st.integers(1, 10**6), max_size=4)))
    return [Tier(up_to, draw(PPMS), draw(fixed)) for up_to in [*bounds, None]]


@st.composite
def smooth_policies(draw):
    low = draw(st.integers(0, 500))
    words = {
        "fixed": draw(st.integers(0, 1_000)),
        "min": low,
        "max": draw(st.none() | st.integers(low, 10_000)),
        "rounding": draw(st.sampled_from(sorted(ROUNDING))),
    }
    if draw(st.booleans()):
        return ApplicationFeePolicy(tiers=draw(tiers_of()), **words)
    return ApplicationFeePolicy(ppm=draw(PPMS), **words)


@given(smooth_policies(), st.integers(0, 2 * 10**6))
def test_a_larger_charge_never_pays_less_and_no_step_is_larger_than_the_charge_grew(
    policy, amount
) -> None:
    fee, more = policy.of(amount, "usd"), policy.of(amount + 1, "usd")
    assert 0 <= fee <= amount
    assert fee <= more <= fee + 1
    if policy.max is not None:
        assert fee <= policy.max
    assert fee >= min(policy.min, amount)


@given(
    tiers_of(fixed=st.integers(0, 500)),
    st.integers(0, 2 * 10**6),
    st.sampled_from(sorted(ROUNDING)),
)
def test_a_tier_of_the_whole_amount_prices_all_of_it(tiers, amount, rounding) -> None:
    policy = ApplicationFeePolicy(tiers=tiers, tiering="whole", rounding=rounding)
    tier = next(tier for tier in tiers if tier.up_to is None or amount <= tier.up_to)
    alone = ApplicationFeePolicy(ppm=tier.ppm, fixed=tier.fixed, rounding=rounding)
    assert policy.of(amount, "usd") == alone.of(amount, "usd") <= amount


@given(tiers_of(), st.integers(0, 2 * 10**6))
def test_marginal_tiers_are_the_exact_sum_of_their_parts_rounded_once(tiers, amount) -> None:
    exact, below = Fraction(0), 0
    for tier in tiers:
        above = amount if tier.up_to is None else min(amount, tier.up_to)
        exact += Fraction(max(0, above - below) * tier.ppm, PPM)
        below = max(below, above)
    assert ApplicationFeePolicy(tiers=tiers, rounding="half_even").of(amount, "usd") == round(exact)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"ppm": 0.1}, "ppm must be a whole number"),
        ({"ppm": 2_000_000}, "ppm must be 1000000 parts per million"),
        ({"fixed": -1}, "fixed must be 0 or more"),
        ({"fixed": {"USD": 1}}, "fixed must be a lower-case currency"),
        ({"fixed": {"usd": 1.5}}, r"fixed\[usd\] must be a whole number"),
        ({"min": "5"}, "min must be a whole number"),
        ({"max": -1}, "max must be 0 or more"),
        ({"min": 5, "max": 4}, r"max must be min \(5\) or more"),
        ({"min": {"usd": 5}, "max": {"eur": 1, "usd": 4}}, r"min \(5\) or more for usd, not 4"),
        ({"min": 5, "max": {"usd": 4}}, r"min \(5\) or more for usd, not 4"),
        ({"rounding": "bankers"}, "rounding must be one of half_up, half_even, down, up"),
        ({"tiering": "graduated"}, "tiering must be one of marginal, whole"),
        ({"ppm": 1, "tiers": GRADED}, "ppm and tiers exclude each other"),
        ({"tiers": [Tier(100, 1)]}, r"tiers\[0\].up_to must be None in the last tier"),
        ({"tiers": [Tier(None, 1), Tier(None, 1)]}, r"tiers\[0\].up_to must be None in the last"),
        (
            {"tiers": [Tier(9, 1), Tier(9, 1), Tier(None, 1)]},
            r"tiers\[1\].up_to must be 10 or more",
        ),
        ({"tiers": [Tier(0, 1), Tier(None, 1)]}, r"tiers\[0\].up_to must be 1 or more"),
        ({"tiers": STEPPED}, r"tiers\[0\].fixed is for tiers of the whole amount"),
        ({"tiers": [(None, 1, 0)]}, r"tiers\[0\] must be a Tier"),
        ({"tiers": {"usd": [Tier(None, -1)]}}, r"tiers\[usd\]\[0\].ppm must be 0 or more"),
        ({"tiers": 7}, "tiers must be a sequence"),
    ],
)
def test_an_application_fee_that_makes_no_sense_is_refused_by_name(words, said) -> None:
    with pytest.raises(ValueError, match=said):
        ApplicationFeePolicy(**words)


def test_an_amount_below_zero_has_no_application_fee() -> None:
    with pytest.raises(ValueError, match="amount must be 0 or more, not -1"):
        ApplicationFeePolicy(ppm=1).of(-1, "usd")
