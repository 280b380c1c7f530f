"""What may be asked of account links, account sessions and login links: see `core.commands`."""

from __future__ import annotations

from typing import NamedTuple


class CreateAccountLink(NamedTuple):
    """`account_links.create`. collect: currently_due or eventually_due; future: omit or include."""

    connected: str
    type: str
    refresh_url: str
    return_url: str
    collect: str = "currently_due"
    future: str = "omit"


class CreateAccountSession(NamedTuple):
    """`account_sessions.create`.

    components: (name, enabled, features given) of each that was named.
    """

    connected: str
    components: tuple[tuple[str, bool, tuple[tuple[str, bool], ...]], ...]


class CreateLoginLink(NamedTuple):
    """`login_links.create`."""

    connected: str
