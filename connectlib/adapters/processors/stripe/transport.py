"""The way to Stripe: the official SDK, bounded in time, its many errors made three.

What comes back is a `Reply`, a definite no (`Refused`) or nothing definite (`NoAnswer`). The
SDK is imported in here and nowhere else.
"""

from __future__ import annotations

import logging
import os
import threading
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from connectlib.adapters.clock import monotonic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_log = logging.getLogger("connectlib.processors.stripe")

#: Characters of a reason that are kept, and bytes of a body that are read at once.
_REASON_MAX, _CHUNK = 300, 65_536
#: Objects on a page, at most.
_PAGE = 100
#: Hosts to which a key may go unencrypted.
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class MissingSdk(ModuleNotFoundError):
    """The SDK is not installed."""


class StripeFault(Exception):
    """Stripe could not be asked, or refuses the API key."""


class NoAnswer(Exception):
    """Nothing definite is known. replayed: what Stripe once answered under the same key."""

    def __init__(self, reason: str, *, replayed: bool = False) -> None:
        super().__init__(reason[:_REASON_MAX])
        self.replayed = replayed


class Refused(Exception):
    """A definite no: Stripe's error object, and whether it was answered before."""

    def __init__(self, error: Mapping[str, Any], *, replayed: bool = False) -> None:
        super().__init__(str(error.get("message"))[:_REASON_MAX])
        self.error = error
        self.replayed = replayed

    @property
    def key_reused(self) -> bool:
        """Whether it only says that the key was used for something else."""
        return self.error.get("type") == "idempotency_error"


class Reply(NamedTuple):
    """An object of Stripe. replayed: it shows how things stood when first asked."""

    object: dict[str, Any]
    replayed: bool


def load() -> Any:
    """The SDK.

    Raises MissingSdk.
    """
    try:
        return import_module("stripe")
    except ModuleNotFoundError as error:
        raise MissingSdk(
            f'StripeProcessor needs the package {error.name}: pip install "connectlib[stripe]"',
            name=error.name,
        ) from error


class Turns:
    """One key is asked about by one thread at a time: Stripe refuses the second."""

    def __init__(self) -> None:
        self._busy: set[tuple[int, str]] = set()
        self._free = threading.Condition()

    @contextmanager
    def of(self, key: str, *, timeout_s: float) -> Iterator[None]:
        """Wait for a key to be free; then it is ours.

        Raises NoAnswer where it is not in time.
        """
        name = (os.getpid(), key)  # threads that a fork has left behind hold nothing
        with self._free:
            if not self._free.wait_for(lambda: name not in self._busy, max(timeout_s, 0)):
                raise NoAnswer("another thread is asking about this key")
            self._busy.add(name)
        try:
            yield
        finally:
            with self._free:
                self._busy.discard(name)
                self._free.notify_all()


