"""The Book: what one batch has loaded and changed. The Draft: what one decision wants.

A decision reads the book and answers Done(value, draft), Refused or Replayed. The book
absorbs each draft before the next decision is asked, so every item of a batch sees the
effects of those before it; a decision that refuses or raises leaves no trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

from connectlib.core.drafts import Draft, Emission, Posting, Unpaid, snapshot
from connectlib.core.due import DueKind, join_ref
from connectlib.core.events import UNKEPT
from connectlib.core.heads import HeadState
from connectlib.core.ids import RANDOM, branch_part
from connectlib.core.ledger import (
    COUNTER_MAX,
    GUARDED,
    LANES,
    BrokenLedgerError,
    LedgerAccount,
    LedgerKey,
    Purpose,
)
from connectlib.core.postings import Fact, Owners, keys
from connectlib.core.refusals import Refused
from connectlib.core.rows import (
    Account,
    BalanceTransaction,
    Callback,
    Due,
    Event,
    IdempotencyKey,
    Lane,
    LedgerTransaction,
    LedgerTransfer,
    ObjectVersion,
    PayoutItem,
    Versioned,
    World,
    amend,
    maker,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
R = TypeVar("R", bound=Versioned)

_event, _version, _ledger_transfer = maker(Event), maker(ObjectVersion), maker(LedgerTransfer)
_SPENDABLE = frozenset({Purpose.PENDING, Purpose.AVAILABLE})
_PENDING = int(Purpose.PENDING)
#: How far the clocks of two processes may be apart, in microseconds: ten minutes.
_SKEW = 600 * 1_000_000


class Stale(Exception):
    """What a work was told before the locks is not so under them: its keys must be made anew."""


class Minter(Protocol):
    """Makes id bodies: see `ports.ids`."""

    def bodies(self, n: int, at: int) -> list[str]:
        """Make n bodies, ascending."""
        ...


class Request(NamedTuple):
    """The idempotency of one call: its key in its namespace, and what it asked."""

    account: str
    key: str
    fingerprint: str


class Keys(NamedTuple):
    """What a piece of work needs loaded, and locked where it may change.

    rows: ids of versioned rows, locked. accounts: ids of accounts, read after the locks.
    ledger: ledger accounts, locked. wallets: (owner, since): the owner's balance accounts are
    locked, those of days from `since` on.
    heads: accounts whose event number is locked. unpaid: (owner, currency) whose available
    balance transactions not yet paid out are read after the locks.
    """

    rows: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    ledger: frozenset[LedgerKey] | set[LedgerKey] = frozenset()
    wallets: tuple[tuple[str, int], ...] = ()
    heads: tuple[str, ...] = ()
    unpaid: tuple[tuple[str, str], ...] = ()


class Done(Generic[T_co]):
    """A yes: the answer and what is to be written for it."""

    __slots__ = ("draft", "value")

    def __init__(self, value: T_co, draft: Draft) -> None:
        self.value = value
        self.draft = draft


class Replayed(NamedTuple):
    """A key seen before: the answer is this object as it was at this version.

    in_use: the first call may still be at work on it.
    """

    object_id: str
    version: int
    in_use: bool = False


class Book:
    """The rows that a batch has loaded and the plan of what it will write.

    at: the batch's instant, the same for all of it. wall: wall-clock microseconds, for leases.
    joined: whether this runs inside the application's own transaction.
    """

    def __init__(
        self,
        world: World,
        *,
        branch: int,
        at: int,
        wall: int,
        ids: Minter,
        joined: bool = False,
    ) -> None:
        self.world, self.branch, self.at, self.wall, self.joined = world, branch, at, wall, joined
        self.rows: dict[str, Versioned] = {}
        self.stored: dict[str, int] = {}
        self.ledger: dict[LedgerKey, LedgerAccount] = {}
        self.gathered: set[LedgerKey] = set()
        self.heads: dict[str, HeadState] = {}
        self.keys: dict[tuple[str, str], IdempotencyKey] = {}
        self.unpaid: dict[tuple[str, str], list[Unpaid]] = {}
        self.lane: Lane | None = None
        self.changed: dict[str, Versioned] = {}
        self.changed_keys: dict[tuple[str, str], IdempotencyKey] = {}
        self.versions: dict[tuple[str, int], ObjectVersion] = {}
        self.bts: list[BalanceTransaction] = []
        self.callbacks: list[Callback] = []
        self.items: list[PayoutItem] = []
        self.events: list[Event] = []
        self.transactions: list[LedgerTransaction] = []
        self.transfers: list[LedgerTransfer] = []
        self.dues: dict[tuple[int, int, str], Due] = {}
        self.undues: dict[tuple[int, int, str], Due] = {}
        self._ids = ids
        self._bodies: list[str] = []
        self._minted = 3

    # reading

    def get(self, kind: type[R], id_: str | None, account: str) -> R | None:
        """The row, if it is loaded, of that kind and lives in that namespace."""
        row = self.rows.get(id_) if id_ else None
        return row if isinstance(row, kind) and row.account == account else None

    def account(self, id_: str) -> Account | None:
        """A connected account of this world that has not been deleted."""
        row = self.rows.get(id_)
        return row if isinstance(row, Account) and not row.deleted else None

    def balance(
        self, owner: str, currency: str, purpose: int = Purpose.AVAILABLE, day: int = 0
    ) -> int:
        """Spendable minor units of one ledger account of an owner."""
        found = self.ledger.get(LedgerKey(self.world.id, owner, purpose, currency, day))
        return found.spendable if found else 0

    def funds(self, owner: str, currency: str) -> int:
        """Pending + available minor units of an owner whose wallet is loaded."""
        return sum(
            entry.spendable
            for key, entry in self.ledger.items()
            if key.owner == owner and key.currency == currency and key.purpose in _SPENDABLE
        )

    def has(self, fact: Fact, owners: Owners) -> bool:
        """Whether every ledger account that a fact may touch has been gathered."""
        return keys(fact, owners) <= self.gathered

    def new_id(self, prefix: str) -> str:
        """A fresh id of this branch: ids of one batch ascend in the order of asking."""
        if not self._bodies:
            self._minted = min(4 * self._minted, 1024)
            here = f"_{branch_part(self.branch)}"
            self._bodies = list(map(here.__add__, self._ids.bodies(self._minted, self.at)[::-1]))
        return prefix + self._bodies.pop()

    def secret(self) -> str:
        """A text that nobody guesses: 160 bits of chance."""
        return "".join(body[-RANDOM:] for body in self._ids.bodies(2, self.at)).lower()

    # changing

    def absorb(self, draft: Draft) -> None:
        """Make a draft part of the plan and of what later decisions see."""
        if draft.postings:
            legs = self._legs(draft.postings)
            for posting in draft.postings:
                self._post(posting, legs)
        for row in draft.rows:
            self.rows[row.id] = self.changed[row.id] = row
        self.bts += draft.bts
        self.items += draft.items
        if draft.callbacks:
            self.callbacks += draft.callbacks
        if self.unpaid:
            self._queue(draft)
        for emission in draft.emissions:
            self._emit(emission, draft.origin)
        if draft.key is not None:
            self._keep(draft.key)
        for due in draft.undues:
            slot = (due.due_at, due.kind, due.ref)
            self.dues.pop(slot, None)
            self.undues[slot] = due
        for due in draft.dues:
            # What is dropped and due again at once is both: removed first, so that it is free
            # of the lease of whoever has dropped it.
            self.dues[due.due_at, due.kind, due.ref] = due

    def _keep(self, key: IdempotencyKey) -> None:
        """Keep a key, and its answer as it is now: an object unchanged gets a version for it."""
        answer = self.rows.get(key.object_id) if key.object_id else None
        if answer is not None and answer.version == key.object_version:
            if answer.id not in self.changed:
                answer = amend(answer, version=answer.version + 1)
                self.rows[answer.id] = self.changed[answer.id] = answer
                key = amend(key, object_version=answer.version)
            self._snapshot(answer)
        name = (key.account, key.key)
        self.keys[name] = self.changed_keys[name] = key

    def _legs(self, postings: list[Posting]) -> Iterator[tuple[LedgerAccount, LedgerAccount]]:
        """The two ledger accounts of every move, in order.

        Stops before anything moves what was not gathered, or would overflow a counter.
        """
        ledger = self.ledger
        found: list[tuple[LedgerAccount, LedgerAccount]] = []
        for posting in postings:
            for debit_key, credit_key, amount in posting.moves:
                if debit_key.currency != credit_key.currency or debit_key is credit_key:
                    raise BrokenLedgerError(f"{posting.fact.name}: {debit_key} -> {credit_key}")
                debit = ledger.get(debit_key) or self._opened(debit_key, posting.fact)
                credit = ledger.get(credit_key) or self._opened(credit_key, posting.fact)
                limit = COUNTER_MAX - amount
                for entry in (debit, credit):
                    if entry.dp > limit or entry.cp > limit:
                        raise BrokenLedgerError(f"{entry.key} would overflow")
                found.append((debit, credit))
        return iter(found)

    def _opened(self, key: LedgerKey, fact: Fact) -> LedgerAccount:
        """A ledger account that is not stored yet: written where something is posted to it."""
        if key not in self.gathered:
            raise Stale(f"{fact.name}: {key} was not gathered")
        entry = self.ledger[key] = LedgerAccount(key)
        return entry

    def _queue(self, draft: Draft) -> None:
        """What became available in this batch can be paid out by a later item of it."""
        for bt in draft.bts:
            waiting = self.unpaid.get((bt.account, bt.currency))
            if waiting is not None and not bt.day and bt.type != "payout":
                waiting.append(Unpaid(bt.id, bt.net, bt.available_on))
        self.unpaid.update(draft.unpaid)

    def _post(self, posting: Posting, legs: Iterator[tuple[LedgerAccount, LedgerAccount]]) -> None:
        transfers, soon = self.transfers, self.at + _SKEW
        number = self._numbered(posting)
        for leg, (debit_key, credit_key, amount) in enumerate(posting.moves):
            debit, credit = next(legs)
            debit.dp += amount
            debit.version += 1
            credit.cp += amount
            credit.version += 1
            if debit_key.purpose in GUARDED and debit.cp < debit.dp + debit.dq:
                raise BrokenLedgerError(f"{debit_key} would be overdrawn by {amount}")
            # Day accounts mature. Close to its day another process, whose clock is ahead, may have
            # matured one already.
            if debit_key.purpose == _PENDING and (
                debit.version == 1 or debit_key.available_on < soon
            ):
                self._mind(debit_key)
            if credit_key.purpose == _PENDING and (
                credit.version == 1 or credit_key.available_on < soon
            ):
                self._mind(credit_key)
            transfers.append(
                _ledger_transfer(
                    (
                        self.branch,
                        number,
                        leg,
                        debit.id,
                        credit.id,
                        debit_key.currency,
                        amount,
                        debit.version,
                        debit.cp - debit.dp,
                        credit.version,
                        credit.cp - credit.dp,
                    )
                )
            )

    def _numbered(self, posting: Posting) -> int:
        """The number of a new ledger transaction."""
        lane = self.lane
        if lane is None:
            raise BrokenLedgerError(f"{posting.fact.name} without a lane: its work named no ledger")
        number = (lane.seq + len(self.transactions) + 1) * LANES + lane.lane
        of = (self.branch, number, self.world.id, int(posting.fact), posting.ref, self.at)
        self.transactions.append(LedgerTransaction(*of))
        return number

    def _mind(self, key: LedgerKey) -> None:
        """See to it that a day account matures: when it is new, and again close to its day."""
        ref = join_ref(key.owner, key.currency, key.available_on)
        name = (key.available_on, int(DueKind.MATURE), ref)
        if name not in self.dues:
            self.dues[name] = Due(self.branch, self.world.id, *name)

    def _emit(self, emission: Emission, origin: str | None) -> None:
        type_, row, account, previous = emission
        head = self.heads.get(account)
        if head is None:
            head = self.heads[account] = HeadState(0)
        seq = head.number(type_)
        if not seq:
            return
        version = row.version
        if type_ in UNKEPT:
            version = 0
        else:
            self._snapshot(row)
        id_ = self.new_id("evt")
        values = (self.branch, id_, self.world.id, account, seq, self.at)
        self.events.append(_event((*values, type_, row.id, version, previous, origin)))

    def _snapshot(self, row: Versioned) -> None:
        name = (row.id, row.version)
        if name not in self.versions:
            self.versions[name] = _version((self.branch, *name, self.world.id, snapshot(row)))


def twin(id_: str, prefix: str) -> str:
    """The id of the object that is made together with another, for good: tr_X and py_X."""
    return f"{prefix}_{id_.partition('_')[2]}"


class Work(Generic[T_co]):
    """One request for the committer: what to load, and the decision to ask.

    links: ids of immutable facts read unlocked first. keys: what to load and lock, given the
    links found and the batch's instant. repeatable: whether asking again after an unknown
    COMMIT is safe, because a key or a compare-and-set guards it. weight: about how many ledger
    transfers it makes.
    """

    __slots__ = ("decide", "keys", "links", "repeatable", "request", "weight")

    def __init__(
        self,
        keys: Keys | Callable[[Mapping[str, Versioned], int], Keys],
        decide: Callable[[Book], Outcome[T_co]],
        *,
        links: tuple[str, ...] = (),
        request: Request | None = None,
        repeatable: bool = False,
        weight: int = 4,
    ) -> None:
        self.keys = keys
        self.decide = decide
        self.links = links
        self.request = request
        self.repeatable = repeatable or request is not None
        self.weight = weight


Outcome = Done[T] | Refused | Replayed
AnyWork = Work[Any]
