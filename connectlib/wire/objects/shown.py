"""From rows to objects: one place that knows which shows which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.core.rows import (
    Account,
    ApplicationFee,
    Charge,
    Customer,
    ExternalAccount,
    FeeRefund,
    File,
    FileLink,
    FxQuote,
    PaymentIntent,
    PaymentMethod,
    Payout,
    Person,
    Refund,
    SetupIntent,
    Token,
    Transfer,
    TransferReversal,
    TransferSchedule,
)
from connectlib.wire.objects.accounts import AccountObject
from connectlib.wire.objects.application_fees import ApplicationFeeObject, FeeRefundObject
from connectlib.wire.objects.base import StripeObject, set_teller
from connectlib.wire.objects.charges import ChargeObject
from connectlib.wire.objects.customers import CustomerObject
from connectlib.wire.objects.external_accounts import ExternalAccountObject
from connectlib.wire.objects.file_links import FileLinkObject
from connectlib.wire.objects.files import FileObject
from connectlib.wire.objects.fx_quotes import FxQuoteObject
from connectlib.wire.objects.payment_intents import PaymentIntentObject, SetupIntentObject
from connectlib.wire.objects.payment_methods import PaymentMethodObject
from connectlib.wire.objects.payouts import PayoutObject
from connectlib.wire.objects.persons import PersonObject
from connectlib.wire.objects.refunds import RefundObject
from connectlib.wire.objects.tokens import TokenObject
from connectlib.wire.objects.transfer_schedules import TransferScheduleObject
from connectlib.wire.objects.transfers import TransferObject, TransferReversalObject

if TYPE_CHECKING:
    from collections.abc import Callable

#: Row class -> how it is shown.
SHOWN: dict[type[Any], type[StripeObject]] = {
    Account: AccountObject,
    ApplicationFee: ApplicationFeeObject,
    Charge: ChargeObject,
    Customer: CustomerObject,
    ExternalAccount: ExternalAccountObject,
    FeeRefund: FeeRefundObject,
    File: FileObject,
    FileLink: FileLinkObject,
    FxQuote: FxQuoteObject,
    PaymentIntent: PaymentIntentObject,
    SetupIntent: SetupIntentObject,
    PaymentMethod: PaymentMethodObject,
    Payout: PayoutObject,
    Person: PersonObject,
    Refund: RefundObject,
    Token: TokenObject,
    Transfer: TransferObject,
    TransferReversal: TransferReversalObject,
    TransferSchedule: TransferScheduleObject,
}


def show(
    row: Any, *, livemode: bool, teller: Callable[[str, str], Any] | None = None
) -> StripeObject:
    """The object of a versioned row. teller: who tells its story, as `set_teller` says."""
    found = SHOWN[type(row)](row, livemode=livemode)
    if teller is not None:
        set_teller(found, teller)
    return found
