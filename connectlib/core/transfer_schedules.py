"""Scheduled transfers: made on a date, or when it is said that what they wait for is done.

Stripe has no such resource; the transfer that is made in the end is an ordinary one. A schedule
with a source is counted among the transfers of its charge from the start, so that nothing else
can take its part. It keeps no money aside: when it is released, the day or the balance it is
paid from must hold the amount, as for any transfer, else it is put off until the next day.

Refunds do not touch schedules. On a date, when nobody looks, one is put off as long as less is
left of the charge than has been transferred or is scheduled of it; by hand, one is refused where
less is left than it moves by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core import transfers
from connectlib.core.balance import payout_due
from connectlib.core.book import Done, Keys, Stale
from connectlib.core.commands import CreateTransfer
from connectlib.core.drafts import Draft, encode
from connectlib.core.due import DueKind, join_ref
from connectlib.core.idempotency import answered
from connectlib.core.machine import Machine
from connectlib.core.maps import merged
from connectlib.core.moments import DAY, datetime_of, midnight
from connectlib.core.money import display, proportion_half_up
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Charge, Due, TransferSchedule, amend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreateTransferSchedule, UpdateTransferSchedule
    from connectlib.core.conversions import Rates
    from connectlib.core.rows import Transfer, Versioned, World

MACHINE = Machine(
    initial="scheduled",
    table={
        ("scheduled", "release"): "released",
        ("scheduled", "postpone"): "scheduled",
        ("scheduled", "cancel"): "canceled",
        ("scheduled", "fail"): "failed",
    },
    terminal=frozenset({"released", "canceled", "failed"}),
)

#: Why a release is tried again the next day. For any other reason a schedule fails on its date.
_PASSING = frozenset({Why.BALANCE_INSUFFICIENT, Why.CHARGE_ALREADY_REFUNDED})


def create_keys(command: CreateTransferSchedule, world: World) -> Keys:
    """What a schedule needs: its charge, which counts it."""
    source = command.source_transaction
    return Keys(
        rows=(source,) if source else (),
        accounts=(command.destination,),
        heads=(world.account,),
    )


def create(
    book: Book, command: CreateTransferSchedule, request: Request | None
) -> Outcome[TransferSchedule]:
    """Schedule a transfer; with a source its part of the charge is taken now."""
    world, source = book.world, command.source_transaction
    refused = transfers.refuse_destination(book, command.destination, "destination")
    refused = refused or _refuse_date(command.release_on, book.at)
    charge = book.get(Charge, source, world.account)
    if source is not None:
        refused = refused or transfers.refuse_source(_transfer_of(command), charge)
    if refused is not None:
        return refused
    draft = Draft()
    draft.origin = request.key if request else None
    row = draft.put(
        TransferSchedule(
            book.branch,
            book.new_id("tsch"),
            world.id,
            world.account,
            1,
            book.at,
            command.amount,
            command.currency,
            command.destination,
            MACHINE.initial,
            command.release_on,
            command.condition,
            source,
            transfer_group=command.transfer_group or (charge.transfer_group if charge else None),
            description=command.description,
            metadata=command.metadata,
        )
    )
    _count(draft, charge, command.amount)
    if row.release_on is not None:
        draft.dues.append(_due(row, row.release_on))
    draft.emit("transfer_schedule.created", row)
    draft.key = answered(book, request, row)
    return Done(row, draft)


def _transfer_of(of: CreateTransferSchedule | TransferSchedule) -> CreateTransfer:
    """The transfer that is made when a schedule is released."""
    return CreateTransfer(
        of.amount,
        of.currency,
        of.destination,
        of.source_transaction,
        of.transfer_group,
        of.description,
        of.metadata,
    )


def _refuse_date(release_on: int | None, at: int) -> Refused | None:
    if release_on is None or release_on > at:
        return None
    return Refused(
        Why.PARAMETER_INVALID,
        f"Invalid release_on: {datetime_of(release_on):%Y-%m-%d %H:%M:%S}Z has passed.",
        "release_on",
        "give a later moment, or make the transfer at once by transfers.create",
    )


def _count(draft: Draft, charge: Charge | None, amount: int) -> None:
    """Count an amount among the transfers of a charge; a negative one is given back."""
    if charge is not None:
        counted = charge.transferred + amount
        draft.put(amend(charge, version=charge.version + 1, transferred=counted))


def _due(row: TransferSchedule, at: int) -> Due:
    """The due work that a schedule with a date is until it has been released."""
    ref = join_ref(*links_of(row))
    return Due(row.branch, row.world, at, int(DueKind.RELEASE_TRANSFER), ref)


def links_of(row: TransferSchedule) -> tuple[str, ...]:
    """The ids that say what its release has to lock: of itself, its destination, its charge."""
    found = (row.id, row.destination)
    return (*found, row.source_transaction) if row.source_transaction else found


def _forget(draft: Draft, row: TransferSchedule, at: int) -> None:
    """Drop the due work of a schedule: of its date, and of the day it was put off to.

    What a late pump has yet to come to stays, and does nothing.
    """
    if row.release_on is not None:
        draft.undues.append(_due(row, row.release_on))
        draft.undues.append(_due(row, midnight(at) + DAY))


def touch_keys(id_: str, world: World) -> Callable[[Mapping[str, Versioned], int], Keys]:
    """What a change of a schedule needs, its money not moving: the schedule and its charge."""

    def of(links: Mapping[str, Versioned], _at: int) -> Keys:
        row = links.get(id_)
        source = row.source_transaction if isinstance(row, TransferSchedule) else None
        return Keys(rows=(id_, source) if source else (id_,), heads=(world.account,))

    return of


def release_keys(id_: str, world: World) -> Callable[[Mapping[str, Versioned], int], Keys]:
    """What a release needs, given its links: all that its transfer does."""

    def of(links: Mapping[str, Versioned], at: int) -> Keys:
        row = links.get(id_)
        if not isinstance(row, TransferSchedule):
            return Keys(rows=(id_,))
        found = transfers.create_keys(_transfer_of(row), world)(links, at)
        return amend(found, rows=(id_, *found.rows))

    return of


def release(
    book: Book, id_: str, request: Request | None, *, rates: Rates
) -> Outcome[TransferSchedule]:
    """Make the transfer of a schedule now. Where funds are short it is tried again every day."""
    row = _movable(book, id_, "release")
    if isinstance(row, Refused):
        return row
    made = _refuse_refunded(_charge(book, row), row.amount) or _pay(book, row, rates)
    if isinstance(made, Done):
        done = _released(book, made.draft, row, made.value)
    elif isinstance(made, Refused) and made.why is Why.BALANCE_INSUFFICIENT:
        draft = Draft()
        _forget(draft, row, book.at)
        done = Done(_postponed(book, draft, row, made, release_on=book.at), draft)
    else:
        return made
    done.draft.origin = request.key if request else None
    done.draft.key = answered(book, request, done.value)
    return done


def on_time(book: Book, id_: str, due: Due, *, rates: Rates) -> Outcome[TransferSchedule | None]:
    """Release a schedule whose date has come, put it off, or give it up. Once only."""
    row = book.get(TransferSchedule, id_, book.world.account)
    draft = Draft()
    draft.undues.append(due)
    if (
        row is None
        or MACHINE.next(row.status, "release") is None
        or row.release_on is None
        or row.release_on > book.at
    ):
        return Done(row, draft)
    charge = _charge(book, row)
    promised = charge.transferred if charge is not None else 0
    made = _refuse_refunded(charge, promised) or _pay(book, row, rates)
    if isinstance(made, Done):
        made.draft.undues.append(due)
        return _released(book, made.draft, row, made.value)
    if not isinstance(made, Refused):
        return made
    if made.why in _PASSING:
        return Done(_postponed(book, draft, row, made, release_on=row.release_on), draft)
    failed = amend(
        _moved(row, "fail"),
        failure_code=made.code or made.why.code,
        failure_message=made.message,
    )
    _count(draft, charge, -row.amount)
    draft.emit("transfer_schedule.failed", draft.put(failed))
    return Done(failed, draft)


def _pay(book: Book, row: TransferSchedule, rates: Rates) -> Outcome[Transfer]:
    return transfers.create(book, _transfer_of(row), None, rates=rates, schedule=row.id)


def _charge(book: Book, row: TransferSchedule) -> Charge | None:
    """The charge of a schedule; None where it has no source."""
    charge = book.get(Charge, row.source_transaction, row.account)
    if charge is None and row.source_transaction is not None:
        raise Stale(f"{row.source_transaction} was not gathered")
    return charge


def _refuse_refunded(charge: Charge | None, wanted: int) -> Refused | None:
    """Why so much cannot be paid of a charge: it has been given back to the buyer."""
    if charge is None or not charge.amount_refunded:
        return None
    taken = charge.amount if charge.amount_captured is None else charge.amount_captured
    whole = taken if charge.settled is None else charge.settled
    left = whole - proportion_half_up(whole, charge.amount_refunded, taken)
    if wanted <= left:
        return None
    currency = charge.settled_currency or charge.currency
    return Refused(
        Why.CHARGE_ALREADY_REFUNDED,
        f"The charge {charge.id} has been refunded: {display(left, currency)} of it is left, less"
        f" than the {display(wanted, currency)} that would be paid of it.",
        "source_transaction",
        "cancel what need not be paid any more; transfers.create pays all the same",
    )


def _released(
    book: Book, draft: Draft, row: TransferSchedule, made: Transfer
) -> Done[TransferSchedule]:
    """Add to the draft of a transfer that its schedule is done."""
    _forget(draft, row, book.at)
    done = amend(_moved(row, "release"), transfer=made.id, failure_code=None, failure_message=None)
    draft.emit("transfer_schedule.released", draft.put(done))
    if not made.available_on:
        draft.dues += payout_due(book, made.destination, made.arrived_currency or made.currency)
    return Done(done, draft)


def _postponed(
    book: Book, draft: Draft, row: TransferSchedule, refused: Refused, *, release_on: int
) -> TransferSchedule:
    """Draft the next try, at the start of the next day, when funds mature. Told once a reason."""
    draft.dues.append(_due(row, midnight(book.at) + DAY))
    code = refused.code or refused.why.code
    if row.failure_code == code:
        return row
    later = amend(
        _moved(row, "postpone"),
        release_on=release_on,
        failure_code=code,
        failure_message=refused.message,
    )
    before: dict[str, object] = {"failure_code": row.failure_code}
    before["failure_message"] = row.failure_message
    if row.release_on != release_on:
        before["release_on"] = row.release_on
    draft.emit("transfer_schedule.updated", draft.put(later), previous=encode(before))
    return later


def cancel(book: Book, id_: str, request: Request | None) -> Outcome[TransferSchedule]:
    """Give up a schedule: its charge no longer counts it."""
    row = _movable(book, id_, "cancel")
    if isinstance(row, Refused):
        return row
    draft = Draft()
    draft.origin = request.key if request else None
    _forget(draft, row, book.at)
    _count(draft, _charge(book, row), -row.amount)
    gone = draft.put(_moved(row, "cancel"))
    draft.emit("transfer_schedule.canceled", gone)
    draft.key = answered(book, request, gone)
    return Done(gone, draft)


def update(
    book: Book, command: UpdateTransferSchedule, request: Request | None
) -> Outcome[TransferSchedule]:
    """Change the words of a schedule, and as long as it is scheduled its date."""
    row = book.get(TransferSchedule, command.id, book.world.account)
    if row is None:
        return missing("transfer schedule", command.id, "id")
    draft = Draft()
    draft.origin = request.key if request else None
    changes: dict[str, object] = {}
    if command.description is not None:
        changes["description"] = command.description
    if command.metadata is not None:
        changes["metadata"] = merged(row.metadata, command.metadata)
    if command.release_on is not None:
        refused = _refuse_state(row, "release") or _refuse_date(command.release_on or None, book.at)
        if refused is not None:
            return refused._replace(param="release_on")
        changes["release_on"] = command.release_on or None
        changes |= {"failure_code": None, "failure_message": None}
    before = {name: old for name in changes if (old := getattr(row, name)) != changes[name]}
    if before:
        changed = draft.put(amend(row, version=row.version + 1, **changes))
        if "release_on" in changes:
            _forget(draft, row, book.at)
            if changed.release_on is not None:
                draft.dues.append(_due(changed, changed.release_on))
        draft.emit("transfer_schedule.updated", changed, previous=encode(before))
        row = changed
    draft.key = answered(book, request, row)
    return Done(row, draft)


def _movable(book: Book, id_: str, move: str) -> TransferSchedule | Refused:
    """The schedule, where that move of it can be made."""
    row = book.get(TransferSchedule, id_, book.world.account)
    if row is None:
        return missing("transfer schedule", id_, "id")
    return _refuse_state(row, move) or row


def _refuse_state(row: TransferSchedule, move: str) -> Refused | None:
    if MACHINE.next(row.status, move) is not None:
        return None
    by = f" by the transfer {row.transfer}" if row.transfer else ""
    return Refused(
        Why.SCHEDULE_UNEXPECTED_STATE,
        f"The transfer schedule {row.id} is {row.status}{by}: it can no longer be changed.",
        "id",
        "only one that is scheduled can be; take a transfer back by transfers.reversals.create",
    )


def _moved(row: TransferSchedule, move: str) -> TransferSchedule:
    status = MACHINE.next(row.status, move) or row.status
    return amend(row, version=row.version + 1, status=status)
