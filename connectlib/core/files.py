"""Files: what each purpose takes, what the bytes are, how long they are kept.

The bytes lie in a file store and are put there before the row is written: a file that can be
seen is whole. (docs.stripe.com/file-upload; API reference, Files.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft
from connectlib.core.file_links import FOREVER, draft_link
from connectlib.core.idempotency import answered
from connectlib.core.moments import DAY
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import File

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.file_commands import CreateFile
    from connectlib.core.rows import World

_KB, _MB = 1024, 1024 * 1024


class Purpose(NamedTuple):
    """What a purpose takes. keep: microseconds until it expires; None = it never does.

    is_downloadable: whether a web layer may serve it, and links to it may be made.
    """

    types: tuple[str, ...]
    size_max: int
    keep: int | None = None
    is_downloadable: bool = True


_PAPER = ("pdf", "jpg", "png")
_IMAGES = ("jpg", "png", "gif")

#: Purpose -> what it takes, as the file upload guide has it. The figures of terminals are not
#: verified. Replace an entry to change it.
PURPOSES: dict[str, Purpose] = {
    "account_requirement": Purpose(_PAPER, 64 * _MB, is_downloadable=False),
    "additional_verification": Purpose(_PAPER, 16 * _MB, is_downloadable=False),
    "business_icon": Purpose(_IMAGES, 512 * _KB),
    "business_logo": Purpose(_IMAGES, 512 * _KB),
    "customer_signature": Purpose(("jpg", "png", "svg"), 4 * _MB, 7 * DAY),
    "dispute_evidence": Purpose(_PAPER, 5 * _MB, 274 * DAY),
    "identity_document": Purpose(_PAPER, 16 * _MB, is_downloadable=False),
    "issuing_regulatory_reporting": Purpose(("json",), 256 * _KB, 730 * DAY),
    "pci_document": Purpose(("pdf",), 16 * _MB),
    "platform_terms_of_service": Purpose(("pdf", "txt", "md"), 64 * _MB, is_downloadable=False),
    "tax_document_user_upload": Purpose((*_PAPER, "csv", "xlsx", "docx"), 16 * _MB),
    "terminal_android_apk": Purpose(("apk",), 64 * _MB),
    "terminal_reader_splashscreen": Purpose(_IMAGES, 2 * _MB),
    "terminal_wifi_certificate": Purpose(("pem",), 64 * _KB, is_downloadable=False),
    "terminal_wifi_private_key": Purpose(("pem",), 64 * _KB, is_downloadable=False),
}

#: How the bytes of a type begin. Of these the bytes alone decide, whatever the file is called.
_BEGINNINGS = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
}
#: Types that are zip archives inside, told apart by the name.
_ARCHIVE, _ARCHIVED = b"PK\x03\x04", frozenset({"apk", "docx", "xlsx"})
#: Types that are texts, told apart by the name.
_TEXTS = frozenset({"csv", "json", "md", "pem", "svg", "txt"})
#: So many bytes are enough to know a type.
HEAD = 16
_OTHER_NAMES = {"jpeg": "jpg", "markdown": "md"}


def type_of(head: bytes, filename: str | None) -> str | None:
    """What a file is, by how its bytes begin; None where that is not known.

    Archives and texts are called what their name ends in, if the bytes allow it.
    """
    for type_, beginnings in _BEGINNINGS.items():
        if head.startswith(beginnings):
            return type_
    ending = (filename or "").rpartition(".")[2].lower()
    ending = _OTHER_NAMES.get(ending, ending)
    if head.startswith(_ARCHIVE):
        return ending if ending in _ARCHIVED else None
    return ending if ending in _TEXTS and b"\x00" not in head else None


def refuse(purpose: str, type_: str | None, head: bytes) -> Refused | None:
    """Why a file of a type cannot serve a purpose."""
    if not head:
        return Refused(
            Why.INVALID_EMPTY, "The uploaded file is empty.", "file", "upload a file with content"
        )
    types = PURPOSES[purpose].types
    if type_ in types:
        return None
    found = f"a {type_} file" if type_ else "of a type that is not known"
    return Refused(
        Why.PARAMETER_INVALID,
        f"The uploaded file is {found}: files with the purpose {purpose} must be one of"
        f" {', '.join(types)}.",
        "file",
        "upload one of these; pdf, png, jpg and gif are told by their bytes, not by their name",
    )


def too_large(purpose: str) -> Refused:
    """The refusal of a file with more bytes than its purpose takes."""
    most = PURPOSES[purpose].size_max
    shown = f"{most // _MB} MB" if most >= _MB else f"{most // _KB} KB"
    return Refused(
        Why.PARAMETER_INVALID,
        f"The uploaded file is too large: files with the purpose {purpose} have at most {shown}.",
        "file",
        "make it smaller, or leave out pages",
    )


def create_keys(command: CreateFile) -> Keys:
    """What a new file needs."""
    return Keys(heads=(command.account,))


def create(
    book: Book, command: CreateFile, request: Request | None, *, hosted: str
) -> Outcome[File]:
    """Write down a file whose bytes are in the store, and a link to it where one is wanted."""
    purpose = PURPOSES[command.purpose]
    id_ = book.new_id("file")
    row = File(
        book.branch,
        id_,
        book.world.id,
        command.account,
        1,
        book.at,
        command.purpose,
        command.key,
        command.size,
        command.digest,
        FOREVER if purpose.keep is None else book.at + purpose.keep,
        command.filename,
        command.title,
        command.type,
        f"{hosted}/files/{id_}/contents" if purpose.is_downloadable else None,
    )
    draft = Draft()
    draft.origin = request.key if request else None
    draft.put(row)
    draft.emit("file.created", row)
    if command.link is not None:
        made = draft_link(book, draft, row, command.link, param="file_link_data", hosted=hosted)
        if isinstance(made, Refused):
            return made
    draft.key = answered(book, request, row)
    return Done(row, draft)


def readable(row: File, at: int) -> Refused | None:
    """Why the bytes of a file can no longer be read."""
    return missing("file upload", row.id, "id") if row.expires_at <= at else None


class Known(NamedTuple):
    """A published test token that stands for a file. outcome: of the check of it."""

    outcome: str
    filename: str


#: Test tokens that are files without having been uploaded (Stripe docs, "Testing Connect",
#: "Test file tokens"): as an identity document the first is verified, the second is not.
KNOWN: dict[str, Known] = {
    "file_identity_document_success": Known("verified", "success.png"),
    "file_identity_document_failure": Known("unverified", "failure.png"),
}
#: What can be read of one: the smallest picture there is.
KNOWN_BYTES = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000000000200015ef3d1080000000049454e44ae426082"
)


def known(id_: str, world: World, account: str) -> File | None:
    """The file that a published test token stands for, in test mode, in any namespace."""
    found = KNOWN.get(id_)
    if found is None or world.livemode:
        return None
    size = len(KNOWN_BYTES)
    row = File(0, id_, world.id, account, 1, world.created, "identity_document", "", size, "", 0)
    return row._replace(filename=found.filename, type="png", expires_at=FOREVER)
