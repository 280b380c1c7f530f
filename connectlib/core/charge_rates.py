"""The rates that a charge needs: looked up before the processor is asked, or promised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.charge_bearers import bearer_of
from connectlib.core.conversions import NoRate, rate_of
from connectlib.core.currencies import currency_of
from connectlib.core.fee_bearers import DIRECT, PLATFORM
from connectlib.core.fx import Rate, convert, no_rate
from connectlib.core.fx_quotes import usable
from connectlib.core.money import display
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import FxQuote

if TYPE_CHECKING:
    from connectlib.core.book import Book
    from connectlib.core.commands import CreateCharge
    from connectlib.core.conversions import Rates
    from connectlib.core.fee_policies import FeePolicy
    from connectlib.core.terms import Terms


def promised_rate(book: Book, command: CreateCharge, terms: Terms) -> Rate | Refused | None:
    """The rate that a quote promises; None where there is none."""
    if command.fx_quote is None:
        return None
    quote = book.get(FxQuote, command.fx_quote, command.account)
    if quote is None:
        return missing("fx_quote", command.fx_quote, "fx_quote")
    return usable(quote, command.currency, terms.settles, book.at)


def refuse_converted(
    book: Book, command: CreateCharge, terms: Terms, rates: Rates, fees: FeePolicy
) -> Refused | None:
    """Why the amounts cannot be converted, or are too small once they are.

    Asked before the processor is: money taken that cannot be booked would be nobody's.
    """
    settles = terms.settles
    if command.currency == settles == terms.earned == terms.billed:
        for _, arrives in terms.arrivals:
            if arrives != settles:
                break
        else:
            return None
    try:
        for source, target in _conversions(book, command, terms, fees):
            rate_of(rates, book.at, source, target)
        if command.currency == terms.settles:
            return None
        rate = rate_of(rates, book.at, command.currency, terms.settles)
    except NoRate as none:
        return no_rate(none.source, none.target)
    least = currency_of(terms.settles)
    settled = convert(command.amount, rate).amount
    if least is not None and settled < least.charge_min:
        return Refused(
            Why.AMOUNT_TOO_SMALL,
            f"The charge settles in {terms.settles}: {display(settled, terms.settles)} is less"
            f" than the smallest amount there, {display(least.charge_min, terms.settles)}.",
            "amount",
            "charge more",
        )
    return None


def _conversions(
    book: Book, command: CreateCharge, terms: Terms, fees: FeePolicy
) -> set[tuple[str, str]]:
    """(from, to) of every conversion that booking a charge may need: see `charge_money`."""
    found = {(terms.settles, arrives) for _, arrives in terms.arrivals}
    direct = command.account != book.world.account
    if command.application_fee_amount:
        taken = terms.settles if direct else terms.arrives(command.destination or "")
        found |= {(command.currency, taken), (command.currency, terms.earned)}
    borne = {bearer_of(fees.bearers, fee, DIRECT, terms.payer) for fee in ("processing", "fx")}
    if direct and PLATFORM in borne:
        found.add((terms.settles, terms.billed))
    return {(source, target) for source, target in found if source != target}
