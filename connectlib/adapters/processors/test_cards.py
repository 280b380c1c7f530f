"""The published test tokens and payment methods: what each is, and how it behaves.

Source: Stripe docs, "Testing" (docs.stripe.com/testing). `src_boleto` and `src_voucher` are
our own test sources. Behaviour that needs disputes or authentication is not simulated yet:
dispute cards charge like any other, cards that always need authentication are declined.
"""

from __future__ import annotations

from typing import NamedTuple

from connectlib.ports.processor import Declined, Method


class TestCard(NamedTuple):
    """A source: what it is, and what the network says to it. refund: ok, pending or fail."""

    method: Method
    declined: Declined | None = None
    risk_level: str = "normal"
    risk_score: int = 20
    refund: str = "ok"


#: Messages of the real service, by decline.
_DECLINED = "Your card was declined."
_FUNDS = "Your card has insufficient funds."
_EXPIRED = "Your card has expired."
_CVC = "Your card's security code is incorrect."
_PROCESSING = "An error occurred while processing your card. Try again in a little bit."
_AUTHENTICATE = "Your card was declined. This transaction requires authentication."

#: name -> (brand, funding, last four digits)
_BRANDS = {
    "visa": ("visa", "credit", "4242"),
    "visa_debit": ("visa", "debit", "5556"),
    "mastercard": ("mastercard", "credit", "4444"),
    "mastercard_debit": ("mastercard", "debit", "8210"),
    "mastercard_prepaid": ("mastercard", "prepaid", "5100"),
    "amex": ("amex", "credit", "8431"),
    "discover": ("discover", "credit", "1117"),
    "diners": ("diners", "credit", "0004"),
    "jcb": ("jcb", "credit", "0505"),
    "unionpay": ("unionpay", "credit", "0005"),
}
#: Country -> last four digits of its Visa test card.
_COUNTRIES = {
    "us": "4242", "br": "0002", "ca": "0000", "mx": "8001", "ae": "0001", "at": "0008",
    "be": "0004", "bg": "0000", "by": "0005", "hr": "0009", "cy": "0008", "cz": "0002",
    "dk": "0001", "ee": "0009", "fi": "0001", "fr": "0003", "de": "0016", "gi": "0005",
    "gr": "0030", "hu": "0005", "ie": "0005", "it": "0008", "lv": "0005", "li": "0004",
    "lt": "0000", "lu": "0006", "mt": "0007", "nl": "0002", "no": "0007", "pl": "0005",
    "pt": "0007", "ro": "0001", "sa": "0007", "si": "0006", "sk": "0001", "es": "0007",
    "se": "0008", "ch": "0009", "gb": "0000", "au": "0006", "cn": "0002", "hk": "0004",
    "in": "0008", "jp": "0003", "my": "0002", "nz": "0008", "sg": "0003", "th": "0003",
}  # fmt: skip


class _Behaviour(NamedTuple):
    """A behaviour card: its last four digits and what differs from a plain Visa."""

    last4: str
    declined: Declined | None = None
    risk_level: str = "normal"
    risk_score: int = 20
    refund: str = "ok"
    bypass: bool = False
    checks: tuple[tuple[str, str], ...] = ()
    country: str = "US"


def _no(decline_code: str, message: str = _DECLINED) -> Declined:
    return Declined("card_declined", message, decline_code)


_FRAUD = Declined("card_declined", _DECLINED, "fraudulent", risk_level="highest", blocked=True)
_NEEDS_3DS = Declined("authentication_required", _AUTHENTICATE, "authentication_required")

