"""Account links: a person at the account follows one to give what is required of the account.

(API reference, Account Links; Connect docs, "Hosted onboarding".)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft
from connectlib.core.idempotency import answered
from connectlib.core.openings import LASTS, MACHINE, Issued, begin, connected
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import AccountLink
from connectlib.core.secret_tokens import first
from connectlib.core.urls import refuse_url

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.link_commands import CreateAccountLink
    from connectlib.core.rows import Account

TYPES = ("account_onboarding", "account_update")


def create_keys(command: CreateAccountLink) -> Keys:
    """What a link needs: the account is read."""
    return Keys(rows=(command.connected,))


def create(book: Book, command: CreateAccountLink, request: Request | None) -> Outcome[Issued]:
    """Make a link; its token is told this once."""
    livemode = bool(book.world.livemode)
    account = connected(book, command.connected)
    if isinstance(account, Refused):
        return account
    refused = refuse_url(command.refresh_url, "refresh_url", livemode=livemode)
    refused = refused or refuse_url(command.return_url, "return_url", livemode=livemode)
    refused = refused or refuse_type(account, command.type)
    if refused is not None:
        return refused
    id_, secret = book.new_id("alink"), book.secret()
    draft = Draft()
    row = draft.put(
        AccountLink(
            book.branch,
            id_,
            book.world.id,
            book.world.account,
            1,
            book.at,
            account.id,
            book.at + LASTS["account_link"],
            first(id_, secret),
            MACHINE.initial,
            command.type,
            command.collect,
            command.future,
            command.refresh_url,
            command.return_url,
        )
    )
    begin(book, draft, account)
    draft.key = answered(book, request, row)
    return Done(Issued(row, secret), draft)


def refuse_type(account: Account, type_: str) -> Refused | None:
    """Why an account cannot have a link of a type.

    To update what it has given, only where the platform collects requirements; elsewhere the
    account does so in its dashboard (API reference, "Create an account link", `type`).
    """
    if type_ != "account_update" or account.requirement_collection == "application":
        return None
    return Refused(
        Why.PARAMETER_INVALID,
        f"You cannot create account_update links for the account {account.id}: its"
        " controller.requirement_collection is not application.",
        "type",
        "use account_onboarding; where there is an Express dashboard, use login_links.create()",
    )
