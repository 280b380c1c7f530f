"""Charges: recorded before the processor is asked, settled by what it answers.

The three kinds differ in who owns the charge and where its money goes: direct (in the
namespace of a connected account), destination (on the platform, passed on at once), separate
(on the platform, transferred later). (Stripe docs, "Charge types"; API reference, Charges.)
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core import application_fees, transfers
from connectlib.core.balance_transactions import FeePart, Place, change
from connectlib.core.book import Done, Keys, twin
from connectlib.core.charge_checks import refuse
from connectlib.core.drafts import Draft, encode
from connectlib.core.due import DueKind
from connectlib.core.idempotency import LEASE, answered
from connectlib.core.machine import Machine
from connectlib.core.postings import Fact, Owners, keys
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import ApplicationFee, Charge, Due, amend
from connectlib.core.settlement import available_on

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreateCharge
    from connectlib.core.fees import FeeSchedule
    from connectlib.core.rows import Versioned, World

MACHINE = Machine(
    initial="pending",
    table={
        ("pending", "approve"): "succeeded",
        ("pending", "decline"): "failed",
    },
    terminal=frozenset({"succeeded", "failed"}),
)

#: Versions of a charge: as recorded, and as the processor's answer left it.
RECORDED, SETTLED = 1, 2


def record_keys(command: CreateCharge) -> Keys:
    """What recording needs: nothing is locked, accounts are read."""
    named = (command.account, command.destination, command.on_behalf_of)
    return Keys(accounts=tuple(one for one in named if one))


class Recorded(NamedTuple):
    """A charge that waits for the processor. country: whose rules and fees apply to it."""

    row: Charge
    country: str


def record(
    book: Book, command: CreateCharge, *, details: str, request: Request | None
) -> Outcome[Recorded]:
    """Write down what is to be charged, with its key, before anybody outside is asked."""
    refused = refuse(book, command)
    if refused is not None:
        return refused
    row = Charge(
        book.branch,
        book.new_id("ch"),
        book.world.id,
        command.account,
        RECORDED,
        book.at,
        command.amount,
        command.currency,
        MACHINE.initial,
        command.source,
        details,
        application_fee_amount=command.application_fee_amount,
        destination=command.destination,
        transfer_amount=command.transfer_amount,
        on_behalf_of=command.on_behalf_of,
        transfer_group=command.transfer_group,
        description=command.description,
        statement_descriptor=command.statement_descriptor,
        receipt_email=command.receipt_email,
        metadata=command.metadata,
    )
    draft = Draft()
    draft.put(row)
    draft.key = answered(book, request, row, version=RECORDED if book.joined else SETTLED)
    draft.dues.append(intent(row, lease=0 if book.joined else book.wall + LEASE))
    acts = book.account(settles_for(row))
    return Done(Recorded(row, acts.country if acts else book.world.country), draft)


def settles_for(row: Charge) -> str:
    """The account whose country's rules and fees apply: the business of record."""
    return row.on_behalf_of or row.account


def intent(row: Charge, *, lease: int = 0) -> Due:
    """The due work that a recorded charge is until it is settled."""
    return Due(row.branch, row.world, row.created, int(DueKind.SUBMIT_CHARGE), row.id, lease)


def settle_keys(
    row: Charge, world: World, *, country: str, kind: str, bypass: bool
) -> Callable[[Mapping[str, Versioned], int], Keys]:
    """What settling needs: the charge, and every ledger account its kind may touch."""
    parties = tuple({world.account, row.account, row.destination or row.account})

    def of(_links: Mapping[str, Versioned], at: int) -> Keys:
        owners = _owners(row, world, 0 if bypass else available_on(at, country, kind))
        touched = keys(_fact(row, world), owners)
        return Keys(rows=(row.id,), heads=parties, accounts=parties, ledger=touched)

    return of


def _fact(row: Charge, world: World) -> Fact:
    if row.account != world.account:
        return Fact.DIRECT_CHARGE
    return Fact.DESTINATION_CHARGE if row.destination else Fact.CHARGE


def _owners(row: Charge, world: World, day: int) -> Owners:
    account = row.destination or row.account
    return Owners(world.id, row.currency, world.account, account, day)


class _Made(NamedTuple):
    """What settling has made beside the charge, as the charge names it."""

    balance_transaction: str
    transfer: str | None = None
    transferred: int = 0
    application_fee: str | None = None


def settle(
    book: Book,
    row: Charge,
    *,
    country: str,
    kind: str,
    bypass: bool,
    risk: tuple[str, int],
    fees: FeeSchedule,
) -> Outcome[Charge]:
    """Book an approved charge: money, objects and events of all parties. Once only."""
    found = book.rows.get(row.id)
    if not isinstance(found, Charge) or found.status != "pending":
        return Done(found if isinstance(found, Charge) else row, Draft())
    row = found
    world, amount = book.world, row.amount
    day = 0 if bypass else available_on(book.at, country, kind)
    owners = _owners(row, world, day)
    processing = fees.of(country, row.currency, kind, amount)
    draft = Draft()
    draft.undues.append(intent(row))
    if row.account != world.account:
        made = _settle_direct(book, draft, row, owners, kind, processing)
    else:
        made = _settle_platform(book, draft, row, owners, kind, processing)
    charge = draft.put(
        amend(
            row,
            version=row.version + 1,
            status=MACHINE.next(row.status, "approve") or row.status,
            available_on=day,
            fee_amount=processing,
            outcome=_outcome("authorized", None, *risk, "Payment complete."),
            balance_transaction=made.balance_transaction,
            transfer=made.transfer,
            transferred=made.transferred,
            application_fee=made.application_fee,
        )
    )
    draft.emit("charge.succeeded", charge)
    return Done(charge, draft)


