"""Accounts: one commit each; the platform's own is written at every branch."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from zlib import crc32

from connectlib.core import accounts, rejections
from connectlib.core.book import Keys, Work
from connectlib.flows.single import do_one
from connectlib.ports.steps import ask, transact
from connectlib.ports.store import Busy

if TYPE_CHECKING:
    from connectlib.core.account_commands import CreateAccount, RejectAccount, UpdateAccount
    from connectlib.core.book import Request
    from connectlib.core.refusals import Refused
    from connectlib.core.rows import Account
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


def open_platform(ground: Ground, bank: str) -> Flow[None]:
    """See to it that the platform's own account is there, at every branch."""
    key = ground.world.account
    for branch in range(ground.branches):
        work = Work(
            Keys(rows=(key,), heads=(key,)),
            partial(accounts.open_platform, bank=bank),
            repeatable=True,
            weight=0,
        )
        yield from transact(branch, [work])


def create(
    ground: Ground, command: CreateAccount, request: Request | None, *, branch: int | None = None
) -> Flow[Account | Refused]:
    """Open a connected account. It banks at one branch for good.

    Without a branch given, its idempotency key or its email chooses, so that a repeat of the
    request meets the same one.
    """
    if branch is None:
        words = request.key if request else command.email or command.metadata
        branch = crc32(words.encode()) % ground.branches
    work = Work(
        Keys(),
        partial(accounts.create, command=command, request=request),
        request=request,
        weight=0,
    )
    return do_one(ground, branch, work)


def update(
    ground: Ground, command: UpdateAccount, request: Request | None
) -> Flow[Account | Refused]:
    """Change an account."""
    work = Work(
        accounts.touch_keys(command.account),
        partial(accounts.update, command=command, request=request),
        request=request,
        weight=0,
    )
    return do_one(ground, ground.branch(command.account), work)


def onboard(ground: Ground, account: str, bank: str) -> Flow[Account | Refused]:
    """Finish the onboarding of an account in test mode."""
    work = Work(
        accounts.touch_keys(account),
        partial(accounts.onboard, account=account, bank=bank),
        repeatable=True,
        weight=0,
    )
    return do_one(ground, ground.branch(account), work)


def delete(ground: Ground, account: str, request: Request | None) -> Flow[Account | Refused]:
    """Close an account whose balances are zero and for which nothing is under way."""
    branch = ground.branch(account)
    is_busy = yield from ask(Busy(branch, ground.world.id, account))
    work = Work(
        accounts.touch_keys(account, wallet=True),
        partial(accounts.delete, account=account, request=request, is_busy=is_busy),
        request=request,
        weight=0,
    )
    found = yield from do_one(ground, branch, work)
    return found


def reject(
    ground: Ground, command: RejectAccount, request: Request | None
) -> Flow[Account | Refused]:
    """Reject an account."""
    work = Work(
        accounts.touch_keys(command.account),
        partial(rejections.reject, command=command, request=request),
        request=request,
        weight=0,
    )
    return do_one(ground, ground.branch(command.account), work)


def unreject(ground: Ground, account: str, request: Request | None) -> Flow[Account | Refused]:
    """Take the rejection of an account back."""
    work = Work(
        accounts.touch_keys(account),
        partial(rejections.unreject, account=account, request=request),
        request=request,
        weight=0,
    )
    return do_one(ground, ground.branch(account), work)
