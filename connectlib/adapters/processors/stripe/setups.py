"""Making sources ready for later: one SetupIntent for each key.

No money moves, so asking again is always safe, also under a key that Stripe has forgotten.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from cachetools import LRUCache

from connectlib.adapters.processors.stripe import answers
from connectlib.adapters.processors.stripe.answers import text_at
from connectlib.adapters.processors.stripe.charges import no_source, proof_key
from connectlib.adapters.processors.stripe.params import proof_params, setup_params, source_of
from connectlib.adapters.processors.stripe.transport import NoAnswer, Refused
from connectlib.ports.processor import Approved, Declined

if TYPE_CHECKING:
    from connectlib.adapters.processors.stripe.params import Source
    from connectlib.adapters.processors.stripe.sources import Sources
    from connectlib.adapters.processors.stripe.transport import Transport
    from connectlib.ports.processor import Answer, SetupRequest

_REMEMBERED = 10_000
_ONCE = Declined(
    "payment_method_invalid_parameter",
    "A token can be used once only; set up a payment method (pm_…).",
    param="payment_method",
)


class Setups:
    """Setups asked one at a time. Raises NoAnswer for what is unknown."""

    def __init__(self, transport: Transport, sources: Sources, *, return_url: str | None) -> None:
        self._transport = transport
        self._sources = sources
        self._return_url = return_url
        self._ids: LRUCache[str, str] = LRUCache(_REMEMBERED)
        self._lock = threading.Lock()

    def set_up(self, request: SetupRequest) -> Answer:
        """Make the intent and confirm it; or, made before, say how it stands."""
        source = source_of(request.source)
        if source is None:
            return no_source(request.source)
        if source.method is None:
            return _ONCE
        try:
            owned = self._sources.adopted(source, request.key)
            intent = self._intent(request, owned)
        except Refused as no:
            if no.key_reused:
                raise NoAnswer(f"the key is in use for something else: {no}") from no
            return answers.declined(no.error)
        answer = self._proven(intent, request)
        if isinstance(answer, Approved):
            self._sources.remember(owned)
        return answer

    def _intent(self, request: SetupRequest, source: Source) -> dict[str, Any]:
        with self._lock:
            known: str | None = self._ids.get(request.key)
        if known is not None:
            return self._get(known)
        params = setup_params(request, source, self._return_url)
        options = {"idempotency_key": request.key}
        made = self._transport.ask(lambda v1: v1.setup_intents.create(params, options))
        id_ = text_at(made.object, "id")
        if id_ is None:
            raise NoAnswer("Stripe answered without an id")
        with self._lock:
            self._ids[request.key] = id_
        return self._get(id_) if made.replayed else made.object

    def _proven(self, intent: dict[str, Any], request: SetupRequest) -> Answer:
        params = proof_params(request.proof) if request.authenticated else None
        if params is None or not answers.wants_deposits(intent):
            return answers.set_up(intent)
        id_ = str(intent["id"])
        options = {"idempotency_key": proof_key(request.key, request.proof or "")}
        try:
            self._transport.ask(
                lambda v1: v1.setup_intents.verify_microdeposits(id_, params, options)
            )
        except Refused as no:
            if answers.may_try_again(no.error):
                return answers.declined(no.error)
        return answers.set_up(self._get(id_))

    def _get(self, id_: str) -> dict[str, Any]:
        return self._transport.ask(lambda v1: v1.setup_intents.retrieve(id_)).object
