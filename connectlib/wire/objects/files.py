"""Files, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.core.file_links import FOREVER
from connectlib.wire.objects.base import HoldingObject, timestamp


def until(at: int) -> int | None:
    """When something expires, in seconds; None where it never does."""
    return None if at == FOREVER else timestamp(at)


class FileObject(HoldingObject):
    """A file. links: its newest, where it was made or retrieved; else None.

    url: where your web layer serves it; None for what may not be downloaded.
    """

    __slots__ = ()
    OBJECT = "file"

    def _render(self) -> dict[str, Any]:
        row = self._row
        return {
            "id": row.id,
            "object": "file",
            "created": timestamp(row.created),
            "expires_at": until(row.expires_at),
            "filename": row.filename,
            "links": self._held.to_dict() if self._held is not None else None,
            "purpose": row.purpose,
            "size": row.size,
            "title": row.title,
            "type": row.type,
            "url": row.url,
        }

    def _summary(self) -> str:
        return f"{self._row.id} {self._row.purpose} {self._row.type} {self._row.size} bytes"
