"""Links to files, as Stripe shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.file_links import state
from connectlib.wire.objects.base import StripeObject, loaded, timestamp
from connectlib.wire.objects.files import until

if TYPE_CHECKING:
    from connectlib.wire.objects.files import FileObject


class FileLinkObject(StripeObject):
    """A link to a file. expired: as of when it was asked for."""

    __slots__ = ("_at",)
    OBJECT = "file_link"

    def __init__(self, row: Any, *, livemode: bool = False, at: int | None = None) -> None:
        super().__init__(row, livemode=livemode)
        object.__setattr__(self, "_at", row.created if at is None else at)

    def _render(self) -> dict[str, Any]:
        row = self._row
        is_expired = state(row, self._at) == "expired"
        return {
            "id": row.id,
            "object": "file_link",
            "created": timestamp(row.created),
            "expired": is_expired,
            "expires_at": until(row.expires_at),
            "file": row.file,
            "livemode": self._livemode,
            "metadata": loaded(row.metadata),
            "url": None if is_expired else row.url,
        }

    def _summary(self) -> str:
        return f"{self._row.id} to {self._row.file}"


class OpenedFile(NamedTuple):
    """What a link opens: the file and its bytes, for a web layer to serve.

    media_type: of the response. Serve it with `Content-Disposition: attachment` and
    `X-Content-Type-Options: nosniff`: somebody else has uploaded it.
    """

    file: FileObject
    data: bytes
    media_type: str


#: Type -> media type; what is not here is bytes.
MEDIA = {
    "csv": "text/csv",
    "gif": "image/gif",
    "jpg": "image/jpeg",
    "json": "application/json",
    "pdf": "application/pdf",
    "png": "image/png",
    "txt": "text/plain",
}
