"""From the arguments of `Connect` to an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.adapters.banks.numbers import LibraryNumbers
from connectlib.adapters.cache.local import LocalCache
from connectlib.adapters.cache.none import NoCache
from connectlib.adapters.clock import SystemClock, VirtualClock, monotonic
from connectlib.adapters.entropy import RandomIds, SystemEntropy
from connectlib.adapters.files.memory import MemoryFiles, NoFiles
from connectlib.adapters.fx.static import StaticRates
from connectlib.adapters.processors.simulator import Simulator
from connectlib.adapters.rails.simulator import BankSimulator
from connectlib.adapters.verifiers.test_identities import TestIdentities
from connectlib.adapters.verifiers.test_ownership import TestOwnership
from connectlib.core.countries import DEFAULT_CURRENCY
from connectlib.core.fee_policies import FeePolicy
from connectlib.core.fees import FeeSchedule
from connectlib.core.requirement_rules import RULES, Rules
from connectlib.core.urls import is_web_address
from connectlib.flows.ground import HOSTED
from connectlib.runtime.engine import Engine, Parts, new_world
from connectlib.runtime.keyring import Misconfigured, MissingPackage, vault_of

if TYPE_CHECKING:
    from connectlib.core.rows import World
    from connectlib.ports.clock import WallClock
    from connectlib.ports.entropy import Entropy
    from connectlib.ports.ids import Ids
    from connectlib.ports.rail import Rail
    from connectlib.ports.store import Store

#: Characters that the name of a platform may have.
_NAME_MAX = 100


class Onboarding(NamedTuple):
    """Who checks identities and bank accounts, what accounts must tell; None = as by default."""

    identities: Any = None
    requirements: Any = None
    ownership: Any = None


ONBOARDING = Onboarding()


def build(
    url: str | None,
    *,
    platform: str = "default",
    country: str = "US",
    livemode: bool = False,
    clock: Any = None,
    cache: Any = None,
    branches: int = 1,
    fees: Any = None,
    fx: Any = None,
    processor: Any = None,
    keys: Any = None,
    files: Any = None,
    hosted_url: Any = HOSTED,
    redirect_uris: Any = (),
    ids: Ids | None = None,
    wall: WallClock | None = None,
    store: Store | None = None,
    rail: Rail | None = None,
    onboarding: Onboarding = ONBOARDING,
    entropy: Entropy | None = None,
    grouped: bool = True,
) -> Engine:
    """An engine over the store behind a URL, or over one that is given."""
    vault = vault_of(keys, entropy or SystemEntropy(), livemode=livemode)
    _check(platform, country, livemode=livemode, fees=fees, fx=fx)
    _check_parts(onboarding, clock=clock, cache=cache, processor=processor, files=files)
    clock = clock or (VirtualClock() if url is None else SystemClock())
    parts = Parts(
        store=store or open_store(url, branches),
        clock=clock,
        wall=wall or SystemClock(),
        ids=ids or RandomIds(),
        cache=_cache(cache),
        processor=processor or Simulator(now=clock.now),
        rail=rail or BankSimulator(),
        fees=FeePolicy.of(fees),
        fx=fx if fx is not None else StaticRates(),
        files=files or (MemoryFiles() if url is None else NoFiles()),
        hosted=_hosted(hosted_url),
        redirects=_redirects(redirect_uris),
        virtual=clock if hasattr(clock, "set") else None,
        vault=vault,
        **_onboarding(onboarding),
    )
    world = new_world(platform, country, livemode=livemode, ids=parts.ids, at=clock.now())
    return _started(parts, world, branches, grouped=grouped, given=store is not None)


def _cache(given: Any) -> Any:
    """A cache of this process by default; False for none."""
    if given is None:
        return LocalCache(now=monotonic)
    return NoCache() if given is False else given


def _onboarding(given: Onboarding) -> dict[str, Any]:
    """The parts that verify; by default those of the test mode."""
    return {
        "identities": given.identities or TestIdentities(),
        "rules": given.requirements or RULES,
        "ownership": given.ownership or TestOwnership(),
        "numbers": LibraryNumbers(),
        "checks_owners": given.ownership is not None,
    }


def _check_onboarding(given: Onboarding) -> None:
    """Refuse what cannot check identities, and rules that are none."""
    verbs = ("submit", "track")
    for name in ("identities", "ownership"):
        verifier = getattr(given, name)
        lacking = [verb for verb in verbs if not callable(getattr(verifier, verb, None))]
        if verifier is not None and lacking:
            raise Misconfigured(
                f"{name} must be an object with {', '.join(lacking)}().",
                "leave it out for the verifier of the test mode",
            )
    if given.requirements is not None and not isinstance(given.requirements, Rules):
        raise Misconfigured(
            "requirements must be rules of ours.",
            "change the default ones: connectlib.REQUIREMENTS._replace(...)",
        )


def _started(parts: Parts, world: World, branches: int, *, grouped: bool, given: bool) -> Engine:
    """An engine; where it cannot be, a store that was not given is closed again."""
    try:
        return Engine(parts, world, branches=branches, grouped=grouped)
    except BaseException:
        if not given:
            parts.store.close()
        raise


def _check(platform: Any, country: Any, *, livemode: bool, fees: Any, fx: Any) -> None:
    if livemode:
        raise Misconfigured(
            "livemode=True is not possible: only simulated processors and banks exist so far.",
            "leave livemode out; no real money can be moved by this release",
        )
    named = isinstance(platform, str) and platform.isprintable()
    if not named or not 1 <= len(platform) <= _NAME_MAX:
        raise Misconfigured(
            f"platform must be a name of 1 to {_NAME_MAX} characters.", "leave it out, or name it"
        )
    if not isinstance(country, str) or country not in DEFAULT_CURRENCY:
        raise Misconfigured(
            f"country {country!r} is not one where a platform can be yet.",
            "use one of " + " ".join(sorted(DEFAULT_CURRENCY)),
        )
    if fees is not None and not isinstance(fees, FeePolicy | FeeSchedule):
        raise Misconfigured(
            "fees must be a FeePolicy or a FeeSchedule.",
            "build one: connectlib.FeeSchedule({...: Rate(...)})",
        )
    if fx is not None and not callable(getattr(fx, "table", None)):
        raise Misconfigured(
            "fx must be a source of exchange rates.",
            'give one: connectlib.StaticRates({"eur": "1", "usd": "1.08"}), or EcbRates(path)',
        )


#: What an object given to `Connect` must be able to do, and what stands for it where it cannot.
_ABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "clock": (("now",), "leave it out, or pass a VirtualClock"),
    "cache": (("get", "put", "invalidate", "clear"), "leave it out; cache=False is none at all"),
    "processor": (("resolve", "authorize", "refund"), "leave it out for the simulator"),
    "files": (("put", "get", "stat", "delete"), "pass connectlib.DirectoryFiles(path)"),
}


def _redirects(uris: Any) -> tuple[str, ...]:
    """Where OAuth may send browsers back to."""
    named = isinstance(uris, list | tuple) and all(isinstance(one, str) for one in uris)
    if not named or any(is_web_address(one) is None or "#" in one for one in uris):
        raise Misconfigured(
            "redirect_uris must be a list of absolute addresses without a fragment.",
            'pass ["https://example.com/connect/callback"]',
        )
    return tuple(uris)


def _hosted(url: Any) -> str:
    """Where the web layer is, without a slash at the end."""
    if not isinstance(url, str) or is_web_address(url) is None or "?" in url or "#" in url:
        raise Misconfigured(
            "hosted_url must be the address of your web layer.", 'pass "https://pay.example.com"'
        )
    return url.rstrip("/")


def _check_parts(onboarding: Onboarding, **parts: Any) -> None:
    """Refuse what cannot do the work of a clock, a cache or a processor."""
    _check_onboarding(onboarding)
    for name, part in parts.items():
        able, hint = _ABLE[name]
        if part is None or (name == "cache" and part is False):
            continue
        lacking = [verb for verb in able if not callable(getattr(part, verb, None))]
        if lacking:
            raise Misconfigured(f"{name} must be an object with {', '.join(lacking)}().", hint)


def check_branches(branches: int) -> None:
    """Refuse more than one branch, until money can move between them.

    Raises: Misconfigured.
    """
    if branches != 1:
        raise Misconfigured(
            f"branches={branches!r} is not possible yet: money cannot move between branches.",
            "leave branches at 1; every row carries its branch already, so it can grow later",
        )


def worlds(url: str) -> list[World]:
    """The worlds that a database holds; nothing is made by looking."""
    store = open_store(url, 1, make=False)
    try:
        return store.worlds()
    finally:
        store.close()


def open_store(url: Any, branches: int, *, make: bool = True) -> Store:
    """The store behind a URL; None is memory. make: whether an empty SQLite file is migrated."""
    if url is None:
        from connectlib.adapters.memory.store import MemoryStore

        return MemoryStore(branches=branches)
    hint = "use sqlite:///shop.db or postgresql://user@host/name; leave it out for memory"
    if not isinstance(url, str) or not url.startswith(("sqlite:", "postgresql:", "postgresql+")):
        raise Misconfigured("the URL is not one of a store.", hint)
    from connectlib.adapters.sql.opening import UnreadableURL
    from connectlib.adapters.sql.opening import open_store as open_sql

    try:
        return open_sql(url, branches=branches, make=make)
    except UnreadableURL as error:
        raise Misconfigured(f"the URL cannot be read: {error}.", hint) from error
    except ModuleNotFoundError as error:
        raise MissingPackage(
            f"PostgreSQL needs the package {error.name}.", 'pip install "connectlib[postgres]"'
        ) from error
