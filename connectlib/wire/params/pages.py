"""Parameters of lists: keyset pages, newest first."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import Field

from connectlib.core.moments import SECOND
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import Id, Params, parse

LIMIT_MAX = 100
#: Seconds since 1970 up to the year 3000.
Seconds = Annotated[int, Field(ge=0, le=32_503_680_000)]


class Range(Params):
    """`created` as a range, in seconds since 1970."""

    gt: Seconds | None = None
    gte: Seconds | None = None
    lt: Seconds | None = None
    lte: Seconds | None = None


class List(Params):
    """What every list takes."""

    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = 10
    starting_after: Id | None = None
    ending_before: Id | None = None
    created: Seconds | Range | None = None


class PageRequest(NamedTuple):
    """One page. created: bounds (operator, microseconds). where: equalities."""

    limit: int
    after: str | None
    before: str | None
    created: tuple[tuple[str, int], ...]
    where: tuple[tuple[str, Any], ...]


def page(given: dict[str, Any], columns: dict[str, str]) -> PageRequest:
    """The page asked for. columns: {filter that the list knows: column}. Raises Invalid."""
    filters = {name: given[name] for name in columns if given.get(name) is not None}
    asked = parse(List, {name: value for name, value in given.items() if name not in columns})
    if asked.starting_after is not None and asked.ending_before is not None:
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE,
                "You may only specify one of these parameters: starting_after, ending_before.",
                "starting_after",
                "page forward or backward, not both",
            )
        )
    for name, value in filters.items():
        if not isinstance(value, str | int) or not str(value) or len(str(value)) > 255:
            raise Invalid(
                Refused(Why.PARAMETER_INVALID, f"Invalid value for {name}.", name, "pass one value")
            )
    return PageRequest(
        asked.limit,
        asked.starting_after,
        asked.ending_before,
        _bounds(asked.created),
        tuple((columns[name], value) for name, value in filters.items()),
    )


def _bounds(created: int | Range | None) -> tuple[tuple[str, int], ...]:
    """Seconds as bounds on microseconds: a second has a million of them."""
    if created is None:
        return ()
    if isinstance(created, int):
        return ((">=", created * SECOND), ("<", (created + 1) * SECOND))
    found = []
    if created.gt is not None:
        found.append((">=", (created.gt + 1) * SECOND))
    if created.gte is not None:
        found.append((">=", created.gte * SECOND))
    if created.lt is not None:
        found.append(("<", created.lt * SECOND))
    if created.lte is not None:
        found.append(("<", (created.lte + 1) * SECOND))
    return tuple(found)
