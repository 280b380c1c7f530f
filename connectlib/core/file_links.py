"""Links to files: who has one may read the file until the link expires.

Stripe shows the URL of a link again whenever it is retrieved, so its token is kept, unlike those
of account links. (API reference, File Links.)
"""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING

from connectlib.core.book import Done, Keys
from connectlib.core.changes import changes
from connectlib.core.drafts import Draft
from connectlib.core.idempotency import answered
from connectlib.core.machine import Machine
from connectlib.core.metadata import merged, refuse_metadata
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import File, FileLink, amend
from connectlib.core.secret_tokens import token

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.file_commands import CreateFileLink, LinkData, UpdateFileLink

#: What a link or a file that never expires has for a date.
FOREVER = 2**63 - 1

#: A link, by the clock: `expire` is its date passing, or an update that says `now`.
MACHINE = Machine(
    initial="live",
    table={
        ("live", "open"): "live",
        ("live", "update"): "live",
        ("live", "expire"): "expired",
    },
    terminal=frozenset({"expired"}),
)


def state(row: FileLink, at: int) -> str:
    """What a link is at a moment."""
    return "expired" if row.expires_at <= at else MACHINE.initial


def draft_link(
    book: Book, draft: Draft, file: File, data: LinkData, *, param: str, hosted: str
) -> FileLink | Refused:
    """Draft a link to a file. param: where its parameters were given; empty for the top."""
    if file.url is None:
        return Refused(
            Why.PARAMETER_INVALID,
            f"Files with the purpose {file.purpose} cannot have links.",
            param or "file",
            "read it with files.contents(); link only to files whose `url` is set",
        )
    name = f"{param}[expires_at]" if param else "expires_at"
    if data.expires_at is not None and data.expires_at <= book.at:
        return _past(name)
    id_ = book.new_id("link")
    return draft.put(
        FileLink(
            book.branch,
            id_,
            book.world.id,
            file.account,
            1,
            book.at,
            file.id,
            FOREVER if data.expires_at is None else data.expires_at,
            f"{hosted}/links/{token(id_, book.secret())}",
            data.metadata,
        )
    )


def _past(param: str) -> Refused:
    return Refused(
        Why.PARAMETER_INVALID,
        f"Invalid {param}: it must be in the future.",
        param,
        "give a later moment, in seconds since 1970; an update takes `now` to end the link",
    )


def create_keys(command: CreateFileLink) -> Keys:
    """What a link needs: its file."""
    return Keys(rows=(command.file,))


def create(
    book: Book, command: CreateFileLink, request: Request | None, *, hosted: str
) -> Outcome[FileLink]:
    """Make a link to a file of the namespace."""
    file = book.get(File, command.file, command.account)
    if file is None or file.expires_at <= book.at:
        return missing("file upload", command.file, "file")
    draft = Draft()
    made = draft_link(book, draft, file, command.data, param="", hosted=hosted)
    if isinstance(made, Refused):
        return made
    draft.key = answered(book, request, made)
    return Done(made, draft)


def update(book: Book, command: UpdateFileLink, request: Request | None) -> Outcome[FileLink]:
    """Change when a link expires, or its metadata. An expired link cannot be changed."""
    row = book.get(FileLink, command.id, command.account)
    if row is None:
        return missing("file link", command.id, "id")
    move = "expire" if command.is_ended else "update"
    if MACHINE.next(state(row, book.at), move) is None:
        return Refused(
            Why.FILE_LINK_EXPIRED,
            f"The file link {row.id} has expired and can no longer be updated.",
            "id",
            "make a new one with file_links.create()",
        )
    wanted: dict[str, object] = {}
    if command.is_ended:
        wanted["expires_at"] = book.at
    elif command.expires_at is not None:
        if command.expires_at <= book.at:
            return _past("expires_at")
        wanted["expires_at"] = command.expires_at
    if command.metadata is not None:
        wanted["metadata"] = merged(row.metadata, command.metadata)
        refused = refuse_metadata(str(wanted["metadata"]))
        if refused is not None:
            return refused
    changed = changes(row, wanted)
    draft = Draft()
    if changed:
        row = draft.put(amend(row, version=row.version + 1, **changed))
    draft.key = answered(book, request, row)
    return Done(row, draft)


def refuse_open(row: FileLink | None, secret: str, at: int) -> Refused | None:
    """Why a token opens nothing: no such link, or not any more. The answer is the same."""
    mine = row.url.rpartition("/")[2][-len(secret) :] if row is not None else ""
    is_it = compare_digest(mine, secret)
    if row is None or not is_it or MACHINE.next(state(row, at), "open") is None:
        return missing("file link", "…", "token")
    return None
