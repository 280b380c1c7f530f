"""A server that speaks Stripe's API v1 over HTTP: forms in, JSON out, idempotency keys, faults.

It behaves as the documents say and no better: the first answer of a key is kept, failures too,
and replayed as it was; search is late where it is told to be; answers are lost on demand.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from tests.stripe_books import Books, Refusal, invalid

API_KEY, WEBHOOK_SECRET = "sk_test_good", "whsec_of_the_tests"


class Kept(NamedTuple):
    """The first answer of an idempotency key; None while it is being made."""

    asked: str
    answer: tuple[int, dict] | None
    request: str


class StripeServer:
    """One account at Stripe. `url` is where it is; `requests` and `forms` are what has been asked.

    search: what its index does: "fresh", "late" (finds nothing yet) or "refused". lateness: of
    an answer that is late, in seconds.
    """

    def __init__(self) -> None:
        self.books = Books()
        self.requests: list[str] = []
        self.forms: list[dict] = []
        self.keys: dict[str, Kept] = {}
        self.search = "fresh"
        self.lateness = 0.4
        self.lock = threading.RLock()
        self._faults: list[tuple[str, str]] = []
        self._numbers = itertools.count(1)
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._http.daemon_threads = True
        self._http.stripe = self
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def fail(self, what: str, on: str = "") -> None:
        """Let the next request whose `METHOD /path` has `on` in it go wrong.

        drop_request, drop_answer, late (the answer comes after `lateness`), trickle (byte by
        byte), garbage, list (JSON, but no object), redirect, 409, 429, 401, 403, 500 (nothing
        done), done (done, but the answer is 500), lie (done, but with another amount).
        """
        self._faults.append((what, on))

    def fault(self, asked: str) -> str:
        with self.lock:
            for place, (what, on) in enumerate(self._faults):
                if on in asked:
                    del self._faults[place]
                    return what
        return ""

    def reset(self) -> None:
        """Another account, new and without faults."""
        self.books, self.search = Books(), "fresh"
        self.keys.clear()
        self.requests.clear()
        self.forms.clear()
        self.mend()

    def mend(self) -> None:
        """Nothing goes wrong from now on."""
        self._faults.clear()

    def forget_keys(self) -> None:
        """A day goes by."""
        self.keys.clear()

    def asked(self, part: str = "") -> int:
        """How many requests had this in their `METHOD /path`."""
        return sum(part in one for one in self.requests)

    def message(self, kind: str, about: dict, *, at: float | None = None, **more):
        """An event as it is delivered: its body and headers, signed."""
        number = next(self._numbers)
        event = {"id": f"evt_{number}", "object": "event", "type": kind, "api_version": "x",
                 "created": self.books.now, "data": {"object": about}, **more}  # fmt: skip
        return self.signed(json.dumps(event).encode(), at=at)

    def signed(self, body: bytes, *, at: float | None = None):
        stamp = int(time.time() if at is None else at)
        text = f"{stamp}.".encode() + body
        signature = hmac.new(WEBHOOK_SECRET.encode(), text, hashlib.sha256).hexdigest()
        return body, {"Stripe-Signature": f"t={stamp},v1={signature}"}

    # ---- answering ----

    def answer(self, asked: str, form: dict, key: str | None, fault: str):
        """(status, body, headers) of one request; None where it is lost on its way."""
        number = f"req_{next(self._numbers)}"
        if fault == "drop_request":
            return None
        early = _EARLY.get(fault)
        if early is not None:
            return early[0], {"error": early[1]}, {"Request-Id": number}
        if key is None or not asked.startswith("POST"):
            return *self._done(asked, form, fault)[:2], {"Request-Id": number}
        return self._once(asked, form, key, fault, number)

    def _once(self, asked: str, form: dict, key: str, fault: str, number: str):
        print_of = json.dumps([asked, form], sort_keys=True)
        with self.lock:
            kept = self.keys.get(key)
            if kept is None:
                self.keys[key] = Kept(print_of, None, number)
        if kept is not None and kept.asked != print_of:
            message = "Keys for idempotent requests can only be used with the same parameters."
            error = {"type": "idempotency_error", "message": message}
            return 400, {"error": error}, {"Request-Id": number}
        if kept is not None and kept.answer is None:
            return *_IN_USE, {"Request-Id": number}
        if kept is not None:
            again = {"Idempotent-Replayed": "true", "Original-Request": kept.request}
            return *kept.answer, again | {"Request-Id": number}
        status, body, keep = self._done(asked, form, fault)
        with self.lock:
            if keep:
                self.keys[key] = Kept(print_of, (status, body), number)
            else:
                del self.keys[key]
        return status, body, {"Request-Id": number, "Original-Request": number}

    def _done(self, asked: str, form: dict, fault: str) -> tuple[int, dict, bool]:
        if fault == "500":
            return *_BROKEN, True
        with self.lock:
            try:
                status, body, keep = 200, self._routed(asked, form), True
            except Refusal as no:
                status, body, keep = no.status, {"error": no.error}, no.kept
            body = json.loads(json.dumps(body))
        if fault == "done":
            return *_BROKEN, True
        if fault == "lie":
            body = body | {"amount": 1, "amount_received": 1, "amount_capturable": 1}
        return status, body, keep

    def _routed(self, asked: str, form: dict):
        for pattern, serve in _ROUTES:
            found = re.fullmatch(pattern, asked)
            if found:
                return _expanded(self.books, serve(self, form, *found.groups()), form)
        raise Refusal(404, {"type": "invalid_request_error", "message": f"No such URL: {asked}"})

    def listed(self, noun: str, form: dict, only=lambda _: True) -> dict:
        made = form.get("created", {})
        found = [
            one for one in self.books.all(noun)
            if int(made.get("gte", 0)) <= one["created"] < int(made.get("lt", 1 << 60))
            and only(one)
        ]  # fmt: skip
        if "starting_after" in form:
            ids = [one["id"] for one in found]
            found = found[ids.index(form["starting_after"]) + 1 :]
        limit = int(form.get("limit", 10))
        return {"object": "list", "data": found[:limit], "has_more": len(found) > limit,
                "url": "/v1/x"}  # fmt: skip

    def searched(self, form: dict) -> dict:
        if self.search == "refused":
            raise invalid("Search is not available in your country.")
        found = self.books.search(form["query"]) if self.search == "fresh" else []
        return {"object": "search_result", "data": found, "has_more": False, "url": "/v1/x"}

    def refunds(self, form: dict) -> dict:
        intent = form.get("payment_intent")
        return self.listed("refund", form, lambda one: intent in {None, one["payment_intent"]})


_BROKEN = (500, {"error": {"type": "api_error", "message": "Something broke."}})
_IN_USE = (
    409,
    {"error": {"type": "invalid_request_error", "code": "idempotency_key_in_use",
               "message": "There is another request under way with this key."}},
)  # fmt: skip
#: Answers that are given before anything is looked at, and not kept.
_EARLY = {
    "409": (409, _IN_USE[1]["error"]),
    "429": (429, {"type": "invalid_request_error", "code": "lock_timeout",
                  "message": "This object cannot be accessed right now."}),
    "401": (401, {"type": "invalid_request_error", "message": "Invalid API Key provided."}),
    "403": (403, {"type": "invalid_request_error", "message": "The key lacks a permission."}),
}  # fmt: skip

_ROUTES: list[tuple[str, Callable]] = [
    (r"POST /v1/payment_intents", lambda s, form: s.books.make_intent(form)),
    (r"GET /v1/payment_intents", lambda s, form: s.listed("payment_intent", form)),
    (r"GET /v1/payment_intents/search", lambda s, form: s.searched(form)),
    (r"GET /v1/payment_intents/(\w+)", lambda s, _, id_: s.books.look(id_, "payment_intent")),
    (
        r"POST /v1/payment_intents/(\w+)/(capture|cancel)",
        lambda s, form, id_, verb: getattr(s.books, verb)(s.books.get(id_, "payment_intent"), form),
    ),
    (
        r"POST /v1/(payment|setup)_intents/(\w+)/verify_microdeposits",
        lambda s, form, noun, id_: s.books.verify(s.books.get(id_, f"{noun}_intent"), form),
    ),
    (r"POST /v1/setup_intents", lambda s, form: s.books.make_setup(form)),
    (r"GET /v1/setup_intents/(\w+)", lambda s, _, id_: s.books.look(id_, "setup_intent")),
    (r"POST /v1/refunds", lambda s, form: s.books.make_refund(form)),
    (r"GET /v1/refunds", lambda s, form: s.refunds(form)),
    (r"GET /v1/refunds/(\w+)", lambda s, _, id_: s.books.look(id_, "refund")),
    (r"GET /v1/payment_methods/(\w+)", lambda s, _, id_: s.books.get(id_, "payment_method")),
    (r"GET /v1/tokens/(\w+)", lambda s, _, id_: s.books.get(id_, "token")),
    (r"POST /v1/customers", lambda s, form: s.books.make_customer(form)),
]


def _expanded(books: Books, shown: dict, form: dict) -> dict:
    if "latest_charge" in form.get("expand", {}).values() and shown.get("latest_charge"):
        return shown | {"latest_charge": books.objects[shown["latest_charge"]]}
    return shown


def _form(text: str) -> dict:
    """`a[b][0]=x` as nested dictionaries."""
    made: dict = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        *path, last = re.findall(r"[^\[\]]+", name)
        place = made
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return made


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_words) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve("GET", urlsplit(self.path).query)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self._serve("POST", self.rfile.read(length).decode())

    def _serve(self, verb: str, text: str) -> None:
        stripe: StripeServer = self.server.stripe
        asked = f"{verb} {urlsplit(self.path).path}"
        stripe.requests.append(asked)
        fault = stripe.fault(asked)
        if self.headers.get("Authorization") != f"Bearer {API_KEY}":
            fault = "401"
        form = _form(text)
        stripe.forms.append(form)
        answer = stripe.answer(asked, form, self.headers.get("Idempotency-Key"), fault)
        if answer is None or fault == "drop_answer":
            self.close_connection = True
            return
        if fault == "late":
            time.sleep(stripe.lateness)
        status, body, headers = answer
        if fault == "redirect":
            status, headers = 302, headers | {"Location": f"{stripe.url}/v1/elsewhere"}
        shown = {"garbage": b"<html>", "list": b"[1]"}.get(fault) or json.dumps(body).encode()
        self._send(status, shown, headers, slowly=fault == "trickle")

    def _send(self, status: int, shown: bytes, headers: dict, *, slowly: bool) -> None:
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(shown)))
            self.end_headers()
            for place in range(len(shown) if slowly else 0):
                self.wfile.write(shown[place : place + 1])
                time.sleep(0.02)
            if not slowly:
                self.wfile.write(shown)
        except OSError:
            self.close_connection = True  # who asked has given up
