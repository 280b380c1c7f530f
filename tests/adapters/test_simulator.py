"""What the simulator remembers, what it does not, and the vocabulary of its refusals."""

from __future__ import annotations

import pytest

from connectlib.adapters.clock import VirtualClock
from connectlib.adapters.processors.books import Recent
from connectlib.adapters.processors.declines import BANK_DECLINES, CARD_DECLINES
from connectlib.adapters.processors.simulator import Simulator
from connectlib.ports.processor import (
    Approved,
    Captured,
    CaptureRequest,
    ChargeRequest,
    NotCaptured,
    NotFound,
    RefundRequest,
    Released,
    ReleaseRequest,
    Returned,
    Taken,
)
from tests.engines import client

#: Decline codes to support: connect reference, section 10.
CODES = """
authentication_required approve_with_id call_issuer card_not_supported card_velocity_exceeded
currency_not_supported do_not_honor do_not_try_again duplicate_transaction expired_card fraudulent
generic_decline incorrect_number incorrect_cvc incorrect_pin incorrect_zip insufficient_funds
invalid_account invalid_amount invalid_cvc invalid_expiry_month invalid_expiry_year invalid_number
invalid_pin issuer_not_available lost_card merchant_blacklist new_account_information_available
no_action_taken not_permitted offline_pin_required online_or_offline_pin_required pickup_card
pin_try_exceeded processing_error reenter_transaction restricted_card
revocation_of_all_authorizations revocation_of_authorization security_violation service_not_allowed
stolen_card stop_payment_order testmode_decline transaction_not_allowed try_again_later
withdrawal_count_limit_exceeded
""".split()  # noqa: SIM905 (a list to read)
#: Declines whose code is not card_declined.
OWN = {
    "authentication_required", "expired_card", "incorrect_cvc", "incorrect_number",
    "incorrect_zip", "invalid_cvc", "invalid_expiry_month", "invalid_expiry_year",
    "invalid_number", "processing_error",
}  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_every_decline_code_has_a_decline(code) -> None:
    declined = CARD_DECLINES[code]
    assert declined.decline_code == code
    assert declined.code == (code if code in OWN else "card_declined")
    assert declined.message.endswith(".")
    assert declined.advice_code in {
        None,
        "try_again_later",
        "do_not_try_again",
        "confirm_card_data",
    }


def test_there_are_no_other_declines() -> None:
    assert set(CARD_DECLINES) == set(CODES)


ADVICE = {
    "lost_card": "do_not_try_again",
    "stolen_card": "do_not_try_again",
    "fraudulent": "do_not_try_again",
    "processing_error": "try_again_later",
    "insufficient_funds": "try_again_later",
    "incorrect_cvc": "confirm_card_data",
    "incorrect_number": "confirm_card_data",
    "incorrect_zip": "confirm_card_data",
    "authentication_required": None,
}


@pytest.mark.parametrize(("code", "advice"), ADVICE.items())
def test_the_advice_says_whether_to_try_again(code, advice) -> None:
    assert CARD_DECLINES[code].advice_code == advice


RETURNS = {"insufficient_funds": "R01", "account_closed": "R02", "no_account": "R03"}


@pytest.mark.parametrize(("code", "network"), RETURNS.items())
def test_a_returned_debit_has_the_networks_code(code, network) -> None:
    assert BANK_DECLINES[code].network_decline_code == network


def test_a_source_that_is_not_known_is_a_no_everywhere() -> None:
    of = Simulator()
    request = ChargeRequest("k", 1, "usd", "tok_nobody")
    (answer,) = of.authorize([request])
    assert (answer.code, answer.message) == ("resource_missing", "No such token: 'tok_nobody'")
    assert of.lookup([request]) == [NotFound()]
    (refused,) = of.capture([CaptureRequest("p", "k", 1, "usd", "tok_nobody")])
    assert isinstance(refused, NotCaptured)


