"""Every published test card and bank account, charged through the public API."""

from __future__ import annotations

import pytest

from connectlib import CardError, Connect, VirtualClock
from tests.adapters.published_banks import ACCOUNTS, ENDINGS, IBANS, OUTCOMES
from tests.adapters.published_cards import lines

CASES = [
    pytest.param(source, happens, id=source) for _, happens, names in lines() for source in names
]
#: A number is charged as its first line says.
NUMBERS = {number: happens for number, happens, _ in reversed(lines()) if number}

#: decline_code -> code, advice_code, param, beginning of the message (connect reference 10, 13.2).
TABLE = """
generic_decline         card_declined    try_again_later    -         Your card was declined.
insufficient_funds      card_declined    try_again_later    -         Your card has insufficient f
lost_card               card_declined    do_not_try_again   -         Your card was declined.
stolen_card             card_declined    do_not_try_again   -         Your card was declined.
fraudulent              card_declined    do_not_try_again   -         Your card was declined.
card_velocity_exceeded  card_declined    try_again_later    -         Your card was declined for m
expired_card            expired_card     do_not_try_again   exp_month Your card has expired.
incorrect_cvc           incorrect_cvc    confirm_card_data  cvc       Your card's security code is
processing_error        processing_error try_again_later    -         An error occurred while proc
authentication_required authentication_required -           -         Your card was declined. This
"""
DECLINES = {line.split()[0]: line.split(maxsplit=4)[1:] for line in TABLE.strip().splitlines()}
#: The one card whose look-up before the authentication fails.
ERROR_3DS = ["card_declined", "try_again_later", "-", "Your card was declined."]
#: What happens -> what does once the buyer has been authenticated.
THEN = {
    "3ds": "yes",
    "3ds_unless_ready": "yes",
    "3ds_on_session": "yes",
    "3ds_then_no_funds": "insufficient_funds",
    "3ds_then_declined": "generic_decline",
}


@pytest.fixture
def connect():
    return Connect(clock=VirtualClock())


def check(error, decline_code: str, row=None) -> None:
    code, advice, param, message = row or DECLINES[decline_code]
    assert isinstance(error, CardError)
    assert (error.type, error.http_status) == ("card_error", 402)
    assert (error.code, error.decline_code, error.param or "-") == (code, decline_code, param)
    assert error.message.startswith(message)
    assert error.json_body["error"].get("advice_code", "-") == advice


def caught(call, *args, **words):
    with pytest.raises(CardError) as found:
        call(*args, **words)
    return found.value


def pay(connect, method: str, **words):
    return connect.payment_intents.create(
        amount=1_000, currency="usd", payment_method=method, confirm=True, **words
    )


def see_paid(connect, method: str, happens: str) -> None:
    """Pay with a method, see what is published, then what the intent and its charge say."""
    if happens == "3ds_error":
        check(caught(pay, connect, method), "processing_error", ERROR_3DS)
    elif happens in DECLINES:
        check(caught(pay, connect, method), happens)
    elif happens in THEN:
        asked = pay(connect, method)
        assert (asked.status, asked.next_action.type) == ("requires_action", "use_stripe_sdk")
        if THEN[happens] == "yes":
            assert connect.testing.authenticate(asked).status == "succeeded"
        else:
            check(caught(connect.testing.authenticate, asked), THEN[happens])
    else:
        assert happens == "yes"
        assert pay(connect, method).status == "succeeded"
    (intent,) = connect.payment_intents.list()
    charge = connect.charges.retrieve(intent.latest_charge)
    if "yes" in (happens, THEN.get(happens)):
        assert (intent.amount_received, charge.paid, intent.last_payment_error) == (
            1_000, True, None,
        )  # fmt: skip
    else:
        error = intent.last_payment_error
        assert (intent.status, charge.status) == ("requires_payment_method", "failed")
        assert (error.code, error.message) == (charge.failure_code, charge.failure_message)
        assert error.decline_code == charge.outcome.reason
        assert charge.outcome.type == ("blocked" if happens == "fraudulent" else "issuer_declined")
    assert connect.ledger.verify().ok


@pytest.mark.parametrize(("source", "happens"), CASES)
def test_a_card_pays_as_is_published(connect, source, happens) -> None:
    see_paid(connect, source, happens)


@pytest.mark.parametrize(("number", "happens"), NUMBERS.items())
def test_a_card_number_pays_as_is_published(connect, number, happens) -> None:
    card = {"number": number, "exp_month": 12, "exp_year": 2034}
    see_paid(connect, connect.payment_methods.create(type="card", card=card).id, happens)


@pytest.mark.parametrize(("source", "happens"), CASES)
def test_a_card_is_charged_the_old_way(connect, source, happens) -> None:
    """Without an intent nobody can be authenticated."""
    words = {"amount": 1_000, "currency": "usd", "source": source}
    if happens == "yes":
        assert connect.charges.create(**words).paid
        return
    error = caught(connect.charges.create, **words)
    if happens == "3ds_error":
        check(error, "processing_error", ERROR_3DS)
    else:
        check(error, happens if happens in DECLINES else "authentication_required", None)
    (failed,) = connect.charges.list()
    assert (failed.id, failed.status, failed.failure_code) == (error.charge, "failed", error.code)


