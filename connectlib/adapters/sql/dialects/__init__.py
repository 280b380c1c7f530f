"""What differs between databases: connections, transactions, bulk writing, errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connectlib.adapters.sql.bulk import Hand
    from connectlib.ports.store import StoreFault


class Compiled(NamedTuple):
    """A statement as its driver takes it: text, parameters in order, values it brings itself."""

    text: str
    order: tuple[str, ...]
    given: dict[str, Any]


def compile_for(dialect: sa.Dialect, statement: sa.ClauseElement) -> Compiled:
    """Compile once what will run often."""
    compiled = statement.compile(dialect=dialect)
    given = {k: v for k, v in (compiled.params or {}).items() if v is not None}
    return Compiled(str(compiled), tuple(getattr(compiled, "positiontup", None) or ()), given)


class Dialect(Protocol):
    """One kind of database, reached through its driver."""

    name: str
    #: Hash chains per branch.
    lanes: int
    #: Writing connections at once, and reading ones.
    writers: int
    readers: int
    #: What its driver raises.
    errors: tuple[type[Exception], ...]
    #: Whether readers share the writer's connection.
    single: bool
    #: What a connection is asked to learn on which database it is.
    place: str
    #: The database for people: a URL without its password.
    where: str

    def connect(self) -> Any:
        """A new driver connection in the state we rely on."""
        ...

    def same_place(self, one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
        """Whether two answers to `place` are of the same database."""
        ...

    def is_sound(self, connection: Any) -> bool:
        """Whether a connection can be used again."""
        ...

    def begin(self, connection: Any) -> Hand:
        """Open a transaction."""
        ...

    def rollback(self, connection: Any) -> None:
        """Undo it; never raises."""
        ...

    def fetch(self, connection: Any, compiled: Compiled, params: Mapping[str, Any]) -> list[Any]:
        """The rows of one statement outside any transaction."""
        ...

    def fetch_by_key(self, connection: Any, compiled: Compiled, branch: int, id_: str) -> list[Any]:
        """The row of a statement whose parameters are a branch and an id: the shortest read."""
        ...

    def compile(self, statement: sa.ClauseElement) -> Compiled:
        """A statement as this driver takes it."""
        ...

    def change(self, connection: Any, compiled: Compiled, params: Mapping[str, Any]) -> int:
        """Run one change, committed at once; the number of rows it found."""
        ...

    def scrub(self, connection: Any) -> None:
        """Remove what old versions of rows lie about, as far as this database can."""
        ...

    def snapshot(self, connection: Any) -> None:
        """Open a transaction that sees one state of the data."""
        ...

    def stream(
        self, connection: Any, compiled: Compiled, params: Mapping[str, Any]
    ) -> Iterator[Any]:
        """The rows of a statement inside a snapshot, as they come."""
        ...

    def fault(self, error: Exception) -> StoreFault:
        """Our name for what the driver raised."""
        ...
