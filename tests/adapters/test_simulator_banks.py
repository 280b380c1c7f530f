"""Every published bank account, by number and payment method, and the other ways to pay."""

from __future__ import annotations

import json

import pytest

from connectlib.adapters.processors.catalogue import SOURCES
from connectlib.adapters.processors.simulator import Simulator
from connectlib.adapters.processors.test_ibans import IBANS as TABLE
from connectlib.ports.processor import (
    Accepted,
    Approved,
    ChargeRequest,
    Declined,
    RequiresAction,
    SetupRequest,
)
from tests.adapters.published_banks import ACCOUNTS, ENDINGS, IBANS, OUTCOMES

MINUTE = 60_000_000
CASES = [
    (kind, given, *line.split())
    for kind, (given, lines) in ACCOUNTS.items()
    for line in lines.strip().splitlines()
]
VERIFIED = {"us_bank_account", "acss_debit"}


def ended(source: str, **words) -> tuple[str, int]:
    """How a payment ends, and after how many minutes; with a ! where it ends at once."""
    of = Simulator()
    request = ChargeRequest("k", 1_000, "usd", source, **words)
    (first,) = of.authorize([request])
    if not isinstance(first, Accepted):
        return ("paid!" if isinstance(first, Approved) else f"{first.code}!"), 0
    assert of.authorize([request]) == [first]
    (last,) = of.lookup([request])
    minutes = first.ask_after // MINUTE
    if isinstance(last, Accepted):
        assert last == first
        return "never", minutes
    assert of.authorize([request]) == of.lookup([request]) == [last]
    assert Simulator().lookup([request]) == [last]
    paid = isinstance(last, Approved)
    assert [entry.amount for entry in of.taken(0, 1)] == ([1_000] if paid else [])
    return ("paid" if paid else last.code), minutes


@pytest.mark.parametrize(("kind", "given", "number", "name", "ends", "minutes"), CASES)
def test_an_account_does_what_is_published(kind, given, number, name, ends, minutes) -> None:
    method = Simulator().tokenize(kind, {**given, "account_number": number})
    assert (method.kind, dict(method.details)["last4"]) == (kind, number[-4:])
    assert number not in method.source
    assert Simulator().resolve([method.source]) == [method]
    outcome = (ends, int(minutes))
    assert ended(method.source, ready=True) == outcome
    if name != "-":
        (named,) = Simulator().resolve([name])
        assert named.fingerprint == method.fingerprint
        assert ended(name) == outcome
    if ends.endswith("!"):
        return
    if kind in VERIFIED:
        assert ended(method.source, authenticated=True, proof='{"amounts":[32,45]}') == outcome
    else:
        assert ended(method.source) == outcome


def test_no_account_is_in_the_tables_that_is_not_published() -> None:
    published = {name for *_, name, _, _ in CASES if name != "-"}
    published |= {f"pm_sepaDebit_{what}_{iban[:2].lower()}" for iban, what in SEPA.items()}
    kinds = {*ACCOUNTS, "sepa_debit"}
    named = {source for source, of in SOURCES.items() if of.method.kind in kinds}
    assert {source for source in named if not source.startswith("ba_test_")} == published
    by_number = [number for kind, _, number, name, _, _ in CASES if name == "-" or kind in VERIFIED]
    at_once = 2  # US accounts that fail at once have one source, by name and by number
    assert len([s for s in named if s.startswith("ba_test_")]) == len(by_number) - at_once


SEPA = {iban: what for what, ibans in IBANS.items() for iban in ibans.split()}
SEPA |= {
    iban: what
    for iban in TABLE
    for what, ending in ENDINGS.items()
    if iban.endswith(ending) and iban not in SEPA
}


def test_every_country_has_an_iban_for_every_outcome() -> None:
    countries = {iban[:2] for iban in TABLE}
    assert len(countries) == len(IBANS["success"].split())
    assert set(TABLE) == set(SEPA)
    assert sorted((iban[:2], what) for iban, what in SEPA.items()) == sorted(
        (country, what) for country in countries for what in OUTCOMES
    )


@pytest.mark.parametrize(("iban", "what"), SEPA.items())
def test_an_iban_does_what_is_published(iban, what) -> None:
    spaced = " ".join(iban[place : place + 4] for place in range(0, len(iban), 4)).lower()
    method = Simulator().tokenize("sepa_debit", {"iban": spaced})
    assert method.source == f"pm_sepaDebit_{what}_{iban[:2].lower()}"
    assert (method.kind, method.country) == ("sepa_debit", iban[:2])
    assert ended(method.source) == OUTCOMES[what]
    shown = method.shown()
    assert shown["last4"] == iban[-4:]
    assert iban[4:].startswith(shown["bank_code"] + (shown["branch_code"] or ""))
    digits = "".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])
    assert int(digits) % 97 == 1


