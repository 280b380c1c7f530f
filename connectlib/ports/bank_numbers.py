"""What looks closely at numbers of bank accounts must offer: a verdict, and the bank's name.

The core has looked at their shape already; nobody outside is asked.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol


class BankNumbers(NamedTuple):
    """Numbers as the account has given them, written compactly."""

    country: str
    routing: str | None
    number: str

    def __repr__(self) -> str:
        """The country alone."""
        return f"BankNumbers({self.country!r})"


class Seen(NamedTuple):
    """Numbers that can be those of a bank account. bank_name: None = not known."""

    bank_name: str | None = None


class Wrong(NamedTuple):
    """Numbers that no bank has given out. part: routing_number or account_number."""

    part: str
    message: str
    hint: str


class NumberChecker(Protocol):
    """Looks closely at numbers."""

    def look(self, numbers: BankNumbers) -> Seen | Wrong:
        """What they are."""
        ...
