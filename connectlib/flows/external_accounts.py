"""External accounts: the number and its holder are sealed before the commit."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from connectlib.core import external_accounts
from connectlib.core.book import Work
from connectlib.core.drafts import encode
from connectlib.core.refusals import Refused, missing
from connectlib.core.rows import ExternalAccount
from connectlib.flows import identity, personal
from connectlib.flows.external_numbers import EXTERNAL, begun, texts_of
from connectlib.flows.telling import BUSY, LOOKS_MAX
from connectlib.ports.steps import ask
from connectlib.ports.store import One

if TYPE_CHECKING:
    from connectlib.core.book import Request
    from connectlib.core.external_commands import External, UpdateExternal
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def create(
    ground: Ground, account: str, given: External, request: Request | None
) -> Flow[ExternalAccount | Refused]:
    """Add a bank account or card."""
    branch = ground.branch(account)
    ready = yield from begun(ground, branch, given)
    if isinstance(ready, Refused):
        return ready
    for _ in range(LOOKS_MAX):
        sealed = yield from personal.seal(
            ground, account, EXTERNAL, ready.id or "", texts_of(ready)
        )
        work = Work(
            external_accounts.change_keys(account),
            partial(
                external_accounts.create,
                account=account,
                ready=ready.with_texts(sealed.texts),
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
        sealed = yield from personal.seal(ground, account, EXTERNAL, command.id, texts)
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
