"""Every state of every machine x every move: made where the table says, else nothing changes."""

from __future__ import annotations

import itertools

import pytest

from connectlib.core import (
    charge_answers,
    charge_captures,
    charges,
    payment_checks,
    payment_confirmations,
    payment_intents,
    payment_verbs,
    payouts,
    refunds,
    setup_intents,
)
from connectlib.core.commands import CancelIntent, CaptureCharge, ConfirmIntent, ConfirmSetup
from connectlib.core.events import EVENT_TYPES
from connectlib.core.fee_policies import FeePolicy
from connectlib.core.machine import Machine
from connectlib.core.means import Means, means_of
from connectlib.core.next_actions import Action
from connectlib.core.postings import POLICY, Fact
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import (
    Charge,
    Due,
    PaymentIntent,
    PaymentMethod,
    Payout,
    Refund,
    SetupIntent,
)
from connectlib.ports.processor import Method
from tests.core.states import AT, WORLD, book, outcome, rates
from tests.engines import client

DUE = Due(0, 1, AT, 30, "x")
NO = Refused(Why.CARD_DECLINED, "no", code="card_declined")
DETAILS = '{"type":"card","card":{}}'
NAMED = {"customer": None, "method_id": "pm_1"}
METHOD = PaymentMethod(0, "pm_1", 1, "acct_P", 1, AT, "card", "tok_visa", "US", "{}")
OTHER = METHOD._replace(id="pm_2")
#: States of a charge in which nothing has ever been held for it.
NEVER_HELD = {"pending", "requires_action", "processing"}


def charge(status: str) -> Charge:
    row = Charge(0, "ch_1", 1, "acct_P", 1, AT, 1_000, "usd", status, "tok_visa", DETAILS)
    return row._replace(
        capture_before=0 if status in NEVER_HELD else AT,
        options=f'{{"asked":{AT}}}',
        payment_intent="pi_1",
        **NAMED,
    )


def alone(status: str) -> Charge:
    return charge(status)._replace(payment_intent=None)


#: What an intent is while its charge is in a state.
MEANWHILE = {
    "succeeded": "succeeded",
    "authorized": "requires_capture",
    "requires_action": "requires_action",
    "failed": "requires_payment_method",
    "released": "canceled",
}


def intent(status: str, **words) -> PaymentIntent:
    row = PaymentIntent(0, "pi_1", 1, "acct_P", 1, AT, 1_000, "usd", status, "secret", **NAMED)
    return row._replace(charge="ch_1", **words)


def setup(status: str) -> SetupIntent:
    return SetupIntent(0, "seti_1", 1, "acct_P", 1, AT, status, "secret", **NAMED)


def refund(status: str) -> Refund:
    return Refund(0, "re_1", 1, "acct_P", 1, AT, 500, "usd", "ch_1", status)


def payout(status: str) -> Payout:
    return Payout(0, "po_1", 1, "acct_A", 1, AT, 500, "usd", status, AT, 1, "{}", "txn_1")


def _approve(of, row):
    terms = charges.terms_again(of.account, WORLD, row)
    return charge_answers.approve(
        of, row, None, terms=terms, means=means_of(row), risk=("normal", 20), fees=FeePolicy(),
        rates=rates,
    )  # fmt: skip


def _resume(of, row):
    of.rows["pi_1"] = intent(MEANWHILE.get(row.status, "processing"))
    return payment_verbs.authenticate(of, id_="pi_1", account="acct_P", proof=None, request=None)


def _capture_charge(of, row):
    of.rows["ch_1"] = row._replace(payment_intent=None)
    return charge_captures.capture(of, CaptureCharge("ch_1", "acct_P"), request=None)


CHARGE_MOVES = {
    "approve": _approve,
    "hold": lambda of, row: charge_answers.hold(of, row, None, risk=("normal", 20), holds_for=7),
    "accept": lambda of, row: charge_answers.accept(of, row, DUE, ask_after=1),
    "ask_buyer": lambda of, row: charge_answers.ask_buyer(
        of, row, None, action=Action("redirect_to_url", "https://example.com")
    ),
    "decline": lambda of, row: charge_answers.decline(of, row, None, refusal=NO),
    "give_up": lambda of, row: charge_answers.give_up(of, row, None),
    "let_go": lambda of, row: charge_answers.let_go(of, row, None, was_held=True),
    "bounce": lambda of, row: charge_answers.bounce(of, row, code="no_account", message="m"),
    "release": lambda of, row: charge_captures.release(of, row, DUE),
    "capture": _capture_charge,
    "resume": _resume,
}
#: What a charge tells of a move; of some it tells nothing.
CHARGE_TELLS = {
    "approve": "charge.succeeded",
    "hold": "charge.succeeded",
    "accept": "charge.pending",
    "decline": "charge.failed",
    "give_up": "charge.updated",
    "let_go": "charge.expired",
    "bounce": "charge.failed",
}


