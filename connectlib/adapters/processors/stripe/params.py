"""What Stripe is asked: our requests as its parameters, its payment methods as ours.

A source is `pm_…`, `card_…` or `tok_…`; `cus_…/pm_…` names the customer it is attached to.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.ports.processor import Method

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectlib.ports.processor import ChargeRequest, SetupRequest

#: Names of our metadata at Stripe: the key of a charge, refund or setup; the key of a capture;
#: the mark of an intent that only takes a key out of use.
KEY, CAPTURE, SPENT = "connectlib_key", "connectlib_capture", "connectlib_spent"

_SOURCE = re.compile(r"(?:(cus_\w{1,100})/)?((?:pm|card)_\w{1,100})|(tok_\w{1,100})", re.ASCII)
#: What is shown of a card, in this order, and of what its issuer has checked.
_CHECKS = ("address_line1_check", "address_postal_code_check", "cvc_check")
_CARD = ("brand", "country", "exp_month", "exp_year", "funding", "last4")
#: Kind -> where such an account is, for kinds that do not say.
_COUNTRY = {
    "us_bank_account": "US",
    "acss_debit": "CA",
    "au_becs_debit": "AU",
    "bacs_debit": "GB",
    "boleto": "BR",
}
_DETAILS_MAX = 20


class Source(NamedTuple):
    """A source taken apart: a token, or a payment method and perhaps its customer."""

    method: str | None
    token: str | None = None
    customer: str | None = None


def source_of(text: str) -> Source | None:
    """The source that a text names; None where it is none of Stripe's."""
    found = _SOURCE.fullmatch(text)
    return Source(found[2], found[3], found[1]) if found else None


def charge_params(request: ChargeRequest, source: Source, return_url: str | None) -> dict[str, Any]:
    """A PaymentIntent that is confirmed as it is made.

    The same for every asking under a key, or Stripe refuses it: `authenticated` and `proof`
    are not in it.
    """
    params: dict[str, Any] = {
        "amount": request.amount,
        "currency": request.currency,
        "capture_method": "automatic" if request.capture else "manual",
        "confirm": True,
        "expand": ["latest_charge"],
        "metadata": {KEY: request.key},
    }
    if request.off_session:
        params["off_session"] = True
    back = _back(request, return_url)
    return params | _paid_with(source, None if request.off_session else back)


def spent_params(key: str) -> dict[str, Any]:
    """An intent that nobody confirms, so that nothing else can be made under its key.

    The amount is above the smallest charge of every currency it may settle in.
    """
    return {"amount": 1_000, "currency": "usd", "metadata": {KEY: key, SPENT: "1"}}


def setup_params(request: SetupRequest, source: Source, return_url: str | None) -> dict[str, Any]:
    """A SetupIntent that is confirmed as it is made."""
    params: dict[str, Any] = {
        "confirm": True,
        "usage": "off_session" if request.off_session else "on_session",
        "metadata": {KEY: request.key},
    }
    return params | _paid_with(source, _back(request, return_url))


def _back(request: ChargeRequest | SetupRequest, otherwise: str | None) -> str | None:
    """Where the buyer comes back to: the place that the payment names, else one for all."""
    if request.return_url is not None:
        return request.return_url
    return otherwise and otherwise.replace("{key}", request.key)


def _paid_with(source: Source, return_url: str | None) -> dict[str, Any]:
    """Without a place to come back to, methods that send the buyer elsewhere are left out."""
    params: dict[str, Any] = {"automatic_payment_methods": {"enabled": True}}
    if return_url:
        params["return_url"] = return_url
    else:
        params["automatic_payment_methods"]["allow_redirects"] = "never"
    if source.customer:
        params["customer"] = source.customer
    if source.token:
        params["payment_method_data"] = {"type": "card", "card": {"token": source.token}}
    else:
        params["payment_method"] = source.method
    return params


def proof_params(proof: str | None) -> dict[str, Any] | None:
    """What the buyer read off an account statement: two amounts, or a code; None: nothing."""
    try:
        given = json.loads(proof or "null")
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    known = {name: given[name] for name in ("amounts", "descriptor_code") if given.get(name)}
    return known or None


def query(key: str) -> str:
    """The search for what carries a key."""
    return f"metadata['{KEY}']:'{quoted(key)}'"


def quoted(text: str) -> str:
    """A text inside single quotes of the search language."""
    return text.replace("\\", "\\\\").replace("'", "\\'")


def method_of(source: str, shown: Mapping[str, Any], country: str) -> Method:
    """What a payment method or token of Stripe is. country: assumed where it does not say."""
    kind = shown.get("type")
    kind = kind if isinstance(kind, str) else "card"
    own = shown.get(kind)
    details = own if isinstance(own, dict) else {}
    names = _CARD if kind == "card" else sorted(set(details) - {"fingerprint"})[:_DETAILS_MAX]
    checks = details.get("checks")
    said, fingerprint = details.get("country"), details.get("fingerprint")
    return Method(
        source,
        kind,
        said if isinstance(said, str) else _COUNTRY.get(kind, country),
        details=tuple((name, details[name]) for name in names if _plain(details.get(name))),
        fingerprint=fingerprint if isinstance(fingerprint, str) else None,
        checks=tuple((name, checks.get(name)) for name in _CHECKS if _said(checks.get(name)))
        if isinstance(checks, dict)
        else (),
    )


def _said(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _plain(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)