def _settle_direct(
    book: Book, draft: Draft, row: Charge, owners: Owners, kind: str, processing: int
) -> _Made:
    world, day = book.world, owners.day
    fee = row.application_fee_amount or 0
    account = book.account(row.account)
    platform_pays = account is not None and account.fees_payer == "application"
    fact = Fact.DIRECT_CHARGE_PLATFORM_PAYS if platform_pays else Fact.DIRECT_CHARGE
    draft.post(fact, owners, (row.amount, fee, processing), row.id)
    parts: tuple[FeePart, ...] = application_fees.fee_parts(fee, world.account)
    if not platform_pays:
        parts += (_stripe_fee(processing),)
    into = change(
        book,
        draft,
        Place(row.account, row.currency, day),
        _bt_type(kind),
        row.amount,
        row.id,
        row.description,
        parts=parts,
    )
    if platform_pays and processing:
        change(
            book,
            draft,
            Place(world.account, row.currency, day),
            "stripe_fee",
            -processing,
            row.id,
            "Stripe processing fees",
        )
    earned = None
    if fee:
        earned = application_fees.earn(
            book,
            draft,
            id_=twin(row.id, "fee"),
            amount=fee,
            currency=row.currency,
            payer=row.account,
            charge=row.id,
            day=day,
        )
    return _Made(into.id, application_fee=earned.id if earned else None)


def _settle_platform(
    book: Book, draft: Draft, row: Charge, owners: Owners, kind: str, processing: int
) -> _Made:
    world, day, amount = book.world, owners.day, row.amount
    into = change(
        book,
        draft,
        Place(world.account, row.currency, day),
        _bt_type(kind),
        amount,
        row.id,
        row.description,
        parts=(_stripe_fee(processing),),
    )
    if row.destination is None:
        draft.post(Fact.CHARGE, owners, (amount, processing), row.id)
        return _Made(into.id)
    passed_on = amount if row.transfer_amount is None else row.transfer_amount
    fee = row.application_fee_amount or 0
    draft.post(Fact.DESTINATION_CHARGE, owners, (amount, passed_on, fee, processing), row.id)
    if not passed_on:
        return _Made(into.id)
    transfer_id = book.new_id("tr")
    earned = _passed_on_fee(book, draft, row, transfer_id, day) if fee else None
    transfers.pay(
        book,
        draft,
        id_=transfer_id,
        amount=passed_on,
        currency=row.currency,
        destination=row.destination,
        day=day,
        source=row.id,
        group=row.transfer_group or f"group_{row.id}",
        fee=earned,
    )
    return _Made(into.id, transfer_id, passed_on, earned.id if earned else None)


def _passed_on_fee(
    book: Book, draft: Draft, row: Charge, transfer_id: str, day: int
) -> ApplicationFee:
    """The application fee of a destination charge: taken out of the payment it makes."""
    return application_fees.earn(
        book,
        draft,
        id_=twin(transfer_id, "fee"),
        amount=row.application_fee_amount or 0,
        currency=row.currency,
        payer=row.destination or "",
        charge=twin(transfer_id, "py"),
        day=day,
        originating=row.id,
    )


def _bt_type(kind: str) -> str:
    return "charge" if kind == "card" else "payment"


def _stripe_fee(amount: int) -> FeePart:
    return FeePart(amount, "stripe_fee", "Stripe processing fees")


@lru_cache(maxsize=256)
def _outcome(network: str, reason: str | None, level: str, score: int, message: str) -> str:
    return encode(
        {
            "network_status": network,
            "reason": reason,
            "risk_level": level,
            "risk_score": score,
            "seller_message": message,
            "type": {"authorized": "authorized", "not_sent_to_network": "blocked"}.get(
                network, "issuer_declined"
            ),
        }
    )


def decline_keys(row: Charge) -> Keys:
    """What a decline needs."""
    return Keys(rows=(row.id,), heads=(row.account,))


def decline(
    book: Book, row: Charge, refusal: Refused, *, blocked: bool, level: str
) -> Outcome[Charge]:
    """Book a definite no of the processor. Once only."""
    found = book.rows.get(row.id)
    if not isinstance(found, Charge) or found.status != "pending":
        return Done(found if isinstance(found, Charge) else row, Draft())
    draft = Draft()
    draft.undues.append(intent(found))
    network = "not_sent_to_network" if blocked else "declined_by_network"
    reason = refusal.decline_code or refusal.code
    charge = draft.put(
        amend(
            found,
            version=found.version + 1,
            status=MACHINE.next(found.status, "decline") or found.status,
            failure_code=refusal.code,
            failure_message=refusal.message,
            outcome=_outcome(network, reason, level, 0, "The bank did not approve this charge."),
        )
    )
    draft.emit("charge.failed", charge)
    return Done(charge, draft)


#: The field at fault, by failure code (Stripe API reference, "Errors").
_PARAMS = {"expired_card": "exp_month", "incorrect_cvc": "cvc", "incorrect_number": "number"}


def refusal_of(row: Charge) -> Refused:
    """The refusal that a failed charge is: the same, however often its key is repeated."""
    code = row.failure_code or Why.CARD_DECLINED.code or ""
    reason = json.loads(row.outcome or "{}").get("reason")
    return Refused(
        Why.CARD_DECLINED,
        row.failure_message or "Your card was declined.",
        _PARAMS.get(code),
        None,
        code,
        reason,
        row.id,
    )
