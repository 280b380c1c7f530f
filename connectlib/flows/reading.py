"""Reading objects: by id, in pages, and the balance. Nothing here changes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from connectlib.core.balance import Funds, funds_of
from connectlib.core.ledger import BALANCE, key_of, ledger_id
from connectlib.core.refusals import missing
from connectlib.core.rows import Event
from connectlib.ports.steps import ask
from connectlib.ports.store import BalanceAt, One, Page, Version, Wallet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.core.ledger import LedgerAccount
    from connectlib.core.refusals import Refused
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow

T = TypeVar("T")


def one(
    ground: Ground, kind: type[T], id_: str, account: str | None, *, name: str, param: str = "id"
) -> Flow[T | Refused]:
    """The object with an id in a namespace; another account's answers like one that is not."""
    found = yield from ask(One(kind, ground.branch(id_), ground.world.id, id_, account))
    if found is None:
        return missing(name, id_, param)
    row: T = found
    return row


def page(
    ground: Ground,
    kind: type[Any],
    account: str,
    *,
    limit: int,
    where: tuple[tuple[str, Any], ...] = (),
    created: tuple[tuple[str, int], ...] = (),
    ranges: tuple[tuple[str, str, int], ...] = (),
    after: str | None = None,
    before: str | None = None,
) -> Flow[tuple[list[Any], bool] | Refused]:
    """A page, newest first, and whether there is more in its direction."""
    order = "id"
    edges: list[Any] = [after, before]
    if kind is Event:
        order = "seq"
        for place, id_ in enumerate(edges):
            if id_ is not None:
                event = yield from ask(
                    One(Event, ground.branch(id_), ground.world.id, id_, account)
                )
                if event is None:
                    return missing("event", id_, ("starting_after", "ending_before")[place])
                edges[place] = event.seq
    rows: list[Any] = []
    for branch in _branches(ground, account):
        query = Page(
            kind,
            branch,
            ground.world.id,
            account,
            where,
            created,
            after=edges[0],
            before=edges[1],
            limit=limit + 1,
            order=order,
            ranges=ranges,
        )
        rows += yield from ask(query)
    rows.sort(key=lambda row: getattr(row, order), reverse=before is None)
    more = len(rows) > limit
    rows = rows[:limit]
    return (rows if before is None else rows[::-1]), more


def _branches(ground: Ground, account: str) -> Sequence[int]:
    """Where objects of a namespace lie: the platform's at every branch."""
    if account == ground.world.account:
        return range(ground.branches)
    return (ground.branch(account),)


def wallet(ground: Ground, account: str) -> Flow[list[LedgerAccount]]:
    """Every ledger account of an owner, over all branches it banks at."""
    found: list[LedgerAccount] = []
    for branch in _branches(ground, account):
        found += yield from ask(Wallet(branch, ground.world.id, account))
    return found


def balance(ground: Ground, account: str) -> Flow[dict[str, Funds]]:
    """{currency: pending, available, in transit}."""
    entries = yield from wallet(ground, account)
    return funds_of(entries)


def balance_at(ground: Ground, account: str, currency: str, at: int) -> Flow[Funds]:
    """The balance of one currency as it was at an instant."""
    every = yield from balances_at(ground, account, at, only=currency)
    return every.get(currency, Funds())


def balances_at(
    ground: Ground, account: str, at: int, *, only: str | None = None
) -> Flow[dict[str, Funds]]:
    """{currency: balance} as it was when an instant had ended: one question for each day."""
    amounts: dict[str, dict[int, int]] = {}
    for branch in _branches(ground, account):
        entries = yield from ask(Wallet(branch, ground.world.id, account))
        for entry in entries:
            key = entry.key
            if key.purpose in BALANCE and only in (None, key.currency):
                id_ = ledger_id(key_of(*key))
                found = yield from ask(BalanceAt(branch, ground.world.id, id_, at))
                sums = amounts.setdefault(key.currency, dict.fromkeys(map(int, BALANCE), 0))
                sums[key.purpose] += found
    return {currency: Funds(*sums.values()) for currency, sums in sorted(amounts.items())}


def snapshot(ground: Ground, id_: str, version: int) -> Flow[Any]:
    """An object as it was at one version; None where that version was not kept."""
    found = yield from ask(Version(ground.branch(id_), ground.world.id, id_, version))
    return found
