"""What an account tells of itself: merged with what it has told, sealed, and written once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Account, Person
from connectlib.core.told import COMPANY, INDIVIDUAL, SUBJECT_PREFIX, Telling, merge
from connectlib.flows import identity, personal
from connectlib.flows.external_numbers import EXTERNAL, begun, texts_of
from connectlib.ports.steps import ask
from connectlib.ports.store import One

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.core.book import Work
    from connectlib.core.external_commands import External, Sealing
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow

#: Texts of a row, to be sealed: (table, id, {column: text}).
_Texts = tuple[str, str, "Mapping[str, str | None]"]
Leaves = tuple[tuple[str, str], ...]
#: Leaves that are not personal, and columns of their own.
_RELATIONSHIP = "relationship."

#: How often a change is made again because somebody else has changed the same words.
LOOKS_MAX = 8
BUSY = Refused(
    Why.LOCK_TIMEOUT,
    "This object cannot be accessed right now because another API request or Stripe process"
    " is currently accessing it.",
    None,
    "repeat the request in a moment",
)


class _Ids(NamedTuple):
    """Ids that are made before the commit, where words are sealed for them."""

    account: str | None
    row: str | None


def commit(
    ground: Ground,
    branch: int,
    account: str | None,
    individual: Leaves | None,
    company: Leaves | None,
    make: Callable[[Telling | None, Account | None, Sealing | None], Work[Any]],
    *,
    fills: bool = False,
    external: External | None = None,
) -> Flow[Any]:
    """Do the work of a change with which an account may tell of itself; then have it checked.

    account: its id; None = it is to be. make: the work, of the words ready to be written and of
    the account as it was read for them, and of the external account. fills: what has been told
    before stays.
    """
    kind, leaves = (COMPANY, company) if company is not None else (INDIVIDUAL, individual)
    if leaves is None and external is None:
        return (yield from identity.commit(ground, branch, make(None, None, None)))
    ids = None
    if account is None:
        account_id = yield from personal.new_id(ground, branch, "acct")
        ids = _Ids(account_id, (yield from personal.new_id(ground, branch, SUBJECT_PREFIX[kind])))
    to_pay: Sealing | None = None
    if external is not None:
        ready = yield from begun(ground, branch, external, ids.account if ids else None)
        if isinstance(ready, Refused):
            return ready
        to_pay = ready
    for _ in range(LOOKS_MAX):
        telling: Telling | None = None
        row: Account | None = None
        texts: list[_Texts] = []
        if leaves is not None:
            words = yield from _words(ground, branch, account, ids, kind, leaves, fills=fills)
            text, telling, row = words
            texts.append(("person", telling.row or "", text))
        if to_pay is not None:
            texts.append((EXTERNAL, to_pay.id or "", texts_of(to_pay)))
        subject = account or (ids.account if ids else None) or ""
        each, sealed = yield from personal.seal_rows(ground, subject, texts, fresh=account is None)
        if telling is not None and each[0].get("told"):
            written = telling.words._replace(text=each[0]["told"] or "")
            telling = telling._replace(words=written)
        work = make(telling, row, to_pay and to_pay.with_texts(each[-1]))
        found = yield from identity.commit(ground, branch, sealed.under(work))
        if found is not None:
            return found
    return BUSY


def _words(
    ground: Ground,
    branch: int,
    account: str | None,
    ids: _Ids | None,
    kind: str,
    leaves: Leaves,
    *,
    fills: bool,
) -> Flow[tuple[dict[str, str | None], Telling, Account | None]]:
    """New words merged with what there is; which of them are to be sealed."""
    row = known = None
    if account is not None:
        row = yield from ask(One(Account, branch, ground.world.id, account))
    told = getattr(row, "person" if kind == INDIVIDUAL else "company", None)
    if told is not None:
        known = yield from ask(One(Person, branch, ground.world.id, told, account))
    old = "{}"
    if known is not None:
        (shown,) = yield from personal.open_(ground, [known])
        old = shown.told
    if fills:
        told_before = json.loads(old)
        leaves = tuple(pair for pair in leaves if pair[0] not in told_before)
    said = tuple(
        (path.removeprefix(_RELATIONSHIP), text)
        for path, text in leaves
        if path.startswith(_RELATIONSHIP)
    )
    metadata = dict(leaves).get("metadata")
    leaves = tuple(pair for pair in leaves if not pair[0].startswith((_RELATIONSHIP, "metadata")))
    words = merge(old, leaves, known.version if known is not None else 0)
    id_ = known.id if known is not None else ids.row if ids else None
    if known is None and ids is None:
        id_ = yield from personal.new_id(ground, branch, SUBJECT_PREFIX[kind])
    text: dict[str, str | None] = {}
    if words.changed or known is None:
        text["told"] = words.text
    if known is not None and not words.changed:
        words = words._replace(text=known.told)
    return text, Telling(kind, words, ids.account if ids else None, id_, said, metadata), row
