"""A charge that needs a review: nobody outside answers for it, so a person says what became of it.

The decision is the very one that an answer of the processor would be; only its words come from
somebody who has looked at the processor's own books.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core import charge_answers
from connectlib.core.book import Done
from connectlib.core.charges import options_of, with_options
from connectlib.core.commands import CaptureCharge
from connectlib.core.idempotency import answered
from connectlib.core.moments import DAY
from connectlib.core.payment_verbs import taking_of
from connectlib.core.refusals import Refused, Why, missing, wrong_currency
from connectlib.core.rows import Charge, amend

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import ReviewCharge
    from connectlib.core.conversions import Rates
    from connectlib.core.fee_policies import FeePolicy
    from connectlib.core.means import Means
    from connectlib.core.terms import Terms

#: The one state in which a person decides.
REVIEWED = "needs_review"
#: What can have become of a charge that takes its money at once; of one that holds it first; of
#: one of which it is known that it has held it.
AT_ONCE: tuple[str, ...] = ("succeeded", "failed")
OF_A_HOLD: tuple[str, ...] = ("succeeded", "failed", "held", "released")
HELD: tuple[str, ...] = ("succeeded", "held", "released")
#: A hold of which nothing else is known lasts as long as a card's.
_HOLDS_FOR = 7 * DAY
#: What a person cannot know of a payment.
_RISK = ("unknown", 0)


def review(
    book: Book,
    command: ReviewCharge,
    *,
    terms: Terms,
    means: Means,
    request: Request | None,
    rates: Rates,
    fees: FeePolicy,
) -> Outcome[Charge]:
    """Book what a person has found out about a charge."""
    row = book.get(Charge, command.id, command.account)
    if row is None:
        return missing("charge", command.id, "id")
    refused = _refuse(row, command)
    if refused is not None:
        return refused
    moved: Outcome[Charge]
    if command.outcome == "failed":
        moved = charge_answers.decline(book, row, None, refusal=_failure(command))
    elif command.outcome == "released":
        moved = charge_answers.let_go(book, row, None, was_held=True)
    else:
        taking = _taking(row, command)
        if isinstance(taking, Refused):
            return taking
        book.rows[row.id] = amend(row, options=with_options(row, taking=taking))
        if command.outcome == "held":
            holds_for = row.capture_before - book.at
            holds_for = holds_for if holds_for > 0 else _HOLDS_FOR
            moved = charge_answers.hold(book, row, None, risk=_RISK, holds_for=holds_for)
        else:
            moved = charge_answers.approve(
                book,
                row,
                None,
                terms=terms,
                means=means,
                risk=_RISK,
                fees=fees,
                rates=rates,
                reference=command.reference,
            )
    if isinstance(moved, Done):
        moved.draft.origin = request.key if request else None
        moved.draft.key = answered(book, request, moved.value)
    else:
        book.rows[row.id] = row
    return moved


def _refuse(row: Charge, command: ReviewCharge) -> Refused | None:
    """Why a charge cannot be decided so; None where it can."""
    if row.status != REVIEWED:
        return Refused(
            Why.CHARGE_UNEXPECTED_STATE,
            f"You cannot review the charge {row.id} because it has a state of {row.status}. Only"
            f" a charge in the state {REVIEWED} may be decided by hand.",
            "id",
            "its processor answers for it: connect.run_due() asks",
        )
    held = bool(row.capture_before)
    is_hold = not options_of(row).get("capture", 1)
    allowed = HELD if held else OF_A_HOLD if is_hold else AT_ONCE
    if command.outcome not in allowed:
        kind = "has been held" if held else "only holds its money" if is_hold else "holds nothing"
        return Refused(
            Why.PARAMETER_INVALID,
            f"The charge {row.id} {kind}: it cannot be {command.outcome}.",
            "outcome",
            f"pass one of {', '.join(allowed)}",
        )
    return wrong_currency(command.currency, row.currency)


def _failure(command: ReviewCharge) -> Refused:
    return Refused(Why.CARD_DECLINED, command.message, code=command.code)


def _taking(
    row: Charge, command: ReviewCharge
) -> tuple[int, int | None, int | None] | Refused | None:
    """(amount, application fee, amount transferred) of what was taken; None: all of the charge."""
    if command.outcome == "held":
        return None
    asked = options_of(row).get("taking")
    if not options_of(row).get("capture", 1):
        if asked is not None and command.amount in (None, asked[0]):
            return (asked[0], asked[1], asked[2])
        found = taking_of(row, CaptureCharge(row.id, row.account, command.amount))
        return found._replace(param="amount") if isinstance(found, Refused) else found
    if command.amount not in (None, row.amount):
        return Refused(
            Why.PARAMETER_INVALID,
            f"The charge {row.id} takes its money at once: all of it, {row.amount}, or nothing.",
            "amount",
            "leave it out, and refund what was taken too much",
        )
    return None
