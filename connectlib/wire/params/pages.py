"""Parameters of lists: keyset pages, newest first."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import Field

from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import Id, Params, parse
from connectlib.wire.params.values import bounds_of, currency_code, text_of, texts_of

LIMIT_MAX = 100
#: How many event types one list may ask for (Stripe API reference, "List all events").
TYPES_MAX = 20


class List(Params):
    """What every list takes, beside its filters and ranges."""

    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = 10
    starting_after: Id | None = None
    ending_before: Id | None = None


class PageRequest(NamedTuple):
    """One page. created: bounds (operator, microseconds). where: equalities, or "one of" a tuple.

    ranges: bounds on other columns (column, operator, microseconds).
    """

    limit: int
    after: str | None
    before: str | None
    created: tuple[tuple[str, int], ...]
    where: tuple[tuple[str, Any], ...]
    ranges: tuple[tuple[str, str, int], ...] = ()


def page(
    given: dict[str, Any], columns: dict[str, str], dates: tuple[str, ...] = ()
) -> PageRequest:
    """The page asked for. columns: {filter that the list knows: column}. Raises Invalid.

    dates: columns that may be asked for by a range of seconds, as `created` may.
    """
    known = {"created", *columns, *dates}
    asked = parse(List, {name: value for name, value in given.items() if name not in known})
    if asked.starting_after is not None and asked.ending_before is not None:
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE,
                "You may only specify one of these parameters: starting_after, ending_before.",
                "starting_after",
                "page forward or backward, not both",
            )
        )
    where = [
        (column, _filter(name, given[name]))
        for name, column in columns.items()
        if given.get(name) is not None
    ]
    if len({column for column, _ in where}) < len(where):
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE,
                "You may only specify one of these parameters: type, types.",
                "types",
                "drop one of them",
            )
        )
    return PageRequest(
        asked.limit,
        asked.starting_after,
        asked.ending_before,
        bounds_of(given.get("created"), "created"),
        tuple(where),
        tuple((name, *bound) for name in dates for bound in bounds_of(given.get(name), name)),
    )


def _filter(name: str, value: object) -> str | tuple[str, ...]:
    if name == "types":
        return texts_of(value, name, most=TYPES_MAX)
    return currency_code(value, name) if name == "currency" else text_of(value, name)
