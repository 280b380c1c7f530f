"""What a Stripe of our own keeps: intents, charges, refunds, methods; and how they behave.

Shapes and words are those of the published API; behaviour goes by the name of the method.
"""

from __future__ import annotations

import copy
import itertools
import re

#: Method -> the error of a card that says no. (Stripe docs, "Testing" and "Decline codes".)
DECLINES = {
    "pm_declined": {
        "code": "card_declined",
        "decline_code": "insufficient_funds",
        "message": "Your card has insufficient funds.",
        "advice_code": "try_again_later",
        "network_decline_code": "51",
        "network_advice_code": "03",
    },
    "pm_expired": {
        "code": "expired_card",
        "decline_code": "expired_card",
        "message": "Your card has expired.",
        "param": "exp_month",
    },
    "pm_blocked": {
        "code": "card_declined",
        "decline_code": "fraudulent",
        "message": "Your card was declined.",
    },
}
AUTHENTICATE = {
    "code": "authentication_required",
    "decline_code": "authentication_required",
    "message": "Your card was declined. This transaction requires authentication.",
}
NOT_AUTHENTICATED = {
    "code": "payment_intent_authentication_failure",
    "message": "The provided PaymentMethod has failed authentication.",
}
MICRODEPOSITS = {
    "type": "verify_with_microdeposits",
    "verify_with_microdeposits": {"hosted_verification_url": "https://stripe.test/deposits"},
}
BOLETO = {
    "type": "boleto_display_details",
    "boleto_display_details": {
        "expires_at": 1_800_300_000,
        "hosted_voucher_url": "https://stripe.test/boleto",
        "number": "0101",
        "pdf": "https://stripe.test/boleto/pdf",
    },
}
#: Method -> what its refunds, pending at first, have become when they are asked about.
LATER = {
    "pm_refund_later": {"status": "succeeded"},
    "pm_refund_fails_later": {"status": "failed", "failure_reason": "lost_or_stolen_card"},
}
#: What the buyer can read off the statement.
AMOUNTS = ["32", "45"]


class Refusal(Exception):
    """An answer that is an error. kept: as the answer of its idempotency key."""

    def __init__(self, status: int, error: dict, *, kept: bool = True) -> None:
        super().__init__(error.get("message"))
        self.status, self.error, self.kept = status, error, kept


def invalid(message: str, code: str | None = None, param: str | None = None, *, kept=False):
    error = {"type": "invalid_request_error", "message": message}
    named = {"code": code, "param": param}
    return Refusal(400, error | {name: value for name, value in named.items() if value}, kept=kept)


