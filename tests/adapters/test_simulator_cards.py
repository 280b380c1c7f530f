"""Every published card, by number, token and payment method, does what Stripe's docs say."""

from __future__ import annotations

import pytest

from connectlib.adapters.processors.catalogue import NUMBERS, SOURCES, is_card_number
from connectlib.adapters.processors.simulator import Simulator
from connectlib.adapters.processors.sources import reference
from connectlib.ports.processor import (
    Approved,
    ChargeRequest,
    Declined,
    NotReturned,
    RefundRequest,
    RequiresAction,
    Returned,
    SetupRequest,
    StillPending,
)
from tests.adapters.published_cards import COUNTRIES, lines, sources

#: What is asked of every card, in this order: with the buyer there; without; the same of a card
#: that has been set up; and with a buyer who has been authenticated.
BATTERY = [
    {},
    {"off_session": True},
    {"ready": True},
    {"ready": True, "off_session": True},
    {"authenticated": True},
]
AUTH = "authentication_required"
#: What happens -> the answers to the battery, and to being set up at once, and authenticated.
HAPPENS = {
    "yes": (["yes"] * 5, ["yes"] * 2),
    "3ds": (["ask", AUTH, "ask", AUTH, "yes"], ["ask", "yes"]),
    "3ds_unless_ready": (["ask", AUTH, "yes", "yes", "yes"], ["ask", "yes"]),
    "3ds_on_session": (["ask", "yes", "ask", "yes", "yes"], ["yes"] * 2),
    "3ds_then_no_funds": (
        ["ask", AUTH, "insufficient_funds", "insufficient_funds", "insufficient_funds"],
        ["ask", "yes"],
    ),
    "3ds_then_declined": (
        ["ask", AUTH, "ask", AUTH, "generic_decline"],
        ["ask", "generic_decline"],
    ),
    "3ds_error": (["processing_error"] * 5, ["processing_error"] * 2),
}
#: Cards that are declined only when they are charged.
SAVED = ("chargeCustomerFail", "radarBlock", "chargeDeclinedFraudulent")

CASES = [
    pytest.param(source, number, happens, id=source or number)
    for number, happens, names in lines()
    for source in names
]
NUMBER_CASES = {number: happens for number, happens, _ in reversed(lines()) if number}


def word(answer) -> str:
    if isinstance(answer, RequiresAction):
        assert answer.kind == "use_stripe_sdk"
        return "ask"
    return "yes" if isinstance(answer, Approved) else str(answer.decline_code)


def played(source: str) -> tuple[list[str], list[str]]:
    of = Simulator()
    asked = [
        ChargeRequest(f"k{place}", 1_000, "usd", source, **words)
        for place, words in enumerate(BATTERY)
    ]
    setups = [SetupRequest("s", source), SetupRequest("s", source, authenticated=True)]
    return [word(a) for a in of.authorize(asked)], [word(a) for a in of.set_up(setups)]


def expected(source: str, happens: str) -> tuple[list[str], list[str]]:
    if happens in HAPPENS:
        return HAPPENS[happens]
    saved = any(name in source for name in SAVED)
    return [happens] * 5, ["yes" if saved else happens] * 2


@pytest.mark.parametrize(("source", "number", "happens"), CASES)
def test_a_token_does_what_is_published(source, number, happens) -> None:
    assert played(source) == expected(source, happens)
    if number:
        method = SOURCES[source].method
        assert dict(method.details)["last4"] == number[-4:]
        by_number = Simulator().tokenize("card", {"number": number})
        assert by_number.fingerprint == method.fingerprint


@pytest.mark.parametrize(("number", "happens"), NUMBER_CASES.items())
def test_a_number_does_what_is_published(number, happens) -> None:
    card = {"number": number, "exp_month": "4", "exp_year": "41", "cvc": "1234"}
    if brand(number) != "amex":
        card["cvc"] = "123"
    method = Simulator().tokenize("card", card)
    assert method is not None
    assert not isinstance(method, Declined), method
    assert played(method.source) == expected(method.source, happens)
    shown = method.shown()
    assert (shown["brand"], shown["last4"]) == (brand(number), number[-4:])
    assert (shown["exp_month"], shown["exp_year"]) == (4, 2041)
    assert shown["fingerprint"] == method.fingerprint
    assert shown["checks"]["cvc_check"] == ("fail" if "cvcCheckFail" in method.source else "pass")
    assert shown["country"] == method.country
    assert Simulator().resolve([method.source])[0]._replace(details=(), checks=()) == (
        method._replace(details=(), checks=())
    )
    assert number not in method.source
    assert is_card_number(number)


