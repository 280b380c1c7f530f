"""Scheduled transfers: one commit each; the pump releases those whose date has come."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from connectlib.core import transfer_schedules
from connectlib.core.book import Work
from connectlib.core.due import split_ref
from connectlib.core.rows import TransferSchedule
from connectlib.flows.single import Call, do, do_one
from connectlib.ports.steps import ask
from connectlib.ports.store import One

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.core.book import Request
    from connectlib.core.commands import CreateTransferSchedule, UpdateTransferSchedule
    from connectlib.core.refusals import Refused
    from connectlib.core.rows import Due
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def create(
    ground: Ground, asked: Sequence[tuple[CreateTransferSchedule, Request | None]]
) -> Flow[list[TransferSchedule | Refused]]:
    """Schedule transfers, one result for each."""
    return do(ground, [_creation(ground, command, request) for command, request in asked])


def _creation(ground: Ground, command: CreateTransferSchedule, request: Request | None) -> Call:
    work = Work(
        transfer_schedules.create_keys(command, ground.world),
        partial(transfer_schedules.create, command=command, request=request),
        request=request,
        weight=0,
    )
    return Call(ground.branch(command.source_transaction or command.destination), work)


def release(ground: Ground, id_: str, request: Request | None) -> Flow[TransferSchedule | Refused]:
    """Release a schedule now. It is read first: it says by which links its locks are found."""
    branch = ground.branch(id_)
    row = yield from ask(One(TransferSchedule, branch, ground.world.id, id_))
    links = transfer_schedules.links_of(row) if isinstance(row, TransferSchedule) else ()
    work = Work(
        transfer_schedules.release_keys(id_, ground.world),
        partial(transfer_schedules.release, id_=id_, request=request, rates=ground.fx.table),
        links=links,
        request=request,
        weight=1,
    )
    return (yield from do_one(ground, branch, work))


def on_time(ground: Ground, due: Due) -> Work[TransferSchedule | None]:
    """The release of a schedule whose date has come."""
    id_, *others = split_ref(due.ref)
    return Work(
        transfer_schedules.release_keys(id_, ground.world),
        partial(transfer_schedules.on_time, id_=id_, due=due, rates=ground.fx.table),
        links=(id_, *others),
        repeatable=True,
        weight=1,
    )


def cancel(ground: Ground, id_: str, request: Request | None) -> Flow[TransferSchedule | Refused]:
    """Give up a schedule."""
    work = Work(
        transfer_schedules.touch_keys(id_, ground.world),
        partial(transfer_schedules.cancel, id_=id_, request=request),
        links=(id_,),
        request=request,
        weight=0,
    )
    return do_one(ground, ground.branch(id_), work)


def update(
    ground: Ground, command: UpdateTransferSchedule, request: Request | None
) -> Flow[TransferSchedule | Refused]:
    """Change the words or the date of a schedule."""
    work = Work(
        transfer_schedules.touch_keys(command.id, ground.world),
        partial(transfer_schedules.update, command=command, request=request),
        links=(command.id,),
        request=request,
        weight=0,
    )
    return do_one(ground, ground.branch(command.id), work)
