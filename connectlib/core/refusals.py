"""Why a request is refused: one ordered vocabulary, in Stripe's words where it has one."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Why(Enum):
    """A cause of refusal: (error type, code, HTTP status, may the same request pass later).

    Causes for which Stripe sends no code carry a fifth word, so that they stay distinct.
    """

    PARAMETER_INVALID = ("invalid_request_error", "parameter_invalid", 400, False)
    PARAMETER_MISSING = ("invalid_request_error", "parameter_missing", 400, False)
    PARAMETER_UNKNOWN = ("invalid_request_error", "parameter_unknown", 400, False)
    PARAMETERS_EXCLUSIVE = ("invalid_request_error", "parameters_exclusive", 400, False)
    INVALID_INTEGER = ("invalid_request_error", "parameter_invalid_integer", 400, False)
    INVALID_EMPTY = ("invalid_request_error", "parameter_invalid_empty", 400, False)
    INVALID_CURRENCY = ("invalid_request_error", "invalid_currency", 400, False)
    AMOUNT_TOO_SMALL = ("invalid_request_error", "amount_too_small", 400, False)
    AMOUNT_TOO_LARGE = ("invalid_request_error", "amount_too_large", 400, False)
    AMOUNT_EXCEEDED = ("invalid_request_error", None, 400, False, "amount_exceeded")
    RESOURCE_MISSING = ("invalid_request_error", "resource_missing", 404, False)
    ACCOUNT_INVALID = ("invalid_request_error", "account_invalid", 403, False)
    IDEMPOTENCY_MISMATCH = ("idempotency_error", None, 400, False)
    IDEMPOTENCY_IN_USE = ("idempotency_error", "idempotency_key_in_use", 409, True)
    CARD_DECLINED = ("card_error", "card_declined", 402, False)
    CAPABILITY_NOT_ACTIVE = ("invalid_request_error", "capability_not_active", 400, True)
    INSUFFICIENT_CAPABILITIES = (
        "invalid_request_error",
        "insufficient_capabilities_for_transfer",
        400,
        True,
    )
    ACCOUNT_CLOSED = ("invalid_request_error", "account_invalid", 400, False, "account_closed")
    #: docs.stripe.com/error-codes.
    COUNTRY_UNSUPPORTED = ("invalid_request_error", "country_unsupported", 400, False)
    NOT_LIABLE = ("invalid_request_error", None, 400, False, "not_liable")
    ACCOUNT_UNEXPECTED_STATE = (
        "invalid_request_error",
        None,
        400,
        False,
        "account_unexpected_state",
    )
    #: Identity data that the platform may not change, or no longer.
    NOT_YOURS_TO_EDIT = ("invalid_request_error", None, 400, False, "not_yours_to_edit")
    ACCOUNT_NOT_EMPTY = ("invalid_request_error", "account_has_balance", 400, True)
    CHARGE_ALREADY_REFUNDED = ("invalid_request_error", "charge_already_refunded", 400, False)
    INTENT_UNEXPECTED_STATE = (
        "invalid_request_error",
        "payment_intent_unexpected_state",
        400,
        True,
    )
    SETUP_UNEXPECTED_STATE = (
        "invalid_request_error",
        "setup_intent_unexpected_state",
        400,
        True,
    )
    METHOD_UNEXPECTED_STATE = (
        "invalid_request_error",
        "payment_method_unexpected_state",
        400,
        False,
    )
    CHARGE_ALREADY_CAPTURED = ("invalid_request_error", "charge_already_captured", 400, False)
    CHARGE_EXPIRED = ("invalid_request_error", "charge_expired_for_capture", 400, False)
    #: Ours: of a review by hand, which Stripe does not have.
    CHARGE_UNEXPECTED_STATE = ("invalid_request_error", "charge_unexpected_state", 400, True)
    REFUND_UNEXPECTED_STATE = ("invalid_request_error", "refund_unexpected_state", 400, True)
    CHARGE_NOT_REFUNDABLE = ("invalid_request_error", "charge_not_refundable", 400, True)
    TRANSFER_ALREADY_REVERSED = (
        "invalid_request_error",
        None,
        400,
        False,
        "transfer_already_reversed",
    )
    SCHEDULE_UNEXPECTED_STATE = (
        "invalid_request_error",
        "transfer_schedule_unexpected_state",
        400,
        False,
    )
    FEE_ALREADY_REFUNDED = ("invalid_request_error", None, 400, False, "fee_already_refunded")
    CALLBACK_KNOWN = ("invalid_request_error", None, 400, False, "callback_known")
    FEE_PAYER_GONE = ("invalid_request_error", "account_closed", 400, False)
    FEES_NOT_ALLOWED = ("invalid_request_error", "application_fees_not_allowed", 400, False)
    PAYOUTS_NOT_ALLOWED = ("invalid_request_error", "payouts_not_allowed", 400, True)
    PAYOUT_UNEXPECTED_STATE = (
        "invalid_request_error",
        None,
        400,
        False,
        "payout_unexpected_state",
    )
    BALANCE_INSUFFICIENT = ("invalid_request_error", "balance_insufficient", 400, True)
    #: docs.stripe.com/error-codes; for a transfer the code is `transfers_fx_quote_invalid`.
    FX_QUOTE_INVALID = ("invalid_request_error", "payment_intent_fx_quote_invalid", 400, False)
    #: docs.stripe.com/error-codes.
    METHOD_CURRENCY_MISMATCH = (
        "invalid_request_error",
        "payment_method_currency_mismatch",
        400,
        False,
    )
    INTENT_PARAMETER_INVALID = (
        "invalid_request_error",
        "payment_intent_invalid_parameter",
        400,
        False,
    )
    PAYMENT_METHOD_SPENT = ("invalid_request_error", None, 400, False, "payment_method_spent")
    PAYMENT_METHOD_TAKEN = ("invalid_request_error", None, 400, False, "payment_method_taken")
    PAYMENT_METHOD_LOOSE = ("invalid_request_error", None, 400, True, "payment_method_loose")
    ACCOUNT_NUMBER_INVALID = ("invalid_request_error", "account_number_invalid", 400, False)
    ROUTING_NUMBER_INVALID = ("invalid_request_error", "routing_number_invalid", 400, False)
    #: docs.stripe.com/error-codes.
    TOKEN_ALREADY_USED = ("invalid_request_error", "token_already_used", 400, False)
    #: Ours: of personal data at rest.
    SUBJECT_ERASED = ("invalid_request_error", "personal_data_erased", 400, False)
    ERASURE_HELD = ("invalid_request_error", "personal_data_held", 400, True)
    KEY_USED_UP = ("invalid_request_error", "data_key_used_up", 400, True)
    URL_INVALID = ("invalid_request_error", "url_invalid", 400, False)
    LOGIN_LINK_NOT_ALLOWED = (
        "invalid_request_error",
        None,
        400,
        True,
        "login_link_not_allowed",
    )
    SESSION_SPENT = ("invalid_request_error", None, 400, False, "session_spent")
    FILE_LINK_EXPIRED = ("invalid_request_error", None, 400, False, "file_link_expired")
    LOCK_TIMEOUT = ("invalid_request_error", "lock_timeout", 429, True)

    @property
    def type(self) -> str:
        """Stripe's error type."""
        return str(self.value[0])

    @property
    def code(self) -> str | None:
        """Stripe's error code; None where Stripe sends none."""
        code: str | None = self.value[1]
        return code

    @property
    def http_status(self) -> int:
        """The status a server answers with."""
        return int(self.value[2])

    @property
    def may_pass_later(self) -> bool:
        """Whether the same request, sent again unchanged under a new key, could succeed."""
        return bool(self.value[3])


class Refused(NamedTuple):
    """An expected no. `message` says what happened; `hint` what to do about it.

    object_id: the charge that failed. advice: further fields of a card error, (name, value).
    """

    why: Why
    message: str
    param: str | None = None
    hint: str | None = None
    code: str | None = None
    decline_code: str | None = None
    object_id: str | None = None
    advice: tuple[tuple[str, str], ...] = ()


def wrong_currency(given: str | None, known: str) -> Refused | None:
    """The refusal of an amount whose currency is not that of what it is taken from."""
    if given is None or given == known:
        return None
    return Refused(
        Why.INVALID_CURRENCY,
        f"The amount is in {given}, but this is in {known}.",
        "amount",
        f"give the amount in {known}, or as an int of its minor units",
    )


def missing(kind: str, given: str, param: str) -> Refused:
    """An id that does not exist, or belongs to somebody else: the answer is the same."""
    return Refused(Why.RESOURCE_MISSING, f"No such {kind}: '{given}'", param)
