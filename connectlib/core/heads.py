"""The event number of an account, and whether the account is told of anything at all."""

from __future__ import annotations

from connectlib.core.events import AGAIN, LAST


class HeadState:
    """The event number of one account: now, and as stored.

    Negative where the account has been disconnected or deleted: what is under way for it is
    booked, and told to nobody.
    """

    __slots__ = ("seq", "stored")

    def __init__(self, seq: int) -> None:
        self.seq = self.stored = seq

    def number(self, type_: str) -> int:
        """The number of the next event; 0 where it is not told."""
        if self.seq < 0:
            if type_ != AGAIN:
                return 0
            self.seq = -self.seq
        self.seq = found = self.seq + 1
        if type_ == LAST:
            self.seq = -found
        return found
