"""What a charge or a refund would do to everybody's balance: the real decision, not written.

A quote drafts what would be booked and is shown what the draft says, so it cannot differ from
what a charge made now does; rates and fees of later may.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connectlib.core import refund_money, refunds
from connectlib.core.book import Done
from connectlib.core.charge_checks import refuse
from connectlib.core.charge_money import Sums, book_charge
from connectlib.core.charges import RECORDED, open_charge, with_policy
from connectlib.core.conversions import NoRate
from connectlib.core.drafts import Draft
from connectlib.core.fx import no_rate
from connectlib.core.refusals import Refused, missing, wrong_currency
from connectlib.core.rows import Charge, amend

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome
    from connectlib.core.commands import CreateCharge, CreateRefund
    from connectlib.core.conversions import Amount, Rates
    from connectlib.core.fee_policies import FeePolicy
    from connectlib.core.means import Means
    from connectlib.core.rows import BalanceTransaction


class ChargeQuote(NamedTuple):
    """A charge that has not been made. settled: in the currency it would settle in.

    fee: what the processor would take of it, in that currency. changes: every balance
    transaction it would make.
    """

    charge: Charge
    settled: Amount
    fee: int
    changes: tuple[BalanceTransaction, ...]


class RefundPreview(NamedTuple):
    """A refund that has not been made.

    waits: it would wait for funds. fee_back: what the processor would return of its fee.
    changes: every balance transaction it would make.
    """

    charge: Charge
    amount: int
    waits: bool
    out: Amount
    reversed: int
    application_fee_refunded: int
    fee_back: int
    changes: tuple[BalanceTransaction, ...]


def quote_charge(
    book: Book,
    command: CreateCharge,
    *,
    details: str,
    means: Means,
    rates: Rates,
    fees: FeePolicy,
) -> Outcome[ChargeQuote]:
    """What a charge would do if it were approved now. Refused as the charge would be."""
    command = with_policy(book, command, fees)
    refused = refuse(book, command, means)
    if refused is not None:
        return refused
    draft = Draft()
    recorded = open_charge(book, draft, command, details=details, rates=rates, fees=fees)
    if isinstance(recorded, Refused):
        return recorded
    row = recorded.row
    sums = Sums(row.amount, row.application_fee_amount or 0, row.transfer_amount)
    try:
        made = book_charge(
            book, draft, row, sums, terms=recorded.terms, means=means, fees=fees, rates=rates
        )
    except NoRate as none:
        return no_rate(none.source, none.target)
    return Done(ChargeQuote(row, made.settled, made.fee, tuple(draft.bts)), Draft())


def preview_refund(
    book: Book, command: CreateRefund, *, rates: Rates, fees: FeePolicy
) -> Outcome[RefundPreview]:
    """What a refund would do now. Refused as the refund would be."""
    charge = book.get(Charge, command.charge, command.account)
    if charge is None:
        return missing("charge", command.charge, "charge")
    planned = wrong_currency(command.currency, charge.currency) or refund_money.plan(
        book, charge, command, rates
    )
    if isinstance(planned, Refused):
        return planned
    amount, shares, out, waits = planned
    draft = Draft()
    counted = amend(
        charge, version=charge.version + 1, amount_refunded=charge.amount_refunded + amount
    )
    row = refunds.new(book, charge, command, planned)
    refund_money.move(book, draft, charge, row, shares, out, fees)
    return Done(
        RefundPreview(
            counted,
            amount,
            waits,
            out,
            shares.reversed,
            shares.fee_back,
            refund_money.fee_back_of(charge, amount, out, fees),
            tuple(draft.bts),
        ),
        Draft(),
    )


__all__ = ["RECORDED", "ChargeQuote", "RefundPreview", "preview_refund", "quote_charge"]