RISKS = [
    ("pm_card_riskLevelHighest", "highest"),
    ("pm_card_riskLevelElevated", "elevated"),
    ("pm_card_cvcCheckFailElevatedRisk", "elevated"),
    ("pm_card_visa", "normal"),
]


@pytest.mark.parametrize(("source", "level"), RISKS)
def test_the_outcome_of_a_charge_tells_its_risk(connect, source, level) -> None:
    charge = connect.charges.retrieve(pay(connect, source).latest_charge)
    assert charge.outcome.risk_level == level


CHECKS = [
    ("cvcCheckFail", {"cvc_check": "fail"}),
    ("avsZipFail", {"address_postal_code_check": "fail"}),
    ("avsLine1Fail", {"address_line1_check": "fail"}),
    ("avsFail", {"address_line1_check": "fail", "address_postal_code_check": "fail"}),
    (
        "avsUnchecked",
        {"address_line1_check": "unavailable", "address_postal_code_check": "unavailable"},
    ),
]


@pytest.mark.parametrize(("name", "checks"), CHECKS)
def test_a_charge_shows_what_the_issuer_has_checked(connect, name, checks) -> None:
    charge = connect.charges.retrieve(pay(connect, f"pm_card_{name}").latest_charge)
    found = charge.payment_method_details.card.checks
    assert {check: found[check] for check in checks} == checks


#: kind -> (currency, country of the account that is paid)
WHERE = {
    "us_bank_account": ("usd", "US"),
    "bacs_debit": ("gbp", "GB"),
    "au_becs_debit": ("aud", "AU"),
    "acss_debit": ("cad", "CA"),
    "sepa_debit": ("eur", "DE"),
}
BANKS = [
    pytest.param(kind, given, *line.split()[:3], id=f"{kind}-{line.split()[0]}")
    for kind, (given, table) in ACCOUNTS.items()
    for line in table.strip().splitlines()
]


def see_debited(connect, kind: str, given: str | dict[str, str], ends: str) -> None:
    """Pay from a bank account into one of our accounts, and wait for what its bank says.

    given: the name of a payment method, or its numbers.
    """
    currency, country = WHERE[kind]
    account = connect.testing.account(country=country).id
    method = given
    if isinstance(given, dict):
        method = connect.payment_methods.create(
            type=kind,
            billing_details={"name": "Ada", "email": "ada@example.com"},
            account=account,
            **{kind: given},
        ).id
    words = {"amount": 1_000, "currency": currency, "payment_method": method, "confirm": True}
    if ends.endswith("!"):
        error = caught(connect.payment_intents.create, account=account, **words)
        assert (error.code, error.http_status) == (ends[:-1], 402)
        return
    made = connect.payment_intents.create(account=account, **words)
    if made.status == "requires_action":
        assert made.next_action.type == "verify_with_microdeposits"
        made = connect.payment_intents.verify_microdeposits(
            made.id, account=account, amounts=[32, 45]
        )
    assert made.status == "processing"
    connect.clock.advance(minutes=10)
    found = connect.payment_intents.retrieve(made.id, account=account)
    if ends == "never":
        assert found.status == "processing"
    elif ends == "paid":
        assert (found.status, found.amount_received) == ("succeeded", 1_000)
    else:
        error = found.last_payment_error
        assert (found.status, error.code, error.decline_code) == (
            "requires_payment_method", ends, None,
        )  # fmt: skip
        charge = connect.charges.retrieve(found.latest_charge, account=account)
        assert (charge.status, charge.failure_code) == ("failed", ends)
    assert connect.ledger.verify().ok


@pytest.mark.parametrize(("kind", "given", "number", "name", "ends"), BANKS)
def test_a_bank_account_pays_as_is_published(connect, kind, given, number, name, ends) -> None:
    if name != "-":
        see_debited(connect, kind, name, ends)
    see_debited(connect, kind, {**given, "account_number": number}, ends)


ALL = [iban for each in IBANS.values() for iban in each.split()]
OUTCOME = {iban: OUTCOMES[what][0] for what, each in IBANS.items() for iban in each.split()}


@pytest.mark.parametrize("iban", ALL)
def test_an_iban_pays_as_is_published(connect, iban) -> None:
    see_debited(connect, "sepa_debit", {"iban": iban}, OUTCOME[iban])
    what = next(what for what, each in IBANS.items() if iban in each.split())
    see_debited(connect, "sepa_debit", f"pm_sepaDebit_{what}_{iban[:2].lower()}", OUTCOME[iban])


@pytest.mark.parametrize("country", sorted({iban[:2] for iban in ALL}))
@pytest.mark.parametrize("what", ENDINGS)
def test_an_iban_that_is_named_by_its_outcome_fails_so(connect, what, country) -> None:
    method = f"pm_sepaDebit_{what}_{country.lower()}"
    see_debited(connect, "sepa_debit", method, OUTCOMES[what][0])
