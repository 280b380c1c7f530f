"""The few things a flow may ask of the world. A flow yields a step and is sent its result."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from connectlib.core.book import AnyWork, Outcome, Work
from connectlib.core.commands import Numbers
from connectlib.core.reconciliation import Entry
from connectlib.core.rows import Due
from connectlib.ports.bank_numbers import BankNumbers
from connectlib.ports.bank_verification import OwnershipAnswer, OwnershipRequest
from connectlib.ports.files import Stored
from connectlib.ports.processor import (
    Answer,
    ChargeRequest,
    Declined,
    Method,
    RefundAnswer,
    RefundRequest,
)
from connectlib.ports.rail import PayoutRequest, StatusAnswer, SubmitAnswer
from connectlib.ports.store import Query
from connectlib.ports.verification import CheckAnswer, IdentityRequest

T = TypeVar("T")


class Transact(NamedTuple):
    """Have the committer of a branch do these works; one outcome each, in order."""

    branch: int
    works: Sequence[AnyWork]


class Resolve(NamedTuple):
    """Ask the processor what these sources are; None for one it does not know."""

    sources: Sequence[str]


class Tokenize(NamedTuple):
    """Ask the processor for sources that stand for these; None for numbers it does not take."""

    items: Sequence[Numbers]


class AskProcessor(NamedTuple):
    """Ask the processor: verb is one of its methods, which takes these requests."""

    verb: str
    requests: Sequence[Any]


class ListTaken(NamedTuple):
    """Have the processor list what it has moved in [since, until). Raises NotListed."""

    since: int
    until: int


class SendOut(NamedTuple):
    """Ask the rail to pay these out."""

    requests: Sequence[PayoutRequest]


class Track(NamedTuple):
    """Ask the rail what became of these payouts, by their outside keys."""

    requests: Sequence[PayoutRequest]


class AskVerifier(NamedTuple):
    """Ask who checks identities: verb is one of its methods, which takes these requests."""

    verb: str
    requests: Sequence[IdentityRequest]


class AskOwners(NamedTuple):
    """Ask who checks the owners of bank accounts: verb is one of its methods."""

    verb: str
    requests: Sequence[OwnershipRequest]


class LookAt(NamedTuple):
    """Look closely at the numbers of a bank account; nobody outside is asked."""

    numbers: BankNumbers


class Ask(NamedTuple):
    """Ask the store a question that only reads."""

    query: Query


class Claim(NamedTuple):
    """Take pieces of due work of one branch before calling the world outside for them.

    untouched: only those that nobody has ever taken.
    """

    dues: Sequence[Due]
    untouched: bool = False


class AskKeys(NamedTuple):
    """Ask the vault: verb is one of its methods. Raises KeyFault."""

    verb: str
    arguments: tuple[Any, ...]


class Mint(NamedTuple):
    """Make the id of an object before its commit."""

    branch: int
    prefix: str


class Scrub(NamedTuple):
    """Have the store remove what lies about after erasures."""


class PutFile(NamedTuple):
    """Put bytes into the file store under a new key; None where there are more than `limit`."""

    chunks: Iterable[bytes]
    limit: int


class GetFile(NamedTuple):
    """The bytes under a key of the file store; None where there are none."""

    key: str


class DropFile(NamedTuple):
    """Forget the bytes under a key of the file store."""

    key: str


class Deferred:
    """The answer to a call outside that may not be made now: inside a joined transaction."""


DEFERRED = Deferred()

Step = (
    Transact
    | Resolve
    | Tokenize
    | AskProcessor
    | ListTaken
    | SendOut
    | Track
    | Ask
    | Claim
    | AskKeys
    | LookAt
    | AskVerifier
    | AskOwners
    | Mint
    | Scrub
    | PutFile
    | GetFile
    | DropFile
)
Flow = Generator[Step, Any, T]


def transact(branch: int, works: Sequence[Work[T]]) -> Flow[list[Outcome[T]]]:
    """Do works of one branch. Faults and bugs are raised; refusals are values."""
    outcomes: list[Outcome[T] | Exception] = yield Transact(branch, works)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
    return [outcome for outcome in outcomes if not isinstance(outcome, Exception)]


def resolve(sources: Sequence[str]) -> Flow[Sequence[Method | None]]:
    """What the sources are."""
    found: Sequence[Method | None] = yield Resolve(sources)
    return found


def tokenize(items: Sequence[Numbers]) -> Flow[Sequence[Method | Declined | None]]:
    """What stands for cards and bank accounts given by their numbers."""
    found: Sequence[Method | Declined | None] = yield Tokenize(items)
    return found


def ask_processor(verb: str, requests: Sequence[Any]) -> Flow[Sequence[Any] | Deferred]:
    """What the processor answers to each; DEFERRED inside a joined transaction."""
    if not requests:
        return []
    answers: Sequence[Any] | Deferred = yield AskProcessor(verb, requests)
    return answers


def authorize(requests: Sequence[ChargeRequest]) -> Flow[Sequence[Answer] | Deferred]:
    """Take or hold money outside."""
    return ask_processor("authorize", requests)


def give_back(requests: Sequence[RefundRequest]) -> Flow[Sequence[RefundAnswer] | Deferred]:
    """Refund outside."""
    return ask_processor("refund", requests)


def taken(since: int, until: int) -> Flow[list[Entry]]:
    """The processor's list of what it has moved between two moments. Raises NotListed."""
    entries: list[Entry] = yield ListTaken(since, until)
    return entries


def send_out(requests: Sequence[PayoutRequest]) -> Flow[Sequence[SubmitAnswer]]:
    """Hand payouts to the rail."""
    answers: Sequence[SubmitAnswer] = yield SendOut(requests)
    return answers


def track(requests: Sequence[PayoutRequest]) -> Flow[Sequence[StatusAnswer]]:
    """What became of payouts."""
    answers: Sequence[StatusAnswer] = yield Track(requests)
    return answers


def ask_verifier(
    verb: str, requests: Sequence[IdentityRequest]
) -> Flow[Sequence[CheckAnswer] | Deferred]:
    """What the verifier answers to each; DEFERRED inside a joined transaction."""
    if not requests:
        return []
    answers: Sequence[CheckAnswer] | Deferred = yield AskVerifier(verb, requests)
    return answers


def ask_owners(
    verb: str, requests: Sequence[OwnershipRequest]
) -> Flow[Sequence[OwnershipAnswer] | Deferred]:
    """What the verifier of bank accounts answers; DEFERRED inside a joined transaction."""
    if not requests:
        return []
    answers: Sequence[OwnershipAnswer] | Deferred = yield AskOwners(verb, requests)
    return answers


def ask(query: Query) -> Flow[Any]:
    """The answer of the store to a query."""
    answer: Any = yield Ask(query)
    return answer


def put_file(chunks: Iterable[bytes], limit: int) -> Flow[Stored | None]:
    """Put bytes into the file store; None where there are more than `limit`, and nothing is kept.

    Raises FilesFault.
    """
    stored: Stored | None = yield PutFile(chunks, limit)
    return stored


def get_file(key: str) -> Flow[bytes | None]:
    """Bytes of the file store. Raises FilesFault."""
    data: bytes | None = yield GetFile(key)
    return data


def drop_file(key: str) -> Flow[None]:
    """Forget bytes of the file store. Raises FilesFault."""
    yield DropFile(key)


def claim(dues: Sequence[Due], *, untouched: bool = False) -> Flow[list[Due]]:
    """Those of the pieces of due work that are ours now."""
    ours: list[Due] = yield Claim(dues, untouched)
    return ours
