"""What a script can make happen, and the laws that hold whatever it says."""

from __future__ import annotations

from functools import partial
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectlib.adapters.processors.scripted import (
    ACCEPTED,
    ACCEPTED_APPROVED,
    ACCEPTED_DECLINED,
    ANSWER_LOST,
    DECLINED,
    DONE,
    LATE,
    NOT_FOUND,
    REQUEST_LOST,
    REQUIRES_ACTION,
    UNDER_WAY,
    ScriptedProcessor,
)
from connectlib.adapters.processors.sources import reference
from connectlib.ports.processor import (
    Accepted,
    Approved,
    Captured,
    CaptureRequest,
    ChargeRequest,
    Declined,
    News,
    NotCaptured,
    NotFound,
    NotReleased,
    NotReturned,
    RefundRequest,
    Released,
    ReleaseRequest,
    RequiresAction,
    Returned,
    SetupRequest,
    StillPending,
    Unknown,
)

CHARGE = ChargeRequest("c", 1_000, "usd", "tok_visa")
HOLD = CHARGE._replace(capture=False)
CAPTURE = CaptureRequest("p", "c", 600, "usd", "tok_visa")
RELEASE = ReleaseRequest("v", "c", "tok_visa")
REFUND = RefundRequest("r", "c", 400, "usd", "tok_visa")
SETUP = SetupRequest("s", "tok_visa")


def of(*words: str, lookups: tuple[str, ...] = ()) -> ScriptedProcessor:
    return ScriptedProcessor(words, lookups)


def one(processor: ScriptedProcessor, request):
    ask = {
        ChargeRequest: processor.authorize,
        CaptureRequest: processor.capture,
        ReleaseRequest: processor.release,
        RefundRequest: processor.refund,
        SetupRequest: processor.set_up,
    }[type(request)]
    (answer,) = ask([request])
    return answer


def kinds(processor: ScriptedProcessor, *requests) -> list[type]:
    return [type(one(processor, request)) for request in requests]


