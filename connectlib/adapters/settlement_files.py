"""Settlement files, as they are given: a path, CSV text, or rows."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from connectlib.wire.params.reconciliation import PARAM, lines, rows
from connectlib.wire.params.values import shown, wrong

if TYPE_CHECKING:
    from connectlib.core.reconciliation import Entry

_BREAKS = ("\n", "\r")


def read(given: object) -> list[Entry]:
    """The entries of a settlement file; see `wire.params.reconciliation` for what is in one.

    given: a path; text, which is told from a path by its line breaks; bytes; or dicts.
    Raises Invalid.
    """
    if isinstance(given, bytes | bytearray):
        try:
            given = bytes(given).decode("utf-8-sig") + "\n"
        except UnicodeDecodeError as error:
            wrong(
                PARAM, f"Invalid settlement: it is no UTF-8 at byte {error.start}.", "encode it so"
            )
    if isinstance(given, str) and any(one in given for one in _BREAKS):
        return lines(io.StringIO(given, newline=""))
    if isinstance(given, str | os.PathLike):
        return _file(Path(given))
    if isinstance(given, Iterable) and not isinstance(given, Mapping):
        return rows(given)
    return wrong(
        PARAM,
        f"Invalid settlement: {shown(given)}.",
        "pass the path of a CSV file, its text, or a list of dicts",
    )


def _file(path: Path) -> list[Entry]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return lines(file)
    except OSError as error:
        what = error.strerror or type(error).__name__
    except ValueError as error:  # not UTF-8, or no path
        what = str(error)
    return wrong(
        PARAM,
        f"The settlement file {shown(str(path))} cannot be read: {what}.",
        "pass the path of a CSV file in UTF-8; text is told from a path by its line breaks",
    )
