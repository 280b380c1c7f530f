"""Application fees: what the platform earns on a charge, and how it gives them back.

Amounts and currencies are those of the charge. (API reference, Application Fees.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.balance import open_day
from connectlib.core.balance_transactions import FeePart, Place, change
from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft
from connectlib.core.idempotency import answered
from connectlib.core.money import display, proportion_half_up
from connectlib.core.postings import Fact, Owners, keys
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import ApplicationFee, FeeRefund, amend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreateFeeRefund
    from connectlib.core.rows import Versioned, World


def fee_parts(amount: int, platform: str) -> tuple[FeePart, ...]:
    """The fee line of an application fee."""
    return (FeePart(amount, "application_fee", "application fee", platform),)


def earn(
    book: Book,
    draft: Draft,
    *,
    id_: str,
    amount: int,
    currency: str,
    payer: str,
    charge: str,
    day: int,
    originating: str | None = None,
) -> ApplicationFee:
    """Draft an application fee and what it adds to the platform's balance."""
    world = book.world
    into = change(
        book,
        draft,
        Place(world.account, currency, day),
        "application_fee",
        amount,
        id_,
        f"Application fee from application {world.account}",
    )
    fee = draft.put(
        ApplicationFee(
            book.branch,
            id_,
            world.id,
            world.account,
            1,
            book.at,
            amount,
            currency,
            payer,
            charge,
            into.id,
            0,
            day,
            originating,
        )
    )
    draft.emit("application_fee.created", fee)
    return fee


def refund_keys(fee_id: str, world: World) -> Callable[[Mapping[str, Versioned], int], Keys]:
    """What the refund of a fee needs."""

    def of(links: Mapping[str, Versioned], at: int) -> Keys:
        fee = links.get(fee_id)
        if not isinstance(fee, ApplicationFee):
            return Keys(rows=(fee_id,))
        day = open_day(fee.available_on, at)
        owners = Owners(world.id, fee.currency, world.account, fee.payer, day)
        return Keys(
            rows=(fee_id,),
            heads=(world.account, fee.payer),
            ledger=keys(Fact.FEE_REFUND, owners),
        )

    return of


def refund(book: Book, command: CreateFeeRefund, request: Request | None) -> Outcome[FeeRefund]:
    """Give an application fee back, in part or whole."""
    fee = book.get(ApplicationFee, command.fee, book.world.account)
    if fee is None:
        return missing("application fee", command.fee, "fee")
    left = fee.amount - fee.amount_refunded
    amount = left if command.amount is None else command.amount
    if left == 0:
        return Refused(
            Why.FEE_ALREADY_REFUNDED,
            f"Application fee {fee.id} has already been refunded.",
            "amount",
            "nothing is left to refund",
        )
    if amount > left:
        return Refused(
            Why.AMOUNT_EXCEEDED,
            f"Refund amount ({display(amount, fee.currency)}) is greater than unrefunded amount"
            f" on fee ({display(left, fee.currency)})",
            "amount",
            f"refund at most {left} minor units",
        )
    draft = Draft()
    draft.origin = request.key if request else None
    row = give_fee_back(book, draft, fee, amount, metadata=command.metadata)
    draft.key = answered(book, request, row)
    return Done(row, draft)


def fee_share(fee: ApplicationFee, part: int, whole: int, *, last: bool) -> int:
    """The application fee's share of a partial refund: rounded half up, the rest on the last."""
    left = fee.amount - fee.amount_refunded
    return left if last else min(left, proportion_half_up(fee.amount, part, whole))


def give_fee_back(
    book: Book, draft: Draft, fee: ApplicationFee, amount: int, *, metadata: str = "{}"
) -> FeeRefund:
    """Draft the refund of an application fee, in part or whole, to the account that paid it."""
    world = book.world
    day = open_day(fee.available_on, book.at)
    owners = Owners(world.id, fee.currency, world.account, fee.payer, day)
    id_ = book.new_id("fr")
    draft.post(Fact.FEE_REFUND, owners, (amount,), id_)
    out = change(
        book,
        draft,
        Place(world.account, fee.currency, day),
        "application_fee_refund",
        -amount,
        fee.id,
        "REFUND FOR APPLICATION FEE",
    )
    change(
        book,
        draft,
        Place(fee.payer, fee.currency, day),
        "adjustment",
        amount,
        id_,
        "Application fee refund",
    )
    changed = draft.put(
        amend(fee, version=fee.version + 1, amount_refunded=fee.amount_refunded + amount)
    )
    row = draft.put(
        FeeRefund(
            book.branch,
            id_,
            world.id,
            world.account,
            1,
            book.at,
            amount,
            fee.currency,
            fee.id,
            out.id,
            metadata,
        )
    )
    draft.emit("application_fee.refunded", changed)
    return row
