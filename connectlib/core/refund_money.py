"""What a refund moves: out of whose balance, and what is taken back along with it.

Reversal and fee refund are proportional to the refund, each rounded half up on its own; the
refund that completes the charge takes the remainder. A charge that was converted is given back
at the rate of the day. (API reference, Refunds; rounding as measured on recorded traffic.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.application_fees import back_keys, fee_share, give_fee_back
from connectlib.core.balance_transactions import Place, change
from connectlib.core.book import Keys, Stale, twin
from connectlib.core.charge_bearers import bearer_of
from connectlib.core.conversions import (
    Amount,
    NoRate,
    buy,
    cost_of,
    exchanged,
    sell_keys,
)
from connectlib.core.fee_bearers import DIRECT, PLATFORM
from connectlib.core.fees import FeeLine
from connectlib.core.fx import no_rate
from connectlib.core.means import means_of
from connectlib.core.moments import DAY, midnight
from connectlib.core.money import display, proportion_half_up
from connectlib.core.postings import Fact, Owners, keys
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import ApplicationFee, Charge, Refund, Transfer, amend
from connectlib.core.transfer_reversals import refuse_reversal, take_back, touched_by
from connectlib.core.transfers import captured
from connectlib.core.waiting import is_waiting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectlib.core.book import Book
    from connectlib.core.commands import CreateRefund
    from connectlib.core.conversions import Rates
    from connectlib.core.drafts import Draft
    from connectlib.core.fee_policies import FeePolicy
    from connectlib.core.ledger import LedgerKey
    from connectlib.core.rows import Versioned, World

#: Why a refund waits (API reference, Refunds, `pending_reason`). ASKING: the processor is being
#: asked; REVIEW: it may have forgotten the key, so a person has to look.
SHORT, PROCESSING, ASKING, REVIEW = "insufficient_funds", "processing", "asking", "needs_review"
_BACK, _COST = "Stripe processing fee refund", "Stripe refund fee"
#: Days further back than this have matured, however late the pump is: their accounts are empty.
_MATURED = 31 * DAY


class Shares(NamedTuple):
    """What a refund takes back along with itself, in minor units."""

    transfer: Transfer | None = None
    reversed: int = 0
    fee: ApplicationFee | None = None
    fee_back: int = 0


class Planned(NamedTuple):
    """What a refund is going to move. out: what leaves the balance, in the currency it held.

    waits: it is short of funds, or others of its account wait already.
    """

    amount: int
    shares: Shares
    out: Amount
    waits: bool


def plan(book: Book, charge: Charge, command: CreateRefund, rates: Rates) -> Planned | Refused:
    """What a refund would move now, or why it cannot be made."""
    left = captured(charge) - charge.amount_refunded
    amount = left if command.amount is None else command.amount
    refused = _refuse(charge, amount) or _refuse_extras(charge, command)
    if refused is not None:
        return refused
    shares = shares_of(book, charge, command, amount)
    if shares.transfer is not None and shares.reversed:
        refused = refuse_reversal(book, shares.transfer, shares.reversed)
        if refused is not None:
            return refused
    try:
        out = leaving(book, charge, amount, rates)
    except NoRate as none:
        return no_rate(none.source, none.target, "charge")
    funds = book.funds(charge.account, out.currency) + gain_of(charge, shares)
    account = book.account(charge.account)
    waits = funds < out.amount or is_waiting(account, out.currency)
    return Planned(amount, shares, out, waits)


def _day(world: World, charge: Charge, at: int) -> int:
    """A refund is pending as long as a charge of the same kind would be."""
    return means_of(charge).available_on(at, charge.country or world.country)


def keys_of(links: Mapping[str, Versioned], charge: Charge, world: World, at: int) -> Keys:
    """What a refund of a charge may touch, given what hangs on it."""
    owners = _owners(world, charge, at)
    touched = keys(Fact.REFUND, owners) | _fee_keys(owners) | _conversion_keys(charge, owners)
    rows: tuple[str, ...] = (charge.id,)
    parties = {world.account, charge.account}
    transfer = links.get(charge.transfer or "")
    if charge.transfer is not None and charge.destination is not None:
        rows += (charge.transfer, twin(charge.transfer, "py"))
        parties.add(charge.destination)
    if isinstance(transfer, Transfer):
        touched |= touched_by(world, transfer, at)
    fee = links.get(charge.application_fee or "")
    if charge.application_fee is not None:
        rows += (charge.application_fee,)
    if isinstance(fee, ApplicationFee):
        touched |= back_keys(fee, world, at)
    all_ = tuple(parties)
    since = midnight(at) - _MATURED
    return Keys(rows, accounts=all_, heads=all_, ledger=touched, wallets=((charge.account, since),))


def _fee_keys(owners: Owners) -> set[LedgerKey]:
    """What the processor's fees of a refund touch, whoever bears them."""
    found = keys(Fact.PROCESSING_FEE_RETURNED, owners)
    if owners.account != owners.platform:
        found |= keys(Fact.PROCESSING_FEE_RETURNED, owners._replace(account=owners.platform))
    return found


