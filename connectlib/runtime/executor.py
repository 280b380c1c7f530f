"""One batch against the store: retried where that is safe, split where one item spoils it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from connectlib.core.book import Replayed, Stale
from connectlib.flows.gather import fold
from connectlib.ports.store import (
    Behind,
    CommitUnknown,
    Contention,
    Race,
    Scene,
    StoreFault,
    Unavailable,
)
from connectlib.runtime.quiet import LARGE, quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connectlib.core.book import AnyWork, Book
    from connectlib.core.rows import World
    from connectlib.ports.clock import WallClock
    from connectlib.ports.ids import Ids
    from connectlib.ports.store import Store

#: How often a batch is tried, and how long the first pause is, in seconds; it doubles.
TRIES, PAUSE = 8, 0.005


class OutcomeUnknownFault(Exception):
    """COMMIT raised, and what was asked cannot be asked again safely."""


class Executor:
    """Does batches of one branch of one world. heard: told of every book committed.

    follow: sets a virtual clock forward to where the world stands.
    """

    def __init__(
        self,
        store: Store,
        world: World,
        branch: int,
        *,
        clock: WallClock,
        wall: WallClock,
        ids: Ids,
        heard: Callable[[Book], None],
        follow: Callable[[], None],
        keeps_now: bool = False,
    ) -> None:
        self._store = store
        self._world = world
        self._branch = branch
        self._clock = clock
        self._wall = wall
        self._ids = ids
        self._heard = heard
        self._follow = follow
        self._keeps_now = keeps_now

    def scene(self, *, joined: bool = False) -> Scene:
        """The surroundings of a batch that begins now."""
        return Scene(
            self._world,
            self._branch,
            self._clock.now(),
            self._wall.now(),
            self._ids,
            joined,
            self._keeps_now,
        )

    def __call__(self, works: Sequence[AnyWork]) -> list[Any]:
        """Do a batch: one outcome or exception for each work, in order."""
        return until_fresh(works, self._persist)

    def _persist(self, works: Sequence[AnyWork]) -> list[Any]:
        """Try until it is committed, as long as that is safe."""
        unsure = False
        pause = PAUSE
        fault: Exception = StoreFault("never tried")
        for attempt in range(TRIES):
            if attempt:
                # The wall clock's last digits are the jitter: two processes differ in them.
                time.sleep(pause * (0.5 + self._wall.now() % 1000 / 1000))
                pause *= 2
            try:
                results = self._once(works)
            except CommitUnknown as error:
                fault, unsure = error, True
                if not all(work.repeatable for work in works):
                    return self._after_unknown(works, error)
            except Race as error:
                fault = error
                if len(works) > 1 and attempt >= 1:
                    return self._apart(works, unsure=unsure)
            except (Contention, Unavailable) as error:
                fault = error
                if isinstance(error, Behind):
                    self._follow()
            except Exception as error:
                if len(works) > 1:
                    return self._apart(works, unsure=unsure)
                return [error]
            else:
                return [_ours(result) for result in results] if unsure else results
        if unsure:
            raise OutcomeUnknownFault(str(fault)) from fault
        raise fault

    def _once(self, works: Sequence[AnyWork]) -> list[Any]:
        if len(works) < LARGE:
            return self._commit(works)
        with quiet(len(works)):
            return self._commit(works)

    def _commit(self, works: Sequence[AnyWork]) -> list[Any]:
        with self._store.transaction(self._branch) as tx:
            book = tx.gather(self.scene(), works)
            results = fold(book, works)
            tx.write(book)
        self._heard(book)
        return results

    def _apart(self, works: Sequence[AnyWork], *, unsure: bool) -> list[Any]:
        """Each half alone: what spoils one leaves the other whole."""
        middle = len(works) // 2
        results: list[Any] = []
        for half in (works[:middle], works[middle:]):
            try:
                found = self._persist(half)
            except Exception as error:
                found = [error] * len(half)
            results += [_ours(result) for result in found] if unsure else found
        return results

    def _after_unknown(self, works: Sequence[AnyWork], error: CommitUnknown) -> list[Any]:
        """Ask again what a key or a compare-and-set guards; leave the rest open."""
        safe = [at for at, work in enumerate(works) if work.repeatable]
        results: list[Any] = [OutcomeUnknownFault(str(error)) for _ in works]
        if safe:
            again = self._apart([works[at] for at in safe], unsure=True)
            for at, result in zip(safe, again, strict=True):
                results[at] = result
        return results


def until_fresh(
    works: Sequence[AnyWork], do: Callable[[Sequence[AnyWork]], list[Any]]
) -> list[Any]:
    """Do works; those whose keys have been overtaken are done again with new ones."""
    results = do(works)
    for _ in range(TRIES):
        late = [at for at, result in enumerate(results) if isinstance(result, Stale)]
        if not late:
            break
        again = do([works[at] for at in late])
        for at, result in zip(late, again, strict=True):
            results[at] = result
    return results


def _ours(result: Any) -> Any:
    """After an unknown COMMIT a key in use may be our own: take the work up."""
    return result._replace(in_use=False) if isinstance(result, Replayed) else result
