"""Making what a token opens, and opening it: one commit each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connectlib.core import openings, secret_tokens
from connectlib.core.book import Keys, Work
from connectlib.core.refusals import Refused, missing
from connectlib.core.rows import AccountLink, AccountSession, LoginLink, OauthGrant
from connectlib.flows.single import do_one

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectlib.core.openings import Opened, Spent
    from connectlib.core.rows import Versioned
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


#: What a repeat is answered with at first: the row alone.
_KEPT = AccountLink | AccountSession | LoginLink | OauthGrant


def issue(ground: Ground, branch: int, work: Work[Any]) -> Flow[Any]:
    """Make something: what was issued, or a no.

    A repeat under its key answers with the same, under one more token.
    """
    found: Any = yield from do_one(ground, branch, work)
    if not isinstance(found, _KEPT):
        return found
    again = Work(
        Keys(rows=(found.id,)),
        partial(openings.one_more, kind=type(found), id_=found.id, account=found.account),
        repeatable=True,
        weight=0,
    )
    return (yield from do_one(ground, branch, again))


def open_(
    ground: Ground, kind: Any, prefix: str, text: str, *, name: str, param: str
) -> Flow[Opened | Spent | Refused]:
    """Open what a URL or token is for. Of several at the same moment one opens it."""
    parts = secret_tokens.split(text, prefix)
    if parts is None:
        return missing(name, "…", param)
    id_, secret = parts

    def keys(links: Mapping[str, Versioned], _at: int) -> Keys:
        return openings.open_keys(id_, links)

    work: Work[Opened | Spent] = Work(
        keys,
        partial(openings.open_, kind=kind, id_=id_, secret=secret, name=name, param=param),
        links=(id_,),
        weight=0,
    )
    return (yield from do_one(ground, ground.branch(id_), work))
