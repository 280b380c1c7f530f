"""What may be asked of the engine: one validated, frozen command per call.

Commands hold plain values whose shape the wire has already checked: amounts are positive ints
of minor units, currencies known lower-case codes, metadata and details compact JSON text.
Whether a command may be carried out is for the decisions of each resource to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class CreateCharge(NamedTuple):
    """`charges.create`. account: the namespace, the connected account of a direct charge.

    splits: (account, amount) of the transfers to make with it. options: what else the charge
    keeps, as (name, value).
    """

    amount: int
    currency: str
    source: str
    account: str
    destination: str | None = None
    transfer_amount: int | None = None
    application_fee_amount: int | None = None
    on_behalf_of: str | None = None
    transfer_group: str | None = None
    description: str | None = None
    statement_descriptor: str | None = None
    receipt_email: str | None = None
    metadata: str = "{}"
    capture: bool = True
    customer: str | None = None
    method_id: str | None = None
    splits: tuple[tuple[str, int], ...] = ()
    fx_quote: str | None = None
    options: tuple[tuple[str, Any], ...] = ()


class CaptureCharge(NamedTuple):
    """`charges.capture` and `payment_intents.capture`. amount None: all that is held."""

    id: str
    account: str
    amount: int | None = None
    application_fee_amount: int | None = None
    transfer_amount: int | None = None
    statement_descriptor: str | None = None


class ReviewCharge(NamedTuple):
    """`charges.review`. outcome: succeeded, failed, held or released.

    amount: what was taken, None = all that was asked for; currency: what it was given in. code,
    message: of a failure. reference: the processor's own number.
    """

    id: str
    account: str
    outcome: str
    amount: int | None = None
    currency: str | None = None
    code: str = "processing_error"
    message: str = ""
    reference: str | None = None


class CreateIntent(NamedTuple):
    """`payment_intents.create`. fields: further columns of the row, as (name, value).

    inline: the payment method to make for it; of the commands below too.
    """

    amount: int
    currency: str
    account: str
    fields: tuple[tuple[str, Any], ...] = ()
    method: str | None = None
    confirm: bool = False
    options: tuple[tuple[str, Any], ...] = ()
    inline: CreatePaymentMethod | None = None


class UpdateIntent(NamedTuple):
    """`payment_intents.update`. fields: columns and their new values."""

    id: str
    account: str
    fields: tuple[tuple[str, Any], ...] = ()
    method: str | None = None
    inline: CreatePaymentMethod | None = None


class ConfirmIntent(NamedTuple):
    """`payment_intents.confirm`. options: of this attempt, as (name, value)."""

    id: str
    account: str
    method: str | None = None
    fields: tuple[tuple[str, Any], ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    inline: CreatePaymentMethod | None = None


class CancelIntent(NamedTuple):
    """`payment_intents.cancel`."""

    id: str
    account: str
    reason: str | None = None


class CreateSetup(NamedTuple):
    """`setup_intents.create`. fields: further columns of the row, as (name, value)."""

    account: str
    fields: tuple[tuple[str, Any], ...] = ()
    method: str | None = None
    confirm: bool = False
    inline: CreatePaymentMethod | None = None


class ConfirmSetup(NamedTuple):
    """`setup_intents.confirm`."""

    id: str
    account: str
    method: str | None = None
    fields: tuple[tuple[str, Any], ...] = ()
    inline: CreatePaymentMethod | None = None


class CreateTransfer(NamedTuple):
    """`transfers.create`."""

    amount: int
    currency: str
    destination: str
    source_transaction: str | None = None
    transfer_group: str | None = None
    description: str | None = None
    metadata: str = "{}"


class CreateReversal(NamedTuple):
    """`transfers.reversals.create`. amount None: all that is left of the transfer.

    currency: what the amount was given in; None = not said.
    """

    transfer: str
    amount: int | None = None
    refund_application_fee: bool = False
    description: str | None = None
    metadata: str = "{}"
    currency: str | None = None


class CreateRefund(NamedTuple):
    """`refunds.create`. amount None: all that is left of the charge.

    payment_intent: where given, the charge is its latest one.
    currency: what the amount was given in; None = not said.
    """

    charge: str
    account: str
    amount: int | None = None
    reason: str | None = None
    reverse_transfer: bool = False
    refund_application_fee: bool = False
    metadata: str = "{}"
    payment_intent: str | None = None
    currency: str | None = None


class ReviewRefund(NamedTuple):
    """`refunds.review`. failure: its reason, None where the buyer has the money."""

    id: str
    account: str
    failure: str | None = None


class CreateFeeRefund(NamedTuple):
    """`application_fees.refunds.create`. amount None: all that is left of the fee.

    currency: what the amount was given in; None = not said.
    """

    fee: str
    amount: int | None = None
    metadata: str = "{}"
    currency: str | None = None


class CreatePayout(NamedTuple):
    """`payouts.create`, from the balance of `account`."""

    amount: int
    currency: str
    account: str
    method: str = "standard"
    statement_descriptor: str | None = None
    description: str | None = None
    metadata: str = "{}"


class CreateFxQuote(NamedTuple):
    """`fx_quotes.create`. usage: JSON as it is shown. parties: (parameter, account it names)."""

    account: str
    to_currency: str
    from_currencies: tuple[str, ...]
    lock_duration: str = "none"
    usage: str | None = None
    parties: tuple[tuple[str, str], ...] = ()


class UpdateText(NamedTuple):
    """`update` of an object whose words may change, but not its money.

    metadata: JSON of the changes: null removes a key, "" all of it. None leaves a field as it
    is; an empty text unsets it.
    """

    id: str
    account: str
    metadata: str | None = None
    description: str | None = None
    receipt_email: str | None = None


class CreateTransferSchedule(NamedTuple):
    """`transfer_schedules.create`. release_on: a moment; None = held until it is released."""

    amount: int
    currency: str
    destination: str
    source_transaction: str | None = None
    release_on: int | None = None
    condition: str | None = None
    transfer_group: str | None = None
    description: str | None = None
    metadata: str = "{}"


class UpdateTransferSchedule(NamedTuple):
    """`transfer_schedules.update`: None leaves a field as it is. metadata: JSON of the changes.

    release_on: a moment; 0 takes the date away.
    """

    id: str
    release_on: int | None = None
    description: str | None = None
    metadata: str | None = None


class CreateCustomer(NamedTuple):
    """`customers.create`. address, shipping: compact JSON.

    method: the payment method it begins with, an id or a test name. default_method: its first
    choice, which can only be that one.
    """

    account: str
    email: str | None = None
    name: str | None = None
    phone: str | None = None
    description: str | None = None
    address: str | None = None
    shipping: str | None = None
    method: str | None = None
    default_method: str | None = None
    metadata: str = "{}"
    email_index: str | None = None


class UpdateCustomer(NamedTuple):
    """`customers.update`: None leaves a field as it is, an empty text clears it."""

    id: str
    account: str
    email: str | None = None
    name: str | None = None
    phone: str | None = None
    description: str | None = None
    address: str | None = None
    shipping: str | None = None
    default_method: str | None = None
    metadata: str | None = None
    email_index: str | None = None


class Numbers:
    """A card or bank account by its number, on its way to the processor and nowhere else.

    It cannot be written into a row, a snapshot or a fingerprint, and does not show what it holds.
    """

    __slots__ = ("details", "kind")

    def __init__(self, kind: str, details: Mapping[str, str]) -> None:
        self.kind = kind
        self.details = details

    def __repr__(self) -> str:
        return f"<Numbers of a {self.kind}>"


class CreatePaymentMethod(NamedTuple):
    """`payment_methods.create`: by numbers or by a token, or as a copy of the platform's own.

    numbers: taken out as soon as the processor has given a token for them. param: the parameter
    at fault where it gives none. shown: JSON of what was given and may be shown. original,
    customer: the platform's payment method to copy, and who it belongs to there.
    """

    account: str
    kind: str = ""
    token: str = ""
    numbers: Numbers | None = None
    param: str = ""
    shown: str = "{}"
    billing: str | None = None
    original: str | None = None
    customer: str | None = None
    metadata: str = "{}"


class UpdatePaymentMethod(NamedTuple):
    """`payment_methods.update`. kind: the kind that `details` (JSON of changes) are for.

    billing, metadata: JSON of the changes; null removes a name.
    """

    id: str
    account: str
    kind: str | None = None
    details: str | None = None
    billing: str | None = None
    metadata: str | None = None


class AttachMethod(NamedTuple):
    """`payment_methods.attach`. method: an id or a test name."""

    method: str
    customer: str
    account: str