#: script -> requests -> answers -> (taken, held, returned)
TABLE = [
    ([], [CHARGE], [Approved], ({"c": 1_000}, {}, {})),
    ([REQUEST_LOST], [CHARGE], [Unknown], ({}, {}, {})),
    ([REQUEST_LOST], [CHARGE, CHARGE], [Unknown, Approved], ({"c": 1_000}, {}, {})),
    ([ANSWER_LOST], [CHARGE], [Unknown], ({"c": 1_000}, {}, {})),
    ([ANSWER_LOST], [CHARGE, CHARGE], [Unknown, Approved], ({"c": 1_000}, {}, {})),
    ([DECLINED], [CHARGE, CHARGE], [Declined, Declined], ({}, {}, {})),
    ([DONE, DECLINED], [CHARGE, CHARGE], [Approved, Approved], ({"c": 1_000}, {}, {})),
    ([LATE], [CHARGE], [Unknown], ({}, {}, {})),
    ([LATE], [CHARGE, SETUP], [Unknown, Approved], ({"c": 1_000}, {}, {})),
    ([LATE], [CHARGE, CHARGE], [Unknown, Approved], ({"c": 1_000}, {}, {})),
    ([LATE], [CHARGE, RELEASE], [Unknown, Released], ({}, {}, {})),
    ([LATE, LATE], [CHARGE, CHARGE, SETUP], [Unknown, Unknown, Approved], ({"c": 1_000}, {}, {})),
    ([], [HOLD, CAPTURE], [Approved, Captured], ({"c": 600}, {}, {})),
    ([], [HOLD], [Approved], ({}, {"c": 1_000}, {})),
    ([DONE, LATE], [HOLD, CAPTURE], [Approved, Unknown], ({}, {"c": 1_000}, {})),
    ([DONE, LATE], [HOLD, CAPTURE, RELEASE], [Approved, Unknown, Released], ({}, {}, {})),
    ([DONE, ANSWER_LOST], [HOLD, CAPTURE], [Approved, Unknown], ({"c": 600}, {}, {})),
    ([DONE, DECLINED], [HOLD, CAPTURE, CAPTURE], [Approved, *[NotCaptured] * 2], ({}, {}, {})),
    ([DONE, REQUEST_LOST], [HOLD, RELEASE], [Approved, Unknown], ({}, {"c": 1_000}, {})),
    ([DONE, ANSWER_LOST], [HOLD, RELEASE, RELEASE], [Approved, Unknown, Released], ({}, {}, {})),
    ([DONE], [CHARGE, RELEASE], [Approved, NotReleased], ({"c": 1_000}, {}, {})),
    ([DONE], [CHARGE, REFUND], [Approved, Returned], ({"c": 1_000}, {}, {"r": 400})),
    ([DONE, LATE], [CHARGE, REFUND], [Approved, Unknown], ({"c": 1_000}, {}, {})),
    (
        [DONE, ANSWER_LOST],
        [CHARGE, REFUND, REFUND],
        [Approved, Unknown, Returned],
        ({"c": 1_000}, {}, {"r": 400}),
    ),
    (
        [DONE, DECLINED],
        [CHARGE, REFUND, REFUND],
        [Approved, NotReturned, NotReturned],
        ({"c": 1_000}, {}, {}),
    ),
    (
        [DONE, ACCEPTED],
        [CHARGE, REFUND, REFUND],
        [Approved, StillPending, StillPending],
        ({"c": 1_000}, {}, {}),
    ),
    (
        [DONE, ACCEPTED_APPROVED],
        [CHARGE, REFUND, REFUND],
        [Approved, StillPending, Returned],
        ({"c": 1_000}, {}, {"r": 400}),
    ),
    (
        [DONE, ACCEPTED_DECLINED],
        [CHARGE, REFUND, REFUND],
        [Approved, StillPending, NotReturned],
        ({"c": 1_000}, {}, {}),
    ),
    ([DECLINED], [CHARGE, REFUND], [Declined, NotReturned], ({}, {}, {})),
    ([ACCEPTED_APPROVED], [CHARGE, CHARGE], [Accepted, Accepted], ({}, {}, {})),
    ([ACCEPTED_APPROVED], [CHARGE, RELEASE, CHARGE], [Accepted, Released, Declined], ({}, {}, {})),
    ([REQUIRES_ACTION], [CHARGE, CHARGE], [RequiresAction] * 2, ({}, {}, {})),
    (
        [REQUIRES_ACTION],
        [CHARGE, CHARGE._replace(authenticated=True)],
        [RequiresAction, Approved],
        ({"c": 1_000}, {}, {}),
    ),
    (
        [REQUIRES_ACTION, DECLINED],
        [CHARGE, CHARGE._replace(authenticated=True)],
        [RequiresAction, Declined],
        ({}, {}, {}),
    ),
    (
        [REQUIRES_ACTION],
        [CHARGE, CHARGE._replace(authenticated=True, proof='{"failed":true}'), CHARGE],
        [RequiresAction, Declined, Declined],
        ({}, {}, {}),
    ),
    ([], [SETUP, SETUP], [Approved, Approved], ({}, {}, {})),
    ([DECLINED], [SETUP, SETUP], [Declined, Declined], ({}, {}, {})),
    ([REQUEST_LOST], [SETUP, SETUP], [Unknown, Approved], ({}, {}, {})),
    (
        [REQUIRES_ACTION],
        [SETUP, SETUP._replace(authenticated=True), SETUP],
        [RequiresAction, Approved, Approved],
        ({}, {}, {}),
    ),
]


@pytest.mark.parametrize(("words", "requests", "answers", "books"), TABLE)
def test_a_script_says_what_happens(words, requests, answers, books) -> None:
    processor = of(*words)
    assert kinds(processor, *requests) == answers
    assert (processor.taken, processor.held, processor.returned) == books
    assert processor.calls == len(requests)


