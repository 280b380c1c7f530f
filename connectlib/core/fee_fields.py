"""What fee policies accept: every refusal is a ValueError that begins with the field at fault."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from connectlib.core.money import PPM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")

ANY = "*"
_EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
#: Names that stand for several countries wherever a table is keyed by country. (EEA Agreement:
#: the members of the EU with Iceland, Liechtenstein and Norway.)
REGIONS = {"EEA": frozenset(_EEA.split())}


def places(country: str) -> tuple[str, ...]:
    """The names a country goes by in a table, the most telling first."""
    regions = (name for name, members in REGIONS.items() if country in members)
    return (country, *regions, ANY)


def _wrong(field: str, wanted: str, value: Any) -> ValueError:
    return ValueError(f"{field} must be {wanted}, not {value!r}")


def check_whole(value: Any, field: str, *, least: int = 0, most: int | None = None) -> int:
    """A whole number within bounds: amounts are minor units, never floats."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(field, "a whole number (an int)", value)
    if value < least:
        raise _wrong(field, f"{least} or more", value)
    if most is not None and value > most:
        raise _wrong(field, f"{most} or less", value)
    return value


def check_ppm(value: Any, field: str) -> int:
    """Parts per million: 29_000 is 2.9 %, and 1_000_000 the most there is."""
    found = check_whole(value, field)
    if found > PPM:
        raise _wrong(field, f"{PPM} parts per million (100 %) or less", value)
    return found


def check_flag(value: Any, field: str) -> bool:
    """True or False, and nothing that only counts as one."""
    if not isinstance(value, bool):
        raise _wrong(field, "true or false", value)
    return value


def check_word(value: Any, field: str, words: Iterable[str]) -> str:
    """One of a few words."""
    known = tuple(words)
    if not isinstance(value, str) or value not in known:
        raise _wrong(field, f"one of {', '.join(known)}", value)
    return value


def check_text(value: Any, field: str) -> str:
    """A text that says something."""
    if not isinstance(value, str) or not value:
        raise _wrong(field, "a text", value)
    return value


def check_country(value: Any, field: str) -> str:
    """A country as ISO writes it (US), a region of ours (EEA), or `*`."""
    text = check_text(value, field)
    is_code = len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()
    if not is_code and text not in REGIONS and text != ANY:
        raise _wrong(field, f"a country such as US, {', '.join(REGIONS)} or *", value)
    return text


def check_currency(value: Any, field: str) -> str:
    """A lower-case currency code (usd), or `*`."""
    text = check_text(value, field)
    is_code = len(text) == 3 and text.isascii() and text.isalpha() and text.islower()
    if not is_code and text != ANY:
        raise _wrong(field, "a lower-case currency such as usd, or *", value)
    return text


def check_type(value: Any, field: str, wanted: type[T]) -> T:
    """A value of the class that belongs there."""
    if not isinstance(value, wanted):
        raise _wrong(field, f"a {wanted.__name__}", value)
    return value


def check_mapping(value: Any, field: str) -> Mapping[Any, Any]:
    """A mapping, whatever is in it."""
    if not isinstance(value, Mapping):
        raise _wrong(field, "a mapping", value)
    return value


@contextmanager
def within(field: str) -> Iterator[None]:
    """Say where in a larger value the field at fault is."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{field}.{error}") from None


def only(data: Any, field: str, known: Iterable[str]) -> Mapping[str, Any]:
    """An object of a file, in which every key must be known."""
    names = tuple(known)
    if not isinstance(data, Mapping):
        raise _wrong(field, f"an object with {', '.join(names)}", data)
    for key in data:
        if key not in names:
            raise ValueError(f"{field}.{key} is not known; known are {', '.join(names)}")
    return data


def rows_of(data: Any, field: str, read: Callable[[Any, str], tuple[Any, T]]) -> dict[Any, T]:
    """A table of a file: a list of rows, each read into its key and value; no key twice."""
    if not isinstance(data, list | tuple):
        raise _wrong(field, "a list of rows", data)
    found: dict[Any, T] = {}
    for number, row in enumerate(data):
        key, value = read(row, f"{field}[{number}]")
        if key in found:
            raise ValueError(f"{field}[{number}] repeats the row of {', '.join(key)}")
        found[key] = value
    return found


def frozen(mapping: Mapping[Any, T]) -> Mapping[Any, T]:
    """A copy that nobody can change."""
    return MappingProxyType(dict(mapping))


def without_defaults(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """What a file has to say: the values that differ from what is meant without them."""
    return {
        name: value
        for name, value in values.items()
        if name not in defaults or value != defaults[name]
    }
