"""What the processor's answers make of a charge: each is booked once, whoever brings it.

A charge that has moved on already is left as it is, so answers may come twice, late and in any
order. Where a charge is the attempt of a payment intent, the intent follows in the same commit.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from connectlib.core import payment_intents
from connectlib.core.balance_transactions import Place, change
from connectlib.core.book import Done
from connectlib.core.charge_money import Sums, book_charge
from connectlib.core.charges import (
    ADVICE,
    MACHINE,
    intent,
    options_of,
    with_options,
)
from connectlib.core.conversions import NoRate
from connectlib.core.drafts import Draft, encode
from connectlib.core.fx import no_rate
from connectlib.core.identity import TRIGGERS, review_due
from connectlib.core.moments import HOUR, MINUTE
from connectlib.core.money import cumulative_share
from connectlib.core.postings import Fact, Owners
from connectlib.core.rows import Charge, amend
from connectlib.core.transfers import captured, settled_of

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome
    from connectlib.core.conversions import Rates
    from connectlib.core.fee_policies import FeePolicy
    from connectlib.core.means import Means
    from connectlib.core.next_actions import Action
    from connectlib.core.refusals import Refused
    from connectlib.core.rows import Due
    from connectlib.core.terms import Terms

#: The longest pause between two questions about the same charge.
_PAUSE_MAX = HOUR


def _found(book: Book, row: Charge, move: str, due: Due | None) -> tuple[Charge, Draft, str | None]:
    """The charge as it is now, a draft that drops its due work, its state after a move."""
    found = book.rows.get(row.id)
    row = found if isinstance(found, Charge) else row
    draft = Draft()
    if due is not None:
        draft.undues.append(due)
    return row, draft, MACHINE.next(row.status, move)


def approve(
    book: Book,
    row: Charge,
    due: Due | None,
    *,
    terms: Terms,
    means: Means,
    risk: tuple[str, int],
    fees: FeePolicy,
    rates: Rates,
    reference: str | None = None,
) -> Outcome[Charge]:
    """Book money that is ours to come: objects, balances and events of all parties."""
    row, draft, status = _found(book, row, "approve", due)
    if status is None:
        return Done(row, draft)
    sums = _sums(row)
    try:
        made = book_charge(book, draft, row, sums, terms=terms, means=means, fees=fees, rates=rates)
    except NoRate as none:
        return no_rate(none.source, none.target)
    charge = amend(
        row,
        version=row.version + 1,
        status=status,
        available_on=made.day,
        fee_amount=made.fee,
        outcome=row.outcome or _outcome("authorized", None, *risk, "Payment complete."),
        balance_transaction=made.balance_transaction,
        transfer=made.transfer,
        transferred=made.transferred,
        application_fee=made.application_fee,
        exchange_rate=made.settled.rate,
    )
    if sums.amount != row.amount:
        charge = amend(charge, amount_captured=sums.amount)
    if row.application_fee_amount not in (None, sums.application_fee):
        charge = amend(charge, application_fee_amount=sums.application_fee)
    settled = made.settled
    if settled.rate is not None:
        charge = amend(charge, settled=settled.amount, settled_currency=settled.currency)
    if reference is not None and row.payment_intent is not None:
        charge = amend(charge, options=with_options(charge, reference=reference))
    draft.put(charge)
    if row.source in TRIGGERS:
        _trigger(book, draft, row)
    was_held = row.capture_before > 0
    payment_intents.follow(book, draft, charge)
    draft.emit("charge.captured" if was_held else "charge.succeeded", charge, first=True)
    return Done(charge, draft)


def _sums(row: Charge) -> Sums:
    """What is being taken: all of it, or what a capture has asked for."""
    asked = options_of(row).get("taking") if row.options is not None else None
    if asked is None:
        return Sums(row.amount, row.application_fee_amount or 0, row.transfer_amount)
    amount, fee, transfer = asked
    return Sums(amount, fee or 0, transfer)


def _trigger(book: Book, draft: Draft, row: Charge) -> None:
    """A test card moves the requirements of the account that the charge is made for."""
    account = row.on_behalf_of or row.account
    if account != book.world.account:
        place = (book.branch, book.world.id)
        draft.dues.append(review_due(place, account, book.at, TRIGGERS[row.source]))


def hold(
    book: Book, row: Charge, due: Due | None, *, risk: tuple[str, int], holds_for: int
) -> Outcome[Charge]:
    """The money is held for us: it is captured later, or the hold lapses."""
    row, draft, status = _found(book, row, "hold", due)
    if status is None:
        return Done(row, draft)
    until = book.at + holds_for
    charge = draft.put(
        amend(
            row,
            version=row.version + 1,
            status=status,
            capture_before=until,
            outcome=_outcome("authorized", None, *risk, "Payment complete."),
        )
    )
    draft.dues.append(intent(charge, at=until))
    payment_intents.follow(book, draft, charge)
    known = row.capture_before > 0
    draft.emit("charge.updated" if known else "charge.succeeded", charge, first=True)
    return Done(charge, draft)


def accept(
    book: Book, row: Charge, due: Due | None, *, ask_after: int, action: Action | None = None
) -> Outcome[Charge]:
    """A bank has taken the order; the money comes, or does not, later.

    action: what the buyer does meanwhile, such as paying a voucher.
    """
    row, draft, status = _found(book, row, "accept", due)
    if status is None:
        return _ask_again(book, row, draft, max(ask_after, HOUR))
    charge = draft.put(
        amend(
            row,
            version=row.version + 1,
            status=status,
            # Later than now, or it would be the piece of due work that is being dropped.
            options=with_options(row, asked=book.at + max(ask_after, 1)),
        )
    )
    draft.dues.append(intent(charge))
    payment_intents.follow(book, draft, charge, action=action)
    draft.emit("charge.pending", charge, first=True)
    return Done(charge, draft)


def _ask_again(book: Book, row: Charge, draft: Draft, after: int) -> Outcome[Charge]:
    """Nothing has changed: look again later, while there is something to wait for."""
    if MACHINE.next(row.status, "give_up") is not None and draft.undues:
        draft.dues.append(intent(row, at=book.at + after))
    return Done(row, draft)


def ask_buyer(
    book: Book,
    row: Charge,
    due: Due | None,
    *,
    action: Action,
    refusal: Refused | None = None,
) -> Outcome[Charge]:
    """The buyer has to do something first; again, where what was given before was wrong."""
    row, draft, status = _found(book, row, "ask_buyer", due)
    if status is None:
        return Done(row, draft)
    charge = draft.put(
        amend(row, version=row.version + 1, status=status, options=with_options(row, proof=None))
    )
    payment_intents.follow(book, draft, charge, action=action, refusal=refusal)
    return Done(charge, draft)


def decline(
    book: Book,
    row: Charge,
    due: Due | None,
    *,
    refusal: Refused,
    blocked: bool = False,
    level: str = "normal",
) -> Outcome[Charge]:
    """Book a definite no of the processor."""
    row, draft, status = _found(book, row, "decline", due)
    if status is None:
        return Done(row, draft)
    network = "not_sent_to_network" if blocked else "declined_by_network"
    charge = draft.put(
        amend(
            row,
            version=row.version + 1,
            status=status,
            failure_code=refusal.code,
            failure_message=refusal.message,
            outcome=_outcome(
                network,
                refusal.decline_code,
                level,
                0,
                "The bank did not approve this charge.",
                refusal.advice,
            ),
        )
    )
    payment_intents.follow(book, draft, charge)
    draft.emit("charge.failed", charge, first=True)
    return Done(charge, draft)


def let_go(book: Book, row: Charge, due: Due | None, *, was_held: bool = False) -> Outcome[Charge]:
    """Nothing is held any more: the hold was released, or has lapsed.

    was_held: that there was one is known, though we have not heard of it.
    """
    row, draft, status = _found(book, row, "let_go", due)
    if status is None:
        return Done(row, draft)
    until = row.capture_before
    never_held = until == 0 and not was_held
    if never_held:
        status = MACHINE.next(row.status, "decline") or status
    in_time = not until or options_of(row).get("asked", 0) < until
    wanted = row.status == "releasing" and in_time
    charge = draft.put(
        amend(
            row,
            version=row.version + 1,
            status=status,
            amount_captured=None if never_held else 0,
            failure_code="canceled" if never_held else None,
            failure_message="The payment was canceled." if never_held else None,
        )
    )
    payment_intents.follow(book, draft, charge)
    if never_held:
        draft.emit("charge.failed", charge, first=True)
    else:
        draft.emit("charge.refunded" if wanted else "charge.expired", charge, first=True)
    return Done(charge, draft)


def give_up(book: Book, row: Charge, due: Due | None) -> Outcome[Charge]:
    """The processor may have forgotten the key: from here on a person has to look."""
    row, draft, status = _found(book, row, "give_up", due)
    if status is None:
        return Done(row, draft)
    charge = draft.put(amend(row, version=row.version + 1, status=status))
    payment_intents.follow(book, draft, charge)
    draft.emit("charge.updated", charge, first=True)
    return Done(charge, draft)


def wait_or_give_up(book: Book, row: Charge, due: Due, *, safe: int) -> Outcome[Charge]:
    """No definite answer: ask again, at growing intervals, while the key is safe.

    safe: microseconds for which the processor surely remembers it. A bank that has taken an
    order is waited for without limit.
    """
    found = book.rows.get(row.id)
    row = found if isinstance(found, Charge) else row
    age = book.at - int(options_of(row).get("asked", row.created))
    if age >= safe and row.status != "processing":
        return give_up(book, row, due)
    draft = Draft()
    draft.undues.append(due)
    return _ask_again(book, row, draft, min(max(age, MINUTE), _PAUSE_MAX))


def drop(_book: Book, due: Due) -> Outcome[None]:
    """Nothing is open about a charge any more."""
    draft = Draft()
    draft.undues.append(due)
    return Done(None, draft)


def bounce_keys(row: Charge, world: int, platform: str) -> Owners:
    """Whose ledger accounts a payment that fails after all touches: out of `available`."""
    return Owners(world, settled_of(row)[1], platform, row.account)


def bounce(book: Book, row: Charge, *, code: str, message: str) -> Outcome[Charge]:
    """A bank takes back what had succeeded: the money leaves the balance it came into."""
    row, draft, status = _found(book, row, "bounce", None)
    if status is None:
        return Done(row, draft)
    settled, currency = settled_of(row)
    whole = captured(row)
    gone = row.amount_refunded - row.refunds_waiting
    left = whole - gone
    amount = cumulative_share(settled, whole, gone, whole)
    owners = bounce_keys(row, book.world.id, book.world.account)
    if row.settled is not None:
        sold = owners._replace(bought=row.currency)
        draft.post(Fact.CONVERSION, sold, (amount, left, 0, 0), row.id)
    draft.post(Fact.PAYMENT_FAILED, owners._replace(currency=row.currency), (left,), row.id)
    out = change(
        book,
        draft,
        Place(row.account, currency, 0),
        "payment_failure_refund",
        -amount,
        row.id,
        "Payment failure refund",
        rate=row.exchange_rate,
    )
    charge = draft.put(
        amend(
            row,
            version=row.version + 1,
            status=status,
            failure_code=code,
            failure_message=message,
            options=with_options(row, failure_balance_transaction=out.id),
        )
    )
    draft.emit("charge.failed", charge, first=True)
    return Done(charge, draft)


@lru_cache(maxsize=1024)
def _outcome(
    network: str,
    reason: str | None,
    level: str,
    score: int,
    message: str,
    advice: tuple[tuple[str, str], ...] = (),
) -> str:
    kinds = {"authorized": "authorized", "not_sent_to_network": "blocked"}
    said = dict(advice)
    return encode(
        {
            **{name: said.get(name) for name in ADVICE},
            "network_status": "approved_by_network" if network == "authorized" else network,
            "reason": reason,
            "risk_level": level,
            "risk_score": score,
            "seller_message": message,
            "type": kinds.get(network, "issuer_declined"),
        }
    )
