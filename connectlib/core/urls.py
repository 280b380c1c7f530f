"""Addresses that people are sent to: absolute, of the web, and in live mode over HTTPS."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from connectlib.core.refusals import Refused, Why

URL_MAX = 5_000


def is_web_address(text: str) -> str | None:
    """The scheme of an address, http or https; None for what is no address of the web.

    Without a name and password in it, spaces, or letters that browsers read in several ways.
    """
    if len(text) > URL_MAX or not text.isascii() or not text.isprintable():
        return None
    if any(letter in text for letter in ' "<>\\^`{|}'):
        return None
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    return parts.scheme


def refuse_url(text: str, param: str, *, livemode: bool) -> Refused | None:
    """Why people cannot be sent to an address (error code `url_invalid`)."""
    scheme = is_web_address(text)
    if scheme is None:
        return Refused(
            Why.URL_INVALID,
            "Not a valid URL.",
            param,
            "pass an absolute URL such as https://example.com/connect, without a user name",
        )
    if livemode and scheme != "https":
        return Refused(
            Why.URL_INVALID,
            "Livemode requests must always be redirected via HTTPS.",
            param,
            "use https; http is for test mode only",
        )
    return None


def with_query(url: str, values: dict[str, str]) -> str:
    """An address with further values in its query."""
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *values.items()])
    return urlunsplit(parts._replace(query=query, fragment=""))