#: script, script of lookups -> what is looked up says, once and again, after a charge.
LOOKUPS = [
    ([], [], [Approved, Approved]),
    ([REQUEST_LOST], [], [NotFound, NotFound]),
    ([LATE], [], [NotFound, Approved]),
    ([DECLINED], [], [Declined, Declined]),
    ([ACCEPTED], [], [Accepted, Accepted]),
    ([ACCEPTED_APPROVED], [], [Approved, Approved]),
    ([ACCEPTED_DECLINED], [], [Declined, Declined]),
    ([REQUIRES_ACTION], [], [RequiresAction, RequiresAction]),
    ([], [NOT_FOUND], [NotFound, Approved]),
    ([], [UNDER_WAY], [Accepted, Approved]),
    ([], [REQUEST_LOST, ANSWER_LOST], [Unknown, Unknown]),
    ([ACCEPTED_DECLINED], [NOT_FOUND], [NotFound, Declined]),
]


@pytest.mark.parametrize(("words", "lookups", "answers"), LOOKUPS)
def test_a_lookup_tells_or_lies_as_it_is_told(words, lookups, answers) -> None:
    processor = of(*words, lookups=tuple(lookups))
    one(processor, CHARGE)
    assert [type(processor.lookup([CHARGE])[0]) for _ in answers] == answers


def test_settling_lets_what_is_late_arrive_and_decides_what_is_under_way() -> None:
    processor = of(LATE, ACCEPTED_APPROVED, ACCEPTED_DECLINED, ACCEPTED, DONE, ACCEPTED_APPROVED)
    keys = ["late", "yes", "no", "open", "paid"]
    processor.authorize([CHARGE._replace(key=key) for key in keys])
    processor.refund([REFUND._replace(charge_key="paid")])
    processor.settle()
    assert processor.taken == {"late": 1_000, "yes": 1_000, "paid": 1_000}
    assert processor.declined == {"no"}
    assert processor.returned == {"r": 400}
    assert processor.lookup([CHARGE._replace(key="open")]) == [Accepted(reference("open"))]


def test_released_are_those_under_which_nothing_will_be_taken() -> None:
    processor = of()
    kinds(processor, HOLD, RELEASE, HOLD._replace(key="other"))
    assert (processor.released, processor.held) == ({"c"}, {"other": 1_000})


NEWS = [
    ([], [CHARGE], [("c", Approved, 1_000)]),
    ([DECLINED], [CHARGE], [("c", Declined, 1_000)]),
    ([], [HOLD, CAPTURE], [("c", Approved, 1_000), ("c", Captured, 600)]),
    ([], [HOLD, RELEASE], [("c", Approved, 1_000), ("c", Released, 1_000)]),
    ([ACCEPTED_APPROVED], [CHARGE], [("c", Approved, 1_000)]),
    ([ACCEPTED_DECLINED], [CHARGE], [("c", Declined, 1_000)]),
    ([ACCEPTED_APPROVED], [CHARGE, RELEASE], [("c", Released, 1_000)]),
    ([], [CHARGE, REFUND], [("c", Approved, 1_000), ("r", Returned, 400)]),
    ([DONE, DECLINED], [CHARGE, REFUND], [("c", Approved, 1_000), ("r", NotReturned, 400)]),
    ([REQUEST_LOST], [CHARGE], []),
    ([LATE], [CHARGE], [("c", Approved, 1_000)]),
    ([ANSWER_LOST, DONE, DONE], [CHARGE, CHARGE, CHARGE], [("c", Approved, 1_000)]),
    ([ACCEPTED], [CHARGE], []),
]


@pytest.mark.parametrize(("words", "requests", "wanted"), NEWS)
def test_there_is_news_of_everything_that_was_decided_once(words, requests, wanted) -> None:
    processor = of(*words)
    kinds(processor, *requests)
    processor.settle()
    news = processor.news()
    assert [(each.key, type(each.outcome), each.amount) for each in news] == wanted
    assert len({each.id for each in news}) == len(news)
    assert processor.news() == []


