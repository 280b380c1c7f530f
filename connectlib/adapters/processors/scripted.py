"""A processor of which tests say what happens: losses, delays, refusals and lies, at will.

It keeps the books a real one would, by our keys, so that a test can compare them with the ledger.
Under one key money moves once. It knows the test sources, but not what they do: only the script
says that.
"""

from __future__ import annotations

import threading
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from connectlib.adapters.processors.books import ENDED, HELD, TAKEN, Books
from connectlib.adapters.processors.catalogue import SOURCES, tokenize
from connectlib.adapters.processors.declines import (
    CARD_DECLINES,
    NOT_AUTHENTICATED,
    SETUP_NOT_AUTHENTICATED,
)
from connectlib.adapters.processors.messages import read, written
from connectlib.adapters.processors.sources import REDIRECT, reference
from connectlib.adapters.processors.verdicts import judged, to_do
from connectlib.ports.processor import (
    Accepted,
    Approved,
    Captured,
    Declined,
    News,
    NotCaptured,
    NotFound,
    NotReturned,
    Released,
    Returned,
    StillPending,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from connectlib.ports.processor import (
        Answer,
        CaptureAnswer,
        CaptureRequest,
        ChargeRequest,
        LookupAnswer,
        Method,
        RefundAnswer,
        RefundRequest,
        ReleaseAnswer,
        ReleaseRequest,
        RequiresAction,
        SetupRequest,
        Taken,
    )

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

#: What may happen to a call that moves money: it is carried out; the request is lost on its way;
#: the answer is lost on its way back; it is declined; it gets there only after the next call.
DONE, REQUEST_LOST, ANSWER_LOST, DECLINED = "done", "request lost", "answer lost", "declined"
LATE = "late"
#: The buyer has to do something first (charges, setups).
REQUIRES_ACTION = "requires action"
#: It is accepted, and decided when it is asked about or things are settled, or not at all
#: (charges, refunds).
ACCEPTED_APPROVED, ACCEPTED_DECLINED = "accepted, then approved", "accepted, then declined"
ACCEPTED = "accepted"
#: What may happen to a lookup beside being done or lost: lies.
NOT_FOUND, UNDER_WAY = "not found", "under way"

_DAY = 86_400 * 1_000_000
_UNDECIDED = {ACCEPTED, ACCEPTED_APPROVED, ACCEPTED_DECLINED}
_NO = CARD_DECLINES["generic_decline"]
_LAPSED = NotCaptured("charge_expired_for_capture", "What was held has lapsed.")


class Amounts(dict[str, int]):
    """{our key: minor units}; called with two moments it is the list of the port's `taken`."""

    def __init__(self, books: Books) -> None:
        entries = books.charges.items()
        super().__init__({key: each.amount for key, each in entries if each.status == TAKEN})
        self._books = books

    def __call__(self, since: int, until: int) -> list[Taken]:
        """See `ports.processor.Processor.taken`."""
        return self._books.between(since, until)


class ScriptedProcessor:
    """See `ports.processor.Processor`. script, lookups: what happens to each call, in order.

    When a script is at its end calls are carried out; a word that a call does not know means
    the same. declined: keys of charges and setups refused for good; ready: of setups done.
    """

    def __init__(
        self,
        script: Iterable[str] = (),
        lookups: Iterable[str] = (),
        *,
        now: Callable[[], int] | None = None,
        key_retention: int = _DAY,
    ) -> None:
        self.script = deque(script)
        self.lookups = deque(lookups)
        self.key_retention = key_retention
        self.declined: set[str] = set()
        self.ready: set[str] = set()
        self.calls = 0
        self._setups: dict[str, Approved | Declined] = {}
        self._books = Books(now=now)
        self._waiting: set[str] = set()
        self._undecided: dict[str, tuple[str, ChargeRequest]] = {}
        self._returning: dict[str, tuple[str, RefundRequest]] = {}
        self._late: list[Callable[[], object]] = []
        self._news: list[News] = []
        self._lock = threading.Lock()

    @property
    def taken(self) -> Amounts:
        """{key of a charge: minor units taken}; also the method of the port."""
        return Amounts(self._books)

    @property
    def held(self) -> dict[str, int]:
        """{key of a charge: minor units held}."""
        entries = self._books.charges.items()
        return {key: each.amount for key, each in entries if each.status == HELD}

    @property
    def returned(self) -> dict[str, int]:
        """{key of a refund: minor units given back}."""
        return {key: each.amount for key, each in self._books.refunds.items()}

    @property
    def released(self) -> set[str]:
        """Keys of charges that were let go, or whose hold has lapsed: nothing will be taken."""
        entries = self._books.charges.items()
        return {key for key, each in entries if each.status == ENDED and key not in self.declined}

    def news(self) -> list[News]:
        """What it would have told us since this was last asked, in order."""
        with self._lock:
            news, self._news = self._news, []
            return news

    def settle(self) -> None:
        """Let what is late get there, and decide what is under way."""
        with self._lock:
            self._arrive()
            for key in list(self._undecided):
                self._decide(key)
            for word, request in list(self._returning.values()):
                self._returned(request, word)

    def resolve(self, sources: Sequence[str]) -> list[Method | None]:
        """See `ports.processor.Processor`."""
        return [SOURCES[source].method if source in SOURCES else None for source in sources]

    def tokenize(self, kind: str, details: Mapping[str, str]) -> Method | Declined | None:
        """See `ports.processor.Processor`."""
        return tokenize(kind, details)

    def authorize(self, requests: Sequence[ChargeRequest]) -> list[Answer]:
        """See `ports.processor.Processor`."""
        return self._each(requests, self._charge)

    def capture(self, requests: Sequence[CaptureRequest]) -> list[CaptureAnswer]:
        """See `ports.processor.Processor`. Declined: the hold has lapsed."""
        return self._each(requests, self._capture)

    def release(self, requests: Sequence[ReleaseRequest]) -> list[ReleaseAnswer]:
        """See `ports.processor.Processor`."""
        return self._each(requests, self._release)

    def set_up(self, requests: Sequence[SetupRequest]) -> list[Answer]:
        """See `ports.processor.Processor`."""
        return self._each(requests, self._set_up)

    def refund(self, requests: Sequence[RefundRequest]) -> list[RefundAnswer]:
        """See `ports.processor.Processor`."""
        return self._each(requests, self._refund)

    def lookup(self, requests: Sequence[ChargeRequest]) -> list[LookupAnswer]:
        """See `ports.processor.Processor`."""
        with self._lock:
            late, self._late = self._late, []
            answers = [self._look(request) for request in requests]
            self._arrive(late)
            return answers

    def hear(self, payload: bytes, headers: Mapping[str, str]) -> list[News]:
        """See `ports.processor.Processor`: what `message` has made."""
        return [read(payload, headers)]

    @staticmethod
    def message(news: News) -> tuple[bytes, dict[str, str]]:
        """The message that carries this news: payload and headers, for `hear`."""
        return written(news)

    def _each(
        self, requests: Sequence[Asked], do: Callable[[Asked, str], Answered]
    ) -> list[Answered | Unknown]:
        with self._lock:
            late, self._late = self._late, []
            answers = [self._one(request, do) for request in requests]
            self._arrive(late)
            return answers

    def _one(self, request: Asked, do: Callable[[Asked, str], Answered]) -> Answered | Unknown:
        self.calls += 1
        word = self.script.popleft() if self.script else DONE
        if word == REQUEST_LOST:
            return Unknown("the request was lost")
        if word == LATE:
            self._late.append(partial(do, request, DONE))
            return Unknown("the request is late")
        answer = do(request, word)
        return Unknown("the answer was lost") if word == ANSWER_LOST else answer

    def _arrive(self, late: Sequence[Callable[[], object]] | None = None) -> None:
        if late is None:
            late, self._late = self._late, []
        for do in late:
            do()

    def _known(self, key: str) -> Approved | Declined | None:
        entry = self._books.charges.get(key)
        if entry is None:
            return None
        return entry.said if entry.status == ENDED else Approved(reference(key))

    def _charge(self, request: ChargeRequest, word: str) -> Answer:
        key = request.key
        known = self._known(key)
        if known is not None:
            return known
        if key in self._undecided:
            return Accepted(reference(key))
        if word == REQUIRES_ACTION:
            self._waiting.add(key)
        if key in self._waiting:
            if not request.authenticated:
                return _to_do(request)
            if judged(REDIRECT, request.proof, NOT_AUTHENTICATED) is not None:
                return self._decline(request, NOT_AUTHENTICATED)
        if word == DECLINED:
            return self._decline(request, _NO)
        if word in _UNDECIDED:
            self._undecided[key] = (word, request)
            return Accepted(reference(key))
        return self._take(request)

    def _take(self, request: ChargeRequest) -> Approved:
        approved = Approved(reference(request.key))
        self._books.take(request)
        self._tell(request.key, approved, request.amount, request.currency)
        return approved

    def _decline(self, request: ChargeRequest, said: Declined) -> Declined:
        self.declined.add(request.key)
        self._books.end(request.key, said)
        self._tell(request.key, said, request.amount, request.currency)
        return said

    def _decide(self, key: str) -> Approved | Declined | None:
        word, request = self._undecided[key]
        if word == ACCEPTED:
            return None
        del self._undecided[key]
        return self._take(request) if word == ACCEPTED_APPROVED else self._decline(request, _NO)

    def _look(self, request: ChargeRequest) -> LookupAnswer:
        self.calls += 1
        word, key = self.lookups.popleft() if self.lookups else DONE, request.key
        if word in {REQUEST_LOST, ANSWER_LOST}:
            return Unknown(f"the {word}")
        if word == NOT_FOUND:
            return NotFound()
        if word == UNDER_WAY:
            return Accepted(reference(key))
        if key in self._undecided:
            return self._decide(key) or Accepted(reference(key))
        return self._known(key) or (_to_do(request) if key in self._waiting else NotFound())

    def _capture(self, request: CaptureRequest, word: str) -> CaptureAnswer:
        key = request.charge_key
        entry = self._books.charges.get(key)
        held = entry is not None and entry.status == HELD
        if word == DECLINED and held:
            self._books.end(key)
            return _LAPSED
        answer = self._books.capture(request)
        if held and isinstance(answer, Captured):
            self._tell(key, answer, request.amount, request.currency)
        return answer

    def _release(self, request: ReleaseRequest, _word: str) -> ReleaseAnswer:
        key = request.charge_key
        entry = self._books.charges.get(key)
        _, under_way = self._undecided.pop(key, ("", None))
        answer = self._books.release(key)
        if under_way is not None:
            self._tell(key, Released(), under_way.amount, under_way.currency)
        elif entry is not None and entry.status == HELD:
            self._tell(key, Released(), entry.amount, entry.currency)
        return answer

    def _set_up(self, request: SetupRequest, word: str) -> Answer:
        key = request.key
        if key in self._setups:
            return self._setups[key]
        said = _NO if word == DECLINED else None
        if word == REQUIRES_ACTION:
            self._waiting.add(key)
        if key in self._waiting:
            if not request.authenticated:
                return _to_do(request)
            said = judged(REDIRECT, request.proof, SETUP_NOT_AUTHENTICATED) or said
        (self.declined if said else self.ready).add(key)
        self._setups[key] = said or Approved(reference(key))
        return self._setups[key]

    def _refund(self, request: RefundRequest, word: str) -> RefundAnswer:
        key = request.key
        if self._books.refund_known(key):
            return self._books.give_back(request)
        if key in self._returning:
            return self._returned(request, self._returning[key][0])
        if word in _UNDECIDED:
            self._returning[key] = (word, request)
            return StillPending()
        return self._returned(request, word)

    def _returned(self, request: RefundRequest, word: str) -> RefundAnswer:
        if word == ACCEPTED:
            return StillPending()
        self._returning.pop(request.key, None)
        answer: RefundAnswer
        if word in {DECLINED, ACCEPTED_DECLINED}:
            answer = self._books.refuse_refund(request.key, NotReturned("declined"))
        else:
            answer = self._books.give_back(request)
        if isinstance(answer, Returned | NotReturned):
            self._tell(request.key, answer, request.amount, request.currency)
        return answer

    def _tell(
        self,
        key: str,
        outcome: Approved | Declined | Captured | Released | Returned | NotReturned,
        amount: int,
        currency: str,
    ) -> None:
        id_ = "evt_" + reference(f"{key} {type(outcome).__name__}")
        self._news.append(News(id_, key, outcome, amount, currency))


def _to_do(request: ChargeRequest | SetupRequest) -> RequiresAction:
    return to_do(REDIRECT, request, SOURCES[request.source].method.kind)