#: name -> behaviour; a name is what stands after `tok_` or `pm_card_`.
_BEHAVIOURS = {
    "bypassPending": _Behaviour("0077", bypass=True),
    "bypassPendingInternational": _Behaviour("0278", bypass=True, country="IE"),
    "chargeDeclined": _Behaviour("0002", _no("generic_decline")),
    "visa_chargeDeclined": _Behaviour("0002", _no("generic_decline")),
    "visa_chargeDeclinedInsufficientFunds": _Behaviour("9995", _no("insufficient_funds", _FUNDS)),
    "chargeDeclinedInsufficientFunds": _Behaviour("9995", _no("insufficient_funds", _FUNDS)),
    "visa_chargeDeclinedLostCard": _Behaviour("9987", _no("lost_card")),
    "visa_chargeDeclinedStolenCard": _Behaviour("9979", _no("stolen_card")),
    "chargeDeclinedExpiredCard": _Behaviour(
        "0069", Declined("expired_card", _EXPIRED, "expired_card", "exp_month")
    ),
    "chargeDeclinedIncorrectCvc": _Behaviour(
        "0127", Declined("incorrect_cvc", _CVC, "incorrect_cvc", "cvc")
    ),
    "chargeDeclinedProcessingError": _Behaviour(
        "0119", Declined("processing_error", _PROCESSING, "processing_error")
    ),
    "visa_chargeDeclinedVelocityLimitExceeded": _Behaviour("6975", _no("card_velocity_exceeded")),
    "chargeCustomerFail": _Behaviour("0341", _no("generic_decline")),
    "radarBlock": _Behaviour("0019", _FRAUD),
    "chargeDeclinedFraudulent": _Behaviour("0019", _FRAUD),
    "riskLevelHighest": _Behaviour("4954", risk_level="highest", risk_score=90),
    "riskLevelElevated": _Behaviour("9235", risk_level="elevated", risk_score=70),
    "cvcCheckFail": _Behaviour("0101", checks=(("cvc_check", "fail"),)),
    "avsZipFail": _Behaviour("0036", checks=(("address_postal_code_check", "fail"),)),
    "avsLine1Fail": _Behaviour("0028", checks=(("address_line1_check", "fail"),)),
    "avsFail": _Behaviour(
        "0010",
        checks=(("address_line1_check", "fail"), ("address_postal_code_check", "fail")),
    ),
    "avsUnchecked": _Behaviour(
        "0044",
        checks=(
            ("address_line1_check", "unavailable"),
            ("address_postal_code_check", "unavailable"),
        ),
    ),
    "createDispute": _Behaviour("0259"),
    "createDisputeProductNotReceived": _Behaviour("2685"),
    "createDisputeInquiry": _Behaviour("1976"),
    "createIssuerFraudRecord": _Behaviour("5423"),
    "pendingRefund": _Behaviour("7726", refund="pending"),
    "refundFail": _Behaviour("5126", refund="fail"),
    "authenticationRequired": _Behaviour("3184", _NEEDS_3DS),
    "authenticationRequiredOnSetup": _Behaviour("3155", _NEEDS_3DS),
    "authenticationRequiredSetupForOffSession": _Behaviour("0446"),
    "authenticationRequiredChargeDeclinedInsufficientFunds": _Behaviour("3178", _NEEDS_3DS),
    "threeDSecure2Required": _Behaviour("3220", _NEEDS_3DS),
    "threeDSecureRequired": _Behaviour("3063", _NEEDS_3DS),
    "threeDSecureOptional": _Behaviour("3055"),
}


def _card(
    source: str,
    last4: str,
    *,
    brand: str = "visa",
    funding: str = "credit",
    country: str = "US",
    bypass: bool = False,
    checks: tuple[tuple[str, str], ...] = (),
) -> Method:
    details: tuple[tuple[str, str | int | None], ...] = (
        ("brand", brand),
        ("country", country),
        ("exp_month", 12),
        ("exp_year", 2034),
        ("funding", funding),
        ("last4", last4),
        *checks,
    )
    return Method(source, "card", country, bypass, details)


def _all() -> dict[str, TestCard]:
    found: dict[str, TestCard] = {
        "src_boleto": TestCard(Method("src_boleto", "boleto", "BR")),
        "src_voucher": TestCard(Method("src_voucher", "voucher", "BR")),
    }
    for start in ("tok_", "pm_card_"):
        for name, (brand, funding, last4) in _BRANDS.items():
            source = start + name
            found[source] = TestCard(_card(source, last4, brand=brand, funding=funding))
        for code, last4 in _COUNTRIES.items():
            source = start + code
            found[source] = TestCard(_card(source, last4, country=code.upper()))
        for name, of in _BEHAVIOURS.items():
            source = start + name
            method = _card(source, of.last4, country=of.country, bypass=of.bypass, checks=of.checks)
            found[source] = TestCard(method, of.declined, of.risk_level, of.risk_score, of.refund)
    return found


#: Every test source, by its token.
TEST_CARDS: dict[str, TestCard] = _all()
