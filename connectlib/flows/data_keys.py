"""Data keys: put under another lock, renewed, held, erased. All of it may be stopped and resumed.

Where a rotation stands is in the rows themselves, so that nothing is remembered beside them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core import data_keys
from connectlib.core.book import Keys, Work
from connectlib.core.data_keys import key_id
from connectlib.core.personal import PERSONAL, is_sealed
from connectlib.core.refusals import Refused
from connectlib.core.rows import BY_PREFIX, DataKey
from connectlib.flows import personal
from connectlib.flows.single import do_one
from connectlib.ports.steps import AskKeys, Scrub, ask, transact
from connectlib.ports.store import KeysUnder, One, Page, Span

if TYPE_CHECKING:
    from connectlib.core.data_keys import Wrapped
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow

#: Keys, or rows, in one commit.
BATCH = 100
_LOOKS_MAX = 8


class Standing(NamedTuple):
    """Where the keys of a world are: under which key-encryption keys, and how many are erased."""

    current: str
    under: dict[str, int]
    erased: int


def status(ground: Ground) -> Flow[Standing]:
    """Count the data keys of this world by the key-encryption key they are under."""
    current: str = yield AskKeys("current", ())
    under: dict[str, int] = {}
    for branch in range(ground.branches):
        found = yield from ask(KeysUnder(branch, ground.world.id, ground.world.account))
        for kek, count in found.items():
            under[kek] = under.get(kek, 0) + count
    erased = under.pop("", 0)
    return Standing(current, dict(sorted(under.items())), erased)


def rotate(ground: Ground, limit: int | None) -> Flow[int]:
    """Put data keys under the current key-encryption key, batch by batch; how many were.

    Raises KeyFault: what was done before stays done.
    """
    current: str = yield AskKeys("current", ())
    done = 0
    for branch in range(ground.branches):
        under = yield from ask(KeysUnder(branch, ground.world.id, ground.world.account))
        for kek in sorted(under.keys() - {"", current}):
            while limit is None or done < limit:
                most = BATCH if limit is None else min(BATCH, limit - done)
                count = yield from _batch(ground, branch, kek, most)
                if not count:
                    break
                done += count
    return done


def _batch(ground: Ground, branch: int, kek: str, most: int) -> Flow[int]:
    """How many keys of a batch were put under the current lock, or had moved on: 0 = none left."""
    world = ground.world
    query = Page(DataKey, branch, world.id, world.account, (("kek", kek),), limit=most)
    keys: list[DataKey] = yield from ask(query)
    if not keys:
        return 0
    wrapped: list[Wrapped] = yield AskKeys("rewrap_all", (keys,))
    works = [_rewrapping(key, new) for key, new in zip(keys, wrapped, strict=True)]
    yield from transact(branch, works)
    return len(keys)


def _rewrapping(key: DataKey, wrapped: Wrapped, *, more: int = 0) -> Work[bool]:
    generation = key.generation + more
    decide = partial(data_keys.rewrap, key=key, wrapped=wrapped, generation=generation)
    return Work(Keys(rows=(key.id,)), decide, repeatable=True, weight=0)


def renew(ground: Ground, subject: str, account: str) -> Flow[DataKey | Refused]:
    """Give a subject a new data key, and seal its row again under it.

    Older ones stay, for what events and old versions tell, until the subject is erased.
    """
    branch, world = ground.branch(subject), ground.world.id
    for _ in range(_LOOKS_MAX):
        key = yield from retrieve(ground, subject, account)
        if isinstance(key, Refused):
            return key
        if key.status == "erased":
            return data_keys.erased(subject)
        wrapped: Wrapped = yield AskKeys("renew", (key,))
        moved = yield from do_one(ground, branch, _rewrapping(key, wrapped, more=1))
        if isinstance(moved, Refused):
            return moved
        if moved:
            kind = BY_PREFIX[subject.partition("_")[0]]
            row = yield from ask(One(kind, branch, world, subject))
            yield from _reseal(ground, row)
            return (yield from retrieve(ground, subject, account))
    return personal.busy("id")


def seal_existing(ground: Ground, limit: int | None) -> Flow[int]:
    """Seal what was written before there were keys; how many rows were.

    Their events and older versions stay as they were told.
    """
    done = 0
    for kind in PERSONAL:
        prefix = next(name for name, found in BY_PREFIX.items() if found is kind)
        for branch in range(ground.branches):
            done += yield from _seal_rows(
                ground, kind, prefix, branch, None if limit is None else limit - done
            )
    return done


def _seal_rows(
    ground: Ground, kind: type[Any], prefix: str, branch: int, limit: int | None
) -> Flow[int]:
    after, done = f"{prefix}_", 0
    while limit is None or done < limit:
        query = Span(kind, branch, ground.world.id, after, f"{prefix}_~", limit=BATCH)
        rows = yield from ask(query)
        if not rows:
            break
        for row in rows:
            if _is_plain(row) and (limit is None or done < limit):
                done += yield from _reseal(ground, row)
        after = rows[-1].id
    return done


def _is_plain(row: Any) -> bool:
    """Whether something personal in a row is not sealed."""
    texts = [getattr(row, name) for name in PERSONAL[type(row)].columns]
    return any(text and not is_sealed(text) for text in texts)


def _reseal(ground: Ground, row: Any) -> Flow[int]:
    """Seal the personal columns of a row anew: 1, or 0 where there are none or it is erased."""
    about = PERSONAL.get(type(row))
    for _ in range(_LOOKS_MAX):
        if row is None or about is None:
            return 0
        (shown,) = yield from personal.open_(ground, [row])
        texts = {name: text for name in about.columns if (text := getattr(shown, name))}
        subject = getattr(row, about.subject)
        sealed = yield from personal.seal(ground, subject, about.table, row.id, texts)
        if not texts:
            return 0
        changes = dict(sealed.texts)
        for name, blind in about.exact:
            if name in texts:
                changes[blind] = yield from personal.index(type(row), name, texts[name])
        decide = partial(data_keys.reseal, row=row, changes=changes)
        work = Work(Keys(rows=(row.id,)), decide, repeatable=True, weight=0)
        branch = ground.branch(row.id)
        answer = yield from do_one(ground, branch, sealed.under(work))
        if answer is not None:
            return int(not isinstance(answer, Refused))
        row = yield from ask(One(type(row), branch, ground.world.id, row.id))
    return 0


def retrieve(ground: Ground, subject: str, account: str) -> Flow[DataKey | Refused]:
    """The key of a subject that lives in a namespace: how it stands with its personal data."""
    branch, world = ground.branch(subject), ground.world.id
    kind = BY_PREFIX.get(subject.partition("_")[0])
    row = None
    if kind is not None and kind is not DataKey:
        row = yield from ask(One(kind, branch, world, subject, account))
    key = (yield from ask(One(DataKey, branch, world, key_id(subject)))) if row else None
    return data_keys.unknown(subject) if key is None else key


def erase(ground: Ground, subject: str, account: str) -> Flow[DataKey | Refused]:
    """Destroy the key of a subject for good: what is sealed under it is erased everywhere."""
    work = Work(
        data_keys.keys_of(subject),
        partial(data_keys.erase, subject=subject, account=account),
        repeatable=True,
        weight=0,
    )
    gone = yield from do_one(ground, ground.branch(subject), work)
    if isinstance(gone, Refused):
        return gone
    yield AskKeys("forget", (gone,))
    return gone


def scrub() -> Flow[None]:
    """Remove what erasures have left lying about in the store: old versions of rows, its log."""
    yield Scrub()


def hold(
    ground: Ground, subject: str, account: str, *, until: int, reason: str | None
) -> Flow[DataKey | Refused]:
    """Keep a subject from being erased before a moment; 0 ends the hold."""
    work = Work(
        data_keys.keys_of(subject),
        partial(data_keys.hold, subject=subject, account=account, until=until, reason=reason),
        repeatable=True,
        weight=0,
    )
    return do_one(ground, ground.branch(subject), work)
