"""Who bears which fee and who ends with what; fees of disputes and payouts; fees that come back."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectlib.core.application_fee_policies import ApplicationFeePolicy, Tier
from connectlib.core.fee_bearers import BEARERS, KINDS, Bearers, Parts, parts, share_of
from connectlib.core.fee_policies import (
    DisputeFee,
    DisputeFees,
    FeePolicy,
    PayoutFees,
    processing_refund,
)
from connectlib.core.fees import DEFAULT_FEES, LIST_SURCHARGES
from connectlib.core.ledger import PROCESSOR
from connectlib.core.money import ROUNDING
from connectlib.core.postings import Fact, Owners, moves

AMOUNTS = st.integers(0, 10**12)

# The first two rows are the documented examples of a destination charge.
PARTS = """
kind        amount fee application transfer bearer   -> account platform processor
destination   1000  59         123        - platform ->     877       64        59
destination   1000  59           0      877 platform ->     877       64        59
destination   1000  59         123        - account  ->     818      123        59
destination   1000  59           0      877 account  ->     818      123        59
destination   1000  59           0        - platform ->    1000      -59        59
destination   1000  59        1000        - account  ->       0      941        59
destination   1000  59         990        - account  ->       0      941        59
destination   1000  59           0        0 account  ->       0      941        59
direct        1000  59         123        - account  ->     818      123        59
direct        1000  59         123        - platform ->     877       64        59
direct        1000  59        1000        - account  ->     -59     1000        59
separate      1000  59           0      877 platform ->     877       64        59
separate      1000  59           0      877 account  ->     818      123        59
separate      1000  59           0        - account  ->       0      941        59
"""


@pytest.mark.parametrize("row", PARTS.strip().splitlines()[1:])
def test_who_ends_with_what(row) -> None:
    before, after = row.split("->")
    kind, amount, fee, application, transfer, bearer = before.split()
    passed_on = None if transfer == "-" else int(transfer)
    found = parts(kind, int(amount), int(fee), int(application), passed_on, bearer)
    assert found == Parts(*map(int, after.split()))


@pytest.mark.parametrize(
    ("fx_bearer", "found"),
    [
        (None, Parts(808, 123, 69)),
        ("account", Parts(808, 123, 69)),
        ("platform", Parts(818, 113, 69)),
    ],
)
def test_somebody_else_may_bear_the_conversion(fx_bearer, found) -> None:
    words = {"fx": 10, "fx_bearer": fx_bearer}
    assert parts("destination", 1_000, 59, 123, None, "account", **words) == found


@st.composite
def charges(draw):
    kind, amount = draw(st.sampled_from(KINDS)), draw(AMOUNTS)
    part = draw(st.integers(0, amount))
    if kind == "separate":
        return kind, amount, 0, part
    if kind == "destination" and draw(st.booleans()):
        return kind, amount, 0, part
    return kind, amount, part, None


def booked(kind: str, amount: int, fee: int, application: int, passed_on: int, bearer: str):
    """What the postings of a charge leave whom, by the accounting policy itself."""
    owners = Owners(1, "usd", "acct_platform", "acct_a")
    posted = {
        "direct": lambda: moves(
            Fact.DIRECT_CHARGE if bearer == "account" else Fact.DIRECT_CHARGE_PLATFORM_PAYS,
            owners,
            (amount, application, fee),
        ),
        "destination": lambda: moves(
            Fact.DESTINATION_CHARGE, owners, (amount, passed_on, application, fee)
        ),
        "separate": lambda: [
            *moves(Fact.CHARGE, owners, (amount, fee)),
            *moves(Fact.TRANSFER, owners, (passed_on,)),
        ],
    }[kind]()
    balance: Counter[tuple[str, str]] = Counter()
    for move in posted:
        balance[move.credit.owner, move.credit.purpose.name] += move.amount
        balance[move.debit.owner, move.debit.purpose.name] -= move.amount
    return Parts(
        balance["acct_a", "AVAILABLE"],
        balance["acct_platform", "AVAILABLE"],
        balance[PROCESSOR, "PROCESSING_FEES"],
    )


@given(charges(), st.integers(0, 10**6), st.sampled_from(BEARERS))
def test_the_parts_are_what_the_ledger_books(charge, fee, bearer) -> None:
    kind, amount, application, transfer = charge
    if kind != "direct":
        bearer = "platform"  # the postings know no other yet
    passed_on = amount if transfer is None else transfer
    expected = booked(kind, amount, fee, application, passed_on, bearer)
    assert parts(kind, amount, fee, application, transfer, bearer) == expected


@given(charges(), st.integers(0, 10**6), st.integers(0, 10**4))
def test_a_fee_is_moved_between_the_two_and_never_made(charge, fee, fx) -> None:
    kind, amount, application, transfer = charge
    theirs, ours = (
        parts(kind, amount, fee, application, transfer, bearer, fx=fx) for bearer in BEARERS[::-1]
    )
    assert sum(theirs) == sum(ours) == amount
    assert theirs.processor == ours.processor == fee + fx
    assert ours.account == share_of(kind, amount, application, transfer) >= 0
    assert theirs.account <= ours.account
    if kind != "direct":
        assert theirs.account == max(0, ours.account - fee - fx)


@pytest.mark.slow
def test_a_million_charges_leave_nothing_over_whoever_bears_what() -> None:
    bits = random.Random(20_261_102).getrandbits
    listed = DEFAULT_FEES.with_surcharges(LIST_SURCHARGES)
    places = [("US", "usd", "FR"), ("GB", "gbp", "DE"), ("FR", "eur", "GB"), ("BR", "brl", "BR")]
    policies = [
        ApplicationFeePolicy(ppm=123_456, fixed={"usd": 30}, rounding=rule) for rule in ROUNDING
    ]
    policies.append(ApplicationFeePolicy(tiers=[Tier(5_000, 99_999), Tier(None, 33_333)], max=900))
    shapes = list(itertools.product(KINDS, BEARERS, BEARERS, places, policies))
    for count in range(1_000_000):
        kind, bearer, fx_bearer, (country, currency, card), policy = shapes[count % len(shapes)]
        drawn = bits(44)  # an amount of any size, and three bits to choose by
        amount = drawn >> 20 >> (drawn >> 3 & 15)
        fees = listed if drawn & 1 else DEFAULT_FEES
        fee = fees.of(country, currency, "card", amount, method_country=card)
        fx = amount // 100 if drawn & 2 else 0
        kept = policy.of(amount, currency)
        if kind == "separate" or (kind == "destination" and drawn & 4):
            found = parts(kind, amount, fee, 0, amount - kept, bearer, fx=fx, fx_bearer=fx_bearer)
        else:
            found = parts(kind, amount, fee, kept, None, bearer, fx=fx, fx_bearer=fx_bearer)
        account, platform, processor = found
        adds_up = account + platform + processor == amount and processor == fee + fx
        if not adds_up or account + kept > amount or (account < 0 and kind != "direct"):
            pytest.fail(f"{shapes[count % len(shapes)]} of {amount}: {found}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("indirect", 1_000, 59), "kind must be one of direct, destination, separate"),
        (("direct", 1_000, -1), "processing must be 0 or more"),
        (("direct", 1_000, 59, 1_001), r"application must be from 0 to the amount \(1000\)"),
        (("direct", 1_000, 59, 0, 5), "transfer_amount is for destination and separate"),
        (("separate", 1_000, 59, 0, 1_001), "transfer_amount must be from 0 to the amount"),
        (("destination", 1_000, 59, 1, 5), "application is for direct charges and those without"),
        (("separate", 1_000, 59, 1), "application is for direct charges and those without"),
        (("direct", 1_000, 59, 0, None, "buyer"), "bearer must be platform or account"),
    ],
)
def test_parts_that_make_no_sense_are_refused_by_name(words, said) -> None:
    with pytest.raises(ValueError, match=said):
        parts(*words)


@pytest.mark.parametrize("fee", ["processing", "refund", "dispute", "payout", "fx"])
@pytest.mark.parametrize(
    ("payer", "direct"),
    [
        ("account", "account"),
        ("application", "platform"),
        ("application_express", "platform"),
        ("application_custom", "platform"),
    ],
)
def test_by_default_fees_are_borne_as_stripe_does(fee, payer, direct) -> None:
    bearers = Bearers()
    assert bearers.of(fee, "direct", fees_payer=payer) == direct
    if fee == "payout":
        assert bearers.of(fee, "destination", fees_payer=payer) == direct
    else:
        for kind in ("destination", "separate"):
            assert bearers.of(fee, kind, fees_payer=payer) == "platform"


def test_a_bearer_may_be_named_for_all_charges_or_by_kind() -> None:
    bearers = Bearers(processing={"destination": "account"}, dispute="account", payout="platform")
    assert bearers.of("processing", "destination") == "account"
    assert bearers.of("processing", "separate") == "platform"
    assert bearers.of("processing", "direct") == "account"
    assert {bearers.of("dispute", kind) for kind in KINDS} == {"account"}
    assert bearers.of("payout", fees_payer="account") == "platform"
    with pytest.raises(ValueError, match="fee must be one of processing, refund, dispute"):
        bearers.of("tax")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"processing": "seller"}, "processing must be one of platform, account, not 'seller'"),
        ({"fx": {"direct": "bank"}}, "fx.direct must be one of platform, account"),
        ({"refund": {"indirect": "account"}}, "refund.indirect is not known; known are direct"),
        ({"payout": {"direct": "account"}}, "payout must be one of platform, account"),
    ],
)
def test_a_bearer_that_makes_no_sense_is_refused_by_name(words, said) -> None:
    with pytest.raises(ValueError, match=said):
        Bearers(**words)


@pytest.mark.parametrize(
    ("country", "currency", "amount"),
    [("US", "usd", 1_500), ("CA", "cad", 1_500), ("FR", "eur", 2_000), ("GB", "gbp", 2_000)],
)
def test_the_listed_dispute_fees(country, currency, amount) -> None:
    fee = DisputeFees().of(country, currency)
    assert (fee.amount, fee.returned_on_win) == (amount, False)
    assert fee.source


def test_dispute_fees_are_by_currency_before_country() -> None:
    fees = DisputeFees(
        {
            ("MX", "*"): DisputeFee(1),
            ("EEA", "eur"): DisputeFee(2, True),
            ("*", "usd"): DisputeFee(3),
        }
    )
    assert fees.of("MX", "mxn").amount == 1
    assert fees.of("MX", "usd").amount == 3
    assert fees.of("FR", "eur") == DisputeFee(2, True)
    assert fees.of("JP", "jpy") == DisputeFee(0)


@pytest.mark.parametrize(
    ("method", "amount", "fee"),
    [("standard", 58_252, 0), ("instant", 58_252, 583), ("instant", 1_000, 50)],
)
def test_what_a_payout_costs(method, amount, fee) -> None:
    assert PayoutFees().of("US", "usd", amount, method=method) == fee


def test_the_mark_up_of_instant_payouts_is_as_measured() -> None:
    fees = PayoutFees(markup_ppm=30_000)
    assert fees.markup(58_252) == 1_748
    assert fees.net_available(500) == 485
    assert fees.net_available(-500) == 0


@given(AMOUNTS, st.integers(0, 1_000_000))
def test_a_balance_covers_its_payout_with_the_mark_up_and_not_one_unit_is_left(
    available, ppm
) -> None:
    fees = PayoutFees(markup_ppm=ppm)
    net = fees.net_available(available)
    assert net + fees.markup(net) <= available
    assert (net + 1) * (1_000_000 + ppm) > available * 1_000_000


@given(AMOUNTS, st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_refunds_in_any_parts_return_the_fee_exactly(fee, amounts) -> None:
    whole = sum(amounts)
    sums = list(itertools.accumulate(amounts, initial=0))
    back = [processing_refund(fee, *pair, whole) for pair in itertools.pairwise(sums)]
    assert sum(back) == fee == processing_refund(fee, 0, whole, whole)
    assert min(back) >= 0
    for refunded, part in zip(sums[1:], itertools.accumulate(back), strict=True):
        assert abs(2 * (part * whole - fee * refunded)) <= whole


@pytest.mark.parametrize(
    ("words", "back"),
    [
        ({}, 0),
        ({"refund_returns_processing": True}, 19),  # half of 1356 CAD with a fee of 39 + 30
        ({"refund_returns_processing": True, "refund_returns_fixed": True}, 34),
    ],
)
def test_what_a_refund_returns_of_the_processing_fee(words, back) -> None:
    assert FeePolicy(**words).processing_refund(69, 0, 500, 1_000, fixed=30) == back


def test_a_fee_that_is_all_fixed_part_does_not_come_back() -> None:
    assert FeePolicy(refund_returns_processing=True).processing_refund(20, 0, 9, 9, fixed=30) == 0


def test_an_application_fee_is_by_account_then_country_then_any() -> None:
    def flat(amount):
        return ApplicationFeePolicy(fixed=amount)

    told = {"acct_1": flat(1), "FR": flat(2), "EEA": flat(3), "*": flat(4)}
    policy = FeePolicy(application=told)
    assert policy.application_fee(1_000, "usd", account="acct_1", country="FR") == 1
    assert policy.application_fee(1_000, "usd", account="acct_2", country="FR") == 2
    assert policy.application_fee(1_000, "usd", country="DE") == 3
    assert policy.application_fee(1_000, "usd") == 4
    assert FeePolicy(application={"FR": flat(2)}).application_fee(1_000, "usd") is None
    assert FeePolicy().application_fee(1_000, "usd") is None
    assert FeePolicy(application=flat(5)).application_fee(1_000, "usd", country="US") == 5


def test_a_schedule_alone_makes_a_policy() -> None:
    policy = FeePolicy.of(DEFAULT_FEES)
    assert policy == FeePolicy.of(None) == FeePolicy()
    assert FeePolicy.of(policy) is policy
    with pytest.raises(ValueError, match="fees must be a FeeSchedule"):
        FeePolicy.of({"US": 1})
    with pytest.raises(AttributeError):
        policy.bearers = Bearers()
