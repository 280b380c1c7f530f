"""The life of an idempotency key: absent, answered by an object, or failed.

Its row is written in the commit of the effect, so it can never disagree with it. Failures
that came from state are remembered: a new attempt needs a new key. Refusals of a request's
shape never reach here, and a conflict with a call in progress is not remembered
(Stripe API reference, "Idempotent requests").
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connectlib.core.book import Replayed
from connectlib.core.drafts import Draft, encode
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import IdempotencyKey, amend

if TYPE_CHECKING:
    from connectlib.core.book import Book, Request
    from connectlib.core.rows import Versioned

ANSWERED, FAILED = 1, 2
#: How long a key whose work goes on outside keeps others away, in wall-clock microseconds:
#: longer than any single call to a processor may take.
LEASE = 60 * 1_000_000

_NOT_REMEMBERED = frozenset({Why.IDEMPOTENCY_IN_USE, Why.IDEMPOTENCY_MISMATCH})


def first_answer(book: Book, request: Request) -> Replayed | Refused | None:
    """What a key says already, or None where the request is the first."""
    row = book.keys.get((request.account, request.key))
    if row is None:
        return None
    if row.fingerprint != request.fingerprint:
        return Refused(
            Why.IDEMPOTENCY_MISMATCH,
            "Keys for idempotent requests can only be used with the same parameters they were"
            f" first used with. Try using a key other than '{request.key}' if you meant to"
            " execute a different request.",
            "idempotency_key",
            "use a new key for a new operation",
        )
    if row.state == FAILED or row.object_id is None:
        return recalled(row.error or "[]")
    return Replayed(row.object_id, row.object_version, in_use=row.lease > book.wall)


def answered(
    book: Book, request: Request | None, answer: Versioned, *, version: int = 0
) -> IdempotencyKey | None:
    """The row of a key whose answer is this object, at this version or a promised later one.

    A charge or refund promises its version 2, which is written when the world outside has
    answered; until then the key is in use, and after its lease the same call resumes.
    """
    if request is None:
        return None
    promised = version or answer.version
    lease = book.wall + LEASE if promised > answer.version else 0
    return amend(
        _row(book, request, ANSWERED), object_id=answer.id, object_version=promised, lease=lease
    )


def heard_once(book: Book, request: Request) -> IdempotencyKey:
    """The row of news that has been booked: hearing it again finds nothing to answer."""
    return amend(_row(book, request, FAILED), error="[]")


def in_use(key: str) -> Refused:
    """The refusal of a key whose first call is still at work."""
    return Refused(
        Why.IDEMPOTENCY_IN_USE,
        f"There is currently another in-progress request using the key '{key}'.",
        "idempotency_key",
        "wait for the first call to end, then repeat this one",
    )


def remember_refusal(book: Book, request: Request, refused: Refused) -> Draft | None:
    """What to write so that the same key is refused in the same way for ever."""
    if refused.why in _NOT_REMEMBERED:
        return None
    draft = Draft()
    error = encode([refused.why.name, *refused[1:]])
    draft.key = amend(_row(book, request, FAILED), error=error)
    return draft


def recalled(error: str) -> Refused:
    """The refusal that a failed key remembers."""
    why, *rest = json.loads(error) or [Why.CALLBACK_KNOWN.name, "This has been heard before."]
    found = Refused(Why[why], *rest)
    return found._replace(advice=tuple((str(name), str(value)) for name, value in found.advice))


def _row(book: Book, request: Request, state: int) -> IdempotencyKey:
    return IdempotencyKey(
        book.branch,
        book.world.id,
        request.key,
        request.account,
        request.fingerprint,
        state,
        book.at,
    )
