"""Refunds: found by the key in their metadata, so that none is ever made twice."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from cachetools import LRUCache

from connectlib.adapters.processors.stripe import answers
from connectlib.adapters.processors.stripe.answers import at, text_at
from connectlib.adapters.processors.stripe.params import KEY
from connectlib.adapters.processors.stripe.transport import NoAnswer, Refused

if TYPE_CHECKING:
    from connectlib.adapters.processors.stripe.intents import Intents
    from connectlib.adapters.processors.stripe.transport import Transport
    from connectlib.ports.processor import RefundAnswer, RefundRequest

_REMEMBERED = 50_000


class Refunds:
    """Refunds asked one at a time. Raises NoAnswer for what is unknown."""

    def __init__(self, transport: Transport, intents: Intents) -> None:
        self._transport = transport
        self._intents = intents
        self._ids: LRUCache[str, str] = LRUCache(_REMEMBERED)
        self._lock = threading.Lock()

    def refund(self, request: RefundRequest) -> RefundAnswer:
        """Give back, unless it has been; then say what became of it.

        A refund may be pending for days, and Stripe forgets keys after one: so the refunds of
        the intent are looked through first, each time that the id is not remembered.
        """
        with self._lock:
            id_: str | None = self._ids.get(request.key)
        if id_ is not None:
            return answers.returned(self._get(id_), request)
        intent = self._intents.id_of(request.charge_key)
        made = self._made(intent, request.key)
        if made is None:
            try:
                made = self._make(intent, request)
            except Refused as no:
                if no.key_reused:
                    raise NoAnswer(f"the key is in use for something else: {no}") from no
                return answers.not_returned(no.error)
        id_ = text_at(made, "id")
        if id_ is None:
            raise NoAnswer("Stripe answered without an id")
        with self._lock:
            self._ids[request.key] = id_
        return answers.returned(made, request)

    def _made(self, intent: str, key: str) -> dict[str, Any] | None:
        pages = self._transport.pages(
            lambda v1, page: v1.refunds.list({"payment_intent": intent, **page})
        )
        return next((one for one in pages if at(one, "metadata", KEY) == key), None)

    def _make(self, intent: str, request: RefundRequest) -> dict[str, Any]:
        params = {
            "payment_intent": intent,
            "amount": request.amount,
            "metadata": {KEY: request.key},
        }
        options = {"idempotency_key": request.key}
        return self._transport.ask(lambda v1: v1.refunds.create(params, options)).object

    def _get(self, id_: str) -> dict[str, Any]:
        try:
            return self._transport.ask(lambda v1: v1.refunds.retrieve(id_)).object
        except Refused as no:
            raise NoAnswer(f"{id_} cannot be read: {no}") from no
