"""What Stripe's events say, as news of the port. Pure.

Only intents and refunds that carry our metadata are heard. Events of connected accounts are
not: who owns such an account may write any metadata.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.adapters.processors.stripe.answers import (
    approved,
    at,
    declined,
    int_at,
    reference,
    text_at,
)
from connectlib.adapters.processors.stripe.params import KEY, SPENT
from connectlib.ports.processor import Captured, News, NotReturned, Released, Returned

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectlib.ports.processor import Approved, Declined

    Outcome = Approved | Declined | Captured | Released | Returned | NotReturned
    #: What an object says, and where the amount of it is; None: nothing yet.
    Said = tuple[Outcome, str] | None

#: Characters that our keys and Stripe's ids have at most.
_NAME_MAX = 255


def news_of(event: Any) -> list[News]:
    """The news in an event; none in one that is not for us.

    Raises ValueError for what is not an event.
    """
    kind, id_ = text_at(event, "type"), text_at(event, "id")
    if kind is None or id_ is None or len(id_) > _NAME_MAX:
        raise ValueError("this is not an event of Stripe")
    about = at(event, "data", "object")
    if kind not in _SAID or at(event, "account") is not None:
        return []
    if not isinstance(about, dict):
        raise ValueError(f"an event {kind} without an object")  # noqa: TRY004 - the port says so
    if kind == "charge.refunded":
        listed = at(about, "refunds", "data")
        refunds = [one for one in listed if isinstance(one, dict)] if listed else []
        found = [_news(f"{id_}-{place}", _refunded, one) for place, one in enumerate(refunds)]
    else:
        found = [_news(id_, _SAID[kind], about)]
    return [one for one in found if one is not None]


def _news(id_: str, says: Callable[[dict[str, Any]], Said], about: dict[str, Any]) -> News | None:
    key = text_at(about, "metadata", KEY)
    if key is None or len(key) > _NAME_MAX or at(about, "metadata", SPENT):
        return None
    said = says(about)
    if said is None:
        return None
    outcome, where = said
    amount, currency = int_at(about, where), text_at(about, "currency")
    if amount is None or currency is None:
        raise ValueError(f"news of {key} without an amount")
    return News(id_, key, outcome, amount, currency)


def _succeeded(intent: dict[str, Any]) -> Said:
    if intent.get("status") != "succeeded":
        return None
    if intent.get("capture_method") == "manual":
        return Captured(reference(intent)), "amount_received"
    return approved(intent), "amount_received"


def _held(intent: dict[str, Any]) -> Said:
    if intent.get("status") != "requires_capture":
        return None
    return approved(intent), "amount_capturable"


def _failed(intent: dict[str, Any]) -> Said:
    error = at(intent, "last_payment_error")
    return (declined(error), "amount") if error else None


def _let_go(intent: dict[str, Any]) -> Said:
    return (Released(), "amount") if intent.get("status") == "canceled" else None


def _refunded(refund: dict[str, Any]) -> Said:
    status = text_at(refund, "status")
    if status == "succeeded":
        return Returned(str(refund.get("id"))), "amount"
    if status in {"failed", "canceled"}:
        return NotReturned(text_at(refund, "failure_reason") or "unknown"), "amount"
    return None


#: Type of event -> what its object says.
_SAID: dict[str, Callable[[dict[str, Any]], Said]] = {
    "payment_intent.succeeded": _succeeded,
    "payment_intent.amount_capturable_updated": _held,
    "payment_intent.payment_failed": _failed,
    "payment_intent.canceled": _let_go,
    "charge.refunded": _refunded,
    "charge.refund.updated": _refunded,
    "refund.created": _refunded,
    "refund.updated": _refunded,
    "refund.failed": _refunded,
}
