"""Refunds: money on its way back lies apart until the processor has answered.

The refund, the transfer reversal and the fee refund it asks for are booked together, before
the processor is asked; a definite no returns the refund's own amount to the balance.
(API reference, Refunds; rounding as measured on recorded traffic, see `docs/ledger.md`.)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.application_fees import fee_share, give_fee_back
from connectlib.core.balance import open_day
from connectlib.core.balance_transactions import Place, change
from connectlib.core.book import Done, Keys, Stale, twin
from connectlib.core.drafts import Draft
from connectlib.core.due import DueKind
from connectlib.core.idempotency import LEASE, answered
from connectlib.core.machine import Machine
from connectlib.core.moments import DAY, midnight
from connectlib.core.money import display, proportion_half_up
from connectlib.core.postings import Fact, Owners, keys
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import ApplicationFee, Charge, Due, Refund, Transfer, amend
from connectlib.core.settlement import available_on
from connectlib.core.transfer_reversals import refuse_reversal, take_back

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreateRefund
    from connectlib.core.rows import Versioned, World

MACHINE = Machine(
    initial="pending",
    table={
        ("pending", "settle"): "succeeded",
        ("pending", "fail"): "failed",
    },
    terminal=frozenset({"succeeded", "failed"}),
)
RECORDED, SETTLED = 1, 2  #: Why a refund waits (API reference, Refunds, `pending_reason`).
SHORT, PROCESSING = "insufficient_funds", "processing"
#: Days further back than this have matured, however late the pump is: their accounts are empty.
_MATURED = 31 * DAY


class Recorded(NamedTuple):
    """A refund as booked, and the source that the processor gives the money back to."""

    row: Refund
    source: str


class Shares(NamedTuple):
    """What a refund takes back along with itself, in minor units."""

    transfer: Transfer | None = None
    reversed: int = 0
    fee: ApplicationFee | None = None
    fee_back: int = 0


def _day(world: World, charge: Charge, at: int) -> int:
    """A refund is pending as long as a charge of the same kind would be."""
    day: int = available_on(at, world.country, kind_of(charge))
    return day


def kind_of(charge: Charge) -> str:
    """The kind of payment method of a charge."""
    return str(json.loads(charge.method)["type"])


def record_keys(
    command: CreateRefund, world: World
) -> Callable[[Mapping[str, Versioned], int], Keys]:
    """What a refund of a charge needs, given the charge."""

    def of(links: Mapping[str, Versioned], at: int) -> Keys:
        charge = links.get(command.charge)
        if not isinstance(charge, Charge):
            return Keys(rows=(command.charge,))
        return keys_of(charge, world, at)

    return of


def keys_of(charge: Charge, world: World, at: int) -> Keys:
    """What a refund of a charge may touch."""
    touched = keys(Fact.REFUND, _owners(world, charge, at))
    rows: tuple[str, ...] = (charge.id,)
    parties = {world.account, charge.account}
    if charge.transfer is not None and charge.destination is not None:
        rows += (charge.transfer, twin(charge.transfer, "py"))
        parties.add(charge.destination)
    payer = charge.destination or charge.account
    day = open_day(charge.available_on, at)
    owners = Owners(world.id, charge.currency, world.account, payer, day)
    if charge.transfer is not None:
        touched |= keys(Fact.REVERSAL, owners)
    if charge.application_fee is not None:
        rows += (charge.application_fee,)
        touched |= keys(Fact.FEE_REFUND, owners)
    all_ = tuple(parties)
    since = midnight(at) - _MATURED
    return Keys(rows, accounts=all_, heads=all_, ledger=touched, wallets=((charge.account, since),))


def _owners(world: World, charge: Charge, at: int) -> Owners:
    day = _day(world, charge, at)
    return Owners(world.id, charge.currency, world.account, charge.account, day)


def record(book: Book, command: CreateRefund, request: Request | None) -> Outcome[Recorded]:
    """Book a refund before the processor is asked; short of funds it only waits."""
    charge = book.get(Charge, command.charge, command.account)
    if charge is None:
        return missing("charge", command.charge, "charge")
    amount = charge.amount - charge.amount_refunded if command.amount is None else command.amount
    refused = _refuse(charge, amount) or _refuse_extras(charge, command)
    if refused is not None:
        return refused
    shares = shares_of(book, charge, command, amount)
    if shares.transfer is not None and shares.reversed:
        refused = refuse_reversal(book, shares.transfer, shares.reversed)
        if refused is not None:
            return refused
    draft = Draft()
    draft.origin = request.key if request else None
    funds = book.funds(charge.account, charge.currency) + gain_of(charge, shares)
    id_ = book.new_id("re")
    row = Refund(
        book.branch,
        id_,
        book.world.id,
        charge.account,
        RECORDED,
        book.at,
        amount,
        charge.currency,
        charge.id,
        MACHINE.initial,
        pending_reason=SHORT if funds < amount else PROCESSING,
        reason=command.reason,
        reverse_transfer=int(command.reverse_transfer),
        refund_application_fee=int(command.refund_application_fee),
        metadata=command.metadata,
    )
    changed = draft.put(
        amend(charge, version=charge.version + 1, amount_refunded=charge.amount_refunded + amount)
    )
    if funds >= amount:
        row = move(book, draft, charge, row, shares)
    draft.put(row)
    draft.emit("refund.created", row)
    draft.emit("charge.refunded", changed)
    waits = row.pending_reason == SHORT
    promised = RECORDED if book.joined or waits else SETTLED
    draft.key = answered(book, request, row, version=promised)
    lease = 0 if book.joined or waits else book.wall + LEASE
    draft.dues.append(intent(row, midnight(book.at) + DAY if waits else row.created, lease=lease))
    return Done(Recorded(row, charge.source), draft)


def intent(row: Refund, due_at: int, *, lease: int = 0) -> Due:
    """The due work that a refund is until the processor has answered."""
    return Due(row.branch, row.world, due_at, int(DueKind.SUBMIT_REFUND), row.id, lease)


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
            "only a succeeded charge can be refunded",
        )
    left = charge.amount - charge.amount_refunded
    if left == 0:
        return Refused(
            Why.CHARGE_ALREADY_REFUNDED, f"Charge {charge.id} has already been refunded."
        )
    if amount > left:
        than = "charge amount" if left == charge.amount else "unrefunded amount on charge"
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
    last = charge.amount_refunded + amount == charge.amount
    transfer = fee = None
    back = fee_back = 0
    if wanted.reverse_transfer and charge.transfer is not None:
        transfer = book.get(Transfer, charge.transfer, book.world.account)
        if transfer is None:
            raise Stale(f"{charge.transfer} was not gathered")
        left = transfer.amount - transfer.amount_reversed
        share = proportion_half_up(transfer.amount, amount, charge.amount)
        back = left if last else min(left, share)
    if wanted.refund_application_fee and charge.application_fee is not None:
        fee = book.get(ApplicationFee, charge.application_fee, book.world.account)
        if fee is None:
            raise Stale(f"{charge.application_fee} was not gathered")
        fee_back = fee_share(fee, amount, charge.amount, last=last)
    return Shares(transfer, back, fee, fee_back)


def gain_of(charge: Charge, shares: Shares) -> int:
    """What comes in for the refund before it goes out: the reversal, or the fee given back.

    The platform's own fee refund follows the refund and does not make it short.
    """
    if shares.fee is not None and shares.fee.payer == charge.account:
        return shares.fee_back
    return shares.reversed


def move(book: Book, draft: Draft, charge: Charge, row: Refund, shares: Shares) -> Refund:
    """Draft the money of a refund, and what goes with it."""
    reversal = fee_refund = None
    if shares.transfer is not None and shares.reversed:
        reversal = take_back(book, draft, shares.transfer, shares.reversed, refund=row.id)
    if shares.fee is not None and shares.fee_back:
        fee_refund = give_fee_back(book, draft, shares.fee, shares.fee_back)
    owners = _owners(book.world, charge, book.at)
    draft.post(Fact.REFUND, owners, (row.amount,), row.id)
    out = change(
        book,
        draft,
        Place(charge.account, row.currency, owners.day),
        "refund" if kind_of(charge) == "card" else "payment_refund",
        -row.amount,
        row.id,
        "REFUND FOR CHARGE" + (f" ({charge.description})" if charge.description else ""),
    )
    return amend(
        row,
        available_on=owners.day,
        balance_transaction=out.id,
        transfer_reversal=reversal.id if reversal else None,
        fee_refund=fee_refund.id if fee_refund else None,
        pending_reason=PROCESSING,
    )


def settle_keys(row: Refund, world: World) -> Keys:
    """What the processor's answer needs."""
    owners = Owners(world.id, row.currency, world.account, row.account)
    touched = keys(Fact.REFUND_SETTLED, owners) | keys(Fact.REFUND_FAILED, owners)
    return Keys(rows=(row.id, row.charge), heads=(row.account,), ledger=touched)