class Transport:
    """Calls of the SDK, from any thread and after a fork.

    timeout_s: for one HTTP request, its answer included. deadline_s: for all that one call of
    the port asks; what has not been asked by then is not asked.
    """

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str | None,
        timeout_s: float,
        deadline_s: float,
        max_network_retries: int,
        client: Any = None,
    ) -> None:
        if timeout_s <= 0 or deadline_s <= 0:
            raise ValueError("timeout_s and deadline_s must be above 0")
        _check_url(base_url)
        self.sdk = load()
        self._api_key = api_key
        self._addresses = {"api": base_url.rstrip("/")} if base_url else {}
        self._timeout_s = timeout_s
        self._deadline_s = deadline_s
        self._retries = max_network_retries
        self._given = client is not None
        self._client = client
        self._pid = -1
        self._lock = threading.Lock()
        self._local = threading.local()

    @contextmanager
    def within(self) -> Iterator[None]:
        """All that is asked inside shares one deadline."""
        self._local.until = monotonic() + self._deadline_s
        try:
            yield
        finally:
            self._local.until = None

    def left(self) -> float:
        """Seconds that the next request may take; none or less when it is too late."""
        until = getattr(self._local, "until", None)
        return self._timeout_s if until is None else min(self._timeout_s, until - monotonic())

    def ask(self, call: Callable[[Any], Any]) -> Reply:
        """Ask once; `call` is given the services of API v1.

        Raises Refused, NoAnswer.
        """
        if self.left() <= 0:
            raise NoAnswer("not asked: the time for this call is over")
        try:
            found = call(self._services())
        except self.sdk.StripeError as error:
            raise self._translated(error) from error
        if not hasattr(found, "to_dict"):
            raise NoAnswer("Stripe answered with something that is not an object")
        answer = getattr(found, "last_response", None)
        return Reply(found.to_dict(), _replayed(answer.headers if answer else {}))

    def pages(self, listed: Callable[[Any, dict[str, Any]], Any]) -> Iterator[dict[str, Any]]:
        """All that is on a list; `listed` asks for the page that the parameters name.

        Raises Refused, NoAnswer.
        """
        page: dict[str, Any] = {"limit": _PAGE}
        while True:
            found = self.ask(partial(_page, listed, page)).object
            shown = [one for one in found.get("data") or () if isinstance(one, dict)]
            yield from shown
            if not found.get("has_more"):
                return
            last = shown[-1].get("id") if shown else None
            if last is None or last == page.get("starting_after"):
                raise NoAnswer("a list of Stripe does not end")
            page = {"limit": _PAGE, "starting_after": last}

    def close(self) -> None:
        """Close the connections of this thread."""
        if self._client is not None and not self._given:
            self._session.close()

    def _services(self) -> Any:
        """A process has connections of its own: a TLS session must not be shared by a fork."""
        if self._given:
            return self._client.v1
        with self._lock:
            if self._pid != os.getpid():
                self._session = _Session(self)
                self._client = self.sdk.StripeClient(
                    self._api_key,
                    base_addresses=self._addresses,
                    max_network_retries=self._retries,
                    http_client=self.sdk.RequestsClient(session=self._session),
                )
                self._pid = os.getpid()
            return self._client.v1

    def _translated(self, error: Any) -> Refused | NoAnswer:
        sdk, replayed = self.sdk, _replayed(error.headers or {})
        body = error.json_body
        said = body.get("error") if isinstance(body, dict) else None
        definite = isinstance(error, sdk.CardError | sdk.InvalidRequestError | sdk.IdempotencyError)
        # An address that does not exist says nothing of a payment: base_url is wrong.
        nowhere = error.http_status == 404 and error.code != "resource_missing"
        if definite and isinstance(said, dict) and not nowhere:
            return Refused(said, replayed=replayed)
        reason = f"{type(error).__name__}: {error.user_message or 'no message'}"
        if isinstance(error, sdk.APIConnectionError) and error.__cause__ is not None:
            reason = f"{type(error.__cause__).__name__}: {error.__cause__}"
        if isinstance(error, sdk.AuthenticationError | sdk.PermissionError):
            _log.error("Stripe refuses the API key; nothing is settled until it is mended: %s",
                       error.user_message)  # fmt: skip
            reason = f"the API key is refused: {error.user_message}"
        return NoAnswer(reason, replayed=replayed)


def _page(listed: Callable[[Any, dict[str, Any]], Any], page: dict[str, Any], v1: Any) -> Any:
    return listed(v1, page)


class _Session:
    """What the SDK takes for a `requests.Session`: one for each thread, and bounded in time.

    The time-out of `requests` is for each wait; this one is for the request as a whole.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._requests = import_module("requests")
        self._local = threading.local()

    def request(self, method: str, url: str, **words: Any) -> _Answer:
        """One HTTP request. A redirection is an answer: it is not followed with a key."""
        left = self._transport.left()
        until = monotonic() + left
        session = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = self._requests.Session()
        total = import_module("urllib3.util").Timeout(total=max(left, 0.001))
        words |= {"timeout": total, "stream": True, "allow_redirects": False}
        answer = session.request(method, url, **words)
        try:
            body = self._read(answer.raw, until)
        except BaseException:
            answer.close()
            raise
        return _Answer(body, answer.status_code, answer.headers)

    def _read(self, raw: Any, until: float) -> bytes:
        read = getattr(raw, "read1", raw.read)
        parts: list[bytes] = []
        while part := read(_CHUNK, decode_content=True):
            parts.append(part)
            if monotonic() > until:
                raise self._requests.exceptions.ReadTimeout("the answer did not end in time")
        return b"".join(parts)

    def close(self) -> None:
        """Close the connections of this thread."""
        session = getattr(self._local, "session", None)
        if session is not None:
            session.close()
            self._local.session = None


class _Answer(NamedTuple):
    content: bytes
    status_code: int
    headers: Mapping[str, str]


def _replayed(headers: Mapping[str, str]) -> bool:
    """Whether an answer is the one that was given first under the same key.

    Stripe docs, "Idempotent requests"; a replay names another request as the original.
    """
    known = {name.lower(): value for name, value in headers.items()}
    first = known.get("original-request")
    other = first is not None and first != known.get("request-id")
    return known.get("idempotent-replayed") == "true" or other


def _check_url(base_url: str | None) -> None:
    if base_url is None:
        return
    parts = urlsplit(base_url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return
    raise ValueError("base_url must be https; http only on this machine")
