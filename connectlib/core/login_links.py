"""Login links: a person at an account with an Express dashboard follows one into it.

(API reference, Login Links.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft
from connectlib.core.idempotency import answered
from connectlib.core.openings import LASTS, MACHINE, Issued, connected
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import LoginLink
from connectlib.core.secret_tokens import first

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.link_commands import CreateLoginLink
    from connectlib.core.rows import Account


def create_keys(command: CreateLoginLink) -> Keys:
    """What a link needs: the account is read."""
    return Keys(accounts=(command.connected,))


def create(book: Book, command: CreateLoginLink, request: Request | None) -> Outcome[Issued]:
    """Make a link; its token is told this once."""
    account = connected(book, command.connected)
    if isinstance(account, Refused):
        return account
    refused = _refuse(account)
    if refused is not None:
        return refused
    id_, secret = book.new_id("llink"), book.secret()
    draft = Draft()
    row = draft.put(
        LoginLink(
            book.branch,
            id_,
            book.world.id,
            book.world.account,
            1,
            book.at,
            account.id,
            book.at + LASTS["login_link"],
            first(id_, secret),
            MACHINE.initial,
        )
    )
    draft.key = answered(book, request, row)
    return Done(Issued(row, secret), draft)


def _refuse(account: Account) -> Refused | None:
    """Why an account has no dashboard to log in to."""
    if account.dashboard != "express":
        return Refused(
            Why.LOGIN_LINK_NOT_ALLOWED,
            "Cannot create a login link for an account that is not an Express account.",
            "account",
            "only accounts whose controller.stripe_dashboard.type is express have login links",
        )
    if not account.details_submitted:
        return Refused(
            Why.LOGIN_LINK_NOT_ALLOWED,
            "Cannot create a login link for an account that has not completed onboarding.",
            "account",
            "send them through account_links.create(type='account_onboarding') first",
        )
    return None