#: Of the first account of each country: bank, and branch where an IBAN names it.
BANKS = """
AT 19043    -      BE 510   -     HR 2402006  -       EE 22   00      FI 123456 -
FR 20041    01005  DE 37040044 -  GI MPFS     -       IE AIBK 931152  LI 08800  -
LT 10000    -      LU 001   -     NL RABO     -       NO 8601 -       PT 0002   0123
ES 0012     0345   SE 500   -     CH 00762    -       GB WEST 123456
""".split()  # noqa: SIM905 (a table to read)


@pytest.mark.parametrize(
    ("country", "bank", "branch"), list(zip(BANKS[::3], BANKS[1::3], BANKS[2::3], strict=True))
)
def test_an_iban_names_its_bank(country, bank, branch) -> None:
    (method,) = Simulator().resolve([f"pm_sepaDebit_success_{country.lower()}"])
    shown = method.shown()
    assert (shown["bank_code"], shown["branch_code"] or "-") == (bank, branch)


SHOWN = [
    (
        "pm_usBankAccount_success",
        {
            "account_holder_type": "individual",
            "account_type": "checking",
            "bank_name": "STRIPE TEST BANK",
            "last4": "6789",
            "routing_number": "110000000",
        },
    ),
    (
        "pm_sepaDebit_success_de",
        {"bank_code": "37040044", "branch_code": None, "country": "DE", "last4": "3000"},
    ),
    (
        "pm_sepaDebit_success_fr",
        {"bank_code": "20041", "branch_code": "01005", "country": "FR", "last4": "2606"},
    ),
    ("pm_bacsDebit_success", {"last4": "2345", "sort_code": "108800"}),
    ("pm_auBecsDebit_success", {"bsb_number": "000000", "last4": "3456"}),
    (
        "pm_acssDebit_success",
        {
            "bank_name": "STRIPE TEST BANK",
            "institution_number": "000",
            "last4": "6789",
            "transit_number": "11000",
        },
    ),
]


@pytest.mark.parametrize(("source", "wanted"), SHOWN)
def test_an_account_shows_what_stripe_shows(source, wanted) -> None:
    (method,) = Simulator().resolve([source])
    shown = method.shown()
    assert shown.pop("fingerprint") == method.fingerprint
    assert shown == wanted


def test_the_holder_and_type_of_an_account_are_shown_as_given() -> None:
    given = {"routing_number": "110000000", "account_number": "000123456789"}
    words = {"account_holder_type": "company", "account_type": "savings"}
    shown = Simulator().tokenize("us_bank_account", {**given, **words}).shown()
    assert {name: shown[name] for name in words} == words


UNKNOWN = [
    ("us_bank_account", {"routing_number": "110000001", "account_number": "000123456789"}),
    ("us_bank_account", {"routing_number": "110000000", "account_number": "000123456780"}),
    ("us_bank_account", {"account_number": "000123456789"}),
    ("bacs_debit", {"sort_code": "108801", "account_number": "00012345"}),
    ("sepa_debit", {"iban": "DE89370400440532013099"}),
    ("sepa_debit", {}),
]


@pytest.mark.parametrize(("kind", "given"), UNKNOWN)
def test_an_account_that_is_not_published_is_not_taken(kind, given) -> None:
    assert Simulator().tokenize(kind, given) is None


def test_the_account_that_bacs_refuses_is_refused() -> None:
    given = {"sort_code": "108800", "account_number": "00044444"}
    answer = Simulator().tokenize("bacs_debit", given)
    assert (answer.code, answer.param) == ("account_number_invalid", "account_number")


