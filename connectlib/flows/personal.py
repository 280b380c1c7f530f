"""Personal data on its way to rest and back: sealed before the commit, opened for who asks.

How a resource seals a column:

1. The column is a text (JSON for a map), nullable or with a default, which is what is shown once
   it has been erased. Name it in `core.personal.PERSONAL`; from then on every object, list and
   event of that kind is opened before it is shown.
2. Its create and update flows end in `commit` instead of `do_one`: what is personal in the
   command (fields of the columns' names) is sealed, and the key's uses counted in its commit.
3. For an exact search: a column for the blind index, last in the row, in `core.rows.BLIND`, in
   `exact` of PERSONAL, in the commands and in `present` of the table; a list asks by `index`.

Nothing of it costs anything where no keys are configured, or nothing personal is given.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from connectlib.core import data_keys
from connectlib.core.book import Keys, Work
from connectlib.core.data_keys import key_id
from connectlib.core.drafts import encode
from connectlib.core.personal import PERSONAL, Place, is_sealed
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import DataKey, amend
from connectlib.flows.single import do_one
from connectlib.ports.keys import SealBroken
from connectlib.ports.steps import AskKeys, Mint, ask
from connectlib.ports.store import One, Several

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from connectlib.core.book import Request
    from connectlib.core.data_keys import Wrapped
    from connectlib.core.rows import Event
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow

T = TypeVar("T")
C = TypeVar("C")

#: How often a write is sealed again because its key was made by somebody else meanwhile.
_LOOKS_MAX = 8


class Sealed(NamedTuple):
    """Texts sealed for their columns. Write them in a work that `under` has made of yours.

    key: None where there was nothing to seal and the subject has no key. fresh: it is new, and
    written with the work.
    """

    texts: dict[str, str | None]
    key: DataKey | None
    uses: int
    fresh: bool

    def under(self, work: Work[T]) -> Work[T]:
        """A work that writes these texts; it answers None where it has to be sealed again."""
        if self.key is None:
            return work
        return data_keys.guarded(work, self.key, self.uses, fresh=self.fresh)


def new_id(ground: Ground, branch: int, prefix: str) -> Flow[str | None]:
    """The id of an object to be, which its seals are bound to; None where nothing is sealed."""
    if not ground.sealed:
        return None
    id_: str = yield Mint(branch, prefix)
    return id_


def seal(
    ground: Ground,
    subject: str,
    table: str,
    row_id: str,
    texts: Mapping[str, str | None],
    *,
    fresh: bool = False,
) -> Flow[Sealed]:
    """Texts of a row, sealed under the key of their subject; None and "" stay what they are.

    texts: {column: text}. fresh: the subject is new, so there can be no key yet. The row and its
    subject are of one branch. Where no keys are configured the texts come back as they are; of
    an erased subject none comes back, and the work that `under` makes refuses.

    Raises KeyFault: nothing has been written.
    """
    rows = [(table, row_id, texts)]
    found, sealed = yield from seal_rows(ground, subject, rows, fresh=fresh)
    return sealed._replace(texts=found[0])


def seal_rows(
    ground: Ground,
    subject: str,
    rows: Sequence[tuple[str, str, Mapping[str, str | None]]],
    *,
    fresh: bool = False,
) -> Flow[tuple[list[dict[str, str | None]], Sealed]]:
    """Texts of several rows of one subject, as (table, row_id, texts), sealed as by `seal`.

    The texts of each, and what the work is written `under`, whose own texts say nothing.

    Raises KeyFault: nothing has been written.
    """
    found = [dict(texts) for _, _, texts in rows]
    if not ground.sealed:
        return found, Sealed({}, None, 0, fresh=False)
    branch, id_ = ground.branch(subject), key_id(subject)
    items = [
        (at, Place(table, name, row_id), text)
        for at, (table, row_id, texts) in enumerate(rows)
        for name, text in texts.items()
        if text
    ]
    key: DataKey | None = None
    if not fresh:
        key = yield from ask(One(DataKey, branch, ground.world.id, id_))
    if key is not None and data_keys.MACHINE.next(key.status, "use") is None:
        return [dict.fromkeys(texts) for texts in found], Sealed({}, key, 0, fresh=False)
    if not items:
        return found, Sealed({}, key, 0, fresh=False)
    made = key is None
    if key is None:
        key = yield from _made(ground, branch, id_, subject)
    sealed: list[str] = yield AskKeys("seal", (key, [(place, text) for _, place, text in items]))
    for (at, place, _), text in zip(items, sealed, strict=True):
        found[at][place.column] = text
    return found, Sealed({}, key, len(items), fresh=made)


def _made(ground: Ground, branch: int, id_: str, subject: str) -> Flow[DataKey]:
    """A new data key, not yet written."""
    bare = data_keys.row_of(ground.world, branch, id_, subject, data_keys.Wrapped("", "{}"))
    wrapped: Wrapped = yield AskKeys("make", (bare,))
    return amend(bare, kek=wrapped.kek, wrapped=wrapped.text)


def commit(
    ground: Ground,
    branch: int,
    kind: type[Any],
    row_id: str | None,
    command: C,
    make: Callable[[C], Work[T]],
    *,
    subject: str | None = None,
    fresh: bool = False,
) -> Flow[T | Refused]:
    """Do the work of a command, its personal fields sealed, in one commit.

    make: the work of the command once its fields are sealed. row_id: of the row that it writes,
    as `new_id` gave it. subject: whose key, the row itself by default. fresh: as for `seal`.

    Raises KeyFault: nothing has been written.
    """
    if not ground.sealed or row_id is None:
        return (yield from do_one(ground, branch, make(command)))
    for _ in range(_LOOKS_MAX):
        sealed, changed = yield from _sealed(
            ground, kind, row_id, command, subject or row_id, fresh=fresh
        )
        answer = yield from do_one(ground, branch, sealed.under(make(changed)))
        if answer is not None:
            return answer
    return busy()


def _sealed(
    ground: Ground, kind: type[Any], row_id: str, command: C, subject: str, *, fresh: bool
) -> Flow[tuple[Sealed, C]]:
    """A command with its personal fields sealed; what the row has already stays as it is sealed.

    Where there is no such row in the namespace of the command, nothing is sealed and nothing
    given: the decision refuses it as one that is not.
    """
    changed: Any = command
    about = PERSONAL[kind]
    given: dict[str, str | None] = {
        name: getattr(command, name)
        for name in about.columns
        if getattr(command, name, None) is not None
    }
    kept: dict[str, str | None] = {}
    if not fresh:
        account = getattr(command, "account", None)
        row = yield from ask(One(kind, ground.branch(row_id), ground.world.id, row_id, account))
        if row is None:
            return Sealed({}, None, 0, fresh=False), changed._replace(**dict.fromkeys(given))
        (shown,) = (yield from open_(ground, [row])) if given else (row,)
        kept = {
            name: was
            for name, text in given.items()
            if is_sealed(was := getattr(row, name)) and getattr(shown, name) == text
        }
    fresh_texts = {name: text for name, text in given.items() if name not in kept}
    sealed = yield from seal(ground, subject, about.table, row_id, fresh_texts, fresh=fresh)
    values = {**sealed.texts, **kept}
    for name, blind in about.exact:
        if name in given:
            text = given[name]
            values[blind] = (yield from index(kind, name, text)) if text else text
    return sealed, changed._replace(**values)


def index(kind: type[Any], column: str, text: str) -> Flow[str]:
    """The blind index of a text of a column: what an exact search asks for."""
    found: str = yield AskKeys("index", (f"{PERSONAL[kind].table}.{column}", text))
    return found


def open_(ground: Ground, rows: Sequence[Any]) -> Flow[list[Any]]:
    """Rows as their owner may see them: sealed texts opened, erased ones the columns' defaults.

    Rows of kinds in which nothing is personal, and texts that are not sealed, stay as they are.

    Raises KeyFault.
    """
    found = list(rows)
    wanted: list[tuple[int, str, str]] = []
    for at, row in enumerate(found):
        about = PERSONAL.get(type(row))
        if about is not None:
            wanted += [(at, about.subject, name) for name in about.columns
                       if is_sealed(getattr(row, name))]  # fmt: skip
    if not wanted:
        return found
    keys = yield from _keys(ground, {getattr(found[at], subject) for at, subject, _ in wanted})
    items: list[tuple[DataKey, Place, str]] = []
    values: dict[int, dict[str, Any]] = {}
    places: list[tuple[int, str]] = []
    for at, subject, name in wanted:
        row = found[at]
        key = keys.get(getattr(row, subject))
        if key is None:
            raise SealBroken(f"{name} of {row.id}")
        if key.status == "erased":
            values.setdefault(at, {})[name] = type(row)._field_defaults.get(name)
        else:
            items.append((key, Place(PERSONAL[type(row)].table, name, row.id), getattr(row, name)))
            places.append((at, name))
    if items:
        texts: list[str] = yield AskKeys("open", (items,))
        for (at, name), text in zip(places, texts, strict=True):
            values.setdefault(at, {})[name] = text
    for at, changed in values.items():
        found[at] = amend(found[at], **changed)
    return found


def _keys(ground: Ground, subjects: set[str]) -> Flow[dict[str, DataKey]]:
    """The data keys of subjects, asked for branch by branch."""
    by_branch: dict[int, list[str]] = {}
    for subject in sorted(subjects):
        by_branch.setdefault(ground.branch(subject), []).append(key_id(subject))
    found: dict[str, DataKey] = {}
    for branch, ids in by_branch.items():
        rows = yield from ask(Several(DataKey, branch, ground.world.id, tuple(ids)))
        found |= {row.subject: row for row in rows}
    return found


def open_event(ground: Ground, event: Event, snapshot: Any) -> Flow[tuple[Event, Any]]:
    """An event and the snapshot it points to, as their owner may see them."""
    if not ground.sealed or type(snapshot) not in PERSONAL:
        return event, snapshot
    before: dict[str, Any] = json.loads(event.previous) if event.previous else {}
    known = {name: value for name, value in before.items() if name in snapshot._fields}
    now, then = yield from open_(ground, [snapshot, amend(snapshot, **known)])
    if not known:
        return event, now
    told = {**before, **{name: getattr(then, name) for name in known}}
    return amend(event, previous=encode(told)), now


def open_world(ground: Ground) -> Flow[None]:
    """Have the vault take the secret of the world, which is made where there is none."""
    id_ = data_keys.index_id(ground.world)
    key = yield from ask(One(DataKey, 0, ground.world.id, id_))
    if key is None:
        key = yield from _made(ground, 0, id_, ground.world.account)
        work = Work(
            Keys(rows=(id_,)),
            partial(data_keys.open_index, key=key),
            repeatable=True,
            weight=0,
        )
        key = yield from do_one(ground, 0, work)
    yield AskKeys("ready", (key,))


def is_sealed_world(ground: Ground) -> Flow[bool]:
    """Whether this world has ever been opened with keys."""
    id_ = data_keys.index_id(ground.world)
    return (yield from ask(One(DataKey, 0, ground.world.id, id_))) is not None


def marked(ground: Ground, request: Request | None) -> Flow[Request | None]:
    """A request as it is kept: no plain digest of what may be personal in it."""
    if request is None or not ground.sealed:
        return request
    mark: str = yield AskKeys("mark", (request.fingerprint,))
    return request._replace(fingerprint=mark)


def busy(param: str | None = None) -> Refused:
    """The refusal of a write that others were quicker than, again and again."""
    return Refused(
        Why.LOCK_TIMEOUT,
        "This object cannot be accessed right now because another API request or Stripe process"
        " is currently accessing it.",
        param,
        "repeat the request in a moment",
    )
