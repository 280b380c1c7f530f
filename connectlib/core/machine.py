"""State machines as tables: checked for flaws, enumerated by tests, drawn into the docs."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Machine:
    """A table {(state, move): state}. A move that is not in it cannot be made."""

    __slots__ = ("initial", "table", "terminal")

    def __init__(
        self, *, initial: str, table: Mapping[tuple[str, str], str], terminal: frozenset[str]
    ) -> None:
        self.initial = initial
        self.table = MappingProxyType(dict(table))
        self.terminal = terminal

    @property
    def states(self) -> frozenset[str]:
        """Every state that is named."""
        named = {state for (state, _), to in self.table.items() for state in (state, to)}
        return frozenset(named | {self.initial} | self.terminal)

    @property
    def moves(self) -> frozenset[str]:
        """Every move that is named."""
        return frozenset(move for _, move in self.table)

    def next(self, state: str, move: str) -> str | None:
        """The state after a move; None where it cannot be made."""
        return self.table.get((state, move))

    def flaws(self) -> Iterator[str]:
        """What is wrong with the table."""
        reached = {self.initial}
        for _ in self.table:
            reached |= {to for (state, _), to in self.table.items() if state in reached}
        leaving = {state for state, _ in self.table}
        for state in sorted(self.states):
            if state not in reached:
                yield f"{state} cannot be reached"
            if state in self.terminal and state in leaving:
                yield f"{state} is terminal and has an exit"
            if state not in self.terminal and state not in leaving:
                yield f"{state} is a dead end"

    def drawing(self) -> str:
        """The table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        lines += [f"    {state} --> {to}: {move}" for (state, move), to in self.table.items()]
        lines += [f"    {state} --> [*]" for state in sorted(self.terminal)]
        return "\n".join(lines)
