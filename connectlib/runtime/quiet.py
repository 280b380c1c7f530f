"""No search for garbage while a large batch is at work.

It makes tens of thousands of rows that all live until its end: looking for garbage among them
again and again costs up to a third of its time.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: From how many items on a batch is large.
LARGE = 64


@contextmanager
def quiet(items: int) -> Iterator[None]:
    """A block of work on so many items; the collector is put back as it was found."""
    if items < LARGE or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
