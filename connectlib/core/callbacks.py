"""News of the processor: what it tells by itself, twice, late or out of order.

Each piece of news is booked once, under the processor's own id of it, and can only move a
charge or refund along its table. What cannot be true is put aside for a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connectlib.core import charge_answers, refunds
from connectlib.core.book import Done, Keys, Request
from connectlib.core.charges import MACHINE, options_of, settle_keys, with_options
from connectlib.core.conversions import sell_keys
from connectlib.core.drafts import Draft
from connectlib.core.postings import Fact, keys
from connectlib.core.refund_money import SHORT
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Callback, Charge, Refund, amend
from connectlib.core.transfers import captured

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.core.book import Book, Outcome
    from connectlib.core.conversions import Rates
    from connectlib.core.fee_policies import FeePolicy
    from connectlib.core.means import Means
    from connectlib.core.rows import Versioned, World
    from connectlib.core.terms import Terms

#: In whose namespace the ids of the processor's news are kept.
NAMESPACE = "processor"
#: What was made of a piece of news: it moved something; it was known already; it is of nothing
#: that we know; it says what cannot be; its amount or currency is not ours.
MOVED, KNOWN, IGNORED, CONTRADICTS, MISMATCH = (
    "moved",
    "known",
    "ignored",
    "contradicts",
    "mismatch",
)
#: kind -> states of a charge in which the news is not new.
_KNOWN = {
    "approved": frozenset({"succeeded", "capturing"}),
    "held": frozenset({"authorized", "capturing", "succeeded", "releasing", "released"}),
    "captured": frozenset({"succeeded"}),
    "declined": frozenset({"failed"}),
    "released": frozenset({"released", "failed"}),
}
#: kind -> the move of the charge
_MOVES = {
    "approved": "approve",
    "held": "hold",
    "captured": "approve",
    "declined": "decline",
    "released": "let_go",
}


class Heard(NamedTuple):
    """One piece of news.

    kind: approved, held, captured, declined or released of a charge; returned or not_returned of
    a refund. id: the processor's own. key: ours, of the charge or refund. amount, currency: as
    it says.
    """

    id: str
    key: str
    kind: str
    amount: int
    currency: str
    refusal: Refused | None = None
    reason: str | None = None
    reference: str | None = None
    risk: tuple[str, int] = ("normal", 20)
    holds_for: int = 0


def request_of(heard: Heard) -> Request:
    """What makes news heard twice be booked once."""
    said = f"{heard.kind}:{heard.key}:{heard.amount}:{heard.currency}"
    return Request(NAMESPACE, heard.id, said[:64])


def charge_keys(
    row: Charge, world: World, *, terms: Terms, means: Means
) -> Callable[[Mapping[str, Versioned], int], Keys]:
    """What news of a charge may touch."""
    settle = settle_keys(row, world, terms=terms, means=means)

    def of(links: Mapping[str, Versioned], at: int) -> Keys:
        found = settle(links, at)
        owners = charge_answers.bounce_keys(row, world.id, world.account)
        touched = found.ledger | keys(Fact.PAYMENT_FAILED, owners)
        if row.settled_currency is not None:
            touched |= keys(Fact.PAYMENT_FAILED, owners._replace(currency=row.currency))
            touched |= sell_keys(world.id, row.account, row.settled_currency, row.currency, 0)
        return found._replace(ledger=touched)

    return of


def _log(book: Book, draft: Draft, heard: Heard, outcome: str) -> Callback:
    row = Callback(
        book.branch,
        book.new_id("cb"),
        book.world.id,
        book.world.account,
        book.at,
        heard.id,
        heard.kind,
        heard.key,
        outcome,
        heard.amount,
        heard.currency,
    )
    draft.callbacks.append(row)
    return row


def hear_charge(
    book: Book,
    heard: Heard,
    *,
    row: Charge,
    terms: Terms,
    means: Means,
    fees: FeePolicy,
    rates: Rates,
) -> Outcome[Callback]:
    """Book what the processor tells of a charge."""
    found = book.rows.get(row.id)
    row = found if isinstance(found, Charge) else row
    outcome = _outcome(row, heard)
    draft = Draft()
    if outcome == MOVED:
        moved = _move(book, heard, row, terms=terms, means=means, fees=fees, rates=rates)
        if isinstance(moved, Done):
            draft = moved.draft
        else:
            outcome = MISMATCH  # its money has no rate: a person has to look
    return _kept(book, draft, heard, outcome)


def _outcome(row: Charge, heard: Heard) -> str:
    if heard.currency != row.currency or not _fits(row, heard):
        return MISMATCH
    if row.status in _KNOWN[heard.kind]:
        return KNOWN
    if heard.kind == "held" and row.capture_before:
        return KNOWN  # of a hold whose capture or release a person looks into
    if row.balance_transaction is not None and _MOVES[heard.kind] == "approve":
        return KNOWN  # it had succeeded, before the bank took it back
    if heard.kind == "declined" and row.status == "succeeded":
        return MOVED
    return MOVED if MACHINE.next(row.status, _MOVES[heard.kind]) is not None else CONTRADICTS


def _fits(row: Charge, heard: Heard) -> bool:
    """Whether the amount told can be that of the charge."""
    if heard.kind == "captured" and row.status != "succeeded":
        taking = options_of(row).get("taking")
        return heard.amount <= row.amount if taking is None else heard.amount == taking[0]
    whole = captured(row) if row.status == "succeeded" else row.amount
    return heard.amount in (whole, row.amount)


def _move(
    book: Book,
    heard: Heard,
    row: Charge,
    *,
    terms: Terms,
    means: Means,
    fees: FeePolicy,
    rates: Rates,
) -> Outcome[Charge]:
    kind = heard.kind
    if kind == "declined":
        refusal = heard.refusal or Refused(Why.CARD_DECLINED, "Your card was declined.")
        if row.status == "succeeded":
            code = refusal.code or "payment_failed"
            return charge_answers.bounce(book, row, code=code, message=refusal.message)
        return charge_answers.decline(book, row, None, refusal=refusal)
    if kind == "released":
        was_held = not options_of(row).get("capture", 1)
        return charge_answers.let_go(book, row, None, was_held=was_held)
    if kind == "held":
        return charge_answers.hold(book, row, None, risk=heard.risk, holds_for=heard.holds_for)
    if kind == "captured" and options_of(row).get("taking") is None:
        # Captured by somebody else, at the processor: so much of it is ours to come.
        fee, transfer = row.application_fee_amount, row.transfer_amount
        taking = (
            heard.amount,
            None if fee is None else min(fee, heard.amount),
            None if transfer is None else min(transfer, heard.amount),
        )
        book.rows[row.id] = amend(row, options=with_options(row, taking=taking))
    moved = charge_answers.approve(
        book,
        row,
        None,
        terms=terms,
        means=means,
        risk=heard.risk,
        fees=fees,
        rates=rates,
        reference=heard.reference,
    )
    if not isinstance(moved, Done):
        book.rows[row.id] = row
    return moved


def hear_refund(book: Book, heard: Heard, *, row: Refund) -> Outcome[Callback]:
    """Book what the processor tells of a refund."""
    found = book.rows.get(row.id)
    row = found if isinstance(found, Refund) else row
    draft = Draft()
    if (heard.amount, heard.currency) != (row.amount, row.currency):
        return _kept(book, draft, heard, MISMATCH)
    wanted = "succeeded" if heard.kind == "returned" else "failed"
    if row.status == wanted:
        return _kept(book, draft, heard, KNOWN)
    if row.status != refunds.MACHINE.initial or row.pending_reason == SHORT:
        return _kept(book, draft, heard, CONTRADICTS)
    failure = None if heard.kind == "returned" else heard.reason or "unknown"
    moved = refunds.settle(book, row, None, failure)
    if isinstance(moved, Done):
        draft = moved.draft
    return _kept(book, draft, heard, MOVED)


def ignore(book: Book, heard: Heard) -> Outcome[Callback]:
    """Keep news of what we do not know."""
    return _kept(book, Draft(), heard, IGNORED)


def _kept(book: Book, draft: Draft, heard: Heard, outcome: str) -> Done[Callback]:
    from connectlib.core.idempotency import heard_once

    row = _log(book, draft, heard, outcome)
    draft.key = heard_once(book, request_of(heard))
    return Done(row, draft)