def settle(book: Book, row: Refund, due: Due, failure: str | None) -> Outcome[Refund]:
    """Book the processor's definite answer. Once only. failure: its reason, None for a yes."""
    found = book.rows.get(row.id)
    draft = Draft()
    draft.undues.append(due)
    if not isinstance(found, Refund) or found.status != MACHINE.initial:
        return Done(found if isinstance(found, Refund) else row, draft)
    row = found
    owners = Owners(book.world.id, row.currency, book.world.account, row.account)
    if failure is None:
        draft.post(Fact.REFUND_SETTLED, owners, (row.amount,), row.id)
        done = draft.put(
            amend(
                row,
                version=row.version + 1,
                status=MACHINE.next(row.status, "settle") or row.status,
                pending_reason=None,
            )
        )
        draft.emit("refund.updated", done)
        return Done(done, draft)
    return _failed(book, row, draft, owners, failure)


def _failed(book: Book, row: Refund, draft: Draft, owners: Owners, failure: str) -> Outcome[Refund]:
    """The money is back in the balance; what was taken back for it stays taken back."""
    draft.post(Fact.REFUND_FAILED, owners, (row.amount,), row.id)
    into = change(
        book,
        draft,
        Place(row.account, row.currency, 0),
        "refund_failure",
        row.amount,
        row.id,
        "REFUND FAILURE",
    )
    done = draft.put(
        amend(
            row,
            version=row.version + 1,
            status=MACHINE.next(row.status, "fail") or row.status,
            pending_reason=None,
            failure_reason=failure,
            failure_balance_transaction=into.id,
        )
    )
    charge = book.get(Charge, row.charge, row.account)
    if charge is not None:
        draft.put(
            amend(
                charge,
                version=charge.version + 1,
                amount_refunded=charge.amount_refunded - row.amount,
            )
        )
    draft.emit("refund.failed", done)
    return Done(done, draft)


def wait(book: Book, row: Refund, due: Due) -> Outcome[Refund]:
    """The processor has accepted the refund and will tell later: ask again tomorrow."""
    draft = Draft()
    draft.undues.append(due)
    draft.dues.append(intent(row, midnight(book.at) + DAY))
    return Done(row, draft)
