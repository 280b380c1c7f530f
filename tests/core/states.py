"""What the tables of states are tried on: a book in which any row can be moved."""

from __future__ import annotations

from connectlib.core.book import Book, Done
from connectlib.core.ledger import LedgerAccount, Purpose, key_of
from connectlib.core.postings import POLICY, Fact, Owners, keys
from connectlib.core.refusals import Refused
from connectlib.core.rows import Lane, World
from connectlib.core.settlement import available_on

WORLD = World(1, "default", 0, "acct_P", "US", 0)
AT = 1_793_620_800_000_000


class Ids:
    def __init__(self) -> None:
        self.n = 0

    def bodies(self, n, _at):
        self.n += n
        return [f"{self.n - n + i:026d}" for i in range(n)]


def rates(_at):
    raise AssertionError("nothing is converted here")


def book(*rows, facts=tuple(Fact), available: int = 10_000) -> Book:
    """A book with these rows in which every account may be touched and holds something."""
    made = Book(WORLD, branch=0, at=AT, wall=0, ids=Ids())
    made.lane = Lane(0, 0, 0, 0, "0" * 64)
    for row in rows:
        made.rows[row.id] = row
        made.stored[row.id] = row.version
    for fact in set(facts) & set(POLICY):
        for day in (0, available_on(AT, "US", "card")):
            for account in ("acct_P", "acct_A"):
                made.gathered |= keys(fact, Owners(1, "usd", "acct_P", account, day))
    for purpose in (Purpose.IN_TRANSIT, Purpose.REFUNDS_IN_TRANSIT, Purpose.AVAILABLE):
        for owner in ("acct_P", "acct_A", "processor"):
            key = key_of(1, owner, purpose, "usd", 0)
            held = available if purpose == Purpose.AVAILABLE else 10_000
            made.ledger[key] = LedgerAccount(key, cp=held, version=1)
    return made


def outcome(found, of: Book, id_: str) -> tuple[str, bool, list[str]]:
    """(status after, whether anything but due work is written, events of the object)."""
    if not isinstance(found, Refused):
        assert isinstance(found, Done)
        draft = found.draft
        of.absorb(draft)
        written = bool(draft.rows or draft.postings or draft.bts or draft.emissions)
        told = [event.type for event in draft.emissions if event.row.id == id_]
        return of.rows[id_].status, written, told
    assert found.why.type == "invalid_request_error"
    return of.rows[id_].status, False, []
