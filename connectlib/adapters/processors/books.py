"""What a processor has done under our keys: held, taken, let go, given back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from connectlib.adapters.processors.declines import CANCELED
from connectlib.adapters.processors.sources import reference
from connectlib.ports.processor import (
    Captured,
    NotCaptured,
    NotReleased,
    NotReturned,
    Released,
    Returned,
    Taken,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connectlib.ports.processor import (
        CaptureAnswer,
        CaptureRequest,
        ChargeRequest,
        Declined,
        RefundAnswer,
        RefundRequest,
        ReleaseAnswer,
    )

T = TypeVar("T")

_NOT_HELD = NotCaptured("capture_unauthorized_payment", "Nothing is held under this charge.")
_TWICE = NotCaptured("charge_already_captured", "This charge has already been captured.")
_TOO_MUCH = NotCaptured("amount_too_large", "The amount is greater than what is held.")
_LET_GO = NotCaptured("charge_expired_for_capture", "What was held has been let go.")
_TAKEN = NotReleased("charge_already_captured", "This charge has already been captured.")
#: Stripe has no word for a refund of more than there is; such a one is never asked for.
_TOO_LITTLE = NotReturned("unknown")


class Recent(Generic[T]):
    """A dictionary that forgets: it keeps the last `room` entries at the least, twice at most.

    room None: it forgets nothing.
    """

    def __init__(self, room: int | None = None) -> None:
        self._room = room
        self._young: dict[str, T] = {}
        self._old: dict[str, T] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._young or key in self._old

    def __setitem__(self, key: str, value: T) -> None:
        if len(self._young) == self._room and key not in self._young:
            self._old, self._young = self._young, {}
        if self._old:
            self._old.pop(key, None)
        self._young[key] = value

    def get(self, key: str) -> T | None:
        """The value of a key; None where there is none, or it has been forgotten."""
        found = self._young.get(key)
        return self._old.get(key) if found is None else found

    def items(self) -> Iterator[tuple[str, T]]:
        """What is remembered, oldest first."""
        yield from self._old.items()
        yield from self._young.items()


class Entry(NamedTuple):
    """A charge as the processor has it. status: HELD, TAKEN, or ENDED without any money.

    amount: held or taken, minor units. created: microseconds; 0 where nobody knows the time.
    said: what is answered when an ended charge is asked for again.
    """

    status: str
    amount: int
    currency: str
    created: int
    captured_by: str | None = None
    returned: int = 0
    said: Declined = CANCELED


HELD, TAKEN, ENDED = "held", "taken", "ended"


class Books:
    """Not locked: whoever keeps them does that.

    trusting: a hold and a charge that are not known are believed to be somewhere else, since
    another process may have made them. now: the clock, if there is one.
    """

    def __init__(
        self,
        *,
        now: Callable[[], int] | None = None,
        room: int | None = None,
        trusting: bool = False,
    ) -> None:
        self._timed = now is not None
        self._now = now or _no_clock
        self._trusting = trusting
        self.charges: Recent[Entry] = Recent(room)
        self.refunds: Recent[Entry] = Recent(room)
        self._not_captured: Recent[NotCaptured] = Recent(room)
        self._not_returned: Recent[NotReturned] = Recent(room)

    def take(self, request: ChargeRequest) -> None:
        """Take or hold the money of a charge that is not known yet."""
        status = TAKEN if request.capture else HELD
        entry = Entry(status, request.amount, request.currency, self._now())
        self.charges[request.key] = entry

    def end(self, key: str, said: Declined = CANCELED) -> None:
        """Take nothing under this key, from now on."""
        self.charges[key] = Entry(ENDED, 0, "", self._now(), said=said)

    def capture(self, request: CaptureRequest) -> CaptureAnswer:
        """Take what is held, or a part of it: the rest is let go. A no stays a no."""
        entry = self.charges.get(request.charge_key)
        if entry is not None and entry.captured_by == request.key:
            return Captured(reference(request.key))
        refused = self._not_captured.get(request.key) or self._capture_refused(request, entry)
        if refused is not None:
            self._not_captured[request.key] = refused
            return refused
        self.charges[request.charge_key] = Entry(
            TAKEN, request.amount, request.currency, self._now(), request.key
        )
        return Captured(reference(request.key))

    def _capture_refused(self, request: CaptureRequest, entry: Entry | None) -> NotCaptured | None:
        if entry is None:
            return None if self._trusting else _NOT_HELD
        if entry.status == TAKEN:
            return _TWICE
        if entry.status == ENDED:
            return _LET_GO
        return _TOO_MUCH if request.amount > entry.amount else None

    def release(self, key: str) -> ReleaseAnswer:
        """Let go what is held under a key, and take nothing under it from now on."""
        entry = self.charges.get(key)
        if entry is not None and entry.status == TAKEN:
            return _TAKEN
        if entry is None or entry.status == HELD:
            self.end(key)
        return Released()

    def give_back(self, request: RefundRequest) -> RefundAnswer:
        """Return money of a charge, if so much of it is left. A no stays a no."""
        if request.key in self.refunds:
            return Returned(reference(request.key))
        refused = self._not_returned.get(request.key)
        if refused is not None:
            return refused
        charge = self.charges.get(request.charge_key)
        if charge is None:
            if not self._trusting:
                return self.refuse_refund(request.key, _TOO_LITTLE)
        elif charge.returned + request.amount > charge.amount or charge.status != TAKEN:
            return self.refuse_refund(request.key, _TOO_LITTLE)
        else:
            returned = charge.returned + request.amount
            self.charges[request.charge_key] = charge._replace(returned=returned)
        self.refunds[request.key] = Entry(TAKEN, request.amount, request.currency, self._now())
        return Returned(reference(request.key))

    def refund_known(self, key: str) -> bool:
        """Whether a refund has been decided under this key."""
        return key in self.refunds or key in self._not_returned

    def refuse_refund(self, key: str, answer: NotReturned) -> NotReturned:
        """Give nothing back under this key, from now on."""
        self._not_returned[key] = answer
        return answer

    def between(self, since: int, until: int) -> list[Taken]:
        """What was taken and given back in [since, until); all of it without a clock."""
        return [
            Taken(key, kind, entry.amount, entry.currency, entry.created, reference(key))
            for kind, entries in (("charge", self.charges), ("refund", self.refunds))
            for key, entry in entries.items()
            if entry.status == TAKEN and (not self._timed or since <= entry.created < until)
        ]


def _no_clock() -> int:
    return 0