def links_of(charge_id: str, charge: Charge | None) -> tuple[str, ...]:
    """The facts about a charge that a refund reads before it locks anything."""
    if charge is None:
        return (charge_id,)
    named = (charge.id, charge.transfer, charge.application_fee)
    return tuple(one for one in named if one)


def _conversion_keys(charge: Charge, owners: Owners) -> set[LedgerKey]:
    held = charge.settled_currency
    if held is None:
        return set()
    settled = owners._replace(currency=held)
    found = _fee_keys(settled)
    for source, target in ((held, charge.currency), (charge.currency, held)):
        found |= sell_keys(owners.world, charge.account, source, target, owners.day)
        found |= sell_keys(owners.world, charge.account, source, target, 0)
    return found


def _owners(world: World, charge: Charge, at: int) -> Owners:
    day = _day(world, charge, at)
    return Owners(world.id, charge.currency, world.account, charge.account, day)


def leaving(book: Book, charge: Charge, amount: int, rates: Rates) -> Amount:
    """What a refund takes out of the balance, in the currency that the charge settled in.

    Converted at the rate of now: who refunds bears the difference. Raises NoRate.
    """
    held = charge.settled_currency
    if held is None:
        return Amount(amount, charge.currency)
    rate = cost_of(rates, book.at, charge.currency, held)
    return exchanged(amount, charge.currency, held, rate)


def _refuse(charge: Charge, amount: int) -> Refused | None:
    if charge.source_transfer is not None:
        return Refused(
            Why.CHARGE_NOT_REFUNDABLE,
            f"The payment {charge.id} was made by a transfer.",
            "charge",
            f"reverse the transfer {charge.source_transfer} instead",
        )
    if charge.status != "succeeded":
        return Refused(
            Why.CHARGE_NOT_REFUNDABLE,
            f"The charge {charge.id} cannot be refunded: it is {charge.status}.",
            "charge",
            "only a succeeded charge can be refunded"
            if charge.status != "authorized"
            else "it has not been captured: cancel it instead",
        )
    left = captured(charge) - charge.amount_refunded
    if left == 0:
        return Refused(
            Why.CHARGE_ALREADY_REFUNDED, f"Charge {charge.id} has already been refunded."
        )
    if amount > left:
        whole = left == captured(charge)
        than = "charge amount" if whole else "unrefunded amount on charge"
        return Refused(
            Why.AMOUNT_EXCEEDED,
            f"Refund amount ({display(amount, charge.currency)}) is greater than {than}"
            f" ({display(left, charge.currency)})",
            "amount",
            f"refund at most {left} minor units",
        )
    return None


def _refuse_extras(charge: Charge, command: CreateRefund) -> Refused | None:
    if command.reverse_transfer and charge.transfer is None:
        return Refused(
            Why.PARAMETER_INVALID,
            f"Charge {charge.id} has no transfer of its own to reverse.",
            "reverse_transfer",
            "reverse_transfer is for destination charges; reverse other transfers by"
            " transfers.reversals.create",
        )
    if command.refund_application_fee and charge.application_fee is None:
        return Refused(
            Why.PARAMETER_INVALID,
            f"Charge {charge.id} has no application fee to refund.",
            "refund_application_fee",
            "leave refund_application_fee out",
        )
    if command.refund_application_fee and charge.transfer and not command.reverse_transfer:
        return Refused(
            Why.PARAMETER_INVALID,
            "The application fee of a destination charge can only be refunded together with its"
            " transfer.",
            "refund_application_fee",
            "pass reverse_transfer=True as well",
        )
    return None


