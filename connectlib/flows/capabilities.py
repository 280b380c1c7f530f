"""Capabilities of accounts: a change of one is a change of its account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.refusals import Refused, missing
from connectlib.core.rows import Account
from connectlib.flows import accounts
from connectlib.ports.steps import ask
from connectlib.ports.store import One

if TYPE_CHECKING:
    from connectlib.core.account_commands import UpdateAccount
    from connectlib.core.book import Request
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def known(ground: Ground, account: str) -> Flow[Account | Refused]:
    """The account whose capabilities are looked at."""
    namespace = ground.world.account
    step = One(Account, ground.branch(account), ground.world.id, account, namespace)
    row: Account | None = yield from ask(step)
    return missing("account", account[:100], "account") if row is None or row.deleted else row


def update(
    ground: Ground, command: UpdateAccount, request: Request | None
) -> Flow[Account | Refused]:
    """Request or withdraw a capability."""
    return accounts.update(ground, command, request)
