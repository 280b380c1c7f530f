"""Parameters of payment intents."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from connectlib.core.commands import (
    CancelIntent,
    CaptureCharge,
    ConfirmIntent,
    CreateIntent,
    UpdateIntent,
)
from connectlib.core.drafts import encode
from connectlib.core.payment_kinds import KINDS
from connectlib.core.payment_verbs import REASONS
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.addresses import Shipping, words_of
from connectlib.wire.params.base import (
    Amount,
    AmountOrZero,
    CurrencyCode,
    Descriptor,
    Email,
    Flag,
    Id,
    Metadata,
    Params,
    Text255,
    Text1000,
    changes_of,
    metadata_of,
    parse,
)
from connectlib.wire.params.charges import TransferAmount, TransferData
from connectlib.wire.params.method_data import Details, Kind, inline_of
from connectlib.wire.params.splits import Remainder, Split, split_amounts

Url = Annotated[str, Field(min_length=1, max_length=2048, pattern=r"^[a-z][a-z0-9+.-]*://\S+$")]


class Automatic(Params):
    """Whether every kind of payment method may be used."""

    enabled: Flag
    allow_redirects: Literal["always", "never"] = "always"


class _Common(Params):
    """What can be said at creation and changed until the intent is confirmed."""

    application_fee_amount: AmountOrZero | None = None
    customer: Id | None = None
    description: Text1000 | None = None
    metadata: Metadata | None = None
    payment_method: Id | None = None
    payment_method_data: Details | None = None
    payment_method_types: list[Kind] | None = None
    receipt_email: Email | None = None
    setup_future_usage: Literal["on_session", "off_session"] | None = None
    shipping: Shipping | None = None
    statement_descriptor: Descriptor | None = None
    transfer_group: Text255 | None = None


class Create(_Common):
    """`payment_intents.create`."""

    amount: Amount
    currency: CurrencyCode
    automatic_payment_methods: Automatic | None = None
    capture_method: Literal["automatic", "automatic_async", "manual"] = "automatic"
    confirm: Flag = False
    confirmation_method: Literal["automatic", "manual"] = "automatic"
    error_on_requires_action: Flag = False
    fx_quote: Id | None = None
    off_session: Flag | Literal["one_off", "recurring"] = False
    on_behalf_of: Id | None = None
    return_url: Url | None = None
    split_remainder: Remainder = "platform"
    splits: list[Split] | None = None
    transfer_data: TransferData | None = None


class Update(_Common):
    """`payment_intents.update`."""

    amount: Amount | None = None
    currency: CurrencyCode | None = None
    transfer_data: TransferAmount | None = None


class Confirm(Params):
    """`payment_intents.confirm`."""

    error_on_requires_action: Flag = False
    off_session: Flag | Literal["one_off", "recurring"] | None = None
    payment_method: Id | None = None
    payment_method_data: Details | None = None
    receipt_email: Email | None = None
    return_url: Url | None = None
    setup_future_usage: Literal["on_session", "off_session"] | None = None
    shipping: Shipping | None = None


class Capture(Params):
    """`payment_intents.capture`."""

    amount_to_capture: Amount | None = None
    application_fee_amount: AmountOrZero | None = None
    statement_descriptor: Descriptor | None = None
    transfer_data: TransferAmount | None = None


class Cancel(Params):
    """`payment_intents.cancel`."""

    cancellation_reason: (
        Literal["duplicate", "fraudulent", "requested_by_customer", "abandoned"] | None
    ) = None


class Verify(Params):
    """`payment_intents.verify_microdeposits`."""

    amounts: list[Amount] | None = None
    descriptor_code: Text255 | None = None


def _fields(asked: _Common) -> dict[str, Any]:
    """The columns that the common parameters are, without what is not given."""
    found: dict[str, Any] = {
        name: getattr(asked, name)
        for name in (
            "application_fee_amount",
            "customer",
            "description",
            "receipt_email",
            "setup_future_usage",
            "statement_descriptor",
            "transfer_group",
        )
        if getattr(asked, name) is not None
    }
    if asked.payment_method_types is not None:
        if not asked.payment_method_types:
            raise Invalid(
                Refused(
                    Why.INVALID_EMPTY,
                    "payment_method_types must name at least one type.",
                    "payment_method_types",
                    "leave it out to take every type",
                )
            )
        found["method_types"] = encode(list(dict.fromkeys(asked.payment_method_types)))
    if asked.shipping is not None:
        found["shipping"] = words_of(asked.shipping)
    return found


def _exclusive(one: str, other: str, hint: str) -> Invalid:
    return Invalid(
        Refused(
            Why.PARAMETERS_EXCLUSIVE,
            f"You may only specify one of these parameters: {one}, {other}.",
            one,
            hint,
        )
    )


def create(given: dict[str, Any], *, account: str, platform: str) -> CreateIntent:
    """The command of `payment_intents.create`. Raises Invalid."""
    asked = parse(Create, given)
    fields = _fields(asked)
    to = asked.transfer_data
    if to is not None and account != platform:
        raise _exclusive(
            "transfer_data[destination]",
            "account",
            "drop account= for a destination charge, or transfer_data for a direct one",
        )
    if to is not None and to.amount is not None and asked.application_fee_amount is not None:
        raise _exclusive(
            "application_fee_amount",
            "transfer_data[amount]",
            "say either what you keep or what the account gets",
        )
    automatic = asked.automatic_payment_methods
    if asked.payment_method_types and automatic is not None and automatic.enabled:
        raise _exclusive(
            "payment_method_types", "automatic_payment_methods", "leave one of them out"
        )
    fields.setdefault("method_types", encode(list(KINDS)))
    fields |= {
        "capture_method": asked.capture_method,
        "confirmation_method": asked.confirmation_method,
        "off_session": int(bool(asked.off_session)),
        "destination": to.destination if to else None,
        "transfer_amount": to.amount if to else None,
        "on_behalf_of": asked.on_behalf_of,
        "return_url": asked.return_url,
        "fx_quote": asked.fx_quote,
        "splits": _splits(asked, account, platform),
    }
    if asked.metadata:
        fields["metadata"] = metadata_of(asked.metadata)
    if asked.payment_method_types is None:
        fields["options"] = encode({"automatic": True})
    kept = tuple(sorted((name, value) for name, value in fields.items() if value is not None))
    options = (("no_action", 1),) if asked.error_on_requires_action else ()
    return CreateIntent(
        asked.amount,
        asked.currency,
        account,
        kept,
        asked.payment_method,
        asked.confirm,
        options,
        inline_of(asked.payment_method_data, asked.payment_method, account),
    )


def _splits(asked: Create, account: str, platform: str) -> str | None:
    """The transfers that a payment makes, as [account, amount] (compact JSON)."""
    if asked.splits is None:
        return None
    found = split_amounts(
        asked.splits,
        asked.split_remainder,
        asked.amount,
        account=account,
        platform=platform,
        has_destination=asked.transfer_data is not None,
    )
    return encode(found)


def update(id_: str, given: dict[str, Any], *, account: str) -> UpdateIntent:
    """The command of `payment_intents.update`. Raises Invalid."""
    asked = parse(Update, given)
    fields = _fields(asked)
    if asked.amount is not None:
        fields["amount"] = asked.amount
    if asked.currency is not None:
        fields["currency"] = asked.currency
    if asked.transfer_data is not None:
        fields["transfer_amount"] = asked.transfer_data.amount
    if asked.payment_method_types is not None:
        fields["options"] = encode({})  # who names the kinds takes no longer all of them
    if asked.metadata is not None:
        fields["metadata"] = changes_of(asked.metadata)
    inline = inline_of(asked.payment_method_data, asked.payment_method, account)
    return UpdateIntent(id_, account, tuple(sorted(fields.items())), asked.payment_method, inline)


def confirm(id_: str, given: dict[str, Any], *, account: str) -> ConfirmIntent:
    """The command of `payment_intents.confirm`. Raises Invalid."""
    asked = parse(Confirm, given)
    fields: dict[str, Any] = {
        "receipt_email": asked.receipt_email,
        "return_url": asked.return_url,
        "setup_future_usage": asked.setup_future_usage,
        "shipping": words_of(asked.shipping) if asked.shipping is not None else None,
        "off_session": None if asked.off_session is None else int(bool(asked.off_session)),
    }
    kept = tuple(sorted((name, value) for name, value in fields.items() if value is not None))
    options = (("no_action", 1),) if asked.error_on_requires_action else ()
    inline = inline_of(asked.payment_method_data, asked.payment_method, account)
    return ConfirmIntent(id_, account, asked.payment_method, kept, options, inline)


def capture(id_: str, given: dict[str, Any], *, account: str) -> CaptureCharge:
    """The command of `payment_intents.capture`. Raises Invalid."""
    asked = parse(Capture, given)
    return CaptureCharge(
        id_,
        account,
        asked.amount_to_capture,
        asked.application_fee_amount,
        asked.transfer_data.amount if asked.transfer_data else None,
        asked.statement_descriptor,
    )


def cancel(id_: str, given: dict[str, Any], *, account: str) -> CancelIntent:
    """The command of `payment_intents.cancel`. Raises Invalid."""
    asked = parse(Cancel, given)
    reason = asked.cancellation_reason
    return CancelIntent(id_, account, reason if reason in REASONS else None)


def proof(given: dict[str, Any]) -> str:
    """What a buyer gives to prove that a bank account is theirs: compact JSON. Raises Invalid."""
    asked = parse(Verify, given)
    if (asked.amounts is None) == (asked.descriptor_code is None):
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE,
                "You must specify exactly one of these parameters: amounts, descriptor_code.",
                "amounts",
                "pass the two amounts that have arrived, or the code of the statement",
            )
        )
    if asked.amounts is not None:
        return encode({"amounts": asked.amounts})
    return encode({"descriptor_code": asked.descriptor_code})
