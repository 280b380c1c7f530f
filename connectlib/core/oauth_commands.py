"""What may be asked of OAuth: see `core.commands`."""

from __future__ import annotations

from typing import NamedTuple

from connectlib.core.account_commands import CreateAccount


class Authorize(NamedTuple):
    """`oauth.authorize`, once the owner has said yes.

    connected: the account they have already; None = a new one, made of `prefill`.
    """

    scope: str
    redirect_uri: str | None = None
    connected: str | None = None
    prefill: CreateAccount = CreateAccount()
