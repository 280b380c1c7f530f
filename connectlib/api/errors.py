"""What the library raises: the classes of Stripe's SDK, and a few of our own.

Every error says what happened, and where it can, what to do about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.core.book import Stale
from connectlib.core.refusals import Refused, Why
from connectlib.ports.files import FilesFault, NoFileStore
from connectlib.ports.fx import RatesError
from connectlib.ports.keys import KeyFault, KeysUnavailable
from connectlib.ports.processor import NotListed
from connectlib.ports.store import (
    Contention,
    Race,
    SchemaMismatch,
    StoreFault,
    Unavailable,
)
from connectlib.runtime.engine import ClockBehind, SealedWorld, WorldMismatch
from connectlib.runtime.executor import OutcomeUnknownFault
from connectlib.runtime.joinable import NotJoinable
from connectlib.runtime.keyring import Misconfigured, MissingPackage
from connectlib.wire.errors import Invalid, body, http_status

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectlib.core.oauth import Denied
    from connectlib.runtime.engine import Engine


class ConnectError(Exception):
    """The base of all errors of this library.

    message: what happened. hint: what to do. may_pass_later: whether the same request, under a
    new key, could succeed at another time. type, code, decline_code, param, http_status: as
    Stripe's API has them; None where they do not apply.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        refused: Refused | None = None,
        http_status: int = 500,
        type: str = "api_error",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.http_status = http_status
        self.type = type
        self.code = (refused.code or refused.why.code) if refused else None
        self.decline_code = refused.decline_code if refused else None
        self.param = refused.param if refused else None
        self.charge = refused.object_id if refused else None
        told = dict(refused.advice) if refused else {}
        self.payment_intent = told.get("payment_intent")
        self.setup_intent = told.get("setup_intent")
        self.advice_code = told.get("advice_code")
        self.network_advice_code = told.get("network_advice_code")
        self.network_decline_code = told.get("network_decline_code")
        self.may_pass_later = refused.why.may_pass_later if refused else True
        self.json_body: dict[str, Any] = {
            "error": body(refused) if refused else {"type": type, "message": message}
        }

    def __str__(self) -> str:
        named = {"code": self.code, "decline_code": self.decline_code, "param": self.param}
        words = "  ".join(f"{name}={value}" for name, value in named.items() if value)
        hint = f"\n  hint: {self.hint}" if self.hint else ""
        return self.message + hint + (f"\n  {words}" if words else "")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r})"


class InvalidRequestError(ConnectError):
    """A parameter is wrong, or the state of things does not allow the request."""


class BalanceInsufficient(InvalidRequestError):
    """A balance is too low for what was asked (`balance_insufficient`): it may pass later."""


class CardError(ConnectError):
    """The payment was declined; `charge` is the failed charge.

    payment_intent, setup_intent: the id of the intent that was confirmed, where there is one.
    advice_code: what the issuer advises; network_decline_code and network_advice_code: what the
    card network said (docs.stripe.com/declines/codes).
    """


class OAuthError(ConnectError):
    """A no of OAuth, in its own form: `error` and `error_description`.

    redirect_url: where to send the browser with it; None where it must be shown instead.
    """

    def __init__(self, denied: Denied, redirect_url: str | None = None) -> None:
        status = 401 if denied.error == "invalid_client" else 400
        super().__init__(denied.description, http_status=status, type=denied.error)
        self.error, self.error_description = denied
        self.redirect_url = redirect_url
        self.code = denied.error
        self.may_pass_later = False
        self.json_body = {"error": self.error, "error_description": self.error_description}


class InvalidClientError(OAuthError):
    """`invalid_client`: no such application, or it is not connected to the account."""


class InvalidGrantError(OAuthError):
    """`invalid_grant`: the code or token is none, has expired, was used or revoked."""


class InvalidScopeError(OAuthError):
    """`invalid_scope`: the scope is none, or more than was granted."""


class OAuthInvalidRequestError(OAuthError):
    """`invalid_request`: a parameter is missing or wrong."""


class UnsupportedGrantTypeError(OAuthError):
    """`unsupported_grant_type`: neither authorization_code nor refresh_token."""


class UnsupportedResponseTypeError(OAuthError):
    """`unsupported_response_type`: not `code`."""


_OAUTH: dict[str, type[OAuthError]] = {
    "invalid_client": InvalidClientError,
    "invalid_grant": InvalidGrantError,
    "invalid_request": OAuthInvalidRequestError,
    "invalid_scope": InvalidScopeError,
    "unsupported_grant_type": UnsupportedGrantTypeError,
    "unsupported_response_type": UnsupportedResponseTypeError,
}


def oauth_error(denied: Denied, redirect_url: str | None = None) -> OAuthError:
    """The error of a no of OAuth."""
    return _OAUTH.get(denied.error, OAuthError)(denied, redirect_url)


class IdempotencyError(ConnectError):
    """A key was used for another request before, or its first request is still at work."""


class PermissionError(ConnectError):
    """The account named by account= is not one of this platform."""


class RateLimitError(ConnectError):
    """Somebody else has the object locked: the same request may be repeated."""


class APIError(ConnectError):
    """The library or its store failed; nothing of the request has taken effect."""


class APIConnectionError(APIError):
    """The store cannot be reached; nothing of the request has taken effect."""


