"""Ranges of time in lists: `created` and the like, in seconds since 1970."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from connectlib.wire.params.base import Params

#: The year 3000.
SECONDS_MAX = 32_503_680_000
Seconds = Annotated[int, Field(ge=0, le=SECONDS_MAX)]


class Range(Params):
    """A range: each bound is a second."""

    gt: Seconds | None = None
    gte: Seconds | None = None
    lt: Seconds | None = None
    lte: Seconds | None = None
