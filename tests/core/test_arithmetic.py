"""Money, moments, settlement, fees and ids: laws and known values."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectlib.core import ids, moments
from connectlib.core.currencies import CURRENCIES
from connectlib.core.fees import DEFAULT_FEES, FeeSchedule, Rate
from connectlib.core.money import display, proportion_half_up, share_half_up, split
from connectlib.core.settlement import available_on

MONEY = st.integers(min_value=-(10**15), max_value=10**15)


@given(MONEY, st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_the_parts_of_a_split_add_up_and_are_nearly_fair(amount, weights) -> None:
    parts = split(amount, weights)
    assert sum(parts) == amount
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * total - amount * weight) < total


@given(MONEY, st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_proportion_is_off_by_half_at_most_and_odd(amount, part, whole) -> None:
    found = proportion_half_up(amount, part, whole)
    assert abs(2 * (found * whole - amount * part)) <= whole
    assert proportion_half_up(-amount, part, whole) == -found


@pytest.mark.parametrize(
    ("amount", "ppm", "share"),
    [(10_000, 29_000, 290), (1_000, 500, 1), (999, 500, 0), (-3, 500_000, -2)],
)
def test_a_share_rounds_half_away_from_zero(amount, ppm, share) -> None:
    assert share_half_up(amount, ppm) == share


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1_100, "usd", "$11.00"),
        (-5, "usd", "-$0.05"),
        (1_234_567, "brl", "R$12,345.67"),
        (1_000, "jpy", "¥1,000"),
        (12_500, "kwd", "12.500 KWD"),
    ],
)
def test_amounts_are_shown_for_people(amount, currency, text) -> None:
    assert display(amount, currency) == text


def at(text: str) -> int:
    return moments.parse_moment(text)


@pytest.mark.parametrize(
    ("captured", "country", "kind", "available"),
    [
        ("2026-11-02 12:00:00", "US", "card", "2026-11-04"),
        ("2026-11-07 23:59:59", "US", "card", "2026-11-10"),  # Saturday -> Tuesday
        ("2026-11-08 00:00:00", "US", "card", "2026-11-10"),  # Sunday -> Tuesday
        ("2026-11-26 09:00:00", "US", "card", "2026-11-30"),  # Thanksgiving -> Monday
        ("2026-12-18 09:00:00", "SG", "card", "2026-12-25"),  # calendar days, holidays included
        ("2018-01-10 10:00:00", "BR", "card", "2018-02-09"),
        ("2018-01-10 10:00:00", "BR", "voucher", "2018-02-09"),
        ("2018-02-09 10:00:00", "BR", "boleto", "2018-02-15"),  # over Carnival
        ("2026-11-02 12:00:00", "DE", "card", "2026-11-05"),
        ("2026-11-02 12:00:00", "ZZ", "card", "2026-11-09"),
    ],
)
def test_money_becomes_available_on(captured, country, kind, available) -> None:
    assert available_on(at(captured), country, kind) == at(available)


@pytest.mark.parametrize(
    ("country", "day", "works"),
    [
        ("US", date(2026, 7, 3), True),  # Independence Day is a Saturday: banks work on Friday
        ("US", date(2027, 7, 5), False),  # a Sunday: they close on Monday
        ("US", date(2020, 6, 19), True),
        ("US", date(2026, 6, 19), False),
        ("BR", date(2018, 5, 31), False),  # Corpus Christi
        ("BR", date(2018, 3, 30), False),  # Good Friday
        ("BR", date(2023, 11, 20), True),
        ("BR", date(2024, 11, 20), False),
        ("GB", date(2026, 12, 25), True),  # no calendar known: weekends only
    ],
)
def test_bank_holidays(country, day, works) -> None:
    assert moments.is_business_day(day, country) is works


@given(st.integers(0, 10**16))
def test_dates_and_moments_agree(moment) -> None:
    day = moments.date_of(moment)
    assert moments.moment_of(day) == moments.midnight(moment) <= moment
    assert moments.next_business_day(day, "US") >= day
    assert moments.add_business_days(day, 1, "BR") > day


@given(st.integers(0, 2**15 - 1), st.integers(0, 2**50 - 1), st.binary(min_size=16, max_size=16))
def test_ids_route_themselves_and_sort_by_time(branch, tick, chance) -> None:
    (part,) = ids.random_parts(chance, 1)
    made = f"ch_{ids.branch_part(branch)}{ids.tick_part(tick)}{part}"
    assert ids.branch_of(made) == branch
    later = f"ch_{ids.branch_part(branch)}{ids.tick_part(tick + 1)}{part}"
    assert (made < later) or tick == 2**50 - 1


@pytest.mark.parametrize("text", ["", "ch_", "ch_x", "ch_" + "I" * 29, "ch_" + "0" * 30])
def test_what_is_no_id_has_no_branch(text) -> None:
    assert ids.branch_of(text) is None


def test_the_most_telling_fee_wins() -> None:
    fees = FeeSchedule(
        {
            ("*", "*", "*"): Rate(10_000, 1),
            ("US", "*", "*"): Rate(20_000, 2),
            ("US", "usd", "*"): Rate(30_000, 3),
            ("*", "*", "boleto"): Rate(0, 345),
        }
    )
    assert fees.of("US", "usd", "card", 1_000) == 33
    assert fees.of("US", "eur", "card", 1_000) == 22
    assert fees.of("US", "usd", "boleto", 1_000) == 345
    assert fees.of("FR", "eur", "card", 1_000) == 11
    assert FeeSchedule({}).of("FR", "eur", "card", 1_000) == 0


def test_the_default_fees_are_those_of_the_lists() -> None:
    assert DEFAULT_FEES.of("US", "usd", "card", 10_000) == 320
    assert DEFAULT_FEES.of("BR", "brl", "card", 12_845) == 513 + 39
    assert DEFAULT_FEES.of("BR", "brl", "boleto", 12_845) == 345
    assert DEFAULT_FEES.of("BR", "brl", "voucher", 12_845) == 0
    assert all(rate.source for rate in DEFAULT_FEES.rates.values())


def test_every_currency_has_its_numbers_and_a_source() -> None:
    for code, currency in CURRENCIES.items():
        assert code == currency.code == code.lower()
        assert currency.source
        assert 0 < currency.charge_min < currency.charge_max
    assert CURRENCIES["isk"].charge_step == 100
    assert CURRENCIES["jpy"].wire_exponent == 0
    assert len(CURRENCIES) > 130
