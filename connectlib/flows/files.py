"""Files: the bytes first, then the row; what nobody will see is dropped again.

Between the two there is no transaction and no file: whoever stops there leaves bytes that no row
names, never a file without its bytes.
"""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from connectlib.core import files
from connectlib.core.book import Work
from connectlib.core.refusals import Refused, missing
from connectlib.core.rows import File
from connectlib.flows.single import do_one
from connectlib.ports.files import FilesFault
from connectlib.ports.steps import ask, drop_file, get_file, put_file
from connectlib.ports.store import One

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectlib.core.book import Request
    from connectlib.core.file_commands import CreateFile
    from connectlib.flows.ground import Ground
    from connectlib.ports.files import Stored
    from connectlib.ports.steps import Flow


def put(purpose: str, chunks: Iterable[bytes]) -> Flow[Stored | Refused]:
    """Put the bytes of a file to be into the store, if they are not too many."""
    stored = yield from put_file(chunks, files.PURPOSES[purpose].size_max)
    return files.too_large(purpose) if stored is None else stored


def create(ground: Ground, command: CreateFile, request: Request | None) -> Flow[File | Refused]:
    """Write the row of a file whose bytes are in the store."""
    work = Work(
        files.create_keys(command),
        partial(files.create, command=command, request=request, hosted=ground.hosted),
        request=request,
        weight=0,
    )
    found = yield from do_one(ground, ground.branch(command.account), work)
    if isinstance(found, Refused) or found.key != command.key:
        # Refused, or a repeat: the file is the one that was made first.
        yield from drop_file(command.key)
    return found


def known(ground: Ground, id_: str, account: str, param: str = "id") -> Flow[File | Refused]:
    """The file with an id, or that a published test token stands for, in a namespace."""
    found = files.known(id_, ground.world, account)
    if found is None:
        found = yield from ask(One(File, ground.branch(id_), ground.world.id, id_, account))
    return missing("file upload", id_[:100], param) if found is None else found


def contents(
    ground: Ground, id_: str, account: str, *, at: int, param: str = "id"
) -> Flow[bytes | Refused]:
    """The bytes of a file. Raises FilesFault where they are not those that were put in."""
    row = yield from known(ground, id_, account, param)
    if isinstance(row, Refused):
        return row
    refused = files.readable(row, at)
    if refused is not None:
        return refused
    if id_ in files.KNOWN:
        return files.KNOWN_BYTES
    data = yield from get_file(row.key)
    if data is None or sha256(data).hexdigest() != row.digest:
        raise FilesFault(f"the bytes of {row.id} are {'gone' if data is None else 'damaged'}")
    return data
