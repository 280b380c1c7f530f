"""Three lists side by side: what is wrong is named, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectlib.core.reconciliation import (
    NEEDS_REVIEW,
    NOTHING,
    TAKEN,
    TAKEN_BACK,
    UNDER_WAY,
    Entry,
    Own,
    Side,
    Sum,
    Total,
    own_of,
    reconcile,
)
from connectlib.core.rows import Callback, Charge, Refund

SINCE, UNTIL, AT = 1_000, 2_000, 1_500


def own(key, state=TAKEN, amount=100, currency="usd", kind="charge", created=AT):
    return Own(key, kind, amount, currency, created, state, "its status", "acct_1")


def entry(key, amount=100, currency="usd", kind="charge", created=AT):
    return Entry(key, kind, amount, currency, created)


def report(ours=(), processor=(), settlement=None, **words):
    return reconcile(ours, processor, settlement, since=SINCE, until=UNTIL, **words)


def told(found, lines="differences"):
    return [(line.what, line.key) for line in getattr(found, lines)]


#: What ours, the processor and the settlement say of one charge -> what differs. A number is an
#: amount of usd, two of them are two entries, - is nothing, a state of ours is so written.
TABLE = """
ours         processor settlement -> differs
100          100       100        ->
100          100       none       ->
100          -         none       -> missing_at_processor
100          -         -          -> missing_at_processor missing_in_settlement
100          100       -          -> missing_in_settlement
100          none      -          -> missing_in_settlement
100          none      100        ->
-            100       100        -> missing_here
-            100       none       -> missing_here
-            -         100        -> missing_here missing_at_processor
-            100       90         -> missing_here amount_differs
100          90        none       -> amount_differs
100          90        90         -> amount_differs
100          100       90         -> amount_differs
100          100eur    100        -> currency_differs
100          90eur     none       -> currency_differs
100          100,100   100        -> twice_at_processor
100          90,100    100        -> twice_at_processor
100          90,80     100        -> twice_at_processor amount_differs
100          100       100,100    -> twice_in_settlement
100,100      100       100        -> twice_here
nothing      -         -          ->
nothing      100       -          -> missing_here missing_in_settlement
nothing      100       100        -> missing_here
under_way    -         -          ->
under_way    100       -          ->
under_way    90        100eur     ->
under_way    100,100   -          -> twice_at_processor
needs_review -         -          ->
needs_review 100       100        ->
taken_back   -         -          ->
taken_back   100       -          ->
taken_back   90        -          -> amount_differs
"""
STATES = (NOTHING, UNDER_WAY, NEEDS_REVIEW, TAKEN_BACK)


def _said(word):
    return [
        (int(each.rstrip("eur")), "eur" if each.endswith("eur") else "usd")
        for each in word.split(",")
        if each != "-"
    ]


def _rows(word):
    if word in STATES:
        return [own("ch_1", word)]
    return [own("ch_1", TAKEN, *said) for said in _said(word)]


def _list(word):
    return None if word == "none" else [entry("ch_1", *said) for said in _said(word)]


@pytest.mark.parametrize("line", TABLE.strip().splitlines()[1:])
def test_what_the_three_say_of_one_charge(line) -> None:
    said, _, words = line.partition("->")
    ours, processor, settlement = said.split()
    found = reconcile(_rows(ours), _list(processor), _list(settlement), since=SINCE, until=UNTIL)
    assert [line.what for line in found.differences] == words.split()
    assert found.ok == (not words.split() and ours != NEEDS_REVIEW)
    for state in (UNDER_WAY, NEEDS_REVIEW, TAKEN_BACK):
        assert told(found, state) == ([(state, "ch_1")] if ours == state else [])


def told_all(found):
    return Counter((line.what, line.kind, line.key) for line in found.differences)


#: What a list tells of the return of a charge that a bank took back -> what differs.
RETURNS = [
    (["charge"], []),
    (["charge", "refund"], []),
    ([], []),
    (["refund"], ["missing_at_processor"]),
    (["charge", "refund", "refund"], ["twice_at_processor"]),
]


@pytest.mark.parametrize(("listed", "words"), RETURNS)
def test_a_return_is_told_under_the_key_of_its_charge(listed, words) -> None:
    ours = [own("ch_1", TAKEN_BACK), own("ch_1", TAKEN_BACK, 60, kind="return")]
    amounts = {"charge": 100, "refund": 60}
    found = report(ours, [entry("ch_1", amounts[kind], kind=kind) for kind in listed])
    assert [line.what for line in found.differences] == words
    assert told(found, "taken_back") == [("taken_back", "ch_1")]


def test_a_return_of_another_amount_differs() -> None:
    ours = [own("ch_1", TAKEN_BACK), own("ch_1", TAKEN_BACK, 60, kind="return")]
    (line,) = report(ours, [entry("ch_1"), entry("ch_1", 61, kind="refund")]).differences
    assert (line.what, line.kind, line.ours.amount, line.processor.amount) == (
        "amount_differs", "return", 60, 61,
    )  # fmt: skip


def test_a_return_of_which_we_know_nothing_is_missing_here() -> None:
    found = report([own("ch_1")], [entry("ch_1"), entry("ch_1", kind="refund")])
    assert [(line.what, line.kind) for line in found.differences] == [("missing_here", "refund")]


def test_a_refund_and_a_charge_do_not_meet() -> None:
    found = report([own("x")], [entry("x", kind="refund")])
    assert told_all(found) == Counter(
        {("missing_at_processor", "charge", "x"): 1, ("missing_here", "refund", "x"): 1}
    )


def test_lists_may_reach_further_than_the_period() -> None:
    outside = [entry("ch_1", created=SINCE - 1), entry("ch_2", created=UNTIL)]
    assert report([], outside, outside) == report([], [], [])
    found = report([own("ch_1"), own("ch_2")], outside, outside)
    assert (found.ok, found.totals[0].matched) == (True, Sum(2, 200))
    for created in (SINCE, UNTIL - 1, 0):  # 0: the list does not tell when
        assert told(report([], [entry("ch_1", created=created)])) == [("missing_here", "ch_1")]


def test_what_one_list_dates_in_the_period_is_looked_up_in_the_other() -> None:
    found = report([], [entry("ch_1", created=UNTIL + 5)], [entry("ch_1")])
    assert told(found) == [("missing_here", "ch_1")]


def test_a_line_shows_what_everybody_says() -> None:
    spoiled = [entry("ch_1", 90), entry("ch_1", 80, created=AT + 1)]
    twice, missing, line = report([own("ch_1")], spoiled, []).differences
    assert [twice.what, missing.what, line.what] == [
        "twice_at_processor",
        "missing_in_settlement",
        "amount_differs",
    ]
    assert twice[1:] == missing[1:] == line[1:]
    assert line.ours == Side(100, "usd", AT, 1, "its status", "acct_1")
    assert line.processor == Side(90, "usd", AT, 2)
    assert line.settlement is None


def test_sums_are_by_kind_and_currency_and_by_who_says_so() -> None:
    ours = [
        own("ch_1"),
        own("ch_2", amount=50, currency="eur"),
        own("ch_3", TAKEN_BACK, 30),
        own("ch_3", TAKEN_BACK, 30, kind="return"),
        own("ch_4", UNDER_WAY),
        own("re_1", amount=7, kind="refund"),
        own("re_2", NOTHING, kind="refund"),
    ]
    processor = [
        entry("ch_1", 90),
        entry("ch_2", 50, "eur"),
        entry("ch_3", 30),
        entry("ch_3", 30, kind="refund"),
        entry("ch_4", 100),
        entry("re_1", 7, kind="refund"),
    ]
    assert report(ours, processor).totals == (
        Total("charge", "eur", Sum(1, 50), Sum(1, 50), matched=Sum(1, 50)),
        Total("charge", "usd", Sum(2, 130), Sum(3, 220), matched=Sum(1, 30)),
        Total("refund", "usd", Sum(1, 7), Sum(1, 7), matched=Sum(1, 7)),
        Total("return", "usd", Sum(1, 30), Sum(1, 30), matched=Sum(1, 30)),
    )


def test_news_that_was_put_aside_is_not_fine() -> None:
    news = Callback(
        0, "cb_1", 1, "acct_1", AT, "evt_1", "declined", "ch_1", "contradicts", 1, "usd"
    )
    found = report([own("ch_1")], [entry("ch_1")], news=[news])
    assert (found.ok, found.news, found.differences) == (False, (news,), ())


def test_without_any_list_there_is_nothing_to_differ_from() -> None:
    found = reconcile([own("ch_1"), own("ch_2", NOTHING)], None, None, since=SINCE, until=UNTIL)
    assert (found.ok, found.compared) == (True, ())
    assert found.totals == (Total("charge", "usd", Sum(1, 100)),)


CHARGE = Charge(0, "ch_1", 1, "acct_1", 1, 9, 100, "usd", "pending", "tok", "{}")
REFUND = Refund(0, "re_1", 1, "acct_1", 1, 9, 40, "usd", "ch_1", "pending")
BOUNCED = '{"failure_balance_transaction":"txn_1"}'
ROWS = [
    (CHARGE, [("charge", 100, UNDER_WAY)]),
    (CHARGE._replace(status="processing"), [("charge", 100, UNDER_WAY)]),
    (CHARGE._replace(status="requires_action"), [("charge", 100, NOTHING)]),
    (CHARGE._replace(status="authorized"), [("charge", 100, NOTHING)]),
    (CHARGE._replace(status="capturing", options='{"taking":[60,0,null]}'),
     [("charge", 60, UNDER_WAY)]),
    (CHARGE._replace(status="releasing"), [("charge", 100, UNDER_WAY)]),
    (CHARGE._replace(status="needs_review"), [("charge", 100, NEEDS_REVIEW)]),
    (CHARGE._replace(status="released", amount_captured=0), [("charge", 100, NOTHING)]),
    (CHARGE._replace(status="failed"), [("charge", 100, NOTHING)]),
    (CHARGE._replace(status="succeeded"), [("charge", 100, TAKEN)]),
    (CHARGE._replace(status="succeeded", amount_captured=60, amount_refunded=10),
     [("charge", 60, TAKEN)]),
    (CHARGE._replace(status="succeeded", settled=90, settled_currency="eur"),
     [("charge", 100, TAKEN)]),
    (CHARGE._replace(status="failed", options=BOUNCED),
     [("charge", 100, TAKEN_BACK), ("return", 100, TAKEN_BACK)]),
    (CHARGE._replace(status="failed", options=BOUNCED, amount_refunded=50, refunds_waiting=20),
     [("charge", 100, TAKEN_BACK), ("return", 70, TAKEN_BACK)]),
    (CHARGE._replace(status="failed", options=BOUNCED, amount_refunded=100),
     [("charge", 100, TAKEN_BACK)]),
    (CHARGE._replace(id="py_1", status="succeeded", source_transfer="tr_1"), []),
    (REFUND._replace(pending_reason="asking"), [("refund", 40, UNDER_WAY)]),
    (REFUND._replace(pending_reason="processing"), [("refund", 40, UNDER_WAY)]),
    (REFUND._replace(pending_reason="insufficient_funds"), [("refund", 40, UNDER_WAY)]),
    (REFUND._replace(pending_reason="needs_review"), [("refund", 40, NEEDS_REVIEW)]),
    (REFUND._replace(status="succeeded"), [("refund", 40, TAKEN)]),
    (REFUND._replace(status="failed"), [("refund", 40, NOTHING)]),
    (REFUND._replace(id="pyr_1", status="succeeded", source_transfer_reversal="trr_1"), []),
]  # fmt: skip


@pytest.mark.parametrize(("row", "expected"), ROWS)
def test_what_a_row_says_of_the_money_outside(row, expected) -> None:
    found = own_of(row)
    assert [(one.kind, one.amount, one.state) for one in found] == expected
    for one in found:
        assert (one.key, one.currency, one.created, one.status) == (row.id, "usd", 9, row.status)


def test_every_state_of_a_charge_says_something() -> None:
    from connectlib.core.charges import MACHINE

    seen = {row.status for row, _ in ROWS if isinstance(row, Charge)}
    assert seen == {MACHINE.initial, *MACHINE.table.values()}


#: Whose list is spoiled -> what is told of a key that it lacks, or has twice.
SIDES = ("ours", "processor", "settlement")
MISSING = {
    "ours": "missing_here",
    "processor": "missing_at_processor",
    "settlement": "missing_in_settlement",
}
TWICE = {
    "ours": "twice_here",
    "processor": "twice_at_processor",
    "settlement": "twice_in_settlement",
}
truths = st.lists(
    st.tuples(
        st.sampled_from(["charge", "refund"]),
        st.integers(min_value=1, max_value=10**9),
        st.sampled_from(["usd", "eur", "jpy"]),
        st.integers(min_value=SINCE, max_value=UNTIL - 1),
    ),
    max_size=12,
)
spoils = st.lists(
    st.tuples(
        st.sampled_from(["drop", "add", "amount", "currency", "duplicate"]),
        st.sampled_from(SIDES),
        st.integers(min_value=0, max_value=11),
        st.integers(min_value=1, max_value=50),
    ),
    max_size=8,
    unique_by=lambda each: each[2],  # one on each key: two can hide each other
)


@given(truth=truths, spoils=spoils)
def test_what_is_spoiled_is_named_and_nothing_else(truth, spoils) -> None:
    lists = {
        side: [Entry(f"{kind}{n}", kind, *rest) for n, (kind, *rest) in enumerate(truth)]
        for side in SIDES
    }
    expected: Counter = Counter()
    for verb, side, n, by in spoils:
        entries = lists[side]
        if verb == "add":
            made_up = Entry(f"made up {n}", "charge", by, "usd", AT)
            entries.append(made_up)
            others = set(SIDES) - {side}
            expected.update((MISSING[other], "charge", made_up.key) for other in others)
        elif n < len(truth):
            (place,) = [i for i, one in enumerate(entries) if one.key.endswith(f"{truth[n][0]}{n}")]
            one = entries[place]
            if verb == "drop":
                del entries[place]
                expected[MISSING[side], one.kind, one.key] += 1
            elif verb == "duplicate":
                entries.append(one)
                expected[TWICE[side], one.kind, one.key] += 1
            elif verb == "amount":
                entries[place] = one._replace(amount=one.amount + by)
                expected["amount_differs", one.kind, one.key] += 1
            else:
                entries[place] = one._replace(currency="gbp", amount=one.amount + by - 1)
                expected["currency_differs", one.kind, one.key] += 1
    ours = [own(one.key, TAKEN, one.amount, one.currency, one.kind) for one in lists["ours"]]
    found = report(ours, lists["processor"], lists["settlement"])
    assert told_all(found) == expected
    assert found.ok == (not expected)
    for side in SIDES:
        sums = {
            (total.kind, total.currency): getattr(total, side)
            for total in found.totals
            if getattr(total, side).entries
        }
        assert sums == _sums(lists[side])
    matched = sum(total.matched.entries for total in found.totals)
    assert matched == len(truth) - len({key for _, _, key in expected if "made up" not in key})


def _sums(entries):
    found: dict = {}
    for one in entries:
        n, amount = found.get((one.kind, one.currency), (0, 0))
        found[one.kind, one.currency] = (n + 1, amount + one.amount)
    return found
