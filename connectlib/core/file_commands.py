"""What may be asked of files and their links: see `core.commands`."""

from __future__ import annotations

from typing import NamedTuple


class LinkData(NamedTuple):
    """What a new link has. expires_at: microseconds; None = never."""

    expires_at: int | None = None
    metadata: str = "{}"


class CreateFile(NamedTuple):
    """`files.create`, once the bytes are in the store under `key`. link: one to make with it."""

    account: str
    purpose: str
    key: str
    size: int
    digest: str
    filename: str | None = None
    type: str | None = None
    title: str | None = None
    link: LinkData | None = None

    def asked(self) -> tuple[object, ...]:
        """What a repeat of the request has in common with it: all but where the bytes lie."""
        return tuple(self._replace(key=""))


class CreateFileLink(NamedTuple):
    """`file_links.create`."""

    account: str
    file: str
    data: LinkData = LinkData()


class UpdateFileLink(NamedTuple):
    """`file_links.update`. is_ended: it expires now. metadata: JSON of the changes."""

    id: str
    account: str
    expires_at: int | None = None
    is_ended: bool = False
    metadata: str | None = None
