"""Account sessions: see `flows.openings`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from connectlib.core import account_sessions
from connectlib.core.book import Work
from connectlib.core.rows import AccountSession
from connectlib.flows import openings

if TYPE_CHECKING:
    from connectlib.core.book import Request
    from connectlib.core.link_commands import CreateAccountSession
    from connectlib.core.openings import Issued, Opened, Spent
    from connectlib.core.refusals import Refused
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def create(
    ground: Ground, command: CreateAccountSession, request: Request | None
) -> Flow[Issued | Refused]:
    """Make a session, in the branch of the account it is for."""
    work = Work(
        account_sessions.create_keys(command),
        partial(account_sessions.create, command=command, request=request),
        request=request,
        weight=0,
    )
    return openings.issue(ground, ground.branch(command.connected), work)


def opened(ground: Ground, text: str) -> Flow[Opened | Spent | Refused]:
    """Open a session, once."""
    return openings.open_(
        ground, AccountSession, "accsess", text, name="account session", param="client_secret"
    )
