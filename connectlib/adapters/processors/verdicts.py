"""What the simulated network answers: a pure function of a source and a request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connectlib.adapters.processors.declines import (
    BANK_DECLINES,
    CARD_DECLINES,
    NOT_AUTHENTICATED,
    NOT_REUSABLE,
    SETUP_NOT_AUTHENTICATED,
)
from connectlib.adapters.processors.sources import (
    BOLETO,
    MICRODEPOSITS,
    OFF_SESSION,
    REDIRECT,
    SDK,
    WHEN_READY,
    reference,
)
from connectlib.core.account_settings import DECLINE_ON
from connectlib.ports.processor import Accepted, Approved, RequiresAction

if TYPE_CHECKING:
    from connectlib.adapters.processors.sources import Behaviour, Source
    from connectlib.ports.processor import Answer, ChargeRequest, Declined, SetupRequest

#: Where a buyer would be sent: a name that leads nowhere (RFC 2606).
_PLACE = "https://simulator.invalid"
_PATHS = {REDIRECT: "authenticate", MICRODEPOSITS: "microdeposits"}
#: Digits of the number of a boleto. (Stripe docs, "Boleto payments".)
_BOLETO_DIGITS = 47

#: What the two microdeposits, or the code of the one, bring about ("": verified).
#: Source: Stripe docs, "Testing", microdeposit amounts and descriptor codes.
_START = "payment_method_microdeposit_verification_"
_AMOUNTS = {(32, 45): "", (10, 11): "attempts_exceeded", (40, 41): "timeout"}
_CODES = {"SM11AA": "", "SM33CC": "attempts_exceeded", "SM44DD": "timeout"}


def charged(source: Source, request: ChargeRequest) -> Answer:
    """The answer to a charge. Accepted where it is decided later: see `decided`."""
    does = source.does
    if does.declined is not None:
        return does.declined
    if does.action is not None:
        stopped = _before_payment(source, request)
        if stopped is not None:
            return stopped
    failed = _failed_check(source, request)
    if failed is not None:
        return failed
    if does.wait is not None:
        voucher = _boleto(request.key) if source.method.kind == "boleto" else None
        return Accepted(reference(request.key), does.wait, voucher)
    return does.after or approved(does, request.key)


#: Setting of `decline_on` -> how a card is declined whose check has failed.
_CHECK_DECLINES = {"avs_failure": "incorrect_zip", "cvc_failure": "incorrect_cvc"}


def _failed_check(source: Source, request: ChargeRequest) -> Declined | None:
    """The no to a card whose check fails, where the account wants none of those."""
    if not request.decline_on:
        return None
    checks = dict(source.method.checks)
    for name in request.decline_on:
        if any(checks.get(check) == "fail" for check in DECLINE_ON[name]):
            return CARD_DECLINES[_CHECK_DECLINES[name]]
    return None


def decided(source: Source, request: ChargeRequest) -> Answer:
    """How a charge ends that was Accepted."""
    answer = charged(source, request)
    if not isinstance(answer, Accepted) or source.does.endless:
        return answer
    return source.does.after or approved(source.does, request.key)


def approved(does: Behaviour, key: str) -> Approved:
    """The yes to what was asked under a key."""
    return Approved(reference(key), does.risk_level, does.risk_score)


def set_up(source: Source, request: SetupRequest) -> Answer:
    """The answer to making a source ready for later."""
    does = source.does
    if not does.reusable:
        return NOT_REUSABLE
    if does.declined is not None and not does.saves:
        return does.declined
    if does.action is not None and does.spared != OFF_SESSION:
        if not request.authenticated:
            return to_do(does.action, request, source.method.kind)
        refused = judged(does.action, request.proof, SETUP_NOT_AUTHENTICATED)
        if refused is not None:
            return refused
    if does.after is not None and not does.saves:
        return does.after
    return Approved(reference(request.key))


def _before_payment(source: Source, request: ChargeRequest) -> Answer | None:
    """What stands between a request and the money: an action not done, or done in vain."""
    action, spared = source.does.action or REDIRECT, source.does.spared
    if spared == WHEN_READY and request.ready:
        return None
    if spared == OFF_SESSION and request.off_session:
        return None
    if request.authenticated:
        return judged(action, request.proof, NOT_AUTHENTICATED)
    if request.off_session and source.method.kind == "card":
        return CARD_DECLINES["authentication_required"]
    return to_do(action, request, source.method.kind)


def to_do(action: str, request: ChargeRequest | SetupRequest, kind: str) -> RequiresAction:
    """What a buyer who pays by a kind of method has to do.

    Without a place to come back to, a card is left to Stripe.js.
    """
    page = f"{_PLACE}/{_PATHS[action]}/{reference(request.key)}"
    by_script = action == REDIRECT and kind == "card" and request.return_url is None
    return RequiresAction(SDK if by_script else action, page)


def _boleto(key: str) -> RequiresAction:
    """The voucher that a buyer is shown: its number is made of the key."""
    page = f"{_PLACE}/boleto/{reference(key)}"
    number = str(int(reference(key), 16)).zfill(_BOLETO_DIGITS)[-_BOLETO_DIGITS:]
    return RequiresAction(BOLETO, page, (("number", number), ("pdf", f"{page}/pdf")))


def judged(action: str, proof: str | None, stranger: Declined) -> Declined | None:
    """What is wrong with a proof; None where nothing is."""
    given = json.loads(proof) if proof else {}
    if given.get("failed"):
        return stranger
    if action != MICRODEPOSITS:
        return None
    if "descriptor_code" in given:
        word = _CODES.get(given["descriptor_code"], "descriptor_code_mismatch")
    else:
        word = _of_amounts(given.get("amounts"))
    return BANK_DECLINES[_START + word] if word else None


def _of_amounts(amounts: object) -> str:
    if not isinstance(amounts, list) or [type(each) for each in amounts] != [int, int]:
        return "amounts_invalid"
    return _AMOUNTS.get((min(amounts), max(amounts)), "amounts_mismatch")
