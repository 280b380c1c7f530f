"""Reconciliation: our rows, the processor's list and a settlement file, held side by side.

They meet by key, the id of our charge or refund, which the processor was given and has to tell.
Ours counts as taken what has succeeded: of a charge what was captured, in the currency in which
the buyer paid. What a bank took back after it had succeeded was taken and then returned: a list
may tell of both, of the charge alone, or of neither, since nothing of it is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from connectlib.core.callbacks import CONTRADICTS, MISMATCH
from connectlib.core.charges import options_of
from connectlib.core.refund_money import REVIEW
from connectlib.core.rows import Charge, Refund
from connectlib.core.transfers import captured

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from connectlib.core.rows import Callback

#: Kinds of entries. A return is what a bank took back of a charge: lists tell of it as a refund
#: whose key is that of the charge.
CHARGE, REFUND, RETURN = "charge", "refund", "return"
#: What may be compared with our rows, and how its differences are called.
PROCESSOR, SETTLEMENT = "processor", "settlement"
_PLACES = {PROCESSOR: "at_processor", SETTLEMENT: "in_settlement"}
#: What one of our rows says of the money outside: it was moved; it was, and a bank has taken it
#: back; it is not known yet; a person has to look; nothing was moved.
TAKEN, TAKEN_BACK, UNDER_WAY, NEEDS_REVIEW, NOTHING = (
    "taken",
    "taken_back",
    "under_way",
    "needs_review",
    "nothing",
)
#: A hold and a wait for the buyer are no money: a list that says otherwise differs.
_CHARGES = {
    "succeeded": TAKEN,
    "pending": UNDER_WAY,
    "processing": UNDER_WAY,
    "capturing": UNDER_WAY,
    "releasing": UNDER_WAY,
    "needs_review": NEEDS_REVIEW,
}
#: News that was put aside for a person.
PUT_ASIDE = (CONTRADICTS, MISMATCH)

#: (kind, key): what entries meet by.
_Place = tuple[str, str]


class Entry(NamedTuple):
    """One entry of a list from outside.

    kind: charge or refund. amount: minor units. created: microseconds, 0 where it is not told.
    """

    key: str
    kind: str
    amount: int
    currency: str
    created: int


class Own(NamedTuple):
    """What one of our rows says. state: TAKEN and so on; status: the row's own word."""

    key: str
    kind: str
    amount: int
    currency: str
    created: int
    state: str
    status: str
    account: str


class Side(NamedTuple):
    """What one of the three says of a key. times: how often. status, account: of ours."""

    amount: int
    currency: str
    created: int
    times: int = 1
    status: str | None = None
    account: str | None = None


class Line(NamedTuple):
    """A key about which there is something to tell; None where a side does not know it."""

    what: str
    kind: str
    key: str
    ours: Side | None
    processor: Side | None
    settlement: Side | None


class Sum(NamedTuple):
    """So many entries, and their minor units together."""

    entries: int = 0
    amount: int = 0


class Total(NamedTuple):
    """The entries of a kind and currency. matched: ours that all lists tell alike."""

    kind: str
    currency: str
    ours: Sum = Sum()
    processor: Sum = Sum()
    settlement: Sum = Sum()
    matched: Sum = Sum()


