"""Links to files: one commit each; opening one reads the file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from connectlib.core import file_links, secret_tokens
from connectlib.core.book import Keys, Work
from connectlib.core.refusals import Refused, missing
from connectlib.core.rows import FileLink
from connectlib.flows import files
from connectlib.flows.single import do_one
from connectlib.ports.steps import ask
from connectlib.ports.store import One

if TYPE_CHECKING:
    from connectlib.core.book import Request
    from connectlib.core.file_commands import CreateFileLink, UpdateFileLink
    from connectlib.core.rows import File
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def create(
    ground: Ground, command: CreateFileLink, request: Request | None
) -> Flow[FileLink | Refused]:
    """Make a link to a file, in the branch of its namespace."""
    work = Work(
        file_links.create_keys(command),
        partial(file_links.create, command=command, request=request, hosted=ground.hosted),
        request=request,
        weight=0,
    )
    return do_one(ground, ground.branch(command.account), work)


def update(
    ground: Ground, command: UpdateFileLink, request: Request | None
) -> Flow[FileLink | Refused]:
    """Change a link."""
    work = Work(
        Keys(rows=(command.id,)),
        partial(file_links.update, command=command, request=request),
        request=request,
        weight=0,
    )
    return do_one(ground, ground.branch(command.account), work)


def opened(ground: Ground, text: str, *, at: int) -> Flow[tuple[File, bytes] | Refused]:
    """The file that a link's URL or token opens, and its bytes."""
    parts = secret_tokens.split(text, "link")
    if parts is None:
        return missing("file link", "…", "token")
    id_, secret = parts
    row: FileLink | None = yield from ask(One(FileLink, ground.branch(id_), ground.world.id, id_))
    refused = file_links.refuse_open(row, secret, at)
    if refused is not None or row is None:
        return refused or missing("file link", "…", "token")
    file = yield from files.known(ground, row.file, row.account, "token")
    if isinstance(file, Refused):
        return file
    data = yield from files.contents(ground, row.file, row.account, at=at, param="token")
    return data if isinstance(data, Refused) else (file, data)
