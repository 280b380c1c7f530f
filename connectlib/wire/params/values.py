"""Values that stand alone, outside a request model: ids, filters, whole numbers, ranges of time.

Each is looked at before it reaches a store, whose drivers would say less: what is wrong is one
refusal that names the parameter.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, NoReturn

from pydantic_core import PydanticCustomError

from connectlib.core.currencies import currency_of
from connectlib.core.moments import SECOND, moment_of, of_datetime, parse_moment
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import ID_MAX, clean, identified, parse, without_numbers
from connectlib.wire.params.ranges import SECONDS_MAX, Range

#: What a value looks like in a message, at most.
_SHOWN = 60


def shown(value: object) -> str:
    """A value as it may stand in a message: short, and printable everywhere."""
    text = value if isinstance(value, str) else f"a {type(value).__name__}"
    return text[:_SHOWN].encode("ascii", "backslashreplace").decode("ascii")


def wrong(param: str, message: str, hint: str, why: Why = Why.PARAMETER_INVALID) -> NoReturn:
    """Refuse a parameter. Raises Invalid."""
    raise Invalid(Refused(why, message, param, hint))


def text_of(value: object, param: str, *, limit: int = ID_MAX) -> str:
    """A clean text of 1 to `limit` characters; an object stands for its id. Raises Invalid."""
    found = identified(value)
    if not isinstance(found, str):
        wrong(param, f"Invalid string: {shown(found)}", "pass a str, or an object with an id")
    if not found:
        wrong(
            param,
            "You passed an empty string for this parameter.",
            "leave it out, or pass a value",
            Why.INVALID_EMPTY,
        )
    if len(found) > limit:
        wrong(param, f"Invalid string: it has more than {limit} characters.", "shorten it")
    try:
        return clean(found)
    except PydanticCustomError as error:
        context: dict[str, Any] = error.context or {}
        wrong(param, str(context["message"]), str(context["hint"]))


def id_of(value: object, param: str = "id") -> str:
    """An id, or that of an object. Raises Invalid."""
    found = identified(value)
    if not isinstance(found, str) or not found:
        wrong(
            param,
            f"Could not determine which URL to request: an id is needed, not {shown(found)!r}.",
            "pass an id, or the object itself",
        )
    return text_of(found, param)


def whole(value: object, param: str, *, least: int, most: int) -> int:
    """A whole number between two bounds. Raises Invalid."""
    if not isinstance(value, int) or isinstance(value, bool):
        wrong(param, f"Invalid integer: {shown(value)}", "pass an int", Why.INVALID_INTEGER)
    if not least <= value <= most:
        wrong(
            param,
            f"Invalid integer: this value must be between {least} and {most}.",
            "pass an int in that range",
            Why.INVALID_INTEGER,
        )
    return value


def currency_code(value: object, param: str = "currency") -> str:
    """The lower-case code of a known currency. Raises Invalid."""
    if not isinstance(value, str):
        wrong(param, f"Invalid string: {shown(value)}", "pass a str such as usd")
    code = value.lower() if value.isascii() else ""
    if currency_of(code) is None:
        wrong(
            param,
            f"Invalid currency: {shown(value)[:10]}.",
            "use a three-letter ISO code in lower case, such as usd",
            Why.INVALID_CURRENCY,
        )
    return code


def moment(value: object, param: str) -> int:
    """A moment given as datetime, date, ISO text or seconds since 1970. Raises Invalid."""
    try:
        if isinstance(value, datetime):
            return of_datetime(value)
        if isinstance(value, date):
            return moment_of(value)
        if isinstance(value, str):
            return parse_moment(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return of_datetime(datetime.fromtimestamp(value, UTC))
    except (ValueError, OverflowError, OSError):
        pass
    raise Invalid(
        Refused(
            Why.PARAMETER_INVALID,
            f"Invalid moment: {without_numbers(f'{value!r:.60}')}",
            param,
            'pass a datetime, a date, "2026-11-04" or "2026-11-04T12:00:00Z", or seconds',
        )
    )


def bounds_of(value: object, param: str) -> tuple[tuple[str, int], ...]:
    """Seconds, or a range of them, as bounds on microseconds: a second has a million of them.

    Raises Invalid.
    """
    if value is None:
        return ()
    if not isinstance(value, dict):
        if not isinstance(value, int) or isinstance(value, bool):
            hint = "pass seconds since 1970, or a dict of gt, gte, lt, lte"
            wrong(param, f"Invalid integer: {shown(value)}", hint, Why.INVALID_INTEGER)
        at = whole(value, param, least=0, most=SECONDS_MAX)
        return ((">=", at * SECOND), ("<", (at + 1) * SECOND))
    try:
        asked = parse(Range, value)
    except Invalid as invalid:
        inner = invalid.refused.param
        raise Invalid(invalid.refused._replace(param=f"{param}[{inner}]")) from None
    found = []
    if asked.gt is not None:
        found.append((">=", (asked.gt + 1) * SECOND))
    if asked.gte is not None:
        found.append((">=", asked.gte * SECOND))
    if asked.lt is not None:
        found.append(("<", asked.lt * SECOND))
    if asked.lte is not None:
        found.append(("<", (asked.lte + 1) * SECOND))
    return tuple(found)


def texts_of(value: object, param: str, *, most: int) -> tuple[str, ...]:
    """A list of clean texts, at most so many. Raises Invalid."""
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= most:
        wrong(param, f"Invalid array: {shown(value)}", f"pass a list of 1 to {most} texts")
    return tuple(text_of(each, f"{param}[{place}]") for place, each in enumerate(value))


def array_of(value: object, param: str) -> None:
    """Refuse what is no list. Raises Invalid."""
    if not isinstance(value, list | tuple):
        wrong(param, f"Invalid array: {shown(value)}", "pass a list")


def hash_of(value: object, param: str) -> dict[str, Any]:
    """A dict with names for keys, as a new one. Raises Invalid."""
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        wrong(param, f"Invalid hash: {shown(value)}", "pass a dict of keyword arguments")
    return dict(value)
