"""The messages of the scripted processor: news as JSON, with a sum that shows tampering."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING

from connectlib.ports.processor import (
    Approved,
    Captured,
    Declined,
    News,
    NotReturned,
    Released,
    Returned,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_OUTCOMES = {
    kind.__name__: kind for kind in (Approved, Declined, Captured, Released, Returned, NotReturned)
}
_HEADER = "ScriptedProcessor-Sum"


def written(news: News) -> tuple[bytes, dict[str, str]]:
    """Payload and headers of the message that carries this news."""
    fields = {**news._asdict(), "is": type(news.outcome).__name__}
    fields["outcome"] = news.outcome._asdict()
    payload = json.dumps(fields).encode()
    return payload, {_HEADER: _sum(payload)}


def read(payload: bytes, headers: Mapping[str, str]) -> News:
    """The news in a message. Raises ValueError where it was not `written`."""
    if headers.get(_HEADER) != _sum(payload):
        raise ValueError("this message does not come from the scripted processor")
    fields = json.loads(payload)
    outcome = _OUTCOMES[fields.pop("is")](**fields.pop("outcome"))
    return News(outcome=outcome, **fields)


def _sum(payload: bytes) -> str:
    return blake2b(payload, key=b"scripted", digest_size=16).hexdigest()
