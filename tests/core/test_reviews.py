"""Who decides by hand: only where a person has to look, and only what can have become of it."""

from __future__ import annotations

import pytest

from connectlib.core import charge_reviews, charges, refunds
from connectlib.core.book import Done, Request
from connectlib.core.commands import ReviewCharge, ReviewRefund
from connectlib.core.fee_policies import FeePolicy
from connectlib.core.means import means_of
from connectlib.core.refund_money import ASKING, PROCESSING, REVIEW, SHORT
from connectlib.core.refusals import Why
from connectlib.core.rows import Charge, PaymentIntent, PaymentMethod, Refund
from tests.core.states import AT, WORLD, book, outcome, rates

DETAILS = '{"type":"card","card":{}}'
METHOD = PaymentMethod(0, "pm_1", 1, "acct_P", 1, AT, "card", "tok_visa", "US", "{}")
INTENT = PaymentIntent(
    0, "pi_1", 1, "acct_P", 1, AT, 1_000, "usd", "processing", "secret", charge="ch_1"
)
#: Kind of charge -> (its options, until when it is known to be held).
KINDS = {
    "at once": ("{}", 0),
    "a hold": ('{"capture":0}', 0),
    "held": ('{"capture":0}', AT + 7),
    "held late": ('{"capture":0}', AT - 7),
    "capturing": ('{"capture":0,"taking":[400,30,null]}', AT + 7),
}
TABLE = """
charge      outcome    amount -> state        intent                   taken event
at once     succeeded       - -> succeeded    succeeded                 1000 charge.succeeded
at once     succeeded    1000 -> succeeded    succeeded                 1000 charge.succeeded
at once     succeeded     999 -> PARAMETER_INVALID
at once     failed          - -> failed       requires_payment_method      0 charge.failed
at once     held            - -> PARAMETER_INVALID
at once     released        - -> PARAMETER_INVALID
a hold      succeeded       - -> succeeded    succeeded                 1000 charge.succeeded
a hold      succeeded     400 -> succeeded    succeeded                  400 charge.succeeded
a hold      succeeded    1001 -> AMOUNT_TOO_LARGE
a hold      failed          - -> failed       requires_payment_method      0 charge.failed
a hold      held            - -> authorized   requires_capture             0 charge.succeeded
a hold      released        - -> released     canceled                     0 charge.expired
held        succeeded     400 -> succeeded    succeeded                  400 charge.captured
held        failed          - -> PARAMETER_INVALID
held        held            - -> authorized   requires_capture             0 charge.updated
held        released        - -> released     canceled                     0 charge.expired
held late   held            - -> authorized   requires_capture             0 charge.updated
capturing   succeeded       - -> succeeded    succeeded                  400 charge.captured
capturing   succeeded     400 -> succeeded    succeeded                  400 charge.captured
capturing   succeeded     900 -> succeeded    succeeded                  900 charge.captured
capturing   held            - -> authorized   requires_capture             0 charge.updated
capturing   released        - -> released     canceled                     0 charge.expired
"""


def cases() -> list[list[str]]:
    lines = [line for line in TABLE.splitlines() if "->" in line][1:]
    return [[line[:12].strip(), *line[12:].replace("->", " ").split()] for line in lines]


def charge(status: str = "needs_review", kind: str = "at once") -> Charge:
    options, until = KINDS[kind]
    row = Charge(0, "ch_1", 1, "acct_P", 1, AT, 1_000, "usd", status, "tok_visa", DETAILS)
    return row._replace(
        options=options, capture_before=until, payment_intent="pi_1", method_id="pm_1"
    )


def review(of, row, command: ReviewCharge, request: Request | None = None):
    return charge_reviews.review(
        of,
        command,
        terms=charges.terms_again(of.account, WORLD, row),
        means=means_of(row),
        request=request,
        rates=rates,
        fees=FeePolicy(),
    )


@pytest.mark.parametrize("case", cases(), ids=" ".join)
def test_what_a_person_says_is_booked_or_refused(case) -> None:
    kind, said, amount, wanted, *rest = case
    row = charge(kind=kind)
    of = book(row, INTENT, METHOD)
    command = ReviewCharge("ch_1", "acct_P", said, None if amount == "-" else int(amount))
    found = review(of, row, command)
    if not rest:
        assert found.why is Why[wanted]
        assert of.rows["ch_1"] == row
        return
    state, written, told = outcome(found, of, "ch_1")
    status, taken, event = rest
    assert (state, written, told) == (wanted, True, [event])
    after, intent = of.rows["ch_1"], of.rows["pi_1"]
    assert (intent.status, intent.amount_received) == (status, int(taken))
    if wanted == "authorized":
        assert after.capture_before > AT
        assert charges.options_of(after).get("taking") is None
        assert [due.due_at for due in of.dues.values()] == [after.capture_before]


@pytest.mark.parametrize("status", sorted(charges.MACHINE.states))
@pytest.mark.parametrize("said", ["succeeded", "failed", "held", "released"])
def test_only_a_charge_that_needs_a_review_is_decided_by_hand(status, said) -> None:
    row = charge(status, "a hold")
    of = book(row, INTENT, METHOD)
    found = review(of, row, ReviewCharge("ch_1", "acct_P", said))
    if status == "needs_review":
        assert isinstance(found, Done)
    else:
        assert found.why is Why.CHARGE_UNEXPECTED_STATE
        assert status in found.message


@pytest.mark.parametrize("status", sorted(refunds.MACHINE.states))
@pytest.mark.parametrize("reason", [None, SHORT, PROCESSING, ASKING, REVIEW])
@pytest.mark.parametrize("failure", [None, "declined"])
def test_only_a_refund_that_needs_a_review_is_decided_by_hand(status, reason, failure) -> None:
    row = Refund(0, "re_1", 1, "acct_P", 1, AT, 500, "usd", "ch_1", status, pending_reason=reason)
    of = book(row, charge("succeeded")._replace(amount_refunded=500))
    found = refunds.review(of, ReviewRefund("re_1", "acct_P", failure), request=None)
    if (status, reason) != ("pending", REVIEW):
        assert found.why is Why.REFUND_UNEXPECTED_STATE
        assert status in found.message
        return
    state, _, told = outcome(found, of, "re_1")
    wanted = ("failed", ["refund.failed"]) if failure else ("succeeded", ["refund.updated"])
    assert (state, told) == wanted
    assert (of.rows["re_1"].failure_reason, of.rows["re_1"].pending_reason) == (failure, None)
    assert of.rows["ch_1"].amount_refunded == (0 if failure else 500)


def test_a_review_of_another_namespace_finds_nothing() -> None:
    of = book(charge())
    assert review(of, charge(), ReviewCharge("ch_1", "acct_A", "failed")).why.http_status == 404
    found = refunds.review(of, ReviewRefund("re_1", "acct_P"), request=None)
    assert found.why.http_status == 404


def test_the_key_of_a_review_is_written_with_it() -> None:
    row = charge()
    of = book(row, INTENT, METHOD)
    said = ReviewCharge("ch_1", "acct_P", "failed", code="expired_card", message="No.")
    found = review(of, row, said, Request("acct_P", "k", "f"))
    of.absorb(found.draft)
    assert (of.rows["ch_1"].failure_code, of.rows["ch_1"].failure_message) == (
        "expired_card",
        "No.",
    )
    key = of.keys["acct_P", "k"]
    assert (key.object_id, key.object_version, key.lease) == ("ch_1", 2, 0)
    assert {event.idempotency_key for event in of.events} == {"k"}
