"""From rows to objects: one place that knows which shows which."""

from __future__ import annotations

from typing import Any

from connectlib.core.rows import (
    Account,
    ApplicationFee,
    Charge,
    FeeRefund,
    Payout,
    Refund,
    Transfer,
    TransferReversal,
)
from connectlib.wire.objects.accounts import AccountObject
from connectlib.wire.objects.application_fees import ApplicationFeeObject, FeeRefundObject
from connectlib.wire.objects.base import StripeObject
from connectlib.wire.objects.charges import ChargeObject
from connectlib.wire.objects.payouts import PayoutObject
from connectlib.wire.objects.refunds import RefundObject
from connectlib.wire.objects.transfers import TransferObject, TransferReversalObject

#: Row class -> how it is shown.
SHOWN: dict[type[Any], type[StripeObject]] = {
    Account: AccountObject,
    ApplicationFee: ApplicationFeeObject,
    Charge: ChargeObject,
    FeeRefund: FeeRefundObject,
    Payout: PayoutObject,
    Refund: RefundObject,
    Transfer: TransferObject,
    TransferReversal: TransferReversalObject,
}


def show(row: Any, *, livemode: bool) -> StripeObject:
    """The object of a versioned row."""
    return SHOWN[type(row)](row, livemode=livemode)