class Books:
    """All objects by id. now: the time at Stripe, in seconds."""

    def __init__(self) -> None:
        self.objects: dict[str, dict] = {}
        self.now = 1_800_000_000
        self._numbers = itertools.count(1)
        cards = ["pm_card_visa", "pm_3ds", "pm_elevated", "pm_refund_fails", "pm_refund_pends"]
        cards += [*LATER]
        for name in [*cards, *DECLINES]:
            self._method(name, "card")
        self._method("pm_owned", "card", customer="cus_owner")
        self._method("pm_bank", "us_bank_account")
        self._method("pm_soon", "us_bank_account")
        self._method("pm_deposits", "us_bank_account")
        self._method("pm_boleto", "boleto")
        self._put("token", "tok_visa", card=_card(), type="card")

    def _put(self, noun: str, id_: str, **fields) -> dict:
        made = {"id": id_, "object": noun, "created": self.now, "livemode": False, **fields}
        self.objects[id_] = made
        return made

    def _method(self, id_: str, kind: str, customer: str | None = None) -> None:
        bank = {"bank_name": "TEST BANK", "last4": "6789", "fingerprint": "fp_bank"}
        details = _card() if kind == "card" else bank
        self._put("payment_method", id_, type=kind, customer=customer, **{kind: details})

    def id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers):08d}"

    def get(self, id_: str, noun: str) -> dict:
        found = self.objects.get(id_)
        if found is None or found["object"] != noun:
            message = f"No such {noun}: '{id_}'"
            error = {"type": "invalid_request_error", "code": "resource_missing", "param": "id"}
            raise Refusal(404, error | {"message": message})
        return found

    def look(self, id_: str, noun: str) -> dict:
        """An object as it has become by now."""
        found = self.get(id_, noun)
        if noun == "refund" and found["status"] == "pending":
            paid = self.objects[found["payment_intent"]]["payment_method"]
            found |= LATER.get(paid, {})
        if found.get("payment_method") == "pm_soon" and found["status"] == "processing":
            self.pay(found)
        return found

    def all(self, noun: str) -> list[dict]:
        """Newest first."""
        return [one for one in reversed(self.objects.values()) if one["object"] == noun]

    # ---- what is done with intents ----

    def make_intent(self, form: dict) -> dict:
        amount, currency = form.get("amount"), form.get("currency")
        if not amount or not currency:
            raise invalid("Missing required param.", "parameter_missing", "amount")
        if int(amount) < 50:
            raise invalid("Amount must be at least 50.", "amount_too_small", "amount")
        method = self._chosen(form)
        intent = self._put(
            "payment_intent",
            self.id("pi"),
            amount=int(amount),
            currency=currency,
            amount_capturable=0,
            amount_received=0,
            capture_method=form.get("capture_method", "automatic_async"),
            client_secret="pi_secret_of_the_buyer",
            customer=form.get("customer"),
            latest_charge=None,
            metadata=form.get("metadata", {}),
            next_action=None,
            payment_method=method,
            status="requires_payment_method",
            last_payment_error=None,
            canceled_at=None,
            cancellation_reason=None,
        )
        return self._confirmed(intent, form) if form.get("confirm") == "true" else intent

    def _chosen(self, form: dict) -> str | None:
        token = form.get("payment_method_data", {}).get("card", {}).get("token")
        if token is not None:
            self.get(token, "token")
            return "pm_card_visa"
        method = form.get("payment_method")
        if method is None:
            return None
        found = self.objects.get(method)
        if found is None:
            raise invalid(
                f"No such PaymentMethod: '{method}'", "resource_missing", "payment_method"
            )
        if found.get("customer") and found["customer"] != form.get("customer"):
            raise invalid("The payment method belongs to a customer.", param="customer")
        return method

    def _confirmed(self, intent: dict, form: dict) -> dict:
        method = intent["payment_method"]
        setup = intent["object"] == "setup_intent"
        off_session = form.get("off_session") == "true"
        if method in DECLINES or (method == "pm_3ds" and off_session):
            return self.fail(intent, DECLINES.get(method, AUTHENTICATE))
        if method == "pm_3ds":
            back = form.get("return_url")
            page = {"url": f"https://stripe.test/3ds/{intent['id']}", "return_url": back}
            intent["next_action"] = (
                {"type": "redirect_to_url", "redirect_to_url": page}
                if back
                else {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
            )
            intent["status"] = "requires_action"
        elif method == "pm_deposits":
            intent |= {"next_action": copy.deepcopy(MICRODEPOSITS), "status": "requires_action"}
        elif method == "pm_boleto":
            intent |= {"next_action": copy.deepcopy(BOLETO), "status": "requires_action"}
        elif method in {"pm_bank", "pm_soon"} and not setup:
            charge = self._charge(intent, "pending")
            intent |= {"status": "processing", "latest_charge": charge["id"]}
        else:
            self.pay(intent)
        return intent

    def pay(self, intent: dict) -> dict:
        """The bank says yes."""
        intent["next_action"] = None
        if intent["object"] == "setup_intent":
            intent["status"] = "succeeded"
            self.objects[intent["payment_method"]]["customer"] = intent["customer"]
            return intent
        under_way = self.objects.get(intent["latest_charge"]) or self._charge(intent, "succeeded")
        under_way["status"] = "succeeded"
        intent["latest_charge"] = under_way["id"]
        if intent["capture_method"] == "manual":
            intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        else:
            intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        return intent

    def fail(self, intent: dict, error: dict) -> dict:
        """The bank says no: the error of a request; raised, as the intent stays."""
        name = "last_setup_error" if intent["object"] == "setup_intent" else "last_payment_error"
        said = {"type": "card_error", **error}
        intent |= {"status": "requires_payment_method", "next_action": None, name: said}
        if name == "last_payment_error":
            intent["latest_charge"] = self._charge(intent, "failed")["id"]
        raise Refusal(402, said | {intent["object"]: copy.deepcopy(intent)})

    def _charge(self, intent: dict, status: str) -> dict:
        method = intent["payment_method"]
        outcome = {"type": "authorized", "risk_level": "normal", "risk_score": 12}
        if method == "pm_elevated":
            outcome |= {"risk_level": "elevated", "risk_score": 66}
        if method == "pm_blocked":
            outcome |= {"type": "blocked", "risk_level": "highest", "risk_score": 91}
        lapses = self.now + 5 * 86_400
        return self._put(
            "charge",
            self.id("ch"),
            outcome=outcome,
            payment_intent=intent["id"],
            status=status,
            payment_method_details={"type": "card", "card": {"capture_before": lapses}},
        )

    def verify(self, intent: dict, form: dict) -> dict:
        given = form.get("amounts", {})
        if list(given.values() if isinstance(given, dict) else given) != AMOUNTS:
            raise invalid(
                "The amounts do not match.",
                "payment_method_microdeposit_verification_amounts_mismatch",
                kept=True,
            )
        return self.pay(intent)

    def capture(self, intent: dict, form: dict) -> dict:
        self._must_be(intent, "requires_capture", verb="capture")
        wanted = int(form.get("amount_to_capture", intent["amount"]))
        if wanted > intent["amount_capturable"]:
            raise invalid("The amount is larger than what can be captured.", None,
                          "amount_to_capture", kept=True)  # fmt: skip
        intent["metadata"] = intent["metadata"] | form.get("metadata", {})
        intent |= {"amount_received": wanted, "amount_capturable": 0, "status": "succeeded"}
        return intent

    def cancel(self, intent: dict, form: dict) -> dict:
        allowed = ["requires_payment_method", "requires_capture", "requires_action"]
        allowed += ["processing"] if intent["payment_method"] == "pm_soon" else []
        self._must_be(intent, *allowed, verb="cancel")
        intent |= {"status": "canceled", "amount_capturable": 0, "canceled_at": self.now,
                   "cancellation_reason": form.get("cancellation_reason")}  # fmt: skip
        return intent

    def _must_be(self, intent: dict, *allowed: str, verb: str) -> None:
        if intent["status"] not in allowed:
            message = f"You cannot {verb} this PaymentIntent: its status is {intent['status']}."
            refusal = invalid(message, "payment_intent_unexpected_state", kept=True)
            refusal.error["payment_intent"] = copy.deepcopy(intent)
            raise refusal

    # ---- the rest ----

    def make_setup(self, form: dict) -> dict:
        method = self._chosen(form)
        intent = self._put(
            "setup_intent",
            self.id("seti"),
            client_secret="seti_secret_of_the_buyer",
            customer=form.get("customer"),
            metadata=form.get("metadata", {}),
            payment_method=method,
            next_action=None,
            status="requires_payment_method",
            usage=form.get("usage"),
        )
        return self._confirmed(intent, form) if form.get("confirm") == "true" else intent

    def make_customer(self, form: dict) -> dict:
        return self._put("customer", self.id("cus"), metadata=form.get("metadata", {}))

    def make_refund(self, form: dict) -> dict:
        intent = self.get(form["payment_intent"], "payment_intent")
        others = [one for one in self.all("refund") if one["payment_intent"] == intent["id"]]
        given = sum(one["amount"] for one in others if one["status"] != "failed")
        left = intent["amount_received"] - given
        wanted = int(form.get("amount", left))
        if not left:
            raise invalid("It has already been refunded.", "charge_already_refunded", kept=True)
        if wanted > left:
            raise invalid("Refund amount is greater than what is left.", None, "amount", kept=True)
        refund = self._put(
            "refund",
            self.id("re"),
            amount=wanted,
            currency=intent["currency"],
            metadata=form.get("metadata", {}),
            payment_intent=intent["id"],
            status="succeeded",
            failure_reason=None,
        )
        if intent["payment_method"] in {"pm_refund_pends", *LATER}:
            refund["status"] = "pending"
        if intent["payment_method"] == "pm_refund_fails":
            refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
        return refund

    def search(self, query: str) -> list[dict]:
        """By one word of metadata; capitals are not looked at, as in the real index."""
        found = re.fullmatch(r"metadata\['(\w+)'\]:'(.*)'", query)
        assert found, query
        name, value = found[1], found[2].replace("\\'", "'").replace("\\\\", "\\").lower()
        intents = self.all("payment_intent")
        return [one for one in intents if one["metadata"].get(name, "").lower() == value]


def _card() -> dict:
    return {
        "brand": "visa",
        "checks": {"cvc_check": "pass"},
        "country": "FR",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": "fp_card",
        "funding": "credit",
        "last4": "4242",
    }
