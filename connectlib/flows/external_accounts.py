"""External accounts: the number and its holder are sealed before the commit."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import TYPE_CHECKING, Any

from connectlib.core import external_accounts
from connectlib.core.book import Work
from connectlib.core.drafts import encode
from connectlib.core.external_changes import CARD, PREFIX
from connectlib.core.external_commands import Sealing
from connectlib.core.refusals import missing
from connectlib.core.rows import ExternalAccount
from connectlib.flows import identity, personal
from connectlib.flows.telling import BUSY, LOOKS_MAX
from connectlib.ports.steps import ask
from connectlib.ports.store import One

if TYPE_CHECKING:
    from connectlib.core.book import Request
    from connectlib.core.external_commands import External, UpdateExternal
    from connectlib.core.refusals import Refused
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow

_TABLE = "external_account"
_SHORT = 16


def begun(ground: Ground, branch: int, given: External) -> Flow[Sealing]:
    """An external account with the id and fingerprint that it will have; nothing sealed yet.

    The fingerprint is the same for the same number, and keyed where keys are configured. Where
    they are not, no number of a card is kept.
    """
    words = f"{given.country}/{given.routing_number or ''}/{given.number}"
    if ground.sealed:
        print_ = yield from personal.index(ExternalAccount, "number", words)
    else:
        print_ = hashlib.sha256(f"{ground.world.id}/{words}".encode()).hexdigest()
    id_ = yield from personal.new_id(ground, branch, PREFIX[given.object])
    keeps = ground.sealed or given.object != CARD
    return Sealing(given, given.number if keeps else None, given.holder, _plain(print_), id_)


def _plain(print_: str) -> str:
    return "".join(letter for letter in print_ if letter.isalnum())[:_SHORT]


def texts_of(ready: Sealing) -> dict[str, str | None]:
    """What of an external account is sealed."""
    return {"secret": ready.secret, "holder": ready.holder}


def create(
    ground: Ground, account: str, given: External, request: Request | None
) -> Flow[ExternalAccount | Refused]:
    """Add a bank account or card."""
    branch = ground.branch(account)
    ready = yield from begun(ground, branch, given)
    for _ in range(LOOKS_MAX):
        sealed = yield from personal.seal(ground, account, _TABLE, ready.id or "", texts_of(ready))
        work = Work(
            external_accounts.change_keys(account),
            partial(
                external_accounts.create,
                account=account,
                ready=ready._replace(**sealed.texts),
                request=request,
                rules=ground.rules,
            ),
            links=(account,),
            request=request,
            weight=0,
        )
        found: Any = yield from identity.commit(ground, branch, sealed.under(work))
        if found is not None:
            answer: ExternalAccount | Refused = found
            return answer
    return BUSY


def update(
    ground: Ground, command: UpdateExternal, request: Request | None
) -> Flow[ExternalAccount | Refused]:
    """Change one."""
    branch, account = ground.branch(command.account), command.account
    for _ in range(LOOKS_MAX):
        row = yield from ask(One(ExternalAccount, branch, ground.world.id, command.id, account))
        if row is None:
            return missing("external account", command.id[:100], "id")
        texts: dict[str, str | None] = {}
        if command.holder is not None:
            (shown,) = yield from personal.open_(ground, [row])
            merged = {**json.loads(shown.holder or "{}"), **json.loads(command.holder)}
            texts["holder"] = encode({k: v for k, v in merged.items() if v is not None})
        sealed = yield from personal.seal(ground, account, _TABLE, command.id, texts)
        work = Work(
            external_accounts.change_keys(account, command.id),
            partial(
                external_accounts.update,
                command=command,
                holder=sealed.texts.get("holder"),
                version=row.version,
                request=request,
                rules=ground.rules,
            ),
            links=(account,),
            request=request,
            weight=0,
        )
        found: Any = yield from identity.commit(ground, branch, sealed.under(work))
        if found is not None:
            answer: ExternalAccount | Refused = found
            return answer
    return BUSY


def delete(
    ground: Ground, account: str, id_: str, request: Request | None
) -> Flow[ExternalAccount | Refused]:
    """Take one away."""
    work = Work(
        external_accounts.change_keys(account, id_),
        partial(
            external_accounts.delete, account=account, id_=id_, request=request, rules=ground.rules
        ),
        links=(account,),
        request=request,
        weight=0,
    )
    return identity.commit(ground, ground.branch(account), work)