class Report(NamedTuple):
    """What holding them side by side has shown. compared: the lists that there were.

    differences: by what; one key may have several. under_way: not yet a difference, whatever is
    listed of it. needs_review, news: what waits for a person. taken_back: by banks.
    """

    since: int
    until: int
    compared: tuple[str, ...]
    totals: tuple[Total, ...]
    differences: tuple[Line, ...]
    under_way: tuple[Line, ...]
    needs_review: tuple[Line, ...]
    taken_back: tuple[Line, ...]
    news: tuple[Callback, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is nothing to look into."""
        return not (self.differences or self.needs_review or self.news)


class _Case(NamedTuple):
    """Everything known of one (kind, key). listed: {list: its entries}."""

    kind: str
    key: str
    own: list[Own]
    listed: dict[str, list[Entry]]

    @property
    def state(self) -> str:
        return self.own[0].state if self.own else NOTHING

    @property
    def taken(self) -> list[Own]:
        return self.own if self.state in (TAKEN, TAKEN_BACK) else []

    def telling(self, name: str) -> Entry | None:
        """The entry of a list to compare: of several the one that agrees with ours."""
        entries = self.listed[name]
        ours = {(one.amount, one.currency) for one in self.own}
        agreeing = (each for each in entries if (each.amount, each.currency) in ours)
        return next(agreeing, entries[0] if entries else None)


_E = TypeVar("_E", Own, Entry)


def own_of(row: Charge | Refund) -> list[Own]:
    """What a row says of the money outside; nothing where the processor has no part in it."""
    if isinstance(row, Refund):
        if row.source_transfer_reversal is not None:
            return []
        state = TAKEN if row.status == "succeeded" else NOTHING
        if row.status == "pending":
            state = NEEDS_REVIEW if row.pending_reason == REVIEW else UNDER_WAY
        return [_own(row, REFUND, row.amount, state)]
    if row.source_transfer is not None:
        return []
    options = options_of(row)
    if row.status == "failed" and options.get("failure_balance_transaction"):
        whole = captured(row)
        left = whole - (row.amount_refunded - row.refunds_waiting)
        returned = [_own(row, RETURN, left, TAKEN_BACK)] if left > 0 else []
        return [_own(row, CHARGE, whole, TAKEN_BACK), *returned]
    state = _CHARGES.get(row.status, NOTHING)
    amount = captured(row) if state == TAKEN else options.get("taking", (row.amount,))[0]
    return [_own(row, CHARGE, amount, state)]


def _own(row: Charge | Refund, kind: str, amount: int, state: str) -> Own:
    return Own(row.id, kind, amount, row.currency, row.created, state, row.status, row.account)


def reconcile(
    ours: Iterable[Own],
    processor: Iterable[Entry] | None,
    settlement: Iterable[Entry] | None,
    *,
    since: int,
    until: int,
    news: Iterable[Callback] = (),
) -> Report:
    """Hold three lists side by side; None for a list that there is not.

    All of ours are looked at, and what the others date in [since, until), in microseconds, or
    without a date. Whatever else they tell is looked up there, so they may reach further.
    """
    given = {PROCESSOR: processor, SETTLEMENT: settlement}
    own = _by_place(ours)
    returned = {key for kind, key in own if kind == RETURN}
    lists = {
        name: _by_place(_of_returns(entries, returned))
        for name, entries in given.items()
        if entries is not None
    }
    found: dict[str, list[Line]] = {UNDER_WAY: [], NEEDS_REVIEW: [], TAKEN_BACK: []}
    differences: list[Line] = []
    totals: dict[_Place, dict[str, Sum]] = {}
    for case in _cases(own, lists, since, until):
        words = list(_differences(case, lists))
        differences += [_line(case, word) for word in words]
        if case.state in found and case.kind != RETURN:
            found[case.state].append(_line(case, case.state))
        _count(totals, case, matched=not words)
    return Report(
        since,
        until,
        tuple(lists),
        tuple(_total(*name, sums) for name, sums in sorted(totals.items())),
        tuple(differences),
        under_way=tuple(found[UNDER_WAY]),
        needs_review=tuple(found[NEEDS_REVIEW]),
        taken_back=tuple(found[TAKEN_BACK]),
        news=tuple(news),
    )


def _by_place(entries: Iterable[_E]) -> dict[_Place, list[_E]]:
    found: dict[_Place, list[_E]] = {}
    for each in entries:
        found.setdefault((each.kind, each.key), []).append(each)
    return found


def _of_returns(entries: Iterable[Entry], returned: set[str]) -> Iterator[Entry]:
    """The entries of a list, with returns told from refunds."""
    for each in entries:
        yield each._replace(kind=RETURN) if each.key in returned and each.kind == REFUND else each


def _cases(
    own: Mapping[_Place, list[Own]],
    lists: Mapping[str, Mapping[_Place, list[Entry]]],
    since: int,
    until: int,
) -> Iterator[_Case]:
    """What is looked at, oldest first."""
    dates = {place: rows[0].created for place, rows in own.items()}
    for found in lists.values():
        for place, entries in found.items():
            inside = [
                one.created for one in entries if not one.created or since <= one.created < until
            ]
            if inside and place not in own:
                dates[place] = min(inside[0], dates.get(place, inside[0]))
    for _, place in sorted((at, place) for place, at in dates.items()):
        listed = {name: of.get(place, []) for name, of in lists.items()}
        yield _Case(*place, own.get(place, []), listed)


def _differences(case: _Case, lists: Mapping[str, Mapping[_Place, list[Entry]]]) -> Iterator[str]:
    """What is not as it should be, in words."""
    if len(case.own) > 1:
        yield "twice_here"
    for name, entries in case.listed.items():
        if len(entries) > 1:
            yield f"twice_{_PLACES[name]}"
    told = {name: case.telling(name) for name in case.listed}
    sides: list[Own | Entry] = [*case.taken[:1]]
    sides += [entry for entry in told.values() if entry is not None]
    if case.state in (UNDER_WAY, NEEDS_REVIEW) or not sides:
        return
    if not case.taken:
        yield "missing_here"
    for name, entry in told.items():
        # Of what was taken back nothing need be told; a return alone would be half of it.
        gone = case.state == TAKEN_BACK and (RETURN, case.key) not in lists[name]
        if entry is None and not gone and case.kind != RETURN:
            yield f"missing_{_PLACES[name]}"
    if len({side.currency for side in sides}) > 1:
        yield "currency_differs"
    elif len({side.amount for side in sides}) > 1:
        yield "amount_differs"


def _line(case: _Case, what: str) -> Line:
    ours = None
    if case.own:
        one = case.own[0]
        ours = Side(one.amount, one.currency, one.created, len(case.own), one.status, one.account)
    listed = {}
    for name, entries in case.listed.items():
        entry = case.telling(name)
        if entry is not None:
            listed[name] = Side(entry.amount, entry.currency, entry.created, len(entries))
    return Line(what, case.kind, case.key, ours, listed.get(PROCESSOR), listed.get(SETTLEMENT))


def _count(totals: dict[_Place, dict[str, Sum]], case: _Case, *, matched: bool) -> None:
    """Add what a case counts to the sums of its kind and currencies."""
    columns: dict[str, list[Own] | list[Entry]] = {"ours": case.taken, **case.listed}
    if matched and case.taken and case.listed and all(case.listed.values()):
        columns["matched"] = case.taken
    for column, entries in columns.items():
        for each in entries:
            sums = totals.setdefault((case.kind, each.currency), {})
            before = sums.get(column, Sum())
            sums[column] = Sum(before.entries + 1, before.amount + each.amount)


def _total(kind: str, currency: str, sums: Mapping[str, Sum]) -> Total:
    ours, processor, settlement, matched = (
        sums.get(column, Sum()) for column in ("ours", PROCESSOR, SETTLEMENT, "matched")
    )
    return Total(kind, currency, ours, processor, settlement, matched)
