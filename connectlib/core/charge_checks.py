"""What a charge must satisfy before it is recorded: its amounts, and who takes part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core import transfers
from connectlib.core.currencies import currency_of
from connectlib.core.money import display
from connectlib.core.payment_kinds import currencies_of, takes
from connectlib.core.refusals import Refused, Why, missing

if TYPE_CHECKING:
    from connectlib.core.book import Book
    from connectlib.core.commands import CreateCharge
    from connectlib.core.means import Means
    from connectlib.core.rows import Account


def refuse(book: Book, command: CreateCharge, means: Means | None = None) -> Refused | None:
    """Why a charge cannot be made; None where it can. means: None while it is not known."""
    return refuse_amount(command, means) or _refuse_parties(book, command)


#: Most digits of an amount: by brand or kind of payment, else twelve (cards) or eight (others).
#: (docs.stripe.com/currencies, maximum amounts.)
_DIGITS = {"amex": 9}
_OTHER_DIGITS = {"inr": 9, "cop": 10, "idr": 12}


def _most(command: CreateCharge, means: Means | None, otherwise: int) -> int:
    """The largest amount that a kind of payment takes, in minor units."""
    if means is None:
        return otherwise
    if means.kind == "card":
        digits = _DIGITS.get(means.brand or "")
        return otherwise if digits is None else min(otherwise, 10**digits - 1)
    if means.kind in ("boleto", "voucher"):
        return otherwise
    return int(10 ** _OTHER_DIGITS.get(command.currency, 8) - 1)


def refuse_amount(command: CreateCharge, means: Means | None) -> Refused | None:
    """Why a charge cannot be of its amount, or its parts of theirs; None where they can."""
    currency = currency_of(command.currency)
    if currency is None:
        return Refused(Why.INVALID_CURRENCY, f"Invalid currency: {command.currency}.", "currency")
    if means is not None and not takes(means.kind, command.currency):
        return Refused(
            Why.METHOD_CURRENCY_MISMATCH,
            f"A payment method of the type {means.kind} cannot be charged in {command.currency}.",
            "currency",
            f"charge it in {' or '.join(currencies_of(means.kind))}, or with another method",
        )
    if command.amount < currency.charge_min:
        least = display(currency.charge_min, command.currency)
        return Refused(
            Why.AMOUNT_TOO_SMALL,
            f"Amount must be at least {least} {command.currency}",
            "amount",
            f"charge at least {currency.charge_min} minor units",
        )
    most = _most(command, means, currency.charge_max)
    if command.amount > most:
        shown = display(most, command.currency)
        return Refused(
            Why.AMOUNT_TOO_LARGE,
            f"Amount must be no more than {shown} {command.currency}",
            "amount",
            f"charge at most {most} minor units",
        )
    if command.amount % currency.charge_step:
        return Refused(
            Why.INVALID_INTEGER,
            f"Amounts in {command.currency} must be divisible by {currency.charge_step}.",
            "amount",
            f"round to a multiple of {currency.charge_step} minor units",
        )
    for param, part in (
        ("application_fee_amount", command.application_fee_amount),
        ("transfer_data[amount]", command.transfer_amount),
    ):
        if part is not None and part > command.amount:
            return Refused(
                Why.AMOUNT_TOO_LARGE,
                f"The {param} ({part}) is greater than the amount of the charge"
                f" ({command.amount}).",
                param,
                "it can be at most the amount of the charge",
            )
    return None


def _refuse_parties(book: Book, command: CreateCharge) -> Refused | None:
    platform = book.world.account
    direct = command.account != platform
    if direct and command.on_behalf_of not in (None, command.account):
        return Refused(
            Why.PARAMETER_INVALID,
            "A direct charge is on behalf of its own account already.",
            "on_behalf_of",
            "leave on_behalf_of out, or drop account= for a destination charge",
        )
    if command.application_fee_amount and not direct and command.destination is None:
        return Refused(
            Why.FEES_NOT_ALLOWED,
            "Can only apply an application_fee_amount when the charge is a direct charge or has"
            " transfer_data[destination].",
            "application_fee_amount",
            "name the connected account by account= or by transfer_data[destination]",
        )
    if direct:
        account = book.account(command.account)
        if account is None:
            return no_access(command.account)
        refused = _refuse_capability(account, "account")
        if refused is not None:
            return refused
    if command.on_behalf_of is not None and command.on_behalf_of != platform:
        account = book.account(command.on_behalf_of)
        if account is None:
            return missing("account", command.on_behalf_of, "on_behalf_of")
        refused = _refuse_capability(account, "on_behalf_of")
        if refused is not None:
            return refused
    if command.destination is not None:
        param = "transfer_data[destination]"
        return transfers.refuse_destination(book, command.destination, param)
    for place, (split, _) in enumerate(command.splits):
        refused = transfers.refuse_destination(book, split, f"splits[{place}][destination]")
        if refused is not None:
            return refused
    return None


def no_access(account: str) -> Refused:
    """An account= that is not there, is closed, or is of somebody else."""
    return Refused(
        Why.ACCOUNT_INVALID,
        f"The provided key does not have access to account '{account}' (or that account does"
        " not exist). Application access may have been revoked.",
        "account",
        "use the id of a connected account of this platform",
    )


def _refuse_capability(account: Account, param: str) -> Refused | None:
    if account.card_payments == "active":
        return None
    return Refused(
        Why.CAPABILITY_NOT_ACTIVE,
        f"The account {account.id} must have the card_payments capability enabled to take charges.",
        param,
        "request the card_payments capability and finish the account's onboarding",
    )
