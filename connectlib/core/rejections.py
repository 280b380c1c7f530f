"""Rejecting an account, and taking that back: for accounts whose losses the platform bears.

Its capabilities turn inactive, and its payouts stop where that is asked. What is under way comes
to its end: charges settle, refunds go out, payouts made before arrive. (API reference, "Reject
an account", "Unreject an account".)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.accounts import MACHINE, changed, found, state_of
from connectlib.core.controllers import refuse_unliable
from connectlib.core.refusals import Refused, Why

if TYPE_CHECKING:
    from connectlib.core.account_commands import RejectAccount
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.requirement_rules import Rules
    from connectlib.core.rows import Account


def reject(
    book: Book, command: RejectAccount, request: Request | None, *, rules: Rules
) -> Outcome[Account]:
    """Reject an account, whatever its balances are."""
    row = _movable(book, command.account, "reject")
    if isinstance(row, Refused):
        return row
    paused = int(command.payouts_action == "pause")
    changes = {"rejected": command.reason, "payouts_paused": paused}
    return changed(book, row, changes, request, rules=rules)


def unreject(
    book: Book, account: str, request: Request | None, *, rules: Rules
) -> Outcome[Account]:
    """Take a rejection back: what the account may do is as its requirements say again."""
    row = _movable(book, account, "unreject")
    if isinstance(row, Refused):
        return row
    return changed(book, row, {"rejected": None, "payouts_paused": 0}, request, rules=rules)


def _movable(book: Book, account: str, move: str) -> Account | Refused:
    row = found(book, account)
    if isinstance(row, Refused):
        return row
    if row.id == book.world.account:
        return Refused(
            Why.PARAMETER_INVALID,
            f"The platform's own account cannot be {move}ed.",
            "id",
            "give the id of a connected account",
        )
    refused = refuse_unliable(row, move)
    if refused is not None:
        return refused
    state = state_of(row)
    if MACHINE.next(state, move) is not None:
        return row
    is_done = move == "reject"
    return Refused(
        Why.ACCOUNT_UNEXPECTED_STATE,
        f"You cannot {move} the account {row.id}: it has"
        + (" been rejected already." if is_done else " not been rejected."),
        "id",
        "unreject it first to give another reason" if is_done else "there is nothing to take back",
    )
