"""What Stripe's objects say, as answers of the port. Pure; any shape is survived.

A status that is not known, or an amount that is not the one asked for, is never an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.adapters.processors.stripe.params import CAPTURE
from connectlib.ports.processor import (
    Accepted,
    Approved,
    Captured,
    Declined,
    NotCaptured,
    NotReleased,
    NotReturned,
    Released,
    RequiresAction,
    Returned,
    StillPending,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectlib.ports.processor import (
        Answer,
        CaptureAnswer,
        CaptureRequest,
        ChargeRequest,
        RefundAnswer,
        RefundRequest,
        ReleaseAnswer,
    )

#: When to ask again about what is under way, in microseconds. News comes sooner.
ASK_AFTER = 15 * 60 * 1_000_000
_SECOND = 1_000_000

UNEXPECTED = "payment_intent_unexpected_state"
_DECLINED = "Your card was declined."
_RISKS = ("normal", "elevated", "highest")
#: Error code of a refused refund -> the failure reason it amounts to.
_NOT_RETURNED = {
    "charge_disputed": "charge_for_pending_refund_disputed",
    "balance_insufficient": "insufficient_funds",
    "insufficient_funds": "insufficient_funds",
}
SDK = "use_stripe_sdk"
#: Next actions whose page has a name of its own, and those that nobody waits for: vouchers.
_KNOWN = {"redirect_to_url", "verify_with_microdeposits", "boleto_display_details"}
_VOUCHERS = {"boleto_display_details", "konbini_display_details", "oxxo_display_details"}
#: How much of what a next action shows is passed on.
_DETAILS_MAX = 20
#: Where the several next actions have the page that the buyer is to see.
_PAGES = ("url", "hosted_verification_url", "hosted_voucher_url", "hosted_instructions_url")


def at(shown: Any, *path: str) -> Any:
    """What lies under a path of names; None where the path ends early."""
    for name in path:
        if not isinstance(shown, dict):
            return None
        shown = shown.get(name)
    return shown


def text_at(shown: Any, *path: str) -> str | None:
    """As `at`; None for what is not a text."""
    found = at(shown, *path)
    return found if isinstance(found, str) and found else None


def int_at(shown: Any, *path: str) -> int | None:
    """As `at`; None for what is not a whole number."""
    found = at(shown, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def charged(intent: Mapping[str, Any], request: ChargeRequest) -> Answer:
    """What a PaymentIntent says of the charge it was made for."""
    status = text_at(intent, "status")
    error = at(intent, "last_payment_error")
    if error and status in {"requires_payment_method", "canceled"}:
        return declined(error, at(intent, "latest_charge", "outcome"))
    if status == "canceled":
        return _canceled(intent)
    wrong = _wrong(intent, "amount", request.amount, request.currency)
    if wrong:
        return wrong
    if status == "requires_action":
        asked = action(intent)
        is_voucher = asked.kind in _VOUCHERS
        return Accepted(reference(intent), ASK_AFTER, asked) if is_voucher else asked
    if status == "processing":
        return Accepted(reference(intent), ASK_AFTER)
    if status not in {"succeeded", "requires_capture"}:
        return Unknown(f"the payment intent is {status!r}")
    if status == "requires_capture":
        if request.capture:
            return Unknown("what was to be taken is only held")
        wrong = _wrong(intent, "amount_capturable", request.amount, request.currency)
    elif request.capture:
        wrong = _wrong(intent, "amount_received", request.amount, request.currency)
    return wrong or approved(intent)


def set_up(intent: Mapping[str, Any]) -> Answer:
    """What a SetupIntent says."""
    status = text_at(intent, "status")
    if status == "succeeded":
        return Approved(reference(intent))
    if status == "requires_action":
        return action(intent)
    if status == "processing":
        return Accepted(reference(intent), ASK_AFTER)
    if status == "canceled":
        return _canceled(intent)
    if status == "requires_payment_method" and at(intent, "last_setup_error"):
        return declined(intent["last_setup_error"])
    return Unknown(f"the setup intent is {status!r}")


def _wrong(shown: Mapping[str, Any], name: str, amount: int, currency: str) -> Unknown | None:
    found = shown.get(name), shown.get("currency")
    if found == (amount, currency):
        return None
    return Unknown(f"{name} is {found[0]!r} {found[1]!r}, not {amount} {currency}")


def reference(intent: Mapping[str, Any]) -> str:
    """Stripe's own number: of the charge, or of the intent while there is none."""
    charge = at(intent, "latest_charge")
    found = text_at(charge, "id") if isinstance(charge, dict) else charge
    return str(found or intent.get("id"))


