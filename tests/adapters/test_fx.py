"""Sources of exchange rates: a table by hand, and the ECB's file, good and bad."""

from __future__ import annotations

import os
import zipfile
from decimal import Decimal

import pytest

from connectlib import TEST_RATES, ConfigurationError, Connect, EcbRates, RatesError, StaticRates
from connectlib.core.currencies import CURRENCIES
from connectlib.core.moments import parse_moment
from connectlib.ports.fx import LiveRates

HEADER = "Date,USD,JPY,CYP,GBP,ISK,\n"
FILE = (
    HEADER
    + "2026-10-30,1.0815,163.20,N/A,0.85413,149.50,\n"
    + "2026-10-29,1.0800,162.90,N/A,0.85000,N/A,\n"
    + "2026-10-28,1.0790,162.50,N/A,0.84900,149.10,\n"
)


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "eurofxref-hist.csv"
    found.write_text(FILE, "utf-8")
    return found


def test_the_test_rates_convert_between_any_two_currencies() -> None:
    assert set(TEST_RATES) == set(CURRENCIES)
    table = StaticRates().table(0)
    for src in CURRENCIES:
        for dst in CURRENCIES:
            assert table.rate(src, dst).numerator > 0


def test_static_rates_are_the_same_at_every_moment() -> None:
    rates = StaticRates({"usd": Decimal("1.08"), "jpy": 163}, spread_ppm=10_000)
    assert rates.table(0) is rates.table(parse_moment("2026-10-30"))
    assert rates.table(0).rate("eur", "usd").text == "1.0692"
    assert not isinstance(rates, LiveRates)
    assert repr(rates) == "StaticRates(RateTable(eur, 3 currencies, static))"
    with pytest.raises(ValueError, match="as text"):
        StaticRates({"usd": 1.08})


@pytest.mark.parametrize(
    ("moment", "text", "as_of"),
    [
        ("2026-10-28", "1.079", "2026-10-28"),
        ("2026-10-29 23:59:59", "1.08", "2026-10-29"),
        ("2026-10-30", "1.0815", "2026-10-30"),
        ("2026-11-01 12:00", "1.0815", "2026-10-30"),  # a Sunday
        ("2030-01-01", "1.0815", "2026-10-30"),
    ],
)
def test_the_last_published_day_counts(path, moment, text, as_of) -> None:
    table = EcbRates(path).table(parse_moment(moment))
    assert table.rate("eur", "usd").text == text
    assert (table.as_of, table.source) == (parse_moment(as_of), "ecb")


def test_a_file_may_lie_in_its_zip_or_have_a_byte_order_mark(path, tmp_path) -> None:
    packed = tmp_path / "eurofxref-hist.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, "eurofxref-hist.csv")
    path.write_text(FILE, "utf-8-sig")
    at = parse_moment("2026-10-30")
    for each in (EcbRates(packed, spread_ppm=20_000), EcbRates(str(path), spread_ppm=20_000)):
        assert each.table(at).rate("eur", "usd").text == "1.05987"
        assert repr(each) == f"EcbRates({str(each.path)!r}, until 2026-10-30)"


def test_a_currency_without_a_rate_that_day_is_unknown_that_day(path) -> None:
    rates = EcbRates(path)
    assert rates.table(parse_moment("2026-10-29")).rate("isk", "usd") is None
    assert rates.table(parse_moment("2026-10-30")).rate("isk", "usd").text == "0.00723411"
    assert rates.table(parse_moment("2026-10-30")).rate("jpy", "gbp").text == "0.523363"


