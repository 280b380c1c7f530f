"""Application fees: what the platform earns on a charge, and how it gives them back.

Amounts and currencies are those of the charge. (API reference, Application Fees.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.core.balance import open_day
from connectlib.core.balance_transactions import Place, change
from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft
from connectlib.core.fees import FeeLine
from connectlib.core.fx import Rate, convert_part
from connectlib.core.idempotency import answered
from connectlib.core.money import cumulative_share, display, proportion_half_up
from connectlib.core.postings import Fact, Owners, keys
from connectlib.core.refusals import Refused, Why, missing, wrong_currency
from connectlib.core.rows import ApplicationFee, FeeRefund, amend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreateFeeRefund
    from connectlib.core.conversions import Amount
    from connectlib.core.ledger import LedgerKey
    from connectlib.core.rows import Versioned, World


def fee_parts(amount: int, platform: str) -> tuple[FeeLine, ...]:
    """The fee line of an application fee."""
    return (FeeLine(amount, "application_fee", "application fee", platform),)


def earn(
    book: Book,
    draft: Draft,
    *,
    id_: str,
    amount: int,
    currency: str,
    taken: Amount,
    earned: Amount,
    payer: str,
    charge: str,
    day: int,
    originating: str | None = None,
) -> ApplicationFee:
    """Draft an application fee and what it adds to the platform's balance.

    taken: what the payer paid, earned: what the platform gets, each in its own currency.
    """
    world = book.world
    place = Place(world.account, earned.currency, day)
    why = f"Application fee from application {world.account}"
    into = change(book, draft, place, "application_fee", earned.amount, id_, why, rate=earned.rate)
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
            available_on=day,
            originating_transaction=originating,
            exchange_rate=taken.rate,
            **_converted("taken", taken, currency),
            **_converted("earned", earned, currency),
        )
    )
    draft.emit("application_fee.created", fee)
    return fee


def _converted(side: str, amount: Amount, currency: str) -> dict[str, Any]:
    """What a fee keeps of one side of it, where that side has another currency."""
    if amount.currency == currency:
        return {}
    return {side: amount.amount, f"{side}_currency": amount.currency}


def refund_keys(fee_id: str, world: World) -> Callable[[Mapping[str, Versioned], int], Keys]:
    """What the refund of a fee needs."""

    def of(links: Mapping[str, Versioned], at: int) -> Keys:
        fee = links.get(fee_id)
        if not isinstance(fee, ApplicationFee):
            return Keys(rows=(fee_id,))
        return Keys(
            rows=(fee_id,),
            accounts=(fee.payer,),
            heads=(world.account, fee.payer),
            ledger=back_keys(fee, world, at),
        )

    return of


def back_keys(fee: ApplicationFee, world: World, at: int) -> set[LedgerKey]:
    """The ledger accounts that giving a fee back may touch."""
    return keys(*_way_back(fee, world, at))


def _way_back(fee: ApplicationFee, world: World, at: int) -> tuple[Fact, Owners]:
    """The fact of giving a fee back, and whose ledger accounts it touches."""
    day = open_day(fee.available_on, at)
    here, there = fee.earned_currency or fee.currency, fee.taken_currency or fee.currency
    owners = Owners(world.id, here, world.account, fee.payer, day)
    if here == there:
        return Fact.FEE_REFUND, owners
    return Fact.FEE_REFUND_CONVERSION, owners._replace(bought=there)


def refund(book: Book, command: CreateFeeRefund, request: Request | None) -> Outcome[FeeRefund]:
    """Give an application fee back, in part or whole."""
    fee = book.get(ApplicationFee, command.fee, book.world.account)
    if fee is None:
        return missing("application fee", command.fee, "fee")
    refused = wrong_currency(command.currency, fee.currency) or _refuse_payer(book, fee)
    if refused is not None:
        return refused
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


def _refuse_payer(book: Book, fee: ApplicationFee) -> Refused | None:
    if book.account(fee.payer) is not None:
        return None
    return Refused(
        Why.ACCOUNT_CLOSED,
        f"The account {fee.payer}, which paid this fee, has been deleted.",
        "fee",
        "give the money back to its owner by other means",
    )


def fee_share(fee: ApplicationFee, part: int, whole: int, *, last: bool) -> int:
    """The application fee's share of a partial refund: rounded half up, the rest on the last."""
    left = fee.amount - fee.amount_refunded
    return left if last else min(left, proportion_half_up(fee.amount, part, whole))


def give_fee_back(
    book: Book, draft: Draft, fee: ApplicationFee, amount: int, *, metadata: str = "{}"
) -> FeeRefund:
    """Draft the refund of an application fee, in part or whole, to the account that paid it.

    Where it was converted both sides get back what was theirs: the payer at the rate of the
    charge, the last part being whatever is left.
    """
    fact, owners = _way_back(fee, book.world, book.at)
    given, got = _parts_back(fee, amount)
    id_ = book.new_id("fr")
    draft.post(fact, owners, (given,) if fact is Fact.FEE_REFUND else (given, got), id_)
    out = change(
        book,
        draft,
        Place(book.world.account, owners.currency, owners.day),
        "application_fee_refund",
        -given,
        fee.id,
        "REFUND FOR APPLICATION FEE",
    )
    change(
        book,
        draft,
        Place(fee.payer, owners.bought or owners.currency, owners.day),
        "adjustment",
        got,
        id_,
        "Application fee refund",
    )
    return _given_back(book, draft, fee, amount, (given, got), id_, out.id, metadata)


def _given_back(
    book: Book,
    draft: Draft,
    fee: ApplicationFee,
    amount: int,
    parts: tuple[int, int],
    id_: str,
    bt: str,
    metadata: str,
) -> FeeRefund:
    """Draft the rows of a fee refund whose money has been drafted."""
    given, got = parts
    world = book.world
    changed = draft.put(
        amend(
            fee,
            version=fee.version + 1,
            amount_refunded=fee.amount_refunded + amount,
            earned_back=fee.earned_back + (given if fee.earned is not None else 0),
            taken_back=fee.taken_back + (got if fee.taken is not None else 0),
        )
    )
    common = (world.account, 1, book.at, amount, fee.currency, fee.id)
    row = draft.put(FeeRefund(book.branch, id_, world.id, *common, bt, metadata))
    draft.emit("application_fee.refunded", changed)
    return row


def _parts_back(fee: ApplicationFee, amount: int) -> tuple[int, int]:
    """(what the platform gives, what the payer gets) for an amount in the fee's currency."""
    before, after = fee.amount_refunded, fee.amount_refunded + amount
    given = got = amount
    if fee.earned is not None:
        given = cumulative_share(fee.earned, fee.amount, before, after)
    if fee.taken is not None and fee.taken_currency is not None:
        left = fee.taken - fee.taken_back
        rate = Rate.fixed(fee.currency, fee.taken_currency, fee.exchange_rate or "1")
        got = left if after == fee.amount else min(left, convert_part(before, after, rate))
    if (fee.earned_currency or fee.currency) == (fee.taken_currency or fee.currency):
        given = got  # one ledger transfer: both were converted alike
    return given, got