def shares_of(book: Book, charge: Charge, wanted: CreateRefund | Refund, amount: int) -> Shares:
    """The reversal and fee refund that go with a refund.

    Each is proportional to the refund, rounded half up on its own; the refund that completes
    the charge takes the remainder.
    """
    whole = captured(charge)
    last = charge.amount_refunded - charge.refunds_waiting + amount == whole
    transfer = fee = None
    back = fee_back = 0
    if wanted.reverse_transfer and charge.transfer is not None:
        transfer = book.get(Transfer, charge.transfer, book.world.account)
        if transfer is None:
            raise Stale(f"{charge.transfer} was not gathered")
        left = transfer.amount - transfer.amount_reversed
        share = proportion_half_up(transfer.amount, amount, whole)
        back = left if last else min(left, share)
    if wanted.refund_application_fee and charge.application_fee is not None:
        fee = book.get(ApplicationFee, charge.application_fee, book.world.account)
        if fee is None:
            raise Stale(f"{charge.application_fee} was not gathered")
        fee_back = fee_share(fee, amount, whole, last=last)
    return Shares(transfer, back, fee, fee_back)


def gain_of(charge: Charge, shares: Shares) -> int:
    """What comes in for the refund before it goes out: the reversal, or the fee given back.

    The platform's own fee refund follows the refund and does not make it short.
    """
    if shares.fee is not None and shares.fee.payer == charge.account:
        return shares.fee_back
    return shares.reversed


def fee_back_of(charge: Charge, amount: int, out: Amount, fees: FeePolicy) -> int:
    """What the processor returns of its fee with a refund, in the currency of the balance."""
    if not fees.refund_returns_processing:
        return 0
    means = means_of(charge)
    fixed = fees.processing.fixed(
        charge.country,
        out.currency,
        means.kind,
        brand=means.brand,
        method_country=means.country,
        converted=out.rate is not None,
    )
    before = charge.amount_refunded - charge.refunds_waiting
    return fees.processing_refund(
        charge.fee_amount, before, before + amount, captured(charge), fixed=fixed
    )


def move(
    book: Book,
    draft: Draft,
    charge: Charge,
    row: Refund,
    shares: Shares,
    out: Amount,
    fees: FeePolicy,
) -> Refund:
    """Draft the money of a refund, and what goes with it."""
    reversal = fee_refund = None
    if shares.transfer is not None and shares.reversed:
        reversal = take_back(book, draft, shares.transfer, shares.reversed, refund=row.id)
    if shares.fee is not None and shares.fee_back:
        fee_refund = give_fee_back(book, draft, shares.fee, shares.fee_back)
    owners = _owners(book.world, charge, book.at)
    buy(draft, owners._replace(currency=out.currency, bought=row.currency), out, row.amount, row.id)
    draft.post(Fact.REFUND, owners, (row.amount,), row.id)
    parts = _fee_parts(book, draft, charge, row, out, owners, fees)
    taken = change(
        book,
        draft,
        Place(charge.account, out.currency, owners.day),
        "refund" if means_of(charge).kind == "card" else "payment_refund",
        -out.amount,
        row.id,
        "REFUND FOR CHARGE" + (f" ({charge.description})" if charge.description else ""),
        parts=parts,
        rate=out.rate,
    )
    converted = out.rate is not None
    return amend(
        row,
        available_on=owners.day,
        balance_transaction=taken.id,
        transfer_reversal=reversal.id if reversal else None,
        fee_refund=fee_refund.id if fee_refund else None,
        pending_reason=ASKING,
        settled=out.amount if converted else None,
        settled_currency=out.currency if converted else None,
        exchange_rate=out.rate,
    )


def _fee_parts(
    book: Book,
    draft: Draft,
    charge: Charge,
    row: Refund,
    out: Amount,
    owners: Owners,
    fees: FeePolicy,
) -> tuple[FeeLine, ...]:
    """What the processor returns and takes with a refund: the parts of its balance transaction.

    What the platform bears of a direct charge goes into its own balance, in the currency that
    the charge settled in.
    """
    platform = book.world.account
    account = book.account(charge.account)
    payer = account.fees_payer if account is not None else "account"
    means = means_of(charge)
    cost = fees.refund.of(charge.country, out.currency, means.kind, out.amount, brand=means.brand)
    here: list[FeeLine] = []
    for fee, fact, amount, what in (
        (
            "processing",
            Fact.PROCESSING_FEE_RETURNED,
            -fee_back_of(charge, row.amount, out, fees),
            _BACK,
        ),
        ("refund", Fact.REFUND_FEE, cost, _COST),
    ):
        if not amount:
            continue
        direct = charge.account != platform
        by_platform = direct and bearer_of(fees.bearers, fee, DIRECT, payer) == PLATFORM
        of = owners._replace(currency=out.currency)
        if by_platform:
            of = of._replace(account=platform)
            place = Place(platform, out.currency, owners.day)
            change(book, draft, place, "stripe_fee", -amount, row.id, what)
        else:
            here.append(FeeLine(amount, "stripe_fee", what))
        draft.post(fact, of, (abs(amount),), row.id)
    return tuple(here)