def test_a_moment_before_the_first_day_is_a_clear_error(path) -> None:
    with pytest.raises(RatesError, match="begins on 2026-10-28: it has no rates for 2026-10-27"):
        EcbRates(path).table(parse_moment("2026-10-27 23:59:59"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1, column 1: expected the heading Date, found 'nothing'"),
        ("Day,USD\n", "line 1, column 1: expected the heading Date, found 'Day'"),
        ("Date,XXX\n", "line 1, column 2: expected the code of a currency, such as USD"),
        ("Date,USD,USD\n", "line 1, column 2: expected each currency once"),
        (HEADER, "has no day in it"),
        (FILE.replace("1.0800", "1,0800"), "line 3, column 8: expected 6 columns"),
        (FILE.replace("162.90", "x"), "line 3, column JPY: expected a positive number, or N/A"),
        (FILE.replace("162.90", "-162.90"), "line 3, column JPY"),
        (FILE.replace("162.90", "1e2"), "line 3, column JPY"),
        (FILE.replace("162.90", "0.00"), "line 3, column JPY: expected a positive number"),
        (FILE.replace("2026-10-29", "29 October 2026"), "line 3, column Date: expected a day"),
        (FILE.replace("2026-10-29", "2026-02-30"), "line 3, column Date: expected a day"),
        (FILE.replace("2026-10-29", "20261029"), "line 3, column Date: expected a day"),
        (FILE.replace("2026-10-29", "2026-10-30"), "line 3, column Date: expected each day once"),
        (HEADER + "2026-10-30,1.0815\n", "line 2, column 2: expected 6 columns, found '2 of them'"),
        (FILE.replace("162.90", "\x00"), "line 3"),
        (FILE.replace("149.10,", "149.10,1"), "line 4, column 7: expected 6 columns"),
    ],
)
def test_a_bad_file_says_where_it_is_bad(path, text, said) -> None:
    path.write_text(text, "utf-8")
    with pytest.raises(RatesError) as caught:
        EcbRates(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "eurofxref-hist.zip" in caught.value.hint


def test_what_is_no_file_of_text_says_so(path, tmp_path) -> None:
    with pytest.raises(RatesError, match="cannot be read"):
        EcbRates(tmp_path / "nothing.csv")
    with pytest.raises(RatesError, match="cannot be read"):
        EcbRates(tmp_path)
    path.write_bytes(HEADER.encode() + b"2026-10-30,\xff\n")
    with pytest.raises(RatesError, match="line 2: expected text"):
        EcbRates(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(RatesError, match=r"expected one \.csv in it, found \[\]"):
        EcbRates(path)
    path.write_text(FILE, "utf-8")
    with pytest.raises(ValueError, match="spread_ppm"):
        EcbRates(path, spread_ppm=-1)


def test_a_newer_file_counts_from_the_next_refresh_and_a_bad_one_never(path) -> None:
    rates = EcbRates(path)
    assert isinstance(rates, LiveRates)
    at = parse_moment("2026-11-02")
    newer = FILE.replace(HEADER, HEADER + "2026-11-02,1.0900,163.00,N/A,0.85000,150.00,\n")
    write(path, newer, 1)
    assert rates.table(at).rate("eur", "usd").text == "1.0815"
    rates.refresh(at)
    assert rates.table(at).rate("eur", "usd").text == "1.09"
    assert rates.table(parse_moment("2026-10-30")).rate("eur", "usd").text == "1.0815"
    write(path, newer[:-20], 2)
    rates.refresh(at)
    assert "line 5, column" in str(rates.flaw)
    assert rates.table(at).rate("eur", "usd").text == "1.09"
    path.unlink()
    rates.refresh(at)
    assert "cannot be read" in str(rates.flaw)
    write(path, newer, 3)
    rates.refresh(at)
    assert rates.flaw is None


def write(path, text: str, second: int) -> None:
    path.write_text(text, "utf-8")
    os.utime(path, (2_000_000_000 + second,) * 2)


class Feed:
    """A live provider: every refresh brings a better dollar."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def table(self, at: int):
        return StaticRates({"usd": f"1.{len(self.asked) + 1}"}).table(at)

    def refresh(self, at: int) -> None:
        self.asked.append(at)


def test_the_pump_refreshes_live_rates_and_nothing_else_does() -> None:
    feed = Feed()
    with Connect(fx=feed) as connect:
        words = {"to_currency": "usd", "from_currencies": ["eur"]}
        assert connect.fx_quotes.create(**words).rates.eur.exchange_rate == 1.1
        assert feed.asked == []
        connect.run_due()
        assert len(feed.asked) == 1
        assert connect.fx_quotes.create(**words).rates.eur.exchange_rate == 1.2


def test_rates_that_do_not_reach_the_clock_are_a_configuration_error(path) -> None:
    path.write_text(HEADER + "2099-10-30,1.0815,163.20,N/A,0.85413,149.50,\n", "utf-8")
    with Connect(fx=EcbRates(path)) as connect:
        with pytest.raises(ConfigurationError, match="begins on 2099-10-30") as caught:
            connect.fx_quotes.create(to_currency="usd", from_currencies=["eur"])
        assert "goes back further" in caught.value.hint


def test_what_is_no_source_of_rates_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="source of exchange rates") as caught:
        Connect(fx={"usd": "1.1"})
    assert "StaticRates" in caught.value.hint