def given() -> payment_checks.Given:
    known = Method("tok_visa", "card", "US")
    return payment_checks.Given(METHOD, known, Means("card"), DETAILS)


def _follows(status: str):
    """The move that the state of its charge brings about."""

    def move(of, row):
        of.rows["ch_1"] = after = charge(status)
        draft = charge_answers.Draft()
        asks = after.status == "requires_action"
        action = Action("redirect_to_url", "https://e.com") if asks else None
        payment_intents.follow(of, draft, after, action=action)
        draft.rows = [each for each in draft.rows if each.id == row.id]
        return charge_answers.Done(of.rows["pi_1"], draft)

    return move


def _attach(of, row):
    return payment_intents.update(
        of,
        id_=row.id,
        account="acct_P",
        changes={},
        find_method=lambda *_: OTHER,
        refuse=payment_checks.refuse_change,
        request=None,
    )


def _authenticate(method: str):
    def move(of, row):
        of.rows["pi_1"] = row._replace(confirmation_method=method)
        of.rows["ch_1"] = charge("requires_action")
        return payment_verbs.authenticate(
            of, id_=row.id, account="acct_P", proof=None, request=None
        )

    return move


def _capture(of, row):
    of.rows["ch_1"] = charge("authorized")
    return payment_verbs.capture(of, CaptureCharge(row.id, "acct_P"), request=None)


def _cancel(of, row):
    states = {"requires_capture": "authorized", "requires_action": "requires_action"}
    of.rows["ch_1"] = charge(states.get(row.status, "processing"))
    return payment_verbs.cancel(of, CancelIntent(row.id, "acct_P"), request=None)


INTENT_MOVES = {
    "attach": _attach,
    "confirm": lambda of, row: payment_confirmations.confirm(
        of, ConfirmIntent(row.id, "acct_P"), given=given(), request=None, rates=rates,
        fees=FeePolicy(),
    ),
    "cancel": _cancel,
    "capture": _capture,
    "authenticate": _authenticate("automatic"),
    "authenticate_manually": _authenticate("manual"),
    "succeed": _follows("succeeded"),
    "hold": _follows("authorized"),
    "accept": _follows("processing"),
    "ask_buyer": _follows("requires_action"),
    "decline": _follows("failed"),
    "let_go": _follows("released"),
}  # fmt: skip
INTENT_TELLS = {
    "succeed": "payment_intent.succeeded",
    "hold": "payment_intent.amount_capturable_updated",
    "accept": "payment_intent.processing",
    "ask_buyer": "payment_intent.requires_action",
    "decline": "payment_intent.payment_failed",
    "let_go": "payment_intent.canceled",
}


def _given_setup() -> setup_intents.Given:
    return setup_intents.Given(OTHER, Method("tok_visa", "card", "US"))


SETUP_MOVES = {
    "attach": lambda of, row: setup_intents.update(
        of, id_=row.id, account="acct_P", changes={}, given=_given_setup(), request=None
    ),
    "confirm": lambda of, row: setup_intents.confirm(
        of, ConfirmSetup(row.id, "acct_P"), given=_given_setup(), request=None
    ),
    "cancel": lambda of, row: setup_intents.cancel(
        of, id_=row.id, account="acct_P", reason=None, request=None
    ),
    "authenticate": lambda of, row: setup_intents.authenticate(
        of, id_=row.id, account="acct_P", proof=None, request=None
    ),
    "succeed": lambda of, row: setup_intents.answer(of, row, None, move="succeed"),
    "ask_buyer": lambda of, row: setup_intents.answer(
        of, row, None, move="ask_buyer", action=Action("redirect_to_url", "https://e.com")
    ),
    "decline": lambda of, row: setup_intents.answer(of, row, None, move="decline", refusal=NO),
}
SETUP_TELLS = {
    "succeed": "setup_intent.succeeded",
    "ask_buyer": "setup_intent.requires_action",
    "decline": "setup_intent.setup_failed",
    "cancel": "setup_intent.canceled",
}
REFUND_MOVES = {
    "settle": lambda of, row: refunds.settle(of, row, DUE, None),
    "fail": lambda of, row: refunds.settle(of, row, DUE, "declined"),
}
REFUND_TELLS = {"settle": "refund.updated", "fail": "refund.failed"}
PAYOUT_MOVES = {
    "submit": lambda of, row: payouts.submitted(of, row, DUE),
    "arrive": lambda of, row: payouts.arrived(of, row, DUE),
    "fail": lambda of, row: payouts.bounced(of, row, DUE, code="account_closed", message="m"),
    "cancel": lambda of, row: payouts.canceled(of, row),
}
PAYOUT_TELLS = {
    "submit": "payout.updated",
    "arrive": "payout.paid",
    "fail": "payout.failed",
    "cancel": "payout.canceled",
}
MACHINES = (
    (charges.MACHINE, alone, CHARGE_MOVES, CHARGE_TELLS),
    (payment_intents.MACHINE, intent, INTENT_MOVES, INTENT_TELLS),
    (setup_intents.MACHINE, setup, SETUP_MOVES, SETUP_TELLS),
    (refunds.MACHINE, refund, REFUND_MOVES, REFUND_TELLS),
    (payouts.MACHINE, payout, PAYOUT_MOVES, PAYOUT_TELLS),
)
CASES = [
    pytest.param(
        machine, make(state), moves[move], move, tells, id=f"{make.__name__}-{state}-{move}"
    )
    for machine, make, moves, tells in MACHINES
    for state, move in itertools.product(sorted(machine.states), sorted(machine.moves))
]


