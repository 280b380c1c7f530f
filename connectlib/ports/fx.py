"""What a source of exchange rates must offer: the table in force at a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from connectlib.core.fx import RateTable


class RatesError(Exception):
    """Rates cannot be had: a file is not what it should be, or none are known for a moment."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class FXProvider(Protocol):
    """Exchange rates. Asked inside transactions too, so it must answer from this process."""

    def table(self, at: int) -> RateTable:
        """The rates in force at a moment, in microseconds: a lookup, never a call outside.

        The same moment must get the same table, or what is repeated after a failure differs.
        Raises RatesError where no rates are known for the moment.
        """
        ...


@runtime_checkable
class LiveRates(FXProvider, Protocol):
    """Rates that are fetched from somewhere."""

    def refresh(self, at: int) -> None:
        """Fetch what is new by a moment: the place for a live provider's call outside.

        `run_due()` calls it first, outside any transaction; how often to ask is for the provider
        to say. A source that cannot be reached is no reason to raise: the last table stays in
        force, and what is raised stops the pump.
        """
        ...
