"""Refusals as they look outside: Stripe's error bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.core.refusals import Why

if TYPE_CHECKING:
    from connectlib.core.refusals import Refused

#: Parameters by which an object is named in the path: its absence is a 404, else a 400.
_IN_PATH = frozenset({"id", "intent", "transfer", "fee"})


class Invalid(Exception):
    """A request whose shape is wrong: nothing has been asked of the engine."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.message)
        self.refused = refused


def http_status(refused: Refused) -> int:
    """The status a server answers with."""
    if refused.why is Why.RESOURCE_MISSING and refused.param not in _IN_PATH:
        return 400
    return refused.why.http_status


def body(refused: Refused) -> dict[str, Any]:
    """The `error` object of a response, without what is not given."""
    found = {
        "type": refused.why.type,
        "code": refused.code or refused.why.code,
        "decline_code": refused.decline_code,
        "message": refused.message,
        "param": refused.param,
        "charge": refused.object_id,
        **dict(refused.advice),
        "hint": refused.hint,
    }
    return {name: value for name, value in found.items() if value is not None}
