"""The conformance kit of processors: subclass `ProcessorKit`, say how one is opened, run pytest.

    class TestMyProcessor(ProcessorKit):
        def open(self) -> Processor:
            return MyProcessor()

Every test asks through the port alone, and reads what has moved from the processor's own list.
The processor it is given must answer: losses are for other tests.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from connectlib.ports.processor import (
    Accepted,
    Approved,
    Captured,
    CaptureRequest,
    ChargeRequest,
    Declined,
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
)

if TYPE_CHECKING:
    from connectlib.ports.processor import Answer, Processor, RefundAnswer

_USD = "usd"
_ALWAYS = 1 << 62
_ASKS_MAX = 10
_DAY = 86_400 * 1_000_000


class ProcessorKit:
    """What every processor must do. `open` gives one that has moved nothing."""

    #: A source that is approved at once, and a test number of the same card (None: none to give).
    source = "tok_visa"
    number: str | None = "4242424242424242"
    #: A source that is declined, and one that asks the buyer for something; None: skip.
    declined: str | None = "tok_chargeDeclined"
    asking: str | None = "pm_card_authenticationRequired"
    #: A source that is accepted and approved later; None: skip.
    accepted: str | None = "pm_usBankAccount_success"
    #: Sources whose refunds are decided later, for good and for ill; None: skip.
    pending_refund: str | None = "pm_card_pendingRefund"
    failing_refund: str | None = "pm_card_refundFail"
    #: It takes our word for a hold or a charge that it does not know.
    trusting = False

    def open(self) -> Processor:
        """A fresh processor."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _opening(self) -> None:
        self.processor = self.open()

    def _charge(self, key: str, amount: int = 1_000, *, capture: bool = True) -> ChargeRequest:
        return ChargeRequest(key, amount, _USD, self.source, capture=capture)

    def _capture(self, key: str, charge: str, amount: int) -> CaptureRequest:
        return CaptureRequest(key, charge, amount, _USD, self.source)

    def _refund(self, key: str, charge: str, amount: int) -> RefundRequest:
        return RefundRequest(key, charge, amount, _USD, self.source)

    def _one(self, request: ChargeRequest) -> Answer:
        (answer,) = self.processor.authorize([request])
        return answer

    def _hold(self, key: str, amount: int = 1_000) -> None:
        assert isinstance(self._one(self._charge(key, amount, capture=False)), Approved)

    def _release(self, key: str, charge: str) -> object:
        (answer,) = self.processor.release([ReleaseRequest(key, charge, self.source)])
        return answer

    def _moved(self) -> dict[tuple[str, str], int]:
        """{(kind, our key): minor units}, from the processor's own list; each key once."""
        entries = list(self.processor.taken(0, _ALWAYS))
        moved = {(each.kind, each.key): each.amount for each in entries}
        assert len(moved) == len(entries)
        return moved

    def test_sources_are_known_in_order_and_unknown_ones_are_none(self) -> None:
        found = self.processor.resolve([self.source, "src_nobody_has", self.source])
        first, nobody, again = found
        assert nobody is None
        assert first is not None
        assert first == again
        assert first.source == self.source
        assert isinstance(hash(first), int)

    def test_a_number_and_its_token_are_the_same_card(self) -> None:
        if self.number is None:
            pytest.skip("this processor takes no numbers")
        card = {"number": self.number, "exp_month": "11", "exp_year": "2031", "cvc": "123"}
        found = self.processor.tokenize("card", card)
        assert found is not None
        assert not isinstance(found, Declined)
        (known,) = self.processor.resolve([self.source])
        (made,) = self.processor.resolve([found.source])
        assert known is not None
        assert made is not None
        assert known.fingerprint == made.fingerprint == found.fingerprint
        assert (found.shown()["exp_month"], found.shown()["exp_year"]) == (11, 2031)
        request = self._charge("by number")._replace(source=found.source)
        assert isinstance(self._one(request), Approved)

    def test_a_kind_that_is_not_known_has_no_token(self) -> None:
        assert self.processor.tokenize("seashells", {"number": "1"}) is None

    def test_nothing_is_answered_to_nothing(self) -> None:
        of = self.processor
        asked = (of.authorize, of.lookup, of.capture, of.release, of.set_up, of.refund, of.resolve)
        assert [ask([]) for ask in asked] == [[]] * len(asked)

    def test_answers_come_in_order_and_a_no_disturbs_nobody(self) -> None:
        if self.declined is None:
            pytest.skip("this processor has no source that is declined")
        requests = [self._charge(f"c{place}") for place in range(5)]
        requests[2] = requests[2]._replace(source=self.declined)
        answers = self.processor.authorize(requests)
        assert [type(answer) for answer in answers] == [
            Approved, Approved, Declined, Approved, Approved
        ]  # fmt: skip
        references = [answer.reference for answer in answers if isinstance(answer, Approved)]
        assert len(set(references)) == len(references)
        assert set(self._moved()) == {("charge", f"c{place}") for place in (0, 1, 3, 4)}

    def test_a_decline_stays_and_moves_nothing(self) -> None:
        if self.declined is None:
            pytest.skip("this processor has no source that is declined")
        request = self._charge("c")._replace(source=self.declined)
        first, again = self._one(request), self._one(request)
        assert isinstance(first, Declined)
        assert first == again
        assert first.code
        assert first.message
        assert self._moved() == {}

    def test_the_same_key_takes_money_once(self) -> None:
        first = self._one(self._charge("c"))
        assert isinstance(first, Approved)
        assert self.processor.authorize([self._charge("c"), self._charge("c")]) == [first, first]
        assert self._moved() == {("charge", "c"): 1_000}

    def test_the_same_key_asked_by_many_at_once_takes_money_once(self) -> None:
        answers: list[Answer] = []
        racers = [
            threading.Thread(target=lambda: answers.append(self._one(self._charge("c"))))
            for _ in range(8)
        ]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        assert len(answers) == len(racers)
        assert len(set(answers)) == 1
        assert self._moved() == {("charge", "c"): 1_000}

    def test_a_hold_is_not_taken_until_it_is_captured_and_then_once(self) -> None:
        self._hold("c")
        assert self._moved() == {}
        request = self._capture("p", "c", 1_000)
        (first,) = self.processor.capture([request])
        assert isinstance(first, Captured)
        assert self.processor.capture([request]) == [first]
        assert self._moved() == {("charge", "c"): 1_000}

    def test_another_capture_of_the_same_charge_takes_nothing(self) -> None:
        self._hold("c")
        answers = self.processor.capture(
            [self._capture("p", "c", 400), self._capture("q", "c", 100)]
        )
        assert [type(answer) for answer in answers] == [Captured, NotCaptured]
        assert self._moved() == {("charge", "c"): 400}

    def test_no_more_is_captured_than_is_held(self) -> None:
        self._hold("c")
        (refused,) = self.processor.capture([self._capture("p", "c", 1_001)])
        assert isinstance(refused, NotCaptured)
        assert self._moved() == {}
        answers = self.processor.capture(
            [self._capture("q", "c", 1_000), self._capture("p", "c", 1_001)]
        )
        assert [type(answer) for answer in answers] == [Captured, NotCaptured]

    def test_what_was_let_go_is_not_captured_and_not_taken_again(self) -> None:
        self._hold("c")
        assert self._release("r", "c") == Released()
        assert self._release("r", "c") == Released()
        (refused,) = self.processor.capture([self._capture("p", "c", 1)])
        assert isinstance(refused, NotCaptured)
        assert not isinstance(self._one(self._charge("c")), Approved)
        assert self._moved() == {}

    def test_what_was_let_go_before_it_was_asked_for_is_not_taken(self) -> None:
        assert self._release("r", "c") == Released()
        assert not isinstance(self._one(self._charge("c")), Approved)
        assert self._moved() == {}

    def test_what_was_captured_is_not_let_go(self) -> None:
        self._hold("c")
        self.processor.capture([self._capture("p", "c", 300)])
        assert isinstance(self._release("r", "c"), NotReleased)
        assert isinstance(self._release("r", "c"), NotReleased)
        assert self._moved() == {("charge", "c"): 300}

    def test_what_was_taken_at_once_is_neither_captured_nor_let_go(self) -> None:
        self._one(self._charge("c"))
        (refused,) = self.processor.capture([self._capture("p", "c", 1)])
        assert isinstance(refused, NotCaptured)
        assert isinstance(self._release("r", "c"), NotReleased)
        assert self._moved() == {("charge", "c"): 1_000}

    def test_what_was_never_held_is_not_captured(self) -> None:
        if self.trusting:
            pytest.skip("this processor takes our word for it")
        (refused,) = self.processor.capture([self._capture("p", "c", 1)])
        assert isinstance(refused, NotCaptured)
        assert self._moved() == {}

    def test_a_lookup_tells_what_was_answered_and_moves_nothing(self) -> None:
        held, taken = self._charge("held", capture=False), self._charge("taken")
        expected = self.processor.authorize([held, taken])
        before = self._moved()
        assert self.processor.lookup([held, taken]) == expected
        assert self.processor.lookup([taken, held]) == expected[::-1]
        assert self._moved() == before == {("charge", "taken"): 1_000}

    def test_a_lookup_of_what_was_never_asked_finds_nothing_and_takes_nothing(self) -> None:
        request = self._charge("c")
        assert self.processor.lookup([request]) == [NotFound()]
        assert self._moved() == {}
        assert isinstance(self._one(request), Approved)

    def test_a_lookup_of_what_was_let_go_is_not_a_yes(self) -> None:
        request = self._charge("c", capture=False)
        self._one(request)
        self._release("r", "c")
        (answer,) = self.processor.lookup([request])
        assert not isinstance(answer, Approved)

    def test_what_is_accepted_is_taken_once_and_a_lookup_tells(self) -> None:
        if self.accepted is None:
            pytest.skip("this processor decides everything at once")
        request = self._charge("c")._replace(source=self.accepted)
        accepted = self._one(request)
        assert isinstance(accepted, Accepted)
        assert accepted.ask_after >= 0
        (outcome,) = self.processor.lookup([request])
        assert isinstance(outcome, Approved)
        assert outcome.reference == accepted.reference
        assert self.processor.lookup([request]) == [outcome]
        assert self._one(request) == outcome
        assert self._moved() == {("charge", "c"): 1_000}

    def test_what_is_under_way_can_be_stopped(self) -> None:
        if self.accepted is None:
            pytest.skip("this processor decides everything at once")
        request = self._charge("c")._replace(source=self.accepted)
        self._one(request)
        assert self._release("r", "c") == Released()
        (outcome,) = self.processor.lookup([request])
        assert not isinstance(outcome, Approved)
        assert self._moved() == {}

    def test_a_buyer_who_has_something_to_do_pays_once_it_is_done(self) -> None:
        if self.asking is None:
            pytest.skip("this processor asks the buyer for nothing")
        request = self._charge("c")._replace(source=self.asking)
        first, again = self._one(request), self._one(request)
        assert isinstance(first, RequiresAction)
        assert first == again
        assert first.url.startswith("https://")
        assert self._moved() == {}
        done = request._replace(authenticated=True)
        assert isinstance(self._one(done), Approved)
        assert isinstance(self._one(done), Approved)
        assert self._moved() == {("charge", "c"): 1_000}

    def test_a_buyer_who_fails_to_prove_who_they_are_does_not_pay(self) -> None:
        if self.asking is None:
            pytest.skip("this processor asks the buyer for nothing")
        request = self._charge("c")._replace(source=self.asking)
        assert isinstance(self._one(request), RequiresAction)
        failed = request._replace(authenticated=True, proof='{"failed":true}')
        answer = self._one(failed)
        assert isinstance(answer, Declined)
        assert answer.code == "payment_intent_authentication_failure"
        assert self._moved() == {}

    def test_a_refund_gives_back_once_under_its_key(self) -> None:
        self._one(self._charge("c"))
        request = self._refund("r", "c", 300)
        first = self._ended(request)
        assert isinstance(first, Returned)
        assert self.processor.refund([request, request]) == [first, first]
        assert self._moved() == {("charge", "c"): 1_000, ("refund", "r"): 300}

    def test_no_more_is_given_back_than_was_taken(self) -> None:
        self._hold("c")
        self.processor.capture([self._capture("p", "c", 700)])
        requests = [self._refund("r", "c", 400), self._refund("s", "c", 301)]
        answers = self.processor.refund([*requests, self._refund("t", "c", 300)])
        assert [type(answer) for answer in answers] == [Returned, NotReturned, Returned]
        assert self.processor.refund(requests) == answers[:2]
        assert self._moved() == {("charge", "c"): 700, ("refund", "r"): 400, ("refund", "t"): 300}

    def test_a_no_to_a_refund_or_a_capture_stays_a_no(self) -> None:
        self._hold("c", 500)
        refund, capture = self._refund("r", "c", 100), self._capture("p", "c", 501)
        refused = [*self.processor.refund([refund]), *self.processor.capture([capture])]
        assert [type(answer) for answer in refused] == [NotReturned, NotCaptured]
        self.processor.capture([self._capture("q", "c", 500)])
        assert [*self.processor.refund([refund]), *self.processor.capture([capture])] == refused
        assert self._moved() == {("charge", "c"): 500}

    @pytest.mark.parametrize("ends", [Returned, NotReturned])
    def test_a_refund_that_is_decided_later_ends_when_asked_again(self, ends: type) -> None:
        source = self.pending_refund if ends is Returned else self.failing_refund
        if source is None:
            pytest.skip("this processor decides every refund at once")
        self._one(self._charge("c")._replace(source=source))
        request = self._refund("r", "c", 300)._replace(source=source)
        assert self.processor.refund([request]) == [StillPending()]
        last = self._ended(request)
        assert isinstance(last, ends)
        assert self.processor.refund([request]) == [last]
        given = {("refund", "r"): 300} if ends is Returned else {}
        assert self._moved() == {("charge", "c"): 1_000, **given}

    def _ended(self, request: RefundRequest) -> RefundAnswer:
        answer: RefundAnswer = StillPending()
        for _ in range(_ASKS_MAX):
            (answer,) = self.processor.refund([request])
            if not isinstance(answer, StillPending):
                return answer
        return answer

    def test_setting_up_moves_nothing_and_answers_the_same_again(self) -> None:
        requests = [SetupRequest("s", self.source), SetupRequest("t", self.source)]
        answers = self.processor.set_up(requests)
        assert all(isinstance(answer, Approved) for answer in answers)
        assert self.processor.set_up(requests[::-1]) == answers[::-1]
        assert self._moved() == {}

    def test_the_list_is_of_the_moments_asked_for(self) -> None:
        self._one(self._charge("c"))
        (entry,) = self.processor.taken(0, _ALWAYS)
        at = entry.created
        assert at > 0
        for since, until, found in ((at, at + 1, 1), (at + 1, _ALWAYS, 0), (0, at, 0)):
            assert len(list(self.processor.taken(since, until))) == found

    @pytest.mark.parametrize("payload", [b"", b"{}", b"\xff", b"not a message"])
    def test_a_message_of_somebody_else_is_refused(self, payload: bytes) -> None:
        with pytest.raises(ValueError, match=r"."):
            self.processor.hear(payload, {})

    def test_keys_are_remembered_for_a_day_at_the_least(self) -> None:
        assert self.processor.key_retention >= _DAY