def approved(intent: Mapping[str, Any]) -> Approved:
    """Of an intent that has been paid or holds money. Risk: where the charge is shown."""
    charge = at(intent, "latest_charge")
    answer = Approved(reference(intent), _risk(at(charge, "outcome")))
    score = int_at(charge, "outcome", "risk_score")
    made = int_at(charge, "created")
    lapses = int_at(charge, "payment_method_details", "card", "capture_before")
    if score is not None:
        answer = answer._replace(risk_score=score)
    if lapses and made and lapses > made:
        answer = answer._replace(holds_for=(lapses - made) * _SECOND)
    return answer


def _risk(outcome: Any) -> str:
    level = text_at(outcome, "risk_level")
    return level if level in _RISKS else "normal"


def declined(error: Any, outcome: Any = None) -> Declined:
    """Of Stripe's error object, and of the outcome of the charge where it is known."""
    return Declined(
        text_at(error, "code") or text_at(error, "type") or "card_declined",
        text_at(error, "message") or _DECLINED,
        text_at(error, "decline_code"),
        text_at(error, "param"),
        _risk(outcome),
        at(outcome, "type") == "blocked",
        text_at(error, "advice_code") or text_at(outcome, "advice_code"),
        text_at(error, "network_decline_code") or text_at(outcome, "network_decline_code"),
        text_at(error, "network_advice_code") or text_at(outcome, "network_advice_code"),
    )


def _canceled(intent: Mapping[str, Any]) -> Declined:
    why = text_at(intent, "cancellation_reason")
    words = f"The payment was canceled ({why})." if why else "The payment was canceled."
    return Declined(UNEXPECTED, words)


def action(intent: Mapping[str, Any]) -> RequiresAction:
    """What the buyer has to do. Where there is no page for it: Stripe.js does, with the secret."""
    kind = text_at(intent, "next_action", "type") or SDK
    said = at(intent, "next_action", kind)
    said = said if isinstance(said, dict) else {}
    page = next((name for name in _PAGES if text_at(said, name)), None)
    details = [(name, said[name]) for name in sorted(said) if name != page or kind not in _KNOWN]
    if page is None and kind == SDK:
        secret = text_at(intent, "client_secret") or ""
        details.insert(0, ("client_secret", secret))
    plain = tuple((name, each) for name, each in details if _is_plain(each))
    return RequiresAction(
        kind,
        said[page] if page else text_at(intent, "client_secret") or "",
        plain[:_DETAILS_MAX],
    )


def _is_plain(value: Any) -> bool:
    return value is None or (isinstance(value, str | int) and not isinstance(value, bool))


def wants_deposits(intent: Mapping[str, Any]) -> bool:
    """Whether it waits for what the buyer reads off the statement."""
    waits = intent.get("status") == "requires_action"
    return waits and at(intent, "next_action", "type") == "verify_with_microdeposits"


def may_try_again(error: Mapping[str, Any]) -> bool:
    """Whether a proof was wrong, and another may be given."""
    return str(error.get("code")).endswith(("_mismatch", "_invalid"))


def captured(intent: Mapping[str, Any], request: CaptureRequest) -> CaptureAnswer | None:
    """Whether this request has taken what was held; None while something is still held."""
    status, under = text_at(intent, "status"), at(intent, "metadata", CAPTURE)
    if status == "succeeded" and under == request.key:
        wrong = _wrong(intent, "amount_received", request.amount, request.currency)
        return wrong or Captured(reference(intent))
    if status == "succeeded" and under is None and intent.get("capture_method") == "manual":
        return Unknown("captured, but by somebody else")
    if status == "requires_capture":
        return None
    if status in {"succeeded", "canceled", "requires_payment_method"}:
        return NotCaptured(UNEXPECTED, f"Nothing is held: the payment intent is {status}.")
    return Unknown(f"the payment intent is {status!r}")


def released(intent: Mapping[str, Any]) -> ReleaseAnswer | None:
    """Whether it has been let go for good, or taken; None while either may happen."""
    if intent.get("status") == "canceled":
        return Released()
    if intent.get("status") == "succeeded":
        return NotReleased(UNEXPECTED, "The payment intent has succeeded: it can be refunded.")
    return None


def returned(refund: Mapping[str, Any], request: RefundRequest) -> RefundAnswer:
    """What became of a refund."""
    status = text_at(refund, "status")
    if status in {"failed", "canceled"}:
        return NotReturned(text_at(refund, "failure_reason") or "unknown")
    wrong = _wrong(refund, "amount", request.amount, request.currency)
    if wrong:
        return wrong
    if status == "succeeded":
        return Returned(str(refund.get("id")))
    if status in {"pending", "requires_action"}:
        return StillPending()
    return Unknown(f"the refund is {status!r}")


def not_returned(error: Mapping[str, Any]) -> NotReturned:
    """Of the error of a refund that was not made."""
    return NotReturned(_NOT_RETURNED.get(str(error.get("code")), "unknown"))