V = "payment_method_microdeposit_verification_"
PROOFS = [
    ({"amounts": [32, 45]}, None),
    ({"amounts": [45, 32]}, None),
    ({"descriptor_code": "SM11AA"}, None),
    ({"amounts": [10, 11]}, V + "attempts_exceeded"),
    ({"descriptor_code": "SM33CC"}, V + "attempts_exceeded"),
    ({"amounts": [40, 41]}, V + "timeout"),
    ({"descriptor_code": "SM44DD"}, V + "timeout"),
    ({"amounts": [1, 2]}, V + "amounts_mismatch"),
    ({"descriptor_code": "SM00XX"}, V + "descriptor_code_mismatch"),
    ({"amounts": [32]}, V + "amounts_invalid"),
    ({"amounts": [32, "45"]}, V + "amounts_invalid"),
    ({"amounts": [True, 45]}, V + "amounts_invalid"),
    ({"amounts": None}, V + "amounts_invalid"),
    ({}, V + "amounts_invalid"),
]
NUMBERS = [
    ("us_bank_account", {"routing_number": "110000000", "account_number": "000123456789"}),
    (
        "acss_debit",
        {
            "institution_number": "000",
            "transit_number": "11000",
            "account_number": "000123456789",
        },
    ),
]


@pytest.mark.parametrize(("proof", "code"), PROOFS)
@pytest.mark.parametrize(("kind", "given"), NUMBERS)
def test_microdeposits_verify_an_account_given_by_number(kind, given, proof, code) -> None:
    of = Simulator()
    source = of.tokenize(kind, given).source
    words = {"authenticated": True, "proof": json.dumps(proof)}
    for ask, request, good in (
        (of.authorize, ChargeRequest("k", 1, "usd", source), Accepted),
        (of.set_up, SetupRequest("s", source), Approved),
    ):
        (action,) = ask([request])
        assert isinstance(action, RequiresAction)
        assert action.kind == "verify_with_microdeposits"
        (answer,) = ask([request._replace(**words)])
        if code is None:
            assert isinstance(answer, good)
        else:
            assert isinstance(answer, Declined)
            assert answer.code == code
        right = request._replace(authenticated=True, proof='{"amounts":[32,45]}')
        assert isinstance(ask([right])[0], good)


def test_a_token_of_an_account_is_verified_already() -> None:
    (answer,) = Simulator().set_up([SetupRequest("s", "pm_usBankAccount_success")])
    assert isinstance(answer, Approved)


SETUPS = [
    ("pm_usBankAccount_insufficientFunds", "yes"),
    ("pm_usBankAccount_failMicrodeposits", "payment_method_microdeposit_failed"),
    ("pm_sepaDebit_failed_de", "yes"),
    ("pm_bacsDebit_mandateRefused", "yes"),
    ("src_boleto_pay", "payment_method_unsupported_type"),
    ("src_pay_by_bank", "payment_method_unsupported_type"),
    ("src_nobody", "resource_missing"),
]


@pytest.mark.parametrize(("source", "wanted"), SETUPS)
def test_what_can_be_set_up(source, wanted) -> None:
    (answer,) = Simulator().set_up([SetupRequest("s", source)])
    assert wanted == ("yes" if isinstance(answer, Approved) else answer.code)


@pytest.mark.parametrize("source", ["src_boleto", "src_voucher"])
def test_our_own_vouchers_are_paid_at_once(source) -> None:
    assert ended(source) == ("paid!", 0)


VOUCHERS = [
    (None, "paid", 3),
    ("maria@example.com", "paid", 3),
    ("maria.succeed_immediately@example.com", "paid", 0),
    ("succeed_immediately@example.com", "paid", 0),
    ("expire_immediately@example.com", "payment_intent_payment_attempt_expired", 0),
    ("expire_with_delay@example.com", "payment_intent_payment_attempt_expired", 3),
    ("fill_never@example.com", "never", 3),
]


@pytest.mark.parametrize(("email", "ends", "minutes"), VOUCHERS)
def test_the_buyers_email_says_what_becomes_of_a_boleto(email, ends, minutes) -> None:
    given = {"tax_id": "000.000.000-00"} | ({"email": email} if email else {})
    method = Simulator().tokenize("boleto", given)
    assert (method.kind, method.country) == ("boleto", "BR")
    assert method.shown() == {"tax_id": "000.000.000-00"}
    assert ended(method.source) == (ends, minutes)


def test_pay_by_bank_is_a_redirect_then_a_wait_then_money() -> None:
    of = Simulator()
    method = of.tokenize("pay_by_bank", {})
    request = ChargeRequest("k", 500, "gbp", method.source)
    (first,) = of.authorize([request])
    assert (type(first), first.kind) == (RequiresAction, "redirect_to_url")
    assert of.lookup([request]) == [first]
    back = request._replace(authenticated=True)
    (accepted,) = of.authorize([back])
    assert isinstance(accepted, Accepted)
    assert isinstance(of.lookup([back])[0], Approved)
    refused = back._replace(key="other", proof='{"failed":true}')
    assert of.authorize([refused])[0].code == "payment_intent_authentication_failure"
