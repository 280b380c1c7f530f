"""Balance transactions: every change of a balance is exactly one (Stripe docs, Balance)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.drafts import encode
from connectlib.core.rows import BalanceTransaction, maker

if TYPE_CHECKING:
    from connectlib.core.book import Book
    from connectlib.core.drafts import Draft
    from connectlib.core.fees import FeeLine

_row = maker(BalanceTransaction)

#: type -> reporting_category (Stripe docs, "Reporting categories").
REPORTING_CATEGORY = {
    "adjustment": "other_adjustment",
    "application_fee": "platform_earning",
    "application_fee_refund": "platform_earning_refund",
    "charge": "charge",
    "payment": "charge",
    "payment_failure_refund": "charge_failure",
    "payment_refund": "refund",
    "payout": "payout",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "refund": "refund",
    "refund_failure": "refund_failure",
    "stripe_fee": "fee",
    "transfer": "transfer",
    "transfer_refund": "transfer_reversal",
}


class Place(NamedTuple):
    """Whose balance, in which currency, through the account of which day (0: available)."""

    account: str
    currency: str
    day: int


def _shown(part: FeeLine) -> str:
    """One fee line as compact JSON: only its amount is new each time."""
    return f"[{part[0]},{_rest(*part[1:])}"


@lru_cache(maxsize=1024)
def _rest(*words: str | None) -> str:
    return encode(words)[1:]


def change(
    book: Book,
    draft: Draft,
    place: Place,
    type_: str,
    amount: int,
    source: str,
    description: str | None = None,
    parts: tuple[FeeLine, ...] = (),
    rate: str | None = None,
) -> BalanceTransaction:
    """Tell one change of one balance: amount less the fee parts, for the reason `source`.

    rate: at which the amount came about, where it was converted.
    """
    fee = 0
    details = None
    if parts:
        kept = [part for part in parts if part.amount]
        for part in kept:
            fee += part.amount
        details = f"[{','.join(map(_shown, kept))}]" if kept else None
    account, currency, day = place
    row = _row(
        (
            book.branch,
            book.new_id("txn"),
            book.world.id,
            account,
            book.at,
            type_,
            amount,
            fee,
            currency,
            day or book.at,
            day,
            source,
            description,
            details,
            rate,
        )
    )
    draft.bts.append(row)
    return row
