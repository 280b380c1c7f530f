"""Moments: microseconds since 1970 UTC; days, business days and bank holidays.

No clock is read here. A day is a UTC date.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = date(1970, 1, 1)
_START = datetime(1970, 1, 1, tzinfo=UTC)
_SATURDAY = 5
_MONDAY, _THURSDAY = 0, 3


def midnight(at: int) -> int:
    """The start of the day of a moment."""
    return at - at % DAY


def date_of(at: int) -> date:
    """The UTC date of a moment."""
    return _EPOCH + timedelta(days=at // DAY)


def moment_of(day: date) -> int:
    """The start of a date."""
    return (day - _EPOCH).days * DAY


def seconds(at: int) -> int:
    """Whole seconds since 1970, rounded down: what Stripe's objects show."""
    return at // SECOND


def datetime_of(at: int) -> datetime:
    """A moment as an aware datetime."""
    return _START + timedelta(microseconds=at)


def of_datetime(value: datetime) -> int:
    """The moment of a datetime; a naive one is UTC."""
    aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return (aware - _START) // timedelta(microseconds=1)


def parse_moment(text: str) -> int:
    """The moment of an ISO 8601 text; without an offset it is UTC.

    Raises ValueError for anything else.
    """
    return of_datetime(datetime.fromisoformat(text))


def _easter(year: int) -> date:
    """Easter Sunday (the anonymous Gregorian algorithm, Meeus/Jones/Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    j = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * j) // 451
    month, day = divmod(h + j - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    """The n-th such weekday of a month; n = -1 is the last."""
    if n > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)


#: Years from which holidays count: Public Law 117-17; Lei 14.759/2023.
_JUNETEENTH_FROM, _CONSCIENCIA_FROM = 2021, 2024


def _us(year: int) -> set[date]:
    """Holidays of the Federal Reserve Banks: a Sunday one moves to Monday, a Saturday one not.

    Source: Board of Governors of the Federal Reserve System, "Holidays Observed" (K.8).
    """
    fixed = [(1, 1), (7, 4), (11, 11), (12, 25)]
    if year >= _JUNETEENTH_FROM:
        fixed.append((6, 19))
    days = {date(year, month, day) for month, day in fixed}
    days |= {
        _nth(year, 1, _MONDAY, 3),
        _nth(year, 2, _MONDAY, 3),
        _nth(year, 5, _MONDAY, -1),
        _nth(year, 9, _MONDAY, 1),
        _nth(year, 10, _MONDAY, 2),
        _nth(year, 11, _THURSDAY, 4),
    }
    return {day + timedelta(days=1) if day.isoweekday() == 7 else day for day in days}


def _br(year: int) -> set[date]:
    """National bank holidays of Brazil. Source: FEBRABAN, "Feriados bancários"; Lei 662/1949."""
    fixed = [(1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25)]
    if year >= _CONSCIENCIA_FROM:
        fixed.append((11, 20))
    easter = _easter(year)
    # Carnival Monday and Tuesday, Good Friday, Corpus Christi: days from Easter Sunday.
    return {date(year, month, day) for month, day in fixed} | {
        easter + timedelta(days=days) for days in (-48, -47, -2, 60)
    }


_CALENDARS = {"US": _us, "BR": _br}


@lru_cache(maxsize=512)
def bank_holidays(country: str, year: int) -> frozenset[date]:
    """The bank holidays of a year; empty for countries whose calendar is not known."""
    calendar = _CALENDARS.get(country)
    return frozenset(calendar(year)) if calendar else frozenset()


def is_business_day(day: date, country: str) -> bool:
    """Whether banks work: neither a weekend nor a bank holiday."""
    return day.weekday() < _SATURDAY and day not in bank_holidays(country, day.year)


@lru_cache(maxsize=4096)
def next_business_day(day: date, country: str) -> date:
    """That day, or the first business day after it."""
    while not is_business_day(day, country):
        day += timedelta(days=1)
    return day


@lru_cache(maxsize=4096)
def add_business_days(day: date, n: int, country: str) -> date:
    """The n-th business day strictly after a day."""
    for _ in range(n):
        day = next_business_day(day + timedelta(days=1), country)
    return day
