"""Quotes of exchange rates: one commit. The rates are looked up at the moment of the batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core import fx_quotes
from connectlib.core.book import Work
from connectlib.flows.single import do_one

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreateFxQuote
    from connectlib.core.refusals import Refused
    from connectlib.core.rows import FxQuote
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def create(
    ground: Ground, command: CreateFxQuote, request: Request | None
) -> Flow[FxQuote | Refused]:
    """Create a quote."""

    def decide(book: Book) -> Outcome[FxQuote]:
        return fx_quotes.create(book, command, request, table=ground.fx.table(book.at))

    work = Work(fx_quotes.create_keys(command), decide, request=request, weight=0)
    return do_one(ground, ground.branch(command.account), work)
