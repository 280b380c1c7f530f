"""Refunds of application fees: one commit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from connectlib.core import application_fees
from connectlib.core.book import Work
from connectlib.flows.single import do_one

if TYPE_CHECKING:
    from connectlib.core.book import Request
    from connectlib.core.commands import CreateFeeRefund
    from connectlib.core.refusals import Refused
    from connectlib.core.rows import FeeRefund
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def refund(
    ground: Ground, command: CreateFeeRefund, request: Request | None
) -> Flow[FeeRefund | Refused]:
    """Give an application fee back, in part or whole."""
    work = Work(
        application_fees.refund_keys(command.fee, ground.world),
        partial(application_fees.refund, command=command, request=request),
        links=(command.fee,),
        request=request,
        weight=1,
    )
    return do_one(ground, ground.branch(command.fee), work)
