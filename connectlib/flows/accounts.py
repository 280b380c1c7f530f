"""Accounts: one commit each; the platform's own is written at every branch."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from zlib import crc32

from connectlib.core import accounts, examples, external_accounts, onboarded, rejections
from connectlib.core.banks import bank_id
from connectlib.core.book import Keys, Work
from connectlib.core.drafts import encode
from connectlib.core.onboarding import facts_of
from connectlib.core.persons import ChangePerson
from connectlib.core.refusals import Refused
from connectlib.core.rows import Account
from connectlib.flows import persons
from connectlib.flows.single import do_one
from connectlib.flows.telling import commit
from connectlib.ports.steps import ask, transact
from connectlib.ports.store import Busy, One

if TYPE_CHECKING:
    from connectlib.core.account_commands import CreateAccount, RejectAccount, UpdateAccount
    from connectlib.core.book import Request
    from connectlib.core.external_commands import Sealing
    from connectlib.core.told import Telling
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
    ground: Ground,
    command: CreateAccount,
    request: Request | None,
    *,
    branch: int | None = None,
) -> Flow[Account | Refused]:
    """Open a connected account. It banks at one branch for good.

    Without a branch given, its idempotency key or its email chooses, so that a repeat of the
    request meets the same one.
    """
    if branch is None:
        words = request.key if request else command.email or command.metadata
        branch = crc32(words.encode()) % ground.branches

    def work(
        telling: Telling | None, _row: Account | None, external: Sealing | None
    ) -> Work[Account]:
        return Work(
            Keys(),
            partial(
                accounts.create,
                command=command,
                request=request,
                telling=telling,
                external=external,
                rules=ground.rules,
            ),
            request=request,
            weight=0,
        )

    return commit(
        ground,
        branch,
        None,
        command.individual,
        command.company,
        work,
        external=command.external,
    )


def update(
    ground: Ground, command: UpdateAccount, request: Request | None
) -> Flow[Account | Refused]:
    """Change an account."""

    def work(
        telling: Telling | None, row: Account | None, external: Sealing | None
    ) -> Work[Account | None]:
        known = (row.person, row.company) if row is not None else ()
        return Work(
            external_accounts.change_keys(command.account, *(id_ for id_ in known if id_)),
            partial(
                accounts.update,
                command=command,
                request=request,
                telling=telling,
                external=external,
                rules=ground.rules,
            ),
            links=(command.account,),
            request=request,
            weight=0,
        )

    branch = ground.branch(command.account)
    return commit(
        ground,
        branch,
        command.account,
        command.individual,
        command.company,
        work,
        external=command.external,
    )


def onboard(ground: Ground, account: str, bank: str) -> Flow[Account | Refused]:
    """Finish the onboarding of an account in test mode."""
    branch = ground.branch(account)
    row = yield from ask(One(Account, branch, ground.world.id, account))
    individual = company = None
    if row is not None and row.business_type in (None, "individual"):
        individual = examples.person(row.country)
    elif row is not None:
        company = examples.company(row.country)
        refused = yield from _behind(ground, row)
        if refused is not None:
            return refused

    def work(
        telling: Telling | None, row: Account | None, _external: Sealing | None
    ) -> Work[Account | None]:
        known = (row.person, row.company) if row is not None else ()
        return Work(
            accounts.touch_keys(account, rows=(*known, bank_id(bank))),
            partial(
                onboarded.onboard,
                account=account,
                bank=bank,
                telling=telling,
                rules=ground.rules,
            ),
            repeatable=True,
            weight=0,
        )

    found: Account | Refused = yield from commit(
        ground, branch, account, individual, company, work, fills=True
    )
    return found


def _behind(ground: Ground, row: Account) -> Flow[Refused | None]:
    """See to it that a company has told of those behind it, and of one who represents it."""
    people = facts_of(row).people
    leaves = examples.person(row.country)
    lacking = [
        ChangePerson(row.id, id_, tuple(pair for pair in leaves if pair[0] not in someone.given))
        for id_, someone in people
    ]
    if not any("representative" in someone.roles for _, someone in people):
        said = tuple((name, encode(value)) for name, value in examples.RELATIONSHIP.items())
        lacking.append(ChangePerson(row.id, None, leaves, said))
    for command in lacking:
        change = persons.update if command.id else persons.create
        found = yield from change(ground, command, None)
        if isinstance(found, Refused):
            return found
    return None


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
        partial(rejections.reject, command=command, request=request, rules=ground.rules),
        request=request,
        weight=0,
    )
    return do_one(ground, ground.branch(command.account), work)


def unreject(ground: Ground, account: str, request: Request | None) -> Flow[Account | Refused]:
    """Take the rejection of an account back."""
    work = Work(
        accounts.touch_keys(account),
        partial(rejections.unreject, account=account, request=request, rules=ground.rules),
        request=request,
        weight=0,
    )
    return do_one(ground, ground.branch(account), work)
