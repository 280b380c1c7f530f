"""Tokens: sealed before they are kept, taken before what they stand for is written.

A token lives with the platform, what is made of it at the branch of its account: so it is taken
in a commit of its own, and given back where what it was for is refused.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from connectlib.core import tokens
from connectlib.core.book import Work
from connectlib.core.refusals import Refused
from connectlib.flows import personal
from connectlib.flows.single import do_one
from connectlib.flows.telling import BUSY, LOOKS_MAX

if TYPE_CHECKING:
    from connectlib.core.book import Request
    from connectlib.core.rows import Token
    from connectlib.core.tokens import CreateToken, Taken
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def create(ground: Ground, command: CreateToken, request: Request | None) -> Flow[Token | Refused]:
    """Keep what a token stands for."""
    platform = ground.world.account
    branch = ground.branch(platform)
    id_ = yield from personal.new_id(ground, branch, tokens.PREFIX[command.type])
    for _ in range(LOOKS_MAX):
        texts = {"payload": command.payload}
        sealed = yield from personal.seal(ground, platform, "token", id_ or "", texts)
        work = Work(
            tokens.keys(id_ or ""),
            partial(
                tokens.create,
                command=command,
                payload=sealed.texts["payload"],
                id_=id_,
                request=request,
            ),
            request=request,
            weight=0,
        )
        found: Token | Refused | None = yield from do_one(ground, branch, sealed.under(work))
        if found is not None:
            return found
    return BUSY


def use(
    ground: Ground, id_: str, *, types: tuple[str, ...], param: str, by: str | None
) -> Flow[Taken | Refused]:
    """Take a token; what it stands for is opened."""
    work = Work(
        tokens.keys(id_),
        partial(tokens.use, id_=id_, types=types, param=param, by=by),
        weight=0,
    )
    taken = yield from do_one(ground, ground.branch(ground.world.account), work)
    if isinstance(taken, Refused):
        return taken
    (shown,) = yield from personal.open_(ground, [taken.row])
    return taken._replace(row=shown)


def release(ground: Ground, id_: str, version: int) -> Flow[None]:
    """Give a token back."""
    work = Work(
        tokens.keys(id_),
        partial(tokens.release, id_=id_, version=version),
        repeatable=True,
        weight=0,
    )
    yield from do_one(ground, ground.branch(ground.world.account), work)