def test_a_hold_of_another_process_is_captured_and_its_charge_refunded() -> None:
    here, there = Simulator(), Simulator()
    here.authorize([ChargeRequest("c", 100, "usd", "tok_visa", capture=False)])
    (captured,) = there.capture([CaptureRequest("p", "c", 60, "usd", "tok_visa")])
    assert captured == here.capture([CaptureRequest("p", "c", 60, "usd", "tok_visa")])[0]
    assert isinstance(captured, Captured)
    third = Simulator()
    (returned,) = third.refund([RefundRequest("r", "c", 60, "usd", "tok_visa")])
    assert isinstance(returned, Returned)


def test_a_hold_known_to_be_let_go_is_not_captured() -> None:
    of = Simulator()
    assert of.release([ReleaseRequest("r", "c", "tok_visa")]) == [Released()]
    (refused,) = of.capture([CaptureRequest("p", "c", 1, "usd", "tok_visa")])
    assert refused.code == "charge_expired_for_capture"


def test_a_key_that_came_to_a_yes_stays_a_yes_however_it_is_asked() -> None:
    of = Simulator()
    request = ChargeRequest("k", 1, "usd", "pm_card_authenticationRequired", authenticated=True)
    (yes,) = of.authorize([request])
    assert isinstance(yes, Approved)
    assert of.authorize([request._replace(authenticated=False)]) == [yes]
    assert of.lookup([request._replace(off_session=True)]) == [yes]


def test_the_list_has_the_moments_of_the_clock() -> None:
    clock = VirtualClock()
    of, start = Simulator(now=clock.now), clock.now()
    of.authorize(
        [
            ChargeRequest("a", 100, "usd", "tok_visa"),
            ChargeRequest("b", 200, "eur", "tok_visa", capture=False),
        ]
    )
    clock.set(start + 10)
    of.capture([CaptureRequest("p", "b", 150, "eur", "tok_visa")])
    of.refund([RefundRequest("r", "a", 30, "usd", "tok_visa")])
    found = {entry._replace(reference="") for entry in of.taken(start, start + 11)}
    assert found == {
        Taken("a", "charge", 100, "usd", start),
        Taken("b", "charge", 150, "eur", start + 10),
        Taken("r", "refund", 30, "usd", start + 10),
    }
    assert [entry.key for entry in of.taken(start, start + 10)] == ["a"]


def test_an_engine_and_its_simulator_tell_the_same() -> None:
    connect = client(None)
    of = connect._engine
    charge = connect.charges.create(amount=5_000, currency="usd", source="tok_visa")
    refund = connect.refunds.create(charge=charge.id, amount=700)
    now = of.clock.now()
    entries = of.processor.taken(now, now + 1)
    assert {(e.kind, e.key, e.amount) for e in entries} == {
        ("charge", charge.id, 5_000),
        ("refund", refund.id, 700),
    }


def test_the_details_of_a_charge_show_the_card() -> None:
    charge = client(None).charges.create(amount=500, currency="usd", source="tok_cvcCheckFail")
    card = charge.payment_method_details.card
    assert (card.brand, card.last4, card.checks.cvc_check) == ("visa", "0101", "fail")


def test_the_simulator_hears_nothing() -> None:
    with pytest.raises(ValueError, match="no messages"):
        Simulator().hear(b"{}", {})


def test_what_is_recent_is_remembered_and_what_is_not_is_forgotten() -> None:
    recent: Recent[int] = Recent(3)
    for number in range(20):
        recent[str(number)] = number
        assert [recent.get(str(each)) for each in range(max(0, number - 2), number + 1)] == list(
            range(max(0, number - 2), number + 1)
        )
        assert len(list(recent.items())) <= 2 * 3
    assert recent.get("0") is None
    assert "0" not in recent


def test_what_is_written_again_counts_once() -> None:
    recent: Recent[int] = Recent(2)
    for key, value in (("a", 1), ("b", 2), ("c", 3), ("a", 4), ("a", 5)):
        recent[key] = value
    assert dict(recent.items())["a"] == recent.get("a") == 5
    assert [key for key, _ in recent.items()].count("a") == 1
