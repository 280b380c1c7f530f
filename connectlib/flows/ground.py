"""The ground that flows stand on: whose world, which fees and rates, how many branches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from connectlib.core.book import Done, Replayed
from connectlib.core.idempotency import in_use
from connectlib.core.ids import branch_of
from connectlib.core.moments import HOUR
from connectlib.core.refusals import Refused
from connectlib.core.requirement_rules import RULES, Rules
from connectlib.ports.steps import ask
from connectlib.ports.store import Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from connectlib.core.book import Outcome, Request
    from connectlib.core.fee_policies import FeePolicy
    from connectlib.core.rows import World
    from connectlib.ports.fx import FXProvider
    from connectlib.ports.steps import Flow

T = TypeVar("T")

#: Where links lead as long as nobody has said where the web layer is.
HOSTED = "https://connect.localhost"


class Ground(NamedTuple):
    """What every flow is given.

    fx: the rates in force at a moment. key_retention: how long the processor remembers a key.
    sealed: whether personal data is sealed at rest. rules: what accounts must tell.
    hosted: where the application's web layer serves links, without a slash at the end.
    redirects: where OAuth may send browsers back to.
    checks_owners: whether every bank account is checked, not test numbers alone.
    """

    world: World
    fees: FeePolicy
    fx: FXProvider
    branches: int = 1
    key_retention: int = 24 * HOUR
    sealed: bool = False
    rules: Rules = RULES
    hosted: str = HOSTED
    redirects: tuple[str, ...] = ()
    checks_owners: bool = False

    def branch(self, id_: str | None) -> int:
        """The branch that an id belongs to; 0 for what is no id of ours."""
        found = branch_of(id_) if id_ else None
        return found if found is not None and found < self.branches else 0


def by_branch(places: Iterable[int], branch: Callable[[int], int]) -> dict[int, list[int]]:
    """{branch: places}, each in order."""
    found: dict[int, list[int]] = {}
    for place in places:
        found.setdefault(branch(place), []).append(place)
    return found


def replay(
    ground: Ground, branch: int, outcome: Outcome[T], request: Request | None
) -> Flow[T | Refused]:
    """The value of an outcome; for a key seen before, its first answer."""
    if isinstance(outcome, Done):
        return outcome.value
    if isinstance(outcome, Refused):
        return outcome
    found: T | None = yield from recall(ground, branch, outcome)
    return found if found is not None else in_use(request.key if request else "")


def recall(ground: Ground, branch: int, seen: Replayed) -> Flow[Any]:
    """The object that a key was answered with; None while it is still to come."""
    found = yield from ask(Version(branch, ground.world.id, seen.object_id, seen.version))
    return found
