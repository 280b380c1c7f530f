"""Charges: one PaymentIntent for each key, found again by it."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from connectlib.adapters.processors.stripe import answers
from connectlib.adapters.processors.stripe.answers import at, text_at
from connectlib.adapters.processors.stripe.params import (
    CAPTURE,
    charge_params,
    proof_params,
    source_of,
    spent_params,
)
from connectlib.adapters.processors.stripe.transport import NoAnswer, Refused
from connectlib.ports.processor import Declined, NotCaptured, NotFound, Unknown

if TYPE_CHECKING:
    from connectlib.adapters.processors.stripe.intents import Intents
    from connectlib.adapters.processors.stripe.sources import Sources
    from connectlib.adapters.processors.stripe.transport import Transport
    from connectlib.ports.processor import (
        Answer,
        CaptureAnswer,
        CaptureRequest,
        ChargeRequest,
        LookupAnswer,
        ReleaseAnswer,
        ReleaseRequest,
    )


def no_source(text: str) -> Declined:
    """The answer to a source that is none of Stripe's."""
    words = f"No such PaymentMethod: '{text[:100]}'"
    return Declined("resource_missing", words, param="payment_method")


def proof_key(key: str, proof: str) -> str:
    """The idempotency key of one proof: another one is another try."""
    return f"{key}-proof-{blake2b(proof.encode(), digest_size=8).hexdigest()}"


class Charges:
    """Charges asked one at a time. Every method raises NoAnswer for what is unknown."""

    def __init__(
        self, transport: Transport, intents: Intents, sources: Sources, *, return_url: str | None
    ) -> None:
        self._transport = transport
        self._intents = intents
        self._sources = sources
        self._return_url = return_url

    def authorize(self, request: ChargeRequest) -> Answer:
        """Make the intent and confirm it; or, made before, say how it stands."""
        source = source_of(request.source)
        if source is None:
            return no_source(request.source)
        # An intent that has asked something of the buyer exists, however long ago: looking for
        # it cannot charge twice, as asking again under a key that Stripe has forgotten could.
        if request.authenticated:
            intent = self._intents.find(request.key)
            if intent is not None:
                return self._proven(intent, request)
        try:
            owned = self._sources.owned(source) if request.ready else source
        except Refused as no:
            return answers.declined(no.error)
        params = charge_params(request, owned, self._return_url)
        options = {"idempotency_key": request.key}
        try:
            made = self._transport.ask(lambda v1: v1.payment_intents.create(params, options))
        except Refused as no:
            return self._refused(no, request)
        except NoAnswer as lost:
            return self._lost(lost, request)
        id_ = self._intents.remember(request.key, made.object)
        return answers.charged(self._intents.get(id_) if made.replayed else made.object, request)

    def _refused(self, no: Refused, request: ChargeRequest) -> Answer:
        """A refusal is definite; the intent knows more of it than the error does."""
        if no.key_reused:
            lost = NoAnswer(f"the key is in use for something else: {no}", replayed=True)
            return self._lost(lost, request)
        shown = at(no.error, "payment_intent")
        if text_at(shown, "id") is None:
            return answers.declined(no.error)
        try:
            answer = answers.charged(
                self._intents.get(self._intents.remember(request.key, shown)), request
            )
        except (NoAnswer, Refused):
            answer = Unknown()
        return answers.declined(no.error) if isinstance(answer, Unknown) else answer

    def _lost(self, lost: NoAnswer, request: ChargeRequest) -> Answer:
        """Stripe goes on answering with the failure it answered first: look at the intent."""
        if not lost.replayed:
            raise lost
        intent = self._intents.find(request.key)
        if intent is None:
            raise lost
        return answers.charged(intent, request)

    def _proven(self, intent: dict[str, Any], request: ChargeRequest) -> Answer:
        """How an intent stands, after what the buyer has read off the statement is handed on.

        Whether a buyer has authenticated, Stripe knows by itself.
        """
        params = proof_params(request.proof)
        if params is None or not answers.wants_deposits(intent):
            return answers.charged(intent, request)
        id_ = str(intent["id"])
        options = {"idempotency_key": proof_key(request.key, request.proof or "")}
        try:
            self._transport.ask(
                lambda v1: v1.payment_intents.verify_microdeposits(id_, params, options)
            )
        except Refused as no:
            if answers.may_try_again(no.error):
                return answers.declined(no.error)
        return answers.charged(self._intents.get(id_), request)

    def lookup(self, request: ChargeRequest) -> LookupAnswer:
        """How the intent stands. Nothing is made or moved."""
        intent = self._intents.find(request.key)
        return NotFound() if intent is None else answers.charged(intent, request)

    def capture(self, request: CaptureRequest) -> CaptureAnswer:
        """Take what is held; the key is left in the intent, as a capture has no id of its own."""
        id_ = self._intents.id_of(request.charge_key)
        params = {"amount_to_capture": request.amount, "metadata": {CAPTURE: request.key}}
        options = {"idempotency_key": f"{request.key}-capture"}
        fault: Refused | NoAnswer | None = None
        try:
            made = self._transport.ask(lambda v1: v1.payment_intents.capture(id_, params, options))
            intent = self._intents.get(id_) if made.replayed else made.object
        except Refused as no:
            fault, intent = no, self._intents.get(id_)
        except NoAnswer as lost:
            if not lost.replayed:
                raise
            fault, intent = lost, self._intents.get(id_)
        answer = answers.captured(intent, request)
        nothing = answer is None or isinstance(answer, NotCaptured)
        if nothing and isinstance(fault, Refused) and not fault.key_reused:
            # In the words of the first refusal, which Stripe says again; not of how it stands now.
            refusal = answers.declined(fault.error)
            return NotCaptured(refusal.code, refusal.message)
        return Unknown(str(fault or "still held")) if answer is None else answer

    def release(self, request: ReleaseRequest) -> ReleaseAnswer:
        """Cancel the intent. Without a key, as a stored refusal would be answered for ever."""
        id_ = self._intents.known(request.charge_key) or self._spent(request.charge_key)
        try:
            intent = self._transport.ask(lambda v1: v1.payment_intents.cancel(id_)).object
        except Refused:
            intent = self._intents.get(id_)
        answer = answers.released(intent)
        return Unknown(f"the intent is {intent.get('status')!r}") if answer is None else answer

    def _spent(self, key: str) -> str:
        """Take a key out of use: a request that is still on its way will then be refused.

        Where it has arrived meanwhile, this one is refused, and what it made will be found.
        """
        params, options = spent_params(key), {"idempotency_key": key}
        try:
            made = self._transport.ask(lambda v1: v1.payment_intents.create(params, options))
        except Refused as no:
            raise NoAnswer(f"the payment intent is not found yet: {no}") from no
        return self._intents.remember(key, made.object)
