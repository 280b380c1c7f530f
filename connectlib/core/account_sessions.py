"""Account sessions: which components a page may show of an account, and what each may do.

(API reference, Account Sessions; Connect docs, "Embedded components".)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.book import Done, Keys
from connectlib.core.drafts import Draft, encode
from connectlib.core.idempotency import answered
from connectlib.core.openings import LASTS, MACHINE, Issued, begin, connected
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import AccountSession
from connectlib.core.secret_tokens import first

if TYPE_CHECKING:
    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.link_commands import CreateAccountSession
    from connectlib.core.rows import Account

NO_LOGIN = "disable_stripe_user_authentication"
_COLLECTS = f"{NO_LOGIN} external_account_collection"
_PAYS_OUT = f"{_COLLECTS} edit_payout_schedule instant_payouts standard_payouts"
_DISPUTES = (
    "destination_on_behalf_of_charge_management dispute_management refund_management"
    " smart_disputes_management"
)
_CARDS = "card_management card_spend_dispute_management cardholder_management"
_CARDS = f"{_CARDS} spend_control_management"

#: Component -> its features (API reference, "Create an account session").
COMPONENTS: dict[str, tuple[str, ...]] = {
    name: tuple(sorted(features.split()))
    for name, features in {
        "account_management": _COLLECTS,
        "account_onboarding": _COLLECTS,
        "balance_report": "",
        "balances": _PAYS_OUT,
        "disputes_list": f"capture_payments {_DISPUTES}",
        "documents": "",
        "financial_account": f"{_COLLECTS} send_money transfer_balance",
        "financial_account_transactions": "card_spend_dispute_management",
        "instant_payouts_promotion": f"{_COLLECTS} instant_payouts",
        "issuing_card": _CARDS,
        "issuing_cards_list": f"{_CARDS} {NO_LOGIN}",
        "notification_banner": _COLLECTS,
        "payment_details": f"capture_payments {_DISPUTES}",
        "payment_disputes": _DISPUTES,
        "payment_method_settings": NO_LOGIN,
        "payments": f"capture_payments {_DISPUTES}",
        "payout_details": "",
        "payout_reconciliation_report": "",
        "payouts": _PAYS_OUT,
        "payouts_list": "",
        "reporting_chart": "",
        "tax_registrations": "",
        "tax_settings": "",
        "terminal_hardware_orders": "",
        "terminal_hardware_shop": "",
    }.items()
}

#: Features that an enabled component has unless it is said otherwise; not verified.
ON = frozenset(
    {"capture_payments", "dispute_management", "external_account_collection", "refund_management"}
)
#: Features that it has where Stripe bears the account's losses.
ON_WITHOUT_LOSSES = frozenset({"edit_payout_schedule", "instant_payouts", "standard_payouts"})


def create_keys(command: CreateAccountSession) -> Keys:
    """What a session needs: the account is read."""
    return Keys(rows=(command.connected,))


def create(book: Book, command: CreateAccountSession, request: Request | None) -> Outcome[Issued]:
    """Begin a session; its client secret is told this once."""
    account = connected(book, command.connected)
    if isinstance(account, Refused):
        return account
    refused = _refuse(command, account)
    if refused is not None:
        return refused
    id_, secret = book.new_id("accsess"), book.secret()
    draft = Draft()
    row = draft.put(
        AccountSession(
            book.branch,
            id_,
            book.world.id,
            book.world.account,
            1,
            book.at,
            account.id,
            book.at + LASTS["account_session"],
            first(id_, secret),
            MACHINE.initial,
            encode(_components(command, account)),
        )
    )
    begin(book, draft, account)
    draft.key = answered(book, request, row)
    return Done(Issued(row, secret), draft)


def _refuse(command: CreateAccountSession, account: Account) -> Refused | None:
    """Why an account cannot have these components."""
    if not any(enabled for _, enabled, _ in command.components):
        return Refused(
            Why.PARAMETER_INVALID,
            "An account session needs at least one component that is enabled.",
            "components",
            'pass {"account_onboarding": {"enabled": True}}, say',
        )
    if account.requirement_collection == "application":
        return None
    for name, _, features in command.components:
        if dict(features).get(NO_LOGIN):
            return Refused(
                Why.PARAMETER_INVALID,
                f"{NO_LOGIN} can only be true for accounts whose"
                " controller.requirement_collection is application.",
                f"components[{name}][features][{NO_LOGIN}]",
                "leave it out: people at this account sign in",
            )
    return None


def _components(command: CreateAccountSession, account: Account) -> dict[str, dict[str, object]]:
    """Every component: what was asked for, else what it has by itself; the others are off."""
    asked = {name: (enabled, dict(given)) for name, enabled, given in command.components}
    on = ON | ON_WITHOUT_LOSSES if account.losses == "stripe" else ON
    found: dict[str, dict[str, object]] = {}
    for name, features in COMPONENTS.items():
        enabled, given = asked.get(name, (False, {}))
        found[name] = {
            "enabled": enabled,
            "features": {each: given.get(each, enabled and each in on) for each in features},
        }
    return found
