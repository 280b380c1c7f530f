"""Parameters of files."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, Field

from connectlib.core import files
from connectlib.core.file_commands import CreateFile, LinkData
from connectlib.core.moments import SECOND
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import Flag, Metadata, Params, metadata_of, parse, refuse
from connectlib.wire.params.ranges import SECONDS_MAX

Seconds = Annotated[int, Field(ge=0, le=SECONDS_MAX)]


def _purpose(given: str) -> str:
    if given not in files.PURPOSES:
        raise refuse(
            Why.PARAMETER_INVALID,
            f"Invalid purpose: must be one of {', '.join(files.PURPOSES)}",
            "pass one of these",
        )
    return given


class Link(Params):
    """`file_link_data`."""

    create: Flag
    expires_at: Seconds | None = None
    metadata: Metadata | None = None


class Create(Params):
    """`files.create`, but for the file itself."""

    purpose: Annotated[str, AfterValidator(_purpose)]
    file_link_data: Link | None = None


class Asked(NamedTuple):
    """A file that may be uploaded: all but its bytes."""

    purpose: str
    type: str | None
    link: LinkData | None


def create(given: dict[str, Any], name: str | None, head: bytes) -> Asked:
    """What `files.create` asks for. name, head: of the file. Raises Invalid."""
    asked = parse(Create, given)
    type_ = files.type_of(head, name)
    refused = files.refuse(asked.purpose, type_, head)
    if refused is not None:
        raise Invalid(refused)
    link = asked.file_link_data
    return Asked(asked.purpose, type_, link_of(link) if link and link.create else None)


def link_of(link: Any) -> LinkData:
    """What a link is to have."""
    expires_at = None if link.expires_at is None else link.expires_at * SECOND
    return LinkData(expires_at, metadata_of(link.metadata))


def command(asked: Asked, stored: Any, name: str | None, *, account: str) -> CreateFile:
    """The command of `files.create`, once the bytes are stored."""
    return CreateFile(
        account,
        asked.purpose,
        stored.key,
        stored.size,
        stored.digest,
        name,
        asked.type,
        None,
        asked.link,
    )


def no_file() -> Invalid:
    """The refusal of a call without a file."""
    return Invalid(
        Refused(Why.PARAMETER_MISSING, "Missing required param: file.", "file", "pass it")
    )
