"""Updates of words, for every resource that has them: one commit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from connectlib.core import texts
from connectlib.core.book import Work
from connectlib.core.rows import TransferReversal
from connectlib.flows.single import do_one

if TYPE_CHECKING:
    from connectlib.core.book import Request
    from connectlib.core.commands import UpdateText
    from connectlib.core.refusals import Refused
    from connectlib.core.rows import Versioned
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def update(
    ground: Ground, kind: type[Versioned], command: UpdateText, request: Request | None
) -> Flow[Versioned | Refused]:
    """Change the words of an object."""
    work = Work(
        texts.update_keys(command),
        partial(texts.update, kind=kind, command=command, request=request),
        links=(command.id,) if kind is TransferReversal else (),
        request=request,
        weight=0,
    )
    return do_one(ground, ground.branch(command.id), work)