class ProcessorError(APIError):
    """The processor's list cannot be had; nothing has been compared or changed."""


class KeysUnavailableError(APIConnectionError):
    """The key provider did not answer; nothing of the request has taken effect."""


class SealError(APIError):
    """Personal data does not open: its key is missing or another, or it has been altered."""


class OutcomeUnknown(ConnectError):
    """The store failed during COMMIT: the request has taken effect wholly, or not at all.

    Repeating it under the same idempotency key tells which; without a key, look first.
    """


class RetryTransaction(ConnectError):
    """Inside `connect.transaction()`: roll back and repeat your block."""


class TransactionError(ConnectError):
    """The transaction given to `connect.transaction()` cannot be joined."""


class ConfigurationError(ConnectError):
    """The engine cannot be set up like this."""


class MissingExtra(ConfigurationError):
    """A package that this needs is not installed. `hint` installs it."""


class SchemaError(ConfigurationError):
    """The database has no schema of ours, or one of another release. `hint` mends it."""


#: The same, by what is to be done about it.
MigrationNeeded = SchemaError


def open_or_raise(engine: Engine) -> None:
    """Refuse a client that has been closed."""
    if engine.is_closed:
        raise ConfigurationError(
            "This client has been closed.", hint="open another one, or close it later"
        )


_BY_STATUS: dict[int, type[ConnectError]] = {
    402: CardError,
    403: PermissionError,
    429: RateLimitError,
    503: APIError,
}


def error_of(refused: Refused) -> ConnectError:
    """The error of a refusal: its class as in Stripe's SDK, by type and status."""
    status = http_status(refused)
    kind = refused.why.type
    made: type[ConnectError] = _BY_STATUS.get(status, InvalidRequestError)
    if kind == "idempotency_error":
        made = IdempotencyError
    elif refused.why is Why.CARD_DECLINED:
        made = CardError
    elif refused.why is Why.BALANCE_INSUFFICIENT:
        made = BalanceInsufficient
    return made(refused.message, hint=refused.hint, refused=refused, http_status=status, type=kind)


def _locked(error: Exception) -> ConnectError:
    return RateLimitError(
        "This object cannot be accessed right now because another API request or Stripe process"
        f" is currently accessing it. ({error})",
        hint="repeat the request",
        http_status=429,
        type="invalid_request_error",
    )


def _repeat(error: Exception) -> ConnectError:
    return RetryTransaction(
        f"The block cannot go on: {error}",
        hint="roll back and repeat your block; nothing of it has taken effect",
        http_status=429,
        type="invalid_request_error",
    )


def _unreachable(error: Exception) -> ConnectError:
    return APIConnectionError(
        f"The store cannot be reached: {error}", hint="nothing has taken effect; try again"
    )


#: What the floors below raise -> what is raised here, most special first.
_RAISED: list[tuple[type[Exception], Callable[[Any], ConnectError]]] = [
    (Invalid, lambda error: error_of(error.refused)),
    (SchemaMismatch, lambda error: SchemaError(str(error), hint=error.command)),
    (
        OutcomeUnknownFault,
        lambda error: OutcomeUnknown(
            f"The store failed during COMMIT: {error}",
            hint="repeat the call with the same idempotency key; without one, look whether it"
            " has taken effect first",
        ),
    ),
    (Contention, _locked),
    (Race, _locked),
    (Stale, _locked),
    (Unavailable, _unreachable),
    (StoreFault, lambda error: APIError(f"The store failed: {error}")),
    (
        NotListed,
        lambda error: ProcessorError(
            f"The processor's list cannot be had: {error}.",
            hint="nothing has been compared; ask again later, or for a shorter period",
        ),
    ),
    (KeysUnavailable, lambda error: KeysUnavailableError(str(error), hint=error.hint)),
    (KeyFault, lambda error: SealError(str(error), hint=error.hint)),
    (
        SealedWorld,
        lambda error: ConfigurationError(
            str(error), hint="pass keys= with the keys it was opened with before"
        ),
    ),
    (FilesFault, lambda error: APIError(f"The file store failed: {error}.")),
    (
        NoFileStore,
        lambda error: ConfigurationError(
            str(error), hint="open it with files=connectlib.DirectoryFiles(path)"
        ),
    ),
    (NotJoinable, lambda error: TransactionError(str(error), http_status=400)),
    (RatesError, lambda error: ConfigurationError(str(error), hint=error.hint)),
    (MissingPackage, lambda error: MissingExtra(str(error), hint=error.hint)),
    (Misconfigured, lambda error: ConfigurationError(str(error), hint=error.hint)),
    (
        ClockBehind,
        lambda error: ConfigurationError(
            str(error), hint="pass clock=VirtualClock(), or open another platform="
        ),
    ),
    (
        WorldMismatch,
        lambda error: ConfigurationError(
            str(error), hint=f"pass country={error.world.country!r}, or another platform="
        ),
    ),
]


def raised(error: Exception, *, joined: bool = False) -> ConnectError | None:
    """The public error of what a floor below raised; None for what is a bug."""
    if joined and isinstance(error, Contention | Race | Stale):
        return _repeat(error)
    for kind, make in _RAISED:
        if isinstance(error, kind):
            return make(error)
    return None
