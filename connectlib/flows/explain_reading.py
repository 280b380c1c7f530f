"""How a story is read: the chapter while it is written, and what the ledger says for it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from connectlib.core.moments import datetime_of
from connectlib.core.rows import FeeRefund, PayoutItem, Refund, Transfer, TransferReversal
from connectlib.core.story import Chapter, Line, Step, names_of, step_of
from connectlib.ports.steps import ask
from connectlib.ports.store import Hanging, One, TransfersOf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow
    from connectlib.ports.store import Entry

#: How many of each kind are told, and how many are looked at for it.
SHOWN, READ = 10, 100
#: How many ledger transfers of one object are told.
LEGS = 100

PLURALS = {
    FeeRefund: ("application fee refund", "application fee refunds"),
    PayoutItem: ("balance transaction", "balance transactions"),
    Refund: ("refund", "refunds"),
    Transfer: ("transfer", "transfers"),
    TransferReversal: ("transfer reversal", "transfer reversals"),
}


class Draft:
    """A chapter while it is written."""

    def __init__(self, id_: str, title: str, at: int, *facts: str | None) -> None:
        self.id, self.title, self.at = id_, title, at
        self.facts = tuple(fact for fact in facts if fact)
        self.steps: list[tuple[tuple[int, ...], Step]] = []
        self.heard = 0
        self.chapters: list[Chapter] = []
        self.lines: list[Line] = []
        self.left_out: list[str] = []

    def leave_out(self, kind: type[Any], shown: int, total: int) -> None:
        """Say how much is not told."""
        left = total - shown
        if left > 0:
            noun = PLURALS[kind][left > 1]
            self.left_out.append(f"{left} more {noun} left out: {shown} of {total} shown")

    def done(self) -> Chapter:
        """The chapter."""
        steps = sorted(self.steps, key=lambda one: one[0])
        return Chapter(
            self.id,
            self.title,
            datetime_of(self.at),
            self.facts,
            tuple(step for _, step in steps),
            tuple(sorted(self.chapters, key=lambda chapter: chapter.at)),
            tuple(self.lines),
            tuple(self.left_out),
        )


class Reader:
    """Reads the store for a story that is told at a moment."""

    def __init__(self, ground: Ground, now: int) -> None:
        self.ground = ground
        self.now = datetime_of(now)
        self.platform = ground.world.account

    # reading

    def one(self, kind: type[Any], id_: str | None) -> Flow[Any]:
        """A row that another names; None where it names none."""
        if id_ is None:
            return None
        ground = self.ground
        found = yield from ask(One(kind, ground.branch(id_), ground.world.id, id_))
        return found

    def hanging(self, kind: type[Any], on: str) -> Flow[tuple[list[Any], int]]:
        """What hangs on an object, the oldest READ of them, and how many there are."""
        ground = self.ground
        found: tuple[list[Any], int] = yield from ask(
            Hanging(kind, ground.branch(on), ground.world.id, on, READ)
        )
        return found

    def hear(
        self,
        draft: Draft,
        ref: str | None,
        *,
        about: Mapping[str, str | None] | None = None,
        notes: Mapping[str, str] | None = None,
        only: Callable[[Entry, str], bool] | None = None,
    ) -> Flow[None]:
        """Write down the ledger transfers posted for `ref`.

        about: {how a leg's name begins: the object it is about}. notes: {name: note}. only:
        which legs of a charge, and which other facts.
        """
        if ref is None:
            return
        ground = self.ground
        query = TransfersOf(ground.branch(ref), ground.world.id, ref=ref, limit=LEGS + 1)
        entries: list[Entry] = yield from ask(query)
        draft.heard += 1
        if len(entries) > LEGS:
            draft.left_out.append(f"ledger transfers of {ref} after the first {LEGS} left out")
        for _, group in groupby(entries[:LEGS], key=lambda entry: entry.row.txn):
            fact = list(group)
            sides = [(entry.debit, entry.credit) for entry in fact]
            names = names_of(fact[0].transaction.kind, sides, self.platform)
            for entry, what in _chosen(fact, names, only):
                named = (id_ for key, id_ in (about or {}).items() if id_ and what.startswith(key))
                step = step_of(
                    entry.row,
                    entry.transaction,
                    (entry.debit, entry.credit),
                    platform=self.platform,
                    what=what,
                    about=next(named, ref),
                    note=(notes or {}).get(what, ""),
                )
                created, kind = entry.transaction.created, entry.transaction.kind
                # Numbers of different lanes tell no order: at one instant facts have their own.
                place = (created, draft.heard, kind, entry.row.txn, entry.row.leg)
                draft.steps.append((place, step))


def _chosen(
    fact: list[Entry], names: list[str], only: Callable[[Entry, str], bool] | None
) -> list[tuple[Entry, str]]:
    """The legs of a fact that are told: of a charge those that fit, of others all or none."""
    legs = list(zip(fact, names, strict=True))
    fitting = [leg for leg in legs if only is None or only(*leg)]
    return fitting if "charge" in names or not fitting else legs
