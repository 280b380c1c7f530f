"""What may be asked of the engine: one validated, frozen command per call.

Commands hold plain values whose shape the wire has already checked: amounts are positive ints
of minor units, currencies known lower-case codes, metadata and details compact JSON text.
Whether a command may be carried out is for the decisions of each resource to say.
"""

from __future__ import annotations

from typing import NamedTuple


class CreateAccount(NamedTuple):
    """`accounts.create`. capabilities: requested names, as compact JSON list text of names."""

    country: str | None = None
    default_currency: str | None = None
    email: str | None = None
    business_type: str | None = None
    capabilities: tuple[tuple[str, bool], ...] = ()
    fees_payer: str = "account"
    losses: str = "stripe"
    requirement_collection: str = "stripe"
    dashboard: str = "full"
    service_agreement: str = "full"
    payout_interval: str | None = None
    details: str = "{}"
    metadata: str = "{}"


class UpdateAccount(NamedTuple):
    """`accounts.update`: None leaves a field as it is. metadata: JSON of the changes."""

    account: str
    email: str | None = None
    business_type: str | None = None
    default_currency: str | None = None
    capabilities: tuple[tuple[str, bool], ...] = ()
    payout_interval: str | None = None
    details: str | None = None
    metadata: str | None = None


class CreateCharge(NamedTuple):
    """`charges.create`. account: the namespace, the connected account of a direct charge."""

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
    """`transfers.reversals.create`. amount None: all that is left of the transfer."""

    transfer: str
    amount: int | None = None
    refund_application_fee: bool = False
    description: str | None = None
    metadata: str = "{}"


class CreateRefund(NamedTuple):
    """`refunds.create`. amount None: all that is left of the charge."""

    charge: str
    account: str
    amount: int | None = None
    reason: str | None = None
    reverse_transfer: bool = False
    refund_application_fee: bool = False
    metadata: str = "{}"


class CreateFeeRefund(NamedTuple):
    """`application_fees.refunds.create`. amount None: all that is left of the fee."""

    fee: str
    amount: int | None = None
    metadata: str = "{}"


class CreatePayout(NamedTuple):
    """`payouts.create`, from the balance of `account`."""

    amount: int
    currency: str
    account: str
    method: str = "standard"
    statement_descriptor: str | None = None
    description: str | None = None
    metadata: str = "{}"


class UpdateText(NamedTuple):
    """`update` of an object whose words may change, but not its money.

    metadata: JSON of the changes: null removes a key. None leaves a field as it is.
    """

    id: str
    account: str
    metadata: str | None = None
    description: str | None = None
    receipt_email: str | None = None
