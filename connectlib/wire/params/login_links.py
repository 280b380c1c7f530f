"""Parameters of login links."""

from __future__ import annotations

from connectlib.core.link_commands import CreateLoginLink
from connectlib.wire.params.values import id_of


def create(account: object) -> CreateLoginLink:
    """The command of `login_links.create`. Raises Invalid."""
    return CreateLoginLink(id_of(account, "account"))
