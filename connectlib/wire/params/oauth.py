"""Parameters of OAuth. What is wrong is told in the form of OAuth, never in that of the API."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from connectlib.core.account_commands import CreateAccount
from connectlib.core.countries import DEFAULT_CURRENCY
from connectlib.core.drafts import encode
from connectlib.core.oauth import SCOPES, Denied, client_id
from connectlib.core.urls import is_web_address, refuse_url, with_query
from connectlib.wire.errors import Invalid
from connectlib.wire.params import accounts
from connectlib.wire.params.values import shown, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectlib.core.rows import World

_STATE_MAX = 500
_TEXT_MAX = 5_000
#: Parameters of a request for authorisation that say how the page looks: they are passed on.
_LOOKS = ("stripe_landing", "always_prompt", "suggested_capabilities[]")
#: Parameters that a request may have beside these and `stripe_user[...]`.
_KNOWN = ("client_id", "response_type", "scope", "redirect_uri", "state")
#: `stripe_user[business_type]` -> business_type of an account.
_TYPES = {
    "sole_prop": "individual",
    "individual": "individual",
    "corporation": "company",
    "company": "company",
    "llc": "company",
    "partnership": "company",
    "non_profit": "non_profit",
}
#: `stripe_user[...]` -> the field of business_profile that it fills.
_PROFILE = {
    "business_name": "name",
    "phone_number": "support_phone",
    "product_description": "product_description",
    "url": "url",
}


class DeniedError(Exception):
    """A request that cannot be, in the form of OAuth. redirect_url: where a browser is sent."""

    def __init__(self, denied: Denied, redirect_url: str | None = None) -> None:
        super().__init__(denied.description)
        self.denied = denied
        self.redirect_url = redirect_url


class AuthorizationRequest(NamedTuple):
    """What a platform asks the owner of an account: show it, and ask for a yes or no.

    redirect_uri: where the browser goes then; None where the platform has named no address.
    stripe_user: what to fill into the form of a new account.
    """

    client_id: str
    scope: str
    redirect_uri: str | None
    state: str | None
    stripe_user: dict[str, str]


def address(hosted: str, given: dict[str, Any], world: World, redirects: tuple[str, ...]) -> str:
    """The address that a browser is sent to, to ask the owner. Raises DeniedError."""
    user = given.pop("stripe_user", None) or {}
    if not isinstance(user, dict):
        raise _invalid(f"Invalid stripe_user: {shown(user)}")
    values = {name: value for name, value in given.items() if value is not None}
    values.setdefault("client_id", client_id(world.account))
    values.setdefault("response_type", "code")
    pairs = [(name, _written(value)) for name, value in values.items()]
    pairs += [(f"stripe_user[{name}]", _written(value)) for name, value in user.items()]
    for name, _ in pairs:
        if name not in (*_KNOWN, *_LOOKS) and not name.startswith("stripe_user["):
            raise _invalid(f"Received unknown parameter: {shown(name)}")
    query = urlencode(pairs)
    found = f"{hosted}/oauth/authorize?{query}"
    request(found, world, redirects)
    return found


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and len(value) <= _TEXT_MAX:
        return value
    raise _invalid(f"Invalid string: {shown(value)}")


def request(url: object, world: World, redirects: tuple[str, ...]) -> AuthorizationRequest:
    """What a browser asks for with an address. Raises DeniedError.

    Where the client or the address to go back to is wrong, the browser is sent nowhere.
    """
    values = _query(url)
    if values.get("client_id") != client_id(world.account):
        asked = values.get("client_id")
        if asked is None:
            raise _invalid("No client_id was given.")
        raise DeniedError(Denied("invalid_client", f"No such application: '{shown(asked)}'"))
    redirect_uri = _redirect(values.get("redirect_uri"), world, redirects)
    state = values.get("state")
    if state is not None and (len(state) > _STATE_MAX or not state.isprintable()):
        raise _invalid(f"The state has at most {_STATE_MAX} printable characters.")

    def sent_back(error: str, text: str) -> DeniedError:
        denied = Denied(error, text)
        return DeniedError(denied, answer_url(redirect_uri, state, denied=denied))

    kind = values.get("response_type")
    if kind is None:
        raise sent_back("invalid_request", "No response_type was given.")
    if kind != "code":
        text = f"The response_type {shown(kind)} is not supported: use code."
        raise sent_back("unsupported_response_type", text)
    scope = values.get("scope") or "read_only"
    if scope not in SCOPES:
        text = f"The scope {shown(scope)} is not one of {', '.join(SCOPES)}."
        raise sent_back("invalid_scope", text)
    user = {
        name.removeprefix("stripe_user[").removesuffix("]"): value
        for name, value in values.items()
        if name.startswith("stripe_user[") and name.endswith("]")
    }
    return AuthorizationRequest(values["client_id"], scope, redirect_uri, state, user)


def _query(url: object) -> dict[str, str]:
    if not isinstance(url, str) or is_web_address(url) is None:
        raise _invalid("This is no address of a request: pass the URL that the browser asked for.")
    values: dict[str, str] = {}
    for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        if name in values and name in _KNOWN:
            raise _invalid(f"The parameter {name} was given more than once.")
        values[name] = value
    return values


def _redirect(given: str | None, world: World, redirects: tuple[str, ...]) -> str | None:
    if given is None:
        return redirects[0] if redirects else None
    refused = refuse_url(given, "redirect_uri", livemode=bool(world.livemode))
    if refused is not None:
        raise _invalid(f"Invalid redirect URI: {refused.message}")
    if given not in redirects:
        raise _invalid(
            f"Invalid redirect URI '{shown(given)}'. It must be exactly one of redirect_uris, which"
            " the client was opened with."
        )
    return given


def _invalid(text: str) -> DeniedError:
    return DeniedError(Denied("invalid_request", text))


def answer_url(
    redirect_uri: str | None,
    state: str | None,
    *,
    denied: Denied | None = None,
    code: str | None = None,
    scope: str | None = None,
) -> str | None:
    """Where a browser goes with an answer; None where the platform has named no address."""
    if redirect_uri is None:
        return None
    values = {"state": state, "scope": scope, "code": code}
    if denied is not None:
        values |= {"error": denied.error, "error_description": denied.description}
    return with_query(redirect_uri, {k: v for k, v in values.items() if v is not None})


def decision(allow: object, user: object) -> None:
    """Refuse a decision that is neither yes nor no, or a form that is none. Raises DeniedError."""
    if not isinstance(allow, bool):
        raise _invalid(f"allow is True or False, not {shown(allow)}.")
    if user is not None and not isinstance(user, dict):
        raise _invalid(f"Invalid stripe_user: {shown(user)}")


def prefilled(given: Mapping[str, object]) -> CreateAccount:
    """A new Standard account out of what the form was filled with; what is wrong is left out.

    (docs.stripe.com/connect/oauth-reference, `stripe_user`: invalid values are ignored.)
    """
    user = {name: value for name, value in given.items() if isinstance(value, str)}
    country = user.get("country", "").upper()
    made = CreateAccount(
        country if country in DEFAULT_CURRENCY else None,
        business_type=_TYPES.get(user.get("business_type", "")),
    )
    with suppress(Invalid):
        made = made._replace(email=accounts.create({"email": user.get("email")}).email)
    profile = {}
    for name, field in _PROFILE.items():
        if name in user and (name != "url" or is_web_address(user[name])):
            try:
                accounts.create({"business_profile": {field: user[name]}})
            except Invalid:
                continue
            profile[field] = user[name]
    return made._replace(details=encode({"business_profile": profile} if profile else {}))


class Asked(NamedTuple):
    """What `oauth.token` asks for. is_code: whether `token` is a code, else a refresh token."""

    token: str
    is_code: bool
    scope: str | None


#: grant_type -> the parameter that goes with it.
GRANTS = {"authorization_code": "code", "refresh_token": "refresh_token"}


def token(given: dict[str, Any]) -> Asked:
    """What `oauth.token` asks for. Raises DeniedError."""
    values = {name: value for name, value in given.items() if value is not None}
    kind, scope = values.pop("grant_type", None), values.pop("scope", None)
    if kind is None:
        raise _invalid("No grant type specified.")
    if not isinstance(kind, str) or kind not in GRANTS:
        text = f"The grant type {shown(kind)} is not one of {', '.join(GRANTS)}."
        raise DeniedError(Denied("unsupported_grant_type", text))
    name = GRANTS[kind]
    found = values.pop(name, None)
    if found is None:
        raise _invalid(f"No {name} was given.")
    for other in values:
        raise _invalid(f"Received unknown parameter: {shown(other)}")
    if scope is not None and (not isinstance(scope, str) or scope not in SCOPES):
        text = f"The scope {shown(scope)} is not one of {', '.join(SCOPES)}."
        raise DeniedError(Denied("invalid_scope", text))
    try:
        return Asked(text_of(found, name), kind == "authorization_code", scope)
    except Invalid as invalid:
        raise _invalid(f"{name}: {invalid.refused.message}") from None


def disconnected(client: object, account: object, world: World) -> str:
    """The account that `oauth.deauthorize` names. Raises DeniedError."""
    for name, value in (("client_id", client), ("stripe_user_id", account)):
        if value is None:
            raise _invalid(f"No {name} was given.")
    if client != client_id(world.account):
        raise DeniedError(Denied("invalid_client", f"No such application: '{shown(client)}'"))
    try:
        return text_of(account, "stripe_user_id")
    except Invalid as invalid:
        raise _invalid(f"stripe_user_id: {invalid.refused.message}") from None
