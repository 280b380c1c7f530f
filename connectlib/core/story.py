"""The story of an object: who paid whom how much, and who keeps what, as the ledger has it.

A step is one ledger transfer, told in words; a chapter is an object and what hangs on it.
Nothing here is computed that the books do not hold: who keeps what is the sum of the steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.ledger import PROCESSOR, LedgerKey, Purpose
from connectlib.core.moments import date_of, datetime_of
from connectlib.core.money import display
from connectlib.core.postings import POLICY, Fact, Leg, Party, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from connectlib.core.rows import LedgerTransaction, LedgerTransfer

PLATFORM, BUYER, IN_TRANSIT = "platform", "buyer", "in transit"

#: Books whose owner does not say who stands behind them.
_BEHIND = {
    (PROCESSOR, Purpose.CLEARING): BUYER,
    (PROCESSOR, Purpose.REFUNDS_IN_TRANSIT): IN_TRANSIT,
}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

#: Kind of story -> (who gains, you gain, who loses, you lose).
_VERBS = {"charge": ("keeps", "keep", "pays", "pay")}
_OTHER_VERBS = ("gets", "get", "gives", "give")


class Step(NamedTuple):
    """One ledger transfer.

    from_, to: buyer, platform, processor, bank, in transit, or the id of an account. amount: minor
    units. what: its part in the fact. about: the object it moves money for. available_on: the
    day from which who gets it can use it; None for parties that have no balance here. id: as
    in `connect.ledger.transfers`. debit, credit: the two ledger accounts.
    """

    from_: str
    to: str
    amount: int
    currency: str
    what: str
    about: str
    at: datetime
    available_on: date | None
    note: str
    id: str
    debit: LedgerKey
    credit: LedgerKey


class Line(NamedTuple):
    """What an object contains that is no movement of its own: an item of a payout."""

    what: str
    amount: int
    currency: str
    about: str
    note: str = ""


class Chapter(NamedTuple):
    """An object: what it is, what was moved for it, and what hangs on it, in order of time.

    facts: what it belongs to. left_out: what hangs on it too and is not told. ending: what came
    of it, where that is not said by who keeps what.
    """

    id: str
    title: str
    at: datetime
    facts: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    lines: tuple[Line, ...] = ()
    left_out: tuple[str, ...] = ()
    ending: tuple[str, ...] = ()


class Share(NamedTuple):
    """What an owner has gained by the steps of a story, or lost, in minor units.

    owner: `platform` or the id of an account. by_day: (day it is available, minor units).
    """

    owner: str
    currency: str
    amount: int
    by_day: tuple[tuple[date, int], ...]


class Story(NamedTuple):
    """A chapter told whole. ending: who keeps what, a sentence each."""

    kind: str
    root: Chapter
    now: datetime
    shares: tuple[Share, ...]
    ending: tuple[str, ...]

    @property
    def steps(self) -> list[Step]:
        """Every step, in the order of the chapters."""
        return [step for chapter in chapters(self.root) for step in chapter.steps]

    @property
    def left_out(self) -> list[str]:
        """What is not told, of all chapters."""
        return [each for chapter in chapters(self.root) for each in chapter.left_out]

    @property
    def parties(self) -> list[str]:
        """Who takes part, in the order in which money comes by."""
        return list(dict.fromkeys(one for step in self.steps for one in (step.from_, step.to)))


def chapters(root: Chapter) -> Iterator[Chapter]:
    """A chapter and all within it."""
    yield root
    for each in root.chapters:
        yield from chapters(each)


def story_of(kind: str, root: Chapter, *, now: int, platform: str) -> Story:
    """The story of a chapter."""
    told = Story(kind, root, datetime_of(now), (), ())
    shares = shares_of(told.steps, platform)
    said = root.ending or tuple(_sentences(told, shares))
    if told.left_out and told.steps and not root.ending:
        said = (f"of what is shown: {said[0]}", *said[1:])
    return told._replace(shares=tuple(shares), ending=said)


# steps


def step_of(
    row: LedgerTransfer,
    fact: LedgerTransaction,
    sides: tuple[LedgerKey, LedgerKey],
    *,
    platform: str,
    what: str,
    about: str,
    note: str = "",
) -> Step:
    """A ledger transfer as a step."""
    debit, credit = sides
    from_, to = party_of(debit, platform), party_of(credit, platform)
    if from_ == to:
        to = Purpose(credit.purpose).name.lower().replace("_", " ")
    return Step(
        from_,
        to,
        row.amount,
        row.currency,
        what,
        about,
        datetime_of(fact.created),
        _day(credit, fact.created) if _is_kept(credit) else None,
        note,
        f"{row.txn}-{row.leg}",
        debit,
        credit,
    )


def party_of(key: LedgerKey, platform: str) -> str:
    """Who stands behind a ledger account."""
    if key.purpose == Purpose.IN_TRANSIT:
        return IN_TRANSIT
    behind = _BEHIND.get((key.owner, Purpose(key.purpose)))
    return behind or (PLATFORM if key.owner == platform else key.owner)


def is_account(owner: str) -> bool:
    """Whether an owner, or a party, is an account of the marketplace."""
    return owner.startswith("acct_")


def names_of(kind: int, sides: Sequence[tuple[LedgerKey, LedgerKey]], platform: str) -> list[str]:
    """What each ledger transfer of a fact is called: legs of amount 0 have left none.

    One that fits no leg is called by the fact.
    """
    legs, first, named = POLICY[Fact(kind)], 0, []
    for debit, credit in sides:
        rest = range(first, len(legs))
        at = next((n for n in rest if _fits(legs[n], debit, credit, platform)), None)
        named.append(Fact(kind).name.lower().replace("_", " ") if at is None else legs[at].name)
        first = first if at is None else at + 1
    return named


def _fits(leg: Leg, debit: LedgerKey, credit: LedgerKey, platform: str) -> bool:
    return _is_side(leg.debit, debit, platform) and _is_side(leg.credit, credit, platform)


def _is_side(side: Side, key: LedgerKey, platform: str) -> bool:
    undated = side.dated and key.purpose == Purpose.AVAILABLE
    if side.purpose != key.purpose and not undated:
        return False
    if side.party is Party.PLATFORM:
        return key.owner == platform
    if side.party is Party.ACCOUNT:
        return is_account(key.owner)
    return key.owner == side.party.name.lower()


# who keeps what


def _is_kept(key: LedgerKey) -> bool:
    return is_account(key.owner) and key.purpose != Purpose.IN_TRANSIT


def _day(key: LedgerKey, created: int) -> date:
    return date_of(key.available_on or created)


def shares_of(steps: Iterable[Step], platform: str) -> list[Share]:
    """What each account has gained or lost, in the order of the steps; the platform last."""
    sums: dict[tuple[str, str], dict[date, int]] = {}
    for step in steps:
        for key, amount in ((step.debit, -step.amount), (step.credit, step.amount)):
            if _is_kept(key):
                day = date_of(key.available_on) if key.available_on else step.at.date()
                found = sums.setdefault((key.owner, key.currency), {})
                found[day] = found.get(day, 0) + amount
    shares = [
        Share(
            PLATFORM if owner == platform else owner,
            currency,
            sum(days.values()),
            tuple((day, amount) for day, amount in sorted(days.items()) if amount),
        )
        for (owner, currency), days in sums.items()
    ]
    return sorted(shares, key=lambda share: share.owner == PLATFORM)


def _sentences(told: Story, shares: list[Share]) -> Iterator[str]:
    if not told.steps:
        yield "no money has moved"
    gains, you_gain, loses, you_lose = _VERBS.get(told.kind, _OTHER_VERBS)
    said = ""
    for owner, currency, amount, by_day in shares:
        you = owner == PLATFORM
        who = "you" if you else owner
        if amount < 0:
            yield f"{who} {you_lose if you else loses} {display(-amount, currency)}"
            continue
        verb = you_gain if you else gains
        money = display(amount, currency) if amount else "nothing"
        when = _available(by_day, currency, told.now) if amount else ""
        # What was said of the one before is not said again.
        yield f"{who} {verb} {money}{when if when != said else ''}"
        said = when or said
    for currency, amount in _on_its_way(told.steps).items():
        if amount > 0:
            yield f"{display(amount, currency)} is in transit"


def _on_its_way(steps: Iterable[Step]) -> dict[str, int]:
    found: dict[str, int] = {}
    for step in steps:
        amount = step.amount * ((step.to == IN_TRANSIT) - (step.from_ == IN_TRANSIT))
        found[step.currency] = found.get(step.currency, 0) + amount
    return found


def _available(by_day: tuple[tuple[date, int], ...], currency: str, now: datetime) -> str:
    if len(by_day) == 1:
        ((day, _),) = by_day
        return f" (available {'since ' if day <= now.date() else ''}{day_text(day, now)})"
    parts = (f"{display(amount, currency)} on {day_text(day, now)}" for day, amount in by_day)
    return f" (available: {', '.join(parts)})"


# words


def day_text(day: date, now: datetime) -> str:
    """A day for people: 4 Nov, with its year where it is not this one."""
    text = f"{day.day} {_MONTHS[day.month - 1]}"
    return text if day.year == now.year else f"{text} {day.year}"


def short_names(parties: Iterable[str]) -> dict[str, str]:
    """{party: a name that fits a column}: accounts by their last letters, as few as tell them."""
    ids = [party for party in dict.fromkeys(parties) if is_account(party)]
    letters = 4
    while len({id_[-letters:] for id_ in ids}) < len(ids):
        letters += 1
    return {party: party for party in parties} | {id_: shortened(id_, letters) for id_ in ids}


def shortened(id_: str, letters: int = 4) -> str:
    """An id by its kind and its last letters."""
    return f"{id_.partition('_')[0]}_…{id_[-letters:]}"
