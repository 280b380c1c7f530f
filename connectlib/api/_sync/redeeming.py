# Made from connectlib/api/_async/redeeming.py: edit that.
"""What resources share that take tokens: taken before a request, given back if it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.api._sync.base import Resource
from connectlib.api.errors import IdempotencyError, InvalidRequestError, error_of
from connectlib.core.refusals import Refused
from connectlib.core.rows import Token
from connectlib.core.tokens import PREFIX
from connectlib.flows import tokens
from connectlib.wire.params.tokens import external_of
from connectlib.wire.params.values import id_of

if TYPE_CHECKING:
    from connectlib.core.external_commands import External

_EXTERNAL = ("bank_account", "card")
#: How long the body of an id of ours is at least: names such as tok_visa_debit_us are no ids.
_BODY = 20


def is_token(given: object, types: tuple[str, ...]) -> bool:
    """Whether this is, or may be, the id of a token of ours of one of these types."""
    id_ = given if isinstance(given, str) else getattr(given, "id", None)
    if not isinstance(id_, str):
        return False
    prefix, _, body = id_.partition("_")
    return prefix in {PREFIX[type_] for type_ in types} and len(body) >= _BODY and "_" not in body


class Redeeming(Resource):
    """A resource whose verbs take tokens."""

    def _taken(
        self, token: object, types: tuple[str, ...], param: str, key: object
    ) -> tuple[Token, list[Token]]:
        """Take a token. key: the idempotency key of the request, which may be repeated.

        The token, and once more where it is this call that has taken it.
        """
        id_ = self._parse(id_of, token, param)
        by = f"{param}/{key}" if key is not None else None
        taken = self._run(tokens.use(self._base.ground, id_, types=types, param=param, by=by))
        if isinstance(taken, Refused):
            raise error_of(taken)
        return taken.row, [taken.row] if taken.is_new else []

    def _external_of(self, given: object, key: object) -> tuple[External | None, list[Token]]:
        """The bank account or card that a token stands for; None where it is no token of ours."""
        if not is_token(given, _EXTERNAL):
            return None, []
        row, taken = self._taken(given, _EXTERNAL, "external_account", key)
        return external_of(row), taken

    def _spend(self, taken: list[Token], flow: Any) -> Any:
        """Answer by a flow that spends tokens; they are given back where it is refused."""
        try:
            return self._answer(flow)
        except (InvalidRequestError, IdempotencyError):
            self._give_back(taken)
            raise

    def _give_back(self, taken: list[Token]) -> None:
        for row in taken:
            self._run(tokens.release(self._base.ground, row.id, row.version))