def brand(number: str) -> str:
    """By the first digits, as networks own them (ISO/IEC 7812)."""
    starts = {
        "4": "visa", "5062": "unknown", "5": "mastercard", "2": "mastercard", "34": "amex",
        "37": "amex", "6011": "discover", "65": "discover", "30": "diners", "36": "diners",
        "35": "jcb", "62": "unionpay",
    }  # fmt: skip
    return next(of for start, of in starts.items() if number.startswith(start))


def test_nothing_is_in_the_tables_that_is_not_published() -> None:
    cards = {source for source, of in SOURCES.items() if of.method.kind == "card"}
    unnamed = {source for source in cards if source.startswith("tok_test_")}
    assert cards - unnamed == {case.values[0] for case in CASES}
    assert {number for kind, _, number in NUMBERS if kind == "card"} == set(NUMBER_CASES)
    assert len(unnamed) == len([n for n, _, names in lines() if not names])


@pytest.mark.parametrize("name", COUNTRIES)
def test_the_country_of_a_card_is_that_of_its_name(name) -> None:
    for source in sources([name]):
        method = SOURCES[source].method
        assert (method.kind, method.country) == ("card", name[:2].upper())


TRAITS = """
source                            brand       funding  country
tok_visa_debit                    visa        debit    US
tok_mastercard_debit              mastercard  debit    US
pm_card_mastercard_prepaid        mastercard  prepaid  US
pm_card_amex                      amex        credit   US
pm_card_discover                  discover    credit   US
tok_jcb                           jcb         credit   JP
tok_unionpay                      unionpay    credit   CN
tok_diners                        diners      credit   US
pm_card_gb_debit                  visa        debit    GB
tok_gb_mastercard                 mastercard  credit   GB
tok_ae_mastercard                 mastercard  credit   AE
tok_th_debit                      visa        debit    TH
tok_visa_cartesBancaires          visa        credit   FR
pm_card_visa_debit_eftposAuCoBranded visa     debit    AU
tok_bypassPendingInternational    visa        credit   IE
tok_visa_debit_chargeDeclinedInsufficientFunds visa debit US
"""


@pytest.mark.parametrize("line", TRAITS.strip().splitlines()[1:])
def test_brand_funding_and_country_are_shown(line) -> None:
    source, *wanted = line.split()
    (method,) = Simulator().resolve([source])
    shown = method.shown()
    assert [shown["brand"], shown["funding"], shown["country"]] == wanted
    assert (shown["exp_month"], shown["exp_year"]) == (12, 2034)


CHECKS = [
    ("tok_visa", (None, None, None)),
    ("tok_cvcCheckFail", (None, None, "fail")),
    ("pm_card_cvcCheckFailElevatedRisk", (None, None, "fail")),
    ("tok_avsZipFail", (None, "fail", None)),
    ("pm_card_avsZipFailElevatedRisk", (None, "fail", None)),
    ("tok_avsLine1Fail", ("fail", None, None)),
    ("tok_avsFail", ("fail", "fail", None)),
    ("tok_avsUnchecked", ("unavailable", "unavailable", None)),
]


@pytest.mark.parametrize(("source", "wanted"), CHECKS)
def test_checks_are_shown(source, wanted) -> None:
    checks = SOURCES[source].method.shown()["checks"]
    names = ("address_line1_check", "address_postal_code_check", "cvc_check")
    assert tuple(checks[name] for name in names) == wanted


RISKS = [
    ("tok_visa", "normal"),
    ("tok_riskLevelHighest", "highest"),
    ("tok_riskLevelElevated", "elevated"),
    ("pm_card_cvcCheckFailElevatedRisk", "elevated"),
    ("pm_card_avsZipFailElevatedRisk", "elevated"),
    ("tok_chargeDeclinedFraudulent", "highest"),
    ("tok_chargeDeclined", "normal"),
]


@pytest.mark.parametrize(("source", "level"), RISKS)
def test_the_risk_is_told(source, level) -> None:
    (answer,) = Simulator().authorize([ChargeRequest("k", 1, "usd", source)])
    assert answer.risk_level == level


def test_only_two_cards_have_the_money_at_once() -> None:
    at_once = {source for source, of in SOURCES.items() if of.method.bypass_pending}
    assert at_once == {
        "tok_bypassPending",
        "pm_card_bypassPending",
        "tok_bypassPendingInternational",
        "pm_card_bypassPendingInternational",
    }