def test_a_message_carries_its_news_and_nothing_else_is_heard() -> None:
    processor = of(DONE, DECLINED)
    kinds(processor, CHARGE, CHARGE._replace(key="d"), REFUND)
    for news in processor.news():
        payload, headers = processor.message(news)
        assert processor.hear(payload, headers) == [news]
        with pytest.raises(ValueError, match="does not come from"):
            processor.hear(payload.replace(b"usd", b"eur"), headers)
        with pytest.raises(ValueError, match="does not come from"):
            processor.hear(payload, {})


def test_news_of_any_order_can_be_made_by_hand() -> None:
    made = [News("evt_1", "c", Approved("x"), 1, "usd"), News("evt_2", "c", Released(), 1, "usd")]
    for order in permutations(made):
        heard = [
            news
            for each in order
            for news in ScriptedProcessor().hear(*ScriptedProcessor.message(each))
        ]
        assert heard == list(order)


def test_a_processor_may_remember_keys_for_as_long_as_a_test_wants() -> None:
    assert ScriptedProcessor().key_retention == 86_400 * 1_000_000
    assert ScriptedProcessor(key_retention=5).key_retention == 5


WORDS = st.sampled_from(
    [
        DONE, REQUEST_LOST, ANSWER_LOST, DECLINED, LATE, REQUIRES_ACTION, ACCEPTED,
        ACCEPTED_APPROVED, ACCEPTED_DECLINED,
    ]
)  # fmt: skip
LIES = st.sampled_from([DONE, NOT_FOUND, UNDER_WAY, REQUEST_LOST])
KEYS = st.sampled_from(["a", "b"])
CALLS = st.one_of(
    st.builds(
        partial(ChargeRequest, amount=100, currency="usd", source="tok_visa"),
        key=KEYS,
        capture=st.booleans(),
        authenticated=st.booleans(),
    ),
    st.builds(
        lambda key, n, amount: CaptureRequest(f"{key}-p{n}", key, amount, "usd", "tok_visa"),
        KEYS,
        st.integers(0, 1),
        st.integers(1, 120),
    ),
    st.builds(lambda key: ReleaseRequest(f"{key}-v", key, "tok_visa"), KEYS),
    st.builds(
        lambda key, n, amount: RefundRequest(f"{key}-r{n}", key, amount, "usd", "tok_visa"),
        KEYS,
        st.integers(0, 2),
        st.integers(1, 70),
    ),
    st.sampled_from(["look a", "look b", "settle"]),
)
DEFINITE = (
    Approved, Declined, Captured, NotCaptured, Released, NotReleased, Returned, NotReturned
)  # fmt: skip


@given(st.lists(WORDS, max_size=12), st.lists(LIES, max_size=6), st.lists(CALLS, max_size=14))
def test_whatever_is_scripted_money_moves_once_and_never_more_than_there_is(
    words, lies, calls
) -> None:
    processor = ScriptedProcessor(words, lies)
    said: dict[str, object] = {}
    refunded: dict[str, set[str]] = {"a": set(), "b": set()}
    for call in calls:
        if call == "settle":
            processor.settle()
        elif isinstance(call, str):
            processor.lookup([ChargeRequest(call[-1], 100, "usd", "tok_visa")])
        else:
            answer = one(processor, call)
            if isinstance(call, RefundRequest):
                refunded[call.charge_key].add(call.key)
            if isinstance(call, ReleaseRequest) and isinstance(answer, Released):
                assert call.charge_key not in processor.taken
            if isinstance(answer, DEFINITE) and not isinstance(call, ChargeRequest):
                assert type(said.setdefault(call.key, answer)) is type(answer)
            if isinstance(answer, Approved):
                let_go = call.key in processor.released  # by what was late
                assert let_go or call.key in {**processor.taken, **processor.held}
        _check(processor, refunded)
    processor.settle()
    _check(processor, refunded)


def _check(processor: ScriptedProcessor, refunded: dict[str, set[str]]) -> None:
    states = [set(processor.taken), set(processor.held), processor.released, processor.declined]
    assert sum(len(each) for each in states) == len(set().union(*states))
    for key, refunds in refunded.items():
        given_back = sum(processor.returned.get(refund, 0) for refund in refunds)
        assert given_back <= processor.taken.get(key, 0) <= 100
