"""A fee policy kept in a file comes back as it was, and nonsense in the file is named."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectlib.core.application_fee_policies import ApplicationFeePolicy, Tier
from connectlib.core.fee_bearers import KINDS, Bearers
from connectlib.core.fee_policies import DisputeFee, DisputeFees, FeePolicy, PayoutFees
from connectlib.core.fees import FeeSchedule, Rate, Surcharges
from connectlib.core.money import ROUNDING

RATES = st.builds(
    Rate,
    st.integers(0, 10**6),
    st.integers(0, 500),
    st.sampled_from(["", "list"]),
    st.none() | st.integers(0, 5),
    st.none() | st.integers(5, 9),
)
FEES = st.builds(DisputeFee, st.integers(0, 9), st.booleans(), st.sampled_from(["", "list"]))
COUNTRIES = st.sampled_from(["US", "FR", "EEA", "*"])
CURRENCIES = st.sampled_from(["usd", "eur", "*"])
KIND = st.sampled_from(["card", "*"])
BEARER = st.sampled_from(["platform", "account", None])
PRICES = st.dictionaries(st.tuples(COUNTRIES, CURRENCIES, KIND), RATES, max_size=3)
EXTRAS = st.builds(
    Surcharges,
    st.dictionaries(st.tuples(COUNTRIES, st.sampled_from(["amex", "*"]), KIND), RATES, max_size=2),
    st.dictionaries(st.tuples(COUNTRIES, COUNTRIES, KIND), RATES, max_size=2),
    PRICES,
)
MINOR = st.integers(0, 100) | st.dictionaries(CURRENCIES, st.integers(0, 100), max_size=2)
TIERS = st.sampled_from([(), [Tier(5, 6), Tier(None, 7)], {"usd": [Tier(None, 9)], "*": ()}])
APPLICATION = st.builds(
    ApplicationFeePolicy,
    fixed=MINOR,
    tiers=TIERS,
    min=MINOR,
    max=st.none() | st.integers(100, 200),
    rounding=st.sampled_from(sorted(ROUNDING)),
)
BY_ACCOUNT = st.dictionaries(st.sampled_from(["acct_1", "FR", "*"]), APPLICATION, max_size=2)
BY_KIND = BEARER | st.dictionaries(st.sampled_from(KINDS), BEARER, max_size=3)
#: What a refund costs is not taken of accounts that are not refunded.
OF_REFUNDS = st.sampled_from([None, "platform", {"direct": "account"}, {"direct": "platform"}])
PAIRS = st.tuples(COUNTRIES, CURRENCIES)
POLICIES = st.builds(
    FeePolicy,
    st.builds(FeeSchedule, PRICES, EXTRAS),
    st.none()
    | APPLICATION
    | st.dictionaries(st.sampled_from(["acct_1", "FR", "*"]), APPLICATION, max_size=2),
    st.builds(Bearers, BY_KIND, OF_REFUNDS, BY_KIND, BEARER, BY_KIND),
    st.booleans(),
    st.booleans(),
    st.builds(FeeSchedule, PRICES),
    st.builds(
        DisputeFees,
        st.dictionaries(PAIRS, FEES, max_size=2),
    ),
    st.builds(
        PayoutFees,
        st.dictionaries(PAIRS, RATES, max_size=2),
        st.dictionaries(PAIRS, RATES, max_size=2),
        st.integers(0, 10**6),
    ),
)


@given(POLICIES)
def test_a_policy_comes_back_from_its_file(policy) -> None:
    found = FeePolicy.from_dict(json.loads(json.dumps(policy.to_dict())))
    assert found == policy
    assert hash(found) == hash(policy)
    assert found.to_dict() == policy.to_dict()


def test_what_a_file_leaves_out_is_as_by_default() -> None:
    assert FeePolicy.from_dict({}) == FeePolicy()
    assert FeePolicy.from_dict({"bearers": {}, "dispute": {}, "payout": {}}) == FeePolicy()


ROW = {"country": "US", "currency": "usd", "kind": "card", "ppm": 29_000, "fixed": 30}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"procesing": {}}, "fees.procesing is not known; known are processing, application"),
        ([], "fees must be an object with processing"),
        ({"processing": {"rate": []}}, "fees.processing.rate is not known; known are rates"),
        ({"processing": {"rates": [{**ROW, "pmm": 1}]}}, r"processing.rates\[0\].pmm is not known"),
        (
            {"processing": {"rates": [{**ROW, "ppm": 2.9}]}},
            r"rates\[0\].ppm must be a whole number",
        ),
        ({"processing": {"rates": [ROW, ROW]}}, r"rates\[1\] repeats the row of US, usd, card"),
        ({"processing": {"rates": ROW}}, "processing.rates must be a list of rows"),
        ({"processing": {"surcharges": {"fx": []}}}, "surcharges.fx is not known; known are brand"),
        (
            {"processing": {"surcharges": {"brand": [{"brand": "amex", "currency": "usd"}]}}},
            r"surcharges.brand\[0\].currency is not known; known are country, brand, kind",
        ),
        ({"application": {"*": {"percent": 10}}}, r"application\[\*\].percent is not known"),
        ({"application": {"*": {"ppm": -1}}}, r"fees.application\[\*\].ppm must be 0 or more"),
        ({"application": {"nobody": {}}}, "fees.application must be a country"),
        ({"application": 7}, "fees.application must be a mapping"),
        (
            {"application": {"*": {"tiers": [{"upto": 5}]}}},
            r"tiers\[0\].upto is not known; known are up_to",
        ),
        ({"bearers": {"tax": "account"}}, "fees.bearers.tax is not known"),
        ({"bearers": {"fx": "bank"}}, "fees.bearers.fx must be one of platform, account"),
        ({"refund_returns_processing": 1}, "fees.refund_returns_processing must be true or false"),
        (
            {"dispute": {"table": [{"amount": "15"}]}},
            r"dispute.table\[\*, \*\].amount must be a wh",
        ),
        ({"dispute": {"table": [{"fee": 15}]}}, r"dispute.table\[0\].fee is not known"),
        ({"payout": {"markup": 1}}, "fees.payout.markup is not known"),
        ({"payout": {"markup_ppm": 0.03}}, "fees.payout.markup_ppm must be a whole number"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_by_name(told, said) -> None:
    with pytest.raises(ValueError, match=said):
        FeePolicy.from_dict(told)
