"""What a buyer has to do before a payment or setup goes on, as `next_action` shows it.

(Stripe API reference, PaymentIntent and SetupIntent, `next_action`.)
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, NamedTuple

from connectlib.core.drafts import encode
from connectlib.core.moments import HOUR, add_business_days, date_of, moment_of, seconds

REDIRECT, SDK = "redirect_to_url", "use_stripe_sdk"
MICRODEPOSITS, BOLETO = "verify_with_microdeposits", "boleto_display_details"

#: Microdeposits arrive within two business days; a boleto can be paid for three days, until
#: midnight in Sao Paulo. (Stripe docs, "ACH Direct Debit" and "Boleto payments".)
_DEPOSIT_DAYS, _BOLETO_DAYS = 2, 3
_SAO_PAULO = 3 * HOUR


class Action(NamedTuple):
    """What the processor wants of the buyer. details: what is shown of it beside the page."""

    kind: str
    url: str
    details: tuple[tuple[str, str | int | None], ...] = ()


#: The question asked before, once more: what the buyer gave did not match.
AGAIN = Action(MICRODEPOSITS, "")


def shown(action: Action, *, return_url: str | None, at: int) -> str:
    """The `next_action` of an intent: compact JSON. at: when the processor has asked for it."""
    kind, url, details = action
    given = dict(details)
    found: dict[str, Any]
    if kind == REDIRECT:
        found = {"return_url": return_url, "url": url} | given
    elif kind == SDK:
        found = given or {"stripe_js": url, "type": "three_d_secure_redirect"}
    elif kind == MICRODEPOSITS:
        found = {
            "arrival_date": seconds(moment_of(add_business_days(date_of(at), _DEPOSIT_DAYS, "US"))),
            "hosted_verification_url": url,
            "microdeposit_type": "amounts",
        } | given
    elif kind == BOLETO:
        found = {
            "expires_at": seconds(_midnight_in_brazil(at)),
            "hosted_voucher_url": url,
            "number": None,
            "pdf": None,
        } | given
    else:
        found = given or {"url": url}
    return encode({"type": kind, kind: found})


def _midnight_in_brazil(at: int) -> int:
    """The last second of a boleto's last day."""
    last = date_of(at - _SAO_PAULO) + timedelta(days=_BOLETO_DAYS)
    return moment_of(last + timedelta(days=1)) + _SAO_PAULO - 1_000_000


def put_aside(options: str, next_action: str | None) -> str:
    """The options of an intent that keeps a question which may have to be asked AGAIN."""
    if next_action is None or json.loads(next_action)["type"] != MICRODEPOSITS:
        return options
    return encode(json.loads(options) | {"asked": next_action})


def taken_up(options: str) -> tuple[str, str | None]:
    """The options without what was put aside, and that."""
    if '"asked"' not in options:
        return options, None
    kept = json.loads(options)
    found = kept.pop("asked", None)
    return encode(kept), found
