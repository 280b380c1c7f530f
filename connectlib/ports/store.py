"""What a store must offer: transactions for batches, and questions that only read.

A transaction is of one branch. `gather` loads and locks what a batch needs, `write` makes its
plan permanent at COMMIT. Every fault below is raised by adapters and handled by the committer;
nobody else retries anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from connectlib.core.rows import FeeRefund, PayoutItem, Refund, Transfer, TransferReversal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from connectlib.core.book import AnyWork, Book, Minter
    from connectlib.core.ledger import LedgerKey
    from connectlib.core.rows import Due, LedgerTransaction, LedgerTransfer, World
    from connectlib.core.verify import Books


class StoreFault(Exception):
    """The store failed. Nothing of the transaction counts unless a subclass says otherwise."""


class Contention(StoreFault):
    """Busy, deadlock, serialization: the same work may be tried again."""


class Behind(Contention):
    """The virtual clock of the world stands later than that of the batch: another process moved it.

    The same work may be tried again with the clock set forward.
    """


class Race(StoreFault):
    """Another process wrote the same key first: the same work, asked again, will see it."""


class Unavailable(StoreFault):
    """The store cannot be reached, or lost before COMMIT was sent."""


class CommitUnknown(StoreFault):
    """COMMIT raised: whether it took effect is not known, and is never guessed."""


class SchemaMismatch(StoreFault):
    """The schema is missing, old or too new. `command` mends it."""

    def __init__(self, message: str, command: str) -> None:
        super().__init__(message)
        self.command = command


class Scene(NamedTuple):
    """The surroundings of a batch: whose world, where, when, and who makes ids.

    at: business time, wall: wall-clock time, both in microseconds. keeps_now: whether `at` comes
    from a virtual clock, which is stored with the world in the same commit.
    """

    world: World
    branch: int
    at: int
    wall: int
    ids: Minter
    joined: bool = False
    keeps_now: bool = False


class Tx(Protocol):
    """One open transaction of one branch."""

    def gather(self, scene: Scene, works: Sequence[AnyWork]) -> Book:
        """Load and lock what the works need, in at most two rounds."""
        ...

    def write(self, book: Book) -> None:
        """Write the plan of a book. It counts from COMMIT on."""
        ...


class One(NamedTuple):
    """The row of `kind` with this id, in the namespace of `account` (None: any of the world)."""

    kind: type[Any]
    branch: int
    world: int
    id: str
    account: str | None = None


class Several(NamedTuple):
    """The rows of a versioned `kind` of a world with these ids, in their order; those there are."""

    kind: type[Any]
    branch: int
    world: int
    ids: tuple[str, ...]


class Version(NamedTuple):
    """An object as it was at one version."""

    branch: int
    world: int
    id: str
    version: int


class Page(NamedTuple):
    """Rows of `kind` in one namespace, newest first, in one branch.

    where: equalities (column, value), or one of a tuple of values; of a balance transaction also
    `payout`, of an account `connected` (not the platform's own), of a payout `destination` (the
    id of its bank account). created: bounds (operator, microseconds), the operator one of >, >=,
    <, <=; ranges: the same of other columns (column, operator, microseconds). after, before:
    exclusive values of `order`; with `before` the rows come nearest first, that is ascending.
    """

    kind: type[Any]
    branch: int
    world: int
    account: str
    where: tuple[tuple[str, Any], ...] = ()
    created: tuple[tuple[str, int], ...] = ()
    after: Any = None
    before: Any = None
    limit: int = 10
    order: str = "id"
    ranges: tuple[tuple[str, str, int], ...] = ()


class Span(NamedTuple):
    """Rows of `kind` of a world in a part of the order of their ids, whatever their namespace.

    In one branch, oldest first. after, before: exclusive texts in that order, which follows the
    time: `core.ids.edge` makes them. where: bounds on other columns (column, operator, value),
    operators as in `Page`.
    """

    kind: type[Any]
    branch: int
    world: int
    after: str
    before: str
    where: tuple[tuple[str, str, Any], ...] = ()
    limit: int = 1000


#: What hangs on another object, and the column that names it: each has an index of its own.
HANGS_BY: dict[type[Any], str] = {
    FeeRefund: "fee",
    PayoutItem: "payout",
    Refund: "charge",
    Transfer: "source_transaction",
    TransferReversal: "transfer",
}


class Hanging(NamedTuple):
    """What of `kind` hangs on the object `on`, oldest first: (at most `limit` rows, how many).

    kind: one of HANGS_BY.
    """

    kind: type[Any]
    branch: int
    world: int
    on: str
    limit: int = 100


class DueWork(NamedTuple):
    """Due rows of one branch up to an instant, in order, whose lease has run out."""

    branch: int
    world: int
    until: int
    wall: int
    limit: int = 100


class NextDue(NamedTuple):
    """The first instant after another at which a branch has due work; None where it has none."""

    branch: int
    world: int
    after: int = -1


class Busy(NamedTuple):
    """Whether a charge or refund of an account, or a charge for it, waits for an answer outside."""

    branch: int
    world: int
    account: str


class Wallet(NamedTuple):
    """The ledger accounts of one owner, as `LedgerAccount` values."""

    branch: int
    world: int
    owner: str


class TransfersOf(NamedTuple):
    """Ledger transfers of one branch, in the order of their keys, with what they are about.

    Narrowed by `ref` (what the fact is about) or by an owner. after: (txn, leg), where the ones
    before end. newest: in the opposite order.
    """

    branch: int
    world: int
    ref: str | None = None
    owner: str | None = None
    after: tuple[int, int] | None = None
    limit: int = 1000
    newest: bool = False


class Entry(NamedTuple):
    """A ledger transfer as it is listed: the row, its transaction, its two ledger accounts."""

    row: LedgerTransfer
    transaction: LedgerTransaction
    debit: LedgerKey
    credit: LedgerKey


class BalanceAt(NamedTuple):
    """The posted balance (credits - debits) of one ledger account at an instant."""

    branch: int
    world: int
    account_id: int
    at: int


class Totals(NamedTuple):
    """All ledger accounts of a world at a branch, as `LedgerAccount` values."""

    branch: int
    world: int


class Sums(NamedTuple):
    """Counts and sums of what lives in one namespace: {name: (count, sum)}. For reports.

    The names: charges, processing_fees, transfers, reversals, refunds, application_fees; and of
    the whole world: accounts (all but the platform), payouts_paid.
    """

    branch: int
    world: int
    account: str


class KeysUnder(NamedTuple):
    """How many data keys of a world lie under each key-encryption key: {its id: how many}.

    Under "" are the erased ones.
    """

    branch: int
    world: int
    account: str


Query = (
    One
    | Several
    | Version
    | Page
    | Span
    | Hanging
    | DueWork
    | NextDue
    | Busy
    | Wallet
    | TransfersOf
    | BalanceAt
    | Totals
    | Sums
    | KeysUnder
)


class Store(Protocol):
    """Where the worlds live."""

    #: Whether several branches may commit at once from this process.
    parallel: bool

    def transaction(self, branch: int) -> AbstractContextManager[Tx]:
        """A transaction: commits when the block ends, rolls back when it raises."""
        ...

    def answer(self, query: Query) -> Any:
        """What a query asks, from committed data, outside any transaction."""
        ...

    def open_world(self, world: World) -> World:
        """The stored world of this (platform, livemode), made from `world` if there is none."""
        ...

    def worlds(self) -> list[World]:
        """Every world."""
        ...

    def set_now(self, world: int, now: int) -> None:
        """Remember the virtual clock of a world: it never goes back."""
        ...

    def claim(self, dues: Sequence[Due], *, wall: int, lease: int) -> list[Due]:
        """Take those whose lease has run out, for this long; commits before it returns.

        All are of one branch.
        """
        ...

    def audit(self, branch: int) -> AbstractContextManager[Books]:
        """One snapshot of the books of a branch."""
        ...

    def scrub(self) -> None:
        """After erasures: remove what old versions of rows lie about, as far as it can.

        It may take as long as writing the whole database anew.
        """
        ...

    def close(self) -> None:
        """Give everything back."""
        ...
