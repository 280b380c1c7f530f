"""The batch algorithm: gather once, fold the decisions in order of arrival, write once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.core.book import Done, Keys, Replayed
from connectlib.core.idempotency import first_answer, remember_refusal
from connectlib.core.ledger import BrokenLedgerError
from connectlib.core.refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectlib.core.book import AnyWork, Book, Outcome
    from connectlib.core.rows import Versioned
    from connectlib.ports.store import Scene, Tx

#: What a batch answers for one item: an outcome, or the exception its decision raised.
Result = "Outcome[Any] | Exception"


class Wanted:
    """The union of what the works of a batch need, each set sorted: the order of locking."""

    def __init__(self, works: Sequence[AnyWork], links: Mapping[str, Versioned], at: int) -> None:
        rows: set[str] = set()
        accounts: set[str] = set()
        heads: set[str] = set()
        wallets: dict[str, int] = {}
        unpaid: set[tuple[str, str]] = set()
        ledger: set[Any] = set()
        last: Any = None
        for work in works:
            keys = work.keys if isinstance(work.keys, Keys) else work.keys(links, at)
            rows.update(keys.rows)
            accounts.update(keys.accounts)
            if keys.ledger is not last:  # as often as not that of the item before
                ledger |= keys.ledger
                last = keys.ledger
            heads.update(keys.heads)
            for owner, since in keys.wallets:
                wallets[owner] = min(since, wallets.get(owner, since))
            unpaid.update(keys.unpaid)
        self.rows = sorted(rows)
        self.accounts = sorted(accounts - rows)
        self.heads = sorted(heads)
        self.wallets = sorted(wallets)
        self.since = min(wallets.values(), default=0)
        self.unpaid = sorted(unpaid)
        self.ledger = ledger
        self.keys = sorted({work.request.key for work in works if work.request is not None})


def links_of(works: Sequence[AnyWork]) -> list[str]:
    """The ids of the immutable facts to read before anything is locked."""
    return sorted({link for work in works for link in work.links})


def fold(book: Book, works: Sequence[AnyWork]) -> list[Any]:
    """Ask each decision in turn; each sees what the ones before it changed.

    A decision that refuses or raises fails only its own item.

    Raises: BrokenLedgerError.
    """
    results: list[Any] = []
    for work in works:
        try:
            results.append(_decide(book, work))
        except BrokenLedgerError:
            raise  # in the middle of a posting: nothing of this batch may be written
        except Exception as error:
            results.append(error)
    return results


def _decide(book: Book, work: AnyWork) -> Outcome[Any]:
    request = work.request
    if request is not None:
        known = first_answer(book, request)
        if known is not None:
            return known
    outcome = work.decide(book)
    if isinstance(outcome, Done):
        book.absorb(outcome.draft)
    elif isinstance(outcome, Refused) and request is not None:
        draft = remember_refusal(book, request, outcome)
        if draft is not None:
            book.absorb(draft)
    return outcome


def run_batch(tx: Tx, scene: Scene, works: Sequence[AnyWork]) -> list[Any]:
    """One batch inside an open transaction: one result per work, in order."""
    book = tx.gather(scene, works)
    results = fold(book, works)
    tx.write(book)
    return results


__all__ = ["Replayed", "Wanted", "fold", "links_of", "run_batch"]
