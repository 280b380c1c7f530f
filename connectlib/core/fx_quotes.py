"""Quotes: exchange rates promised for a while. They hold no money and change no balance.

A quote keeps the rates as they were, customer's and mid, so that a conversion at it books the
spread of its own time. Whether it still holds is derived from the clock, never written.
(docs.stripe.com, "FX Quotes API", a preview of 2025; there is no premium for the lock here.)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft, encode
from connectlib.core.fx import Rate, no_rate
from connectlib.core.idempotency import answered
from connectlib.core.moments import DAY, HOUR, MINUTE
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import FxQuote

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreateFxQuote
    from connectlib.core.fx import RateTable

#: How long a quote is locked, in microseconds.
LOCKS = {"none": 0, "five_minutes": 5 * MINUTE, "hour": HOUR, "day": DAY}
_NAMES = {length: name for name, length in LOCKS.items()}

#: What a quote is used for -> the code of the refusal where it cannot be
#: (docs.stripe.com/error-codes).
_CODES = {"payment": "payment_intent_fx_quote_invalid", "transfer": "transfers_fx_quote_invalid"}


class Quoted(NamedTuple):
    """One rate of a quote, between minor units.

    text: the customer's. mid_numerator, mid_denominator: the mid it was made from. spread_ppm:
    what was taken off. source: whose the mid is.
    """

    text: str
    mid_numerator: int
    mid_denominator: int
    spread_ppm: int
    source: str


def create_keys(command: CreateFxQuote) -> Keys:
    """What a quote needs: the accounts it names are read."""
    return Keys(accounts=tuple(id_ for _, id_ in command.parties))


def create(
    book: Book, command: CreateFxQuote, request: Request | None, *, table: RateTable
) -> Outcome[FxQuote]:
    """Write down what the table says now, and until when that is promised."""
    for param, id_ in command.parties:
        if book.account(id_) is None:
            return missing("destination" if "destination" in param else "account", id_, param)
    rates: dict[str, Quoted] = {}
    for code in command.from_currencies:
        rate = table.rate(code, command.to_currency)
        if rate is None or code == command.to_currency:
            return no_rate(code, command.to_currency, "from_currencies")
        rates[code] = Quoted(
            rate.text, rate.mid_numerator, rate.mid_denominator, table.spread_ppm, table.source
        )
    lock = LOCKS[command.lock_duration]
    draft = Draft()
    row = draft.put(
        FxQuote(
            book.branch,
            book.new_id("fxq"),
            book.world.id,
            command.account,
            1,
            book.at,
            command.to_currency,
            encode(rates),
            book.at + lock if lock else 0,
            command.usage,
        )
    )
    draft.key = answered(book, request, row)
    return Done(row, draft)


def rates_of(quote: FxQuote) -> dict[str, Quoted]:
    """{from currency: its rate}."""
    return {code: Quoted(*values) for code, values in json.loads(quote.rates).items()}


def lock_duration(quote: FxQuote) -> str:
    """Stripe's word for how long a quote was locked."""
    return _NAMES[quote.expires_at - quote.created] if quote.expires_at else "none"


def lock_status(quote: FxQuote, at: int) -> str:
    """What the lock is at a moment: active, expired, or none where there never was one."""
    if not quote.expires_at:
        return "none"
    return "active" if at < quote.expires_at else "expired"


def usable(
    quote: FxQuote, src: str, dst: str, at: int, *, usage: str = "payment"
) -> Rate | Refused:
    """The rate that a quote gives for converting `src` into `dst` at a moment, if it does.

    usage: what it is wanted for, payment or transfer.
    """
    status = lock_status(quote, at)
    said = json.loads(quote.usage)["type"] if quote.usage else "payment"
    found = rates_of(quote).get(src) if dst == quote.to_currency else None
    if found is None:
        reason = f"it does not convert {src} to {dst}"
    elif said != usage:
        reason = f"it was made for a {said}, not for a {usage}"
    elif status == "none":
        reason = "its rates were never locked"
    elif status == "expired":
        reason = "it has expired"
    else:
        return Rate.fixed(src, dst, found.text, (found.mid_numerator, found.mid_denominator))
    return Refused(
        Why.FX_QUOTE_INVALID,
        f"The FX quote {quote.id} cannot be used: {reason}.",
        "fx_quote",
        f"create one with fx_quotes.create(to_currency={dst!r}, from_currencies=[{src!r}],"
        f' lock_duration="hour", usage={{"type": {usage!r}}}), or leave fx_quote out',
        code=_CODES[usage],
    )