@pytest.mark.parametrize(("machine", "row", "make", "move", "tells"), CASES)
def test_a_move_is_made_where_the_table_says_and_only_there(
    machine, row, make, move, tells
) -> None:
    others = [METHOD, OTHER]
    if isinstance(row, Refund):
        others.append(alone("succeeded")._replace(amount_refunded=500))
    elif isinstance(row, PaymentIntent):
        others.append(charge("pending"))
    of = book(row, *others)
    status, written, told = outcome(make(of, row), of, row.id)
    after = machine.next(row.status, move)
    assert status == (after or row.status)
    assert written is (after is not None)
    told_of = tells.get(move)
    if told_of == "charge.succeeded" and row.capture_before:
        told_of = "charge.captured" if move == "approve" else "charge.updated"
    if isinstance(row, PaymentIntent) and after == "canceled":
        told_of = "payment_intent.canceled"
    assert told == ([told_of] if after and told_of else [])
    assert set(told) <= set(EVENT_TYPES)


def test_every_move_has_a_test() -> None:
    for machine, _, moves, tells in MACHINES:
        assert machine.moves == set(moves)
        assert set(tells) <= set(moves)


def test_an_intent_that_is_canceled_at_once_tells_so() -> None:
    for state in ("requires_payment_method", "requires_confirmation"):
        of = book(intent(state))
        status, _, told = outcome(_cancel(of, intent(state)), of, "pi_1")
        assert (status, told) == ("canceled", ["payment_intent.canceled"])


@pytest.mark.parametrize("status", sorted(charges.MACHINE.states))
@pytest.mark.parametrize("move", sorted({"approve", "hold", "accept", "decline", "let_go"}))
def test_an_intent_stays_in_step_with_its_charge(status, move) -> None:
    """After every answer the two say the same, whatever came before."""
    of = book(charge(status), intent(MEANWHILE.get(status, "processing")), METHOD)
    before = of.rows["pi_1"]
    found = CHARGE_MOVES[move](of, of.rows["ch_1"])
    of.absorb(found.draft)
    after = of.rows["ch_1"].status
    if after == status:
        assert of.rows["pi_1"] == before
    else:
        assert of.rows["pi_1"].status == MEANWHILE.get(after, "processing")


@pytest.mark.parametrize(
    ("machine", "flaw"),
    [
        (Machine(initial="a", table={("a", "x"): "b"}, terminal=frozenset()), "b is a dead end"),
        (Machine(initial="a", table={}, terminal=frozenset({"a", "b"})), "b cannot be reached"),
        (
            Machine(initial="a", table={("a", "x"): "a"}, terminal=frozenset({"a"})),
            "a is terminal and has an exit",
        ),
    ],
)
def test_a_flaw_of_a_table_is_seen(machine, flaw) -> None:
    assert flaw in list(machine.flaws())


def test_every_fact_is_balanced_and_named_once() -> None:
    assert set(POLICY) == set(Fact)
    for legs in POLICY.values():
        assert all(leg.debit != leg.credit or leg.debit.dated for leg in legs)


def test_capabilities_follow_requests_and_onboarding() -> None:
    connect = client()
    made = connect.accounts.create(capabilities=["transfers"])
    assert made.capabilities == {"transfers": "inactive"}
    assert not made.charges_enabled
    ready = connect.testing.onboard(made)
    assert ready.capabilities == {"transfers": "active"}
    assert (ready.charges_enabled, ready.payouts_enabled) == (True, True)
    gone = connect.accounts.update(made.id, capabilities={"transfers": {"requested": False}})
    assert gone.capabilities == {}
    assert not gone.charges_enabled
    bank = ready.external_accounts.data[0]
    assert (bank.last4, bank.currency, bank.status) == ("6789", "usd", "verified")