NO = "Your card was declined."
#: Messages, codes and fields as measured on the real service; advice as our own table has it.
DECLINES = [
    ("chargeDeclined", "card_declined", NO, None, "try_again_later", "05"),
    (
        "visa_chargeDeclinedInsufficientFunds",
        "card_declined",
        "Your card has insufficient funds.",
        None,
        "try_again_later",
        "51",
    ),
    ("visa_chargeDeclinedLostCard", "card_declined", NO, None, "do_not_try_again", "41"),
    ("visa_chargeDeclinedStolenCard", "card_declined", NO, None, "do_not_try_again", "43"),
    (
        "chargeDeclinedExpiredCard",
        "expired_card",
        "Your card has expired.",
        "exp_month",
        "do_not_try_again",
        "54",
    ),
    (
        "chargeDeclinedIncorrectCvc",
        "incorrect_cvc",
        "Your card's security code is incorrect.",
        "cvc",
        "confirm_card_data",
        "N7",
    ),
    (
        "chargeDeclinedProcessingError",
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
        None,
        "try_again_later",
        "96",
    ),
    ("radarBlock", "card_declined", NO, None, "do_not_try_again", None),
    ("threeDSecureRequiredProcessingError", "card_declined", NO, None, "try_again_later", "05"),
]


@pytest.mark.parametrize(("name", "code", "message", "param", "advice", "network"), DECLINES)
def test_a_decline_says_all_it_can(name, code, message, param, advice, network) -> None:
    (answer,) = Simulator().authorize([ChargeRequest("k", 1, "usd", f"tok_{name}")])
    assert (answer.code, answer.message, answer.param) == (code, message, param)
    assert (answer.advice_code, answer.network_decline_code) == (advice, network)
    assert answer.blocked == (name == "radarBlock")


def test_a_buyer_who_is_away_is_told_so() -> None:
    request = ChargeRequest("k", 1, "usd", "pm_card_authenticationRequired", off_session=True)
    (answer,) = Simulator().authorize([request])
    assert (answer.code, answer.decline_code) == (AUTH, AUTH)
    assert answer.message == f"{NO} This transaction requires authentication."


REFUNDS = [
    ("tok_visa", [Returned(reference("r")), Returned(reference("r"))]),
    ("tok_pendingRefund", [StillPending(), Returned(reference("r"))]),
    ("pm_card_refundFail", [StillPending(), NotReturned("expired_or_canceled_card")]),
]


@pytest.mark.parametrize(("source", "wanted"), REFUNDS)
def test_refunds_end_as_the_card_says(source, wanted) -> None:
    of = Simulator()
    of.authorize([ChargeRequest("c", 100, "usd", source)])
    request = RefundRequest("r", "c", 100, "usd", source)
    assert [of.refund([request])[0] for _ in wanted] == wanted


GIVEN = [
    ({"number": "4242424242424241"}, "incorrect_number", "number"),
    ({"number": "4242 4242 4242 424x"}, "incorrect_number", "number"),
    ({"number": "４２４２"}, "incorrect_number", "number"),
    ({"number": ""}, "incorrect_number", "number"),
    ({}, "incorrect_number", "number"),
    ({"exp_month": "13"}, "invalid_expiry_month", "exp_month"),
    ({"exp_month": "0"}, "invalid_expiry_month", "exp_month"),
    ({"exp_month": "-1"}, "invalid_expiry_month", "exp_month"),
    ({"exp_year": "70"}, "invalid_expiry_year", "exp_year"),
    ({"exp_year": "95"}, "invalid_expiry_year", "exp_year"),
    ({"exp_year": "1970"}, "invalid_expiry_year", "exp_year"),
    ({"exp_year": "next"}, "invalid_expiry_year", "exp_year"),
    ({"cvc": "99"}, "invalid_cvc", "cvc"),
    ({"cvc": "12a"}, "invalid_cvc", "cvc"),
    ({"cvc": "1234"}, "invalid_cvc", "cvc"),
]


@pytest.mark.parametrize(("wrong", "code", "param"), GIVEN)
def test_what_cannot_be_right_is_refused_with_its_field(wrong, code, param) -> None:
    right = {"number": "4242-4242 42424242", "exp_month": "12", "exp_year": "34", "cvc": "123"}
    assert Simulator().tokenize("card", right).source == "tok_visa"
    given = {**right, **wrong} if wrong else {}
    answer = Simulator().tokenize("card", given)
    assert (answer.code, answer.decline_code, answer.param) == (code, code, param)


def test_a_real_card_is_not_taken() -> None:
    assert Simulator().tokenize("card", {"number": "4111111111111111"}) is None
