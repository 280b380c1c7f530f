"""What a charge or refund would do: decided as the real one is, and not written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from connectlib.core import charges, quotes, refunds
from connectlib.core.book import Work
from connectlib.core.refusals import Refused, missing
from connectlib.flows.charges import details_of, means_with, methods_of
from connectlib.flows.refunds import links_of, with_charge
from connectlib.flows.single import do_one
from connectlib.ports.processor import Method

if TYPE_CHECKING:
    from connectlib.core.commands import CreateCharge, CreateRefund
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def charge(
    ground: Ground, command: CreateCharge, kind: str, brand: str | None, country: str | None
) -> Flow[quotes.ChargeQuote | Refused]:
    """Quote a charge: with its source, or with a method of a kind, brand and country."""
    method = Method("", kind, country or "", details=(("brand", brand),) if brand else ())
    if command.source:
        known = yield from methods_of([command.source])
        if command.source not in known:
            return missing("token", command.source[:100], "source")
        method = known[command.source]
    work = Work(
        charges.record_keys(command, ground.world),
        partial(
            quotes.quote_charge,
            command=command,
            details=details_of(method),
            means=means_with(method),
            rates=ground.fx.table,
            fees=ground.fees,
        ),
        repeatable=True,
        weight=0,
    )
    found = yield from do_one(ground, ground.branch(command.account), work)
    return found


def refund(ground: Ground, command: CreateRefund) -> Flow[quotes.RefundPreview | Refused]:
    """Preview a refund."""
    named = yield from with_charge(ground, command)
    if isinstance(named, Refused):
        return named
    branch = ground.branch(named.charge)
    links = yield from links_of(ground, branch, named)
    work = Work(
        refunds.record_keys(named, ground.world),
        partial(quotes.preview_refund, command=named, rates=ground.fx.table, fees=ground.fees),
        links=links,
        repeatable=True,
        weight=0,
    )
    found = yield from do_one(ground, branch, work)
    return found
