"""The story of an object: what the ledger and the objects say of it. Reads only, and bounded.

A ledger transfer occurs once in a story: under the object it was posted for, or under the
refund that it came with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core import story_titles as titles
from connectlib.core.moments import date_of
from connectlib.core.money import display
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import (
    BY_PREFIX,
    ApplicationFee,
    BalanceTransaction,
    Charge,
    FeeRefund,
    Payout,
    PayoutItem,
    Refund,
    Transfer,
    TransferReversal,
)
from connectlib.core.story import IN_TRANSIT, Chapter, Line, day_text, story_of
from connectlib.flows import reading
from connectlib.flows.explain_fees import price
from connectlib.flows.explain_reading import PLURALS, SHOWN, Draft, Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from connectlib.core.story import Story
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow
    from connectlib.ports.store import Entry


class Told(NamedTuple):
    """A kind of object that has a story."""

    kind: type[Any]
    name: str
    tell: Callable[[Teller, Any], Flow[Chapter]]


def explain(ground: Ground, id_: str, account: str, now: int) -> Flow[Story | Refused]:
    """The story of the object with an id in a namespace, as it stands at a moment."""
    prefix = id_.partition("_")[0]
    told = TOLD.get(prefix)
    if told is None:
        return _untold(id_, prefix)
    name = "charge" if told.kind is Charge else told.name
    row = yield from reading.one(ground, told.kind, id_, account, name=name)
    if isinstance(row, Refused):
        return row
    root = yield from told.tell(Teller(ground, now), row)
    return story_of(told.name, root, now=now, platform=ground.world.account)


def _untold(id_: str, prefix: str) -> Refused:
    names = list(dict.fromkeys(f"{told.name}s" for told in TOLD.values()))
    hint = f"there are stories of {', '.join(names[:-1])} and {names[-1]}"
    if prefix in BY_PREFIX:
        return Refused(Why.PARAMETER_INVALID, f"{id_} has no story to tell.", "id", hint)
    return missing("object", id_, "id")._replace(hint=hint)


class Teller(Reader):
    """Tells the story of one kind of object after the other."""

    def charge(self, row: Charge) -> Flow[Chapter]:
        """A charge with its transfers, fee and refunds."""
        mine = row.account == self.platform
        draft = Draft(
            row.id,
            titles.charge_title(row, self.platform),
            row.created,
            None if mine else f"for {row.account}",
            row.destination and f"passed on to {row.destination}",
            row.on_behalf_of and f"on behalf of {row.on_behalf_of}",
            row.payment_intent and f"of payment intent {row.payment_intent}",
        )
        about = {"transfer": row.transfer, "application fee": row.application_fee}
        note = yield from price(self.ground, row)
        yield from self.hear(draft, row.id, about=about, notes={"processing fee": note})
        refunds, total = yield from self.hanging(Refund, row.id)
        came = {one for each in refunds for one in (each.transfer_reversal, each.fee_refund)}
        for each in refunds[:SHOWN]:
            draft.chapters.append((yield from self._refund(each)))
        draft.leave_out(Refund, len(draft.chapters), total)
        if row.transferred:
            yield from self._transfers(draft, row)
        yield from self._fee_refunds(draft, row.application_fee, came)
        return draft.done()

    def _transfers(self, draft: Draft, row: Charge) -> Flow[None]:
        """The transfers bound to a charge; its own is in the ledger transaction of the charge."""
        transfers, total = yield from self.hanging(Transfer, row.id)
        for each in transfers[:SHOWN]:
            yield from self.hear(draft, each.id)
            yield from self._reversals(draft, each, by_refunds=False)
        draft.leave_out(Transfer, len(transfers[:SHOWN]), total)

    def _reversals(self, draft: Draft, row: Transfer, *, by_refunds: bool) -> Flow[None]:
        if not row.amount_reversed:
            return
        found, total = yield from self.hanging(TransferReversal, row.id)
        told = [each for each in found if by_refunds or each.source_refund is None]
        for each in told[:SHOWN]:
            yield from self.hear(draft, each.id)
        total -= len(found) - len(told)
        draft.leave_out(TransferReversal, len(told[:SHOWN]), total)

    def _fee_refunds(
        self, draft: Draft, fee_id: str | None, came: Iterable[str | None]
    ) -> Flow[None]:
        """What has been given back of a fee, but for what came with a refund."""
        fee = yield from self.one(ApplicationFee, fee_id)
        if fee is None or not fee.amount_refunded:
            return
        found, total = yield from self.hanging(FeeRefund, fee.id)
        told = [each for each in found if each.id not in came]
        for each in told[:SHOWN]:
            yield from self.hear(draft, each.id)
        draft.leave_out(FeeRefund, len(told[:SHOWN]), total - (len(found) - len(told)))

    def _refund(self, row: Refund, *facts: str | None) -> Flow[Chapter]:
        draft = Draft(row.id, titles.refund_title(row), row.created, *facts)
        for ref in (row.transfer_reversal, row.source_transfer_reversal, row.fee_refund, row.id):
            yield from self.hear(draft, ref)
        return draft.done()

    def refund(self, row: Refund) -> Flow[Chapter]:
        """A refund with the reversal and the fee refund that came with it."""
        kind = "payment" if row.source_transfer_reversal else "charge"
        made_by = row.source_transfer_reversal
        return (
            yield from self._refund(
                row,
                f"of {kind} {row.charge}",
                made_by and f"made by transfer reversal {made_by}",
            )
        )

    def transfer(self, row: Transfer) -> Flow[Chapter]:
        """A transfer, what its destination paid for it, and what was taken back."""
        draft = Draft(
            row.id,
            titles.transfer_title(row),
            row.created,
            row.source_transaction and f"of charge {row.source_transaction}",
            f"to {row.destination}",
            f"as payment {row.destination_payment}",
        )
        payment = yield from self.one(Charge, row.destination_payment)
        yield from self._passed_on(draft, row, payment)
        return draft.done()

    def payment(self, row: Charge) -> Flow[Chapter]:
        """A charge, or the payment that a transfer has made."""
        transfer = yield from self.one(Transfer, row.source_transfer)
        if transfer is None:
            return (yield from self.charge(row))
        draft = Draft(
            row.id,
            titles.charge_title(row, self.platform),
            row.created,
            f"to {row.account}",
            f"made by transfer {transfer.id}",
            transfer.source_transaction and f"of charge {transfer.source_transaction}",
        )
        yield from self._passed_on(draft, transfer, row)
        return draft.done()

    def _passed_on(self, draft: Draft, row: Transfer, payment: Charge | None) -> Flow[None]:
        fee = payment.application_fee if payment is not None else None
        about = {"transfer": row.id, "application fee": fee}
        charge = yield from self.one(Charge, row.source_transaction)
        if charge is not None and charge.transfer == row.id:

            def touches(entry: Entry, what: str) -> bool:
                sides = (entry.debit.owner, entry.credit.owner)
                return row.destination in sides or what.startswith("transfer")

            yield from self.hear(draft, charge.id, about=about, only=touches)
        yield from self.hear(draft, row.id, about=about)
        yield from self._reversals(draft, row, by_refunds=True)
        yield from self._fee_refunds(draft, fee, ())

    def reversal(self, row: TransferReversal) -> Flow[Chapter]:
        """A transfer taken back."""
        draft = Draft(
            row.id,
            titles.reversal_title(row),
            row.created,
            f"of transfer {row.transfer}",
            row.source_refund and f"made by refund {row.source_refund}",
        )
        yield from self.hear(draft, row.id)
        return draft.done()

    def fee(self, row: ApplicationFee) -> Flow[Chapter]:
        """An application fee and what was given back of it."""
        charge = row.originating_transaction or row.charge
        draft = Draft(row.id, titles.fee_title(row), row.created, f"of charge {charge}")

        def is_fee(_entry: Entry, what: str) -> bool:
            return what.startswith("application fee")

        about = {"application fee": row.id}
        yield from self.hear(draft, charge, about=about, only=is_fee)
        yield from self.hear(draft, row.id, about=about)
        yield from self._fee_refunds(draft, row.id, ())
        return draft.done()

    def fee_refund(self, row: FeeRefund) -> Flow[Chapter]:
        """An application fee given back."""
        draft = Draft(
            row.id, titles.fee_refund_title(row), row.created, f"of application fee {row.fee}"
        )
        yield from self.hear(draft, row.id)
        return draft.done()

    def payout(self, row: Payout) -> Flow[Chapter]:
        """A payout, what became of it, and the first of what it contains."""
        mine = row.account == self.platform
        bank = "your bank account" if mine else f"the bank account of {row.account}"
        draft = Draft(row.id, titles.payout_title(row), row.created, f"to {bank}")
        yield from self.hear(draft, row.id)
        items, total = yield from self.hanging(PayoutItem, row.id)
        noun = PLURALS[PayoutItem][total != 1]
        inside = Draft("", f"it contains {total} {noun}", row.created)
        for item in items[:SHOWN]:
            bt = yield from self.one(BalanceTransaction, item.balance_transaction)
            if bt is not None:
                part = "" if item.amount == bt.net else f"of {display(bt.net, bt.currency)}"
                what = bt.type.replace("_", " ")
                inside.lines.append(Line(what, item.amount, bt.currency, bt.source, part))
        inside.leave_out(PayoutItem, len(items[:SHOWN]), total)
        if total:
            draft.chapters.append(inside.done())
        chapter = draft.done()
        outcome = self._outcome(row, chapter, bank, "you" if mine else row.account)
        return chapter._replace(ending=(outcome,))

    def _outcome(self, row: Payout, chapter: Chapter, bank: str, who: str) -> str:
        money = display(row.amount, row.currency)
        last = chapter.steps[-1] if chapter.steps else None
        if last is None or last.to == IN_TRANSIT:
            arrival = day_text(date_of(row.arrival_date), self.now)
            return f"{money} is in transit to {bank}, expected on {arrival}"
        day = day_text(last.at.date(), self.now)
        if last.from_ == IN_TRANSIT and last.to == "bank":
            return f"{money} reached {bank} on {day}"
        return f"{money} came back to {who} on {day}"


#: Prefix of an id -> how its story is told.
TOLD: dict[str, Told] = {
    "ch": Told(Charge, "charge", Teller.payment),
    "py": Told(Charge, "payment", Teller.payment),
    "re": Told(Refund, "refund", Teller.refund),
    "pyr": Told(Refund, "refund", Teller.refund),
    "tr": Told(Transfer, "transfer", Teller.transfer),
    "trr": Told(TransferReversal, "transfer reversal", Teller.reversal),
    "fee": Told(ApplicationFee, "application fee", Teller.fee),
    "fr": Told(FeeRefund, "fee refund", Teller.fee_refund),
    "po": Told(Payout, "payout", Teller.payout),
}
