"""Account links: see `flows.openings`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from connectlib.core import account_links
from connectlib.core.book import Work
from connectlib.core.rows import AccountLink
from connectlib.flows import openings

if TYPE_CHECKING:
    from connectlib.core.book import Request
    from connectlib.core.link_commands import CreateAccountLink
    from connectlib.core.openings import Issued, Opened, Spent
    from connectlib.core.refusals import Refused
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def create(
    ground: Ground, command: CreateAccountLink, request: Request | None
) -> Flow[Issued | Refused]:
    """Make a link, in the branch of the account it is for."""
    work = Work(
        account_links.create_keys(command),
        partial(account_links.create, command=command, request=request),
        request=request,
        weight=0,
    )
    return openings.issue(ground, ground.branch(command.connected), work)


def opened(ground: Ground, text: str) -> Flow[Opened | Spent | Refused]:
    """Open a link, once."""
    return openings.open_(ground, AccountLink, "alink", text, name="account link", param="token")
