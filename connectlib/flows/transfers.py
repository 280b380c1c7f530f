"""Transfers and their reversals: one commit each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from connectlib.core import transfer_reversals, transfers
from connectlib.core.book import Work, twin
from connectlib.flows.single import Call, do, do_one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.core.book import Request
    from connectlib.core.commands import CreateReversal, CreateTransfer
    from connectlib.core.refusals import Refused
    from connectlib.core.rows import Transfer, TransferReversal
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def create(
    ground: Ground, asked: Sequence[tuple[CreateTransfer, Request | None]]
) -> Flow[list[Transfer | Refused]]:
    """Create transfers, one result for each."""
    return do(ground, [_creation(ground, command, request) for command, request in asked])


def _creation(ground: Ground, command: CreateTransfer, request: Request | None) -> Call:
    source = command.source_transaction
    work = Work(
        transfers.create_keys(command, ground.world),
        partial(transfers.create, command=command, request=request, rates=ground.fx.table),
        links=(source, command.destination) if source else (command.destination,),
        request=request,
        weight=1,
    )
    return Call(ground.branch(source or command.destination), work)


def reverse(
    ground: Ground, command: CreateReversal, request: Request | None
) -> Flow[TransferReversal | Refused]:
    """Reverse a transfer, in part or whole."""
    work = Work(
        transfer_reversals.reverse_keys(
            command.transfer, ground.world, with_fee=command.refund_application_fee
        ),
        partial(transfer_reversals.reverse, command=command, request=request),
        links=(command.transfer, twin(command.transfer, "fee")),
        request=request,
        weight=2,
    )
    return do_one(ground, ground.branch(command.transfer), work)
