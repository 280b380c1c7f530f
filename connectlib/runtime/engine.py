"""The composition root: puts store, clock, processor, rail, cache and committers together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.ids import branch_part
from connectlib.core.moments import datetime_of
from connectlib.core.payout_items import SKEW
from connectlib.core.rows import World
from connectlib.flows import accounts, personal
from connectlib.flows.ground import Ground
from connectlib.ports.cache import Cached
from connectlib.runtime.banks import bank_for_tests
from connectlib.runtime.committer import Committer
from connectlib.runtime.executor import Executor
from connectlib.runtime.run import run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from connectlib.adapters.clock import VirtualClock
    from connectlib.adapters.keys.vault import Vault
    from connectlib.core.book import Book
    from connectlib.core.fee_policies import FeePolicy
    from connectlib.core.requirement_rules import Rules
    from connectlib.ports.bank_numbers import NumberChecker
    from connectlib.ports.bank_verification import BankVerifier
    from connectlib.ports.cache import Cache
    from connectlib.ports.clock import WallClock
    from connectlib.ports.files import FileStore
    from connectlib.ports.fx import FXProvider
    from connectlib.ports.ids import Ids
    from connectlib.ports.processor import Processor
    from connectlib.ports.rail import Rail
    from connectlib.ports.store import Store
    from connectlib.ports.verification import IdentityVerifier


class Parts(NamedTuple):
    """What the world gives to an engine. virtual: the clock that can be moved, where it can.

    vault: seals what is personal; None where it is kept as it is given.
    """

    store: Store
    clock: WallClock
    wall: WallClock
    ids: Ids
    cache: Cache
    processor: Processor
    rail: Rail
    fees: FeePolicy
    fx: FXProvider
    identities: IdentityVerifier
    rules: Rules
    ownership: BankVerifier
    numbers: NumberChecker
    files: FileStore
    hosted: str
    redirects: tuple[str, ...]
    checks_owners: bool = False
    virtual: VirtualClock | None = None
    vault: Vault | None = None


#: Later than any clock.
MOMENT_MAX = 2**63 - 1


class Engine:
    """One world at work in this process. bridge: how an awaiting caller reaches it; None = here."""

    bridge: Callable[[Callable[[], Any]], Awaitable[Any]] | None = None
    is_closed = False

    def __init__(self, parts: Parts, world: World, *, branches: int, grouped: bool = True) -> None:
        self.parts = parts
        self.store, self.clock, self.wall = parts.store, parts.clock, parts.wall
        self.cache, self.processor, self.rail = parts.cache, parts.processor, parts.rail
        self.ids, self.vault = parts.ids, parts.vault
        self.identities, self.ownership = parts.identities, parts.ownership
        self.files, self.numbers = parts.files, parts.numbers
        self.world = parts.store.open_world(world)
        #: Until when no money can mature unnoticed; a virtual clock is moved by the pump alone.
        self.caught_up_until = 0 if parts.virtual is None else MOMENT_MAX
        self.ground = Ground(
            self.world,
            parts.fees,
            parts.fx,
            branches,
            parts.processor.key_retention,
            parts.vault is not None,
            parts.rules,
            parts.hosted,
            parts.redirects,
            parts.checks_owners,
        )
        self._follow_clock()
        self.executors = [self._executor(branch) for branch in range(branches)]
        self.committers = [Committer(each, grouped=grouped) for each in self.executors]
        if self.world.country != world.country:
            raise WorldMismatch(self.world)
        bank = bank_for_tests(self.world.account, self.world.country)
        run(self, accounts.open_platform(self.ground, bank))
        if self.vault is not None:
            run(self, personal.open_world(self.ground))
        elif run(self, personal.is_sealed_world(self.ground)):
            raise SealedWorld(self.world)

    def _executor(self, branch: int) -> Executor:
        return Executor(
            self.store,
            self.world,
            branch,
            clock=self.clock,
            wall=self.wall,
            ids=self.ids,
            heard=self.heard,
            follow=self.follow,
            keeps_now=self.parts.virtual is not None,
        )

    def _follow_clock(self) -> None:
        """A virtual clock goes on where its world stood; a real one must not be behind it."""
        stood = self.world.now
        if stood is None:
            return
        if self.parts.virtual is None:
            if stood > self.clock.now() + SKEW:
                raise ClockBehind(self.world)
        elif stood > self.parts.virtual.now():
            self.parts.virtual.set(stood)

    def follow(self) -> None:
        """Set a virtual clock forward to where another process has brought the world."""
        virtual = self.parts.virtual
        for world in self.store.worlds():
            stood = world.now if world.id == self.world.id else None
            if virtual is not None and stood is not None and stood > virtual.now():
                virtual.set(stood)

    def heard(self, book: Book) -> None:
        """After a commit: what the cache holds of the rows it changed is old.

        New rows cannot be there: nobody has known their ids.
        """
        if book.stored:
            moved = [cache_key(self.world, id_) for id_ in book.changed if id_ in book.stored]
            self.cache.invalidate(moved)

    def cached(self, kind: type[Any], id_: str) -> Any:
        """A row by id, through the cache: at most as stale as its time to live."""
        from connectlib.ports.store import One

        def load() -> Cached:
            row = self.store.answer(One(kind, self.ground.branch(id_), self.world.id, id_))
            return Cached(getattr(row, "version", 0), row)

        return self.cache.get(cache_key(self.world, id_), load)

    def close(self) -> None:
        """Give everything back."""
        self.is_closed = True
        for committer in self.committers:
            committer.close()
        self.store.close()


class WorldMismatch(Exception):
    """The world of this name is of another country."""

    def __init__(self, world: World) -> None:
        super().__init__(f"the platform '{world.platform}' of this database is in {world.country}")
        self.world = world


class SealedWorld(Exception):
    """The world has been opened with keys before, and is opened without them now."""

    def __init__(self, world: World) -> None:
        super().__init__(
            f"the personal data of the platform '{world.platform}' is sealed in this database"
        )
        self.world = world


class ClockBehind(Exception):
    """The world has lived on a virtual clock, and stands later than the clock it is opened with."""

    def __init__(self, world: World) -> None:
        stood = datetime_of(world.now or 0)
        super().__init__(
            f"the clock of the platform '{world.platform}' stands at {stood:%Y-%m-%d %H:%M:%S}Z,"
            " later than the clock given: business time never goes back"
        )
        self.world = world


def cache_key(world: World, id_: str) -> str:
    """The name of an object in the cache."""
    return f"{world.id}:{id_}"


def new_world(platform: str, country: str, *, livemode: bool, ids: Ids, at: int) -> World:
    """A world as it would begin, with the id of its platform's own account."""
    (body,) = ids.bodies(1, at)
    account = f"acct_{branch_part(0)}{body}"
    return World(0, platform, int(livemode), account, country, at)
