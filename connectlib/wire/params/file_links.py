"""Parameters of links to files."""

from __future__ import annotations

from typing import Any

from connectlib.core.file_commands import CreateFileLink, UpdateFileLink
from connectlib.core.file_links import FOREVER
from connectlib.core.moments import SECOND
from connectlib.wire.params.base import (
    ChangedMetadata,
    Id,
    Metadata,
    Params,
    changes_of,
    parse,
)
from connectlib.wire.params.files import Seconds, link_of
from connectlib.wire.params.ranges import SECONDS_MAX
from connectlib.wire.params.values import whole, wrong


class Create(Params):
    """`file_links.create`."""

    file: Id
    expires_at: Seconds | None = None
    metadata: Metadata | None = None


class Update(Params):
    """`file_links.update`, but for expires_at, which is a moment or a word."""

    metadata: ChangedMetadata | None = None


def create(given: dict[str, Any], *, account: str) -> CreateFileLink:
    """The command of `file_links.create`. Raises Invalid."""
    asked = parse(Create, given)
    return CreateFileLink(account, asked.file, link_of(asked))


def update(id_: str, given: dict[str, Any], *, account: str) -> UpdateFileLink:
    """The command of `file_links.update`. Raises Invalid."""
    rest = dict(given)
    until = rest.pop("expires_at", None)
    asked = parse(Update, rest)
    return UpdateFileLink(id_, account, _moment(until), until == "now", changes_of(asked.metadata))


def _moment(until: object) -> int | None:
    """When a link shall end: seconds, `now`, or an empty text for never. Raises Invalid."""
    if until is None or until == "now":
        return None
    if until == "":
        return FOREVER
    return whole(until, "expires_at", least=0, most=SECONDS_MAX) * SECOND


def expired(given: dict[str, Any], now: int) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """The filter `expired` of a list taken out of it, as bounds. Raises Invalid."""
    rest = dict(given)
    wanted = rest.pop("expired", None)
    if wanted is None:
        return rest, ()
    if not isinstance(wanted, bool):
        wrong("expired", "Invalid boolean: expired", "pass True or False")
    return rest, (("expires_at", "<=" if wanted else ">", now),)
