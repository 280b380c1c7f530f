"""Controllers: who answers for a connected account, and what each side may do to it.

`controller` says it in four properties; the legacy `type` names three combinations of them.
(Connect docs, "Controller properties"; API reference, "Create an account".)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.refusals import Refused, Why

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectlib.core.rows import Account


class Controller(NamedTuple):
    """Who pays fees, bears losses, collects requirements, and which dashboard there is."""

    fees_payer: str = "account"
    losses: str = "stripe"
    requirement_collection: str = "stripe"
    dashboard: str = "full"


#: Legacy type -> the controller that it names.
LEGACY: dict[str, Controller] = {
    "standard": Controller(),
    "express": Controller("application", "application", "stripe", "express"),
    "custom": Controller("application", "application", "application", "none"),
}
#: How the payer of fees is shown of accounts made by a legacy type (measured).
_SHOWN_PAYER = {"express": "application_express", "custom": "application_custom"}

#: What only whoever collects an account's requirements edits, once Stripe has begun to.
#: Which fields these are is not published in full.
IDENTITY = (
    "business_profile",
    "business_type",
    "company",
    "external_account",
    "individual",
    "tos_acceptance",
)


def refuse_controller(controller: Controller) -> Refused | None:
    """Why there can be no such controller."""
    if controller.losses == "application" and controller.fees_payer != "application":
        return Refused(
            Why.PARAMETER_INVALID,
            "The platform can only be liable for losses where it pays the fees:"
            " controller[losses][payments]=application requires"
            " controller[fees][payer]=application.",
            "controller[losses][payments]",
            'add "fees": {"payer": "application"}, or leave the losses to stripe',
        )
    if controller.requirement_collection == "application" and controller.dashboard != "none":
        return Refused(
            Why.PARAMETER_INVALID,
            "The platform can only collect requirements of accounts without a Stripe dashboard.",
            "controller[requirement_collection]",
            'add "stripe_dashboard": {"type": "none"}, or leave the collection to stripe',
        )
    return None


def shown_controller(row: Account) -> dict[str, Any]:
    """`controller` as Stripe shows it; the platform's own account is controlled by itself."""
    if row.id == row.account:
        return {"type": "account"}
    return {
        "fees": {"payer": _SHOWN_PAYER.get(row.type, row.fees_payer)},
        "is_controller": True,
        "losses": {"payments": row.losses},
        "requirement_collection": row.requirement_collection,
        "stripe_dashboard": {"type": row.dashboard},
        "type": "application",
    }


def debits_negative_balances(row: Account) -> bool:
    """The default of `settings.payouts.debit_negative_balances`: by who collects requirements."""
    return row.requirement_collection == "stripe"


def refuse_edit(row: Account, given: Iterable[str]) -> Refused | None:
    """Why the platform may not edit these parameters of an account.

    It may prefill until the first onboarding link or session, and always where it collects the
    requirements itself.
    """
    if row.requirement_collection == "application" or not row.linked:
        return None
    for name in sorted(given):
        if name in IDENTITY:
            return Refused(
                Why.NOT_YOURS_TO_EDIT,
                f"The platform may no longer edit {name} of the account {row.id}: Stripe collects"
                " its requirements, and its onboarding has begun.",
                name,
                "let the account change it in its dashboard, or by a new onboarding link",
            )
    return None


def refuse_acceptance(collection: str, given: Iterable[str]) -> Refused | None:
    """Why the platform may not accept the terms of service for an account."""
    for name in ("date", "ip", "user_agent"):
        if collection == "stripe" and name in given:
            return Refused(
                Why.NOT_YOURS_TO_EDIT,
                "You cannot accept the terms of service on behalf of an account whose"
                " requirements Stripe collects.",
                f"tos_acceptance[{name}]",
                "leave it out; such an account accepts them while it is onboarded",
            )
    return None


def refuse_unliable(row: Account, verb: str) -> Refused | None:
    """Why the platform may not reject or delete an account whose losses it does not bear."""
    if row.losses == "application":
        return None
    return Refused(
        Why.NOT_LIABLE,
        f"The platform cannot {verb} the account {row.id}: it is not liable for its losses.",
        "id",
        "only accounts with controller.losses.payments=application can be; that never changes",
    )
