"""The processor port over Stripe's PaymentIntents, SetupIntents and Refunds.

A charge is one PaymentIntent, made under our key as idempotency key and carrying it in its
metadata. Within a day a repeated request meets the first answer, which Stripe replays as it
was; so a replay is only taken for the id in it, and the intent itself is asked for. Where the
id is not remembered, the intent is found by its metadata, which holds for good.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from connectlib.adapters.processors.stripe.answers import at, int_at, reference, text_at
from connectlib.adapters.processors.stripe.charges import Charges
from connectlib.adapters.processors.stripe.intents import Intents
from connectlib.adapters.processors.stripe.news import news_of
from connectlib.adapters.processors.stripe.params import KEY
from connectlib.adapters.processors.stripe.refunds import Refunds
from connectlib.adapters.processors.stripe.setups import Setups
from connectlib.adapters.processors.stripe.sources import Sources, prepared
from connectlib.adapters.processors.stripe.transport import (
    NoAnswer,
    Refused,
    StripeFault,
    Transport,
    Turns,
)
from connectlib.ports.processor import Taken, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from connectlib.ports.processor import (
        Answer,
        CaptureAnswer,
        CaptureRequest,
        ChargeRequest,
        LookupAnswer,
        Method,
        News,
        RefundAnswer,
        RefundRequest,
        ReleaseAnswer,
        ReleaseRequest,
        SetupRequest,
    )

_log = logging.getLogger("connectlib.processors.stripe")


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


R = TypeVar("R", bound=_Keyed)
A = TypeVar("A")

_SECOND = 1_000_000
#: Bytes of a message, and characters of its signature, that are looked at.
_MESSAGE_MAX, _SIGNATURE_MAX = 1_048_576, 4_096


class StripeProcessor:
    """See `ports.processor.Processor`.

    webhook_secret: of the endpoint whose messages `hear` is given. return_url: where the buyer
    comes back to after authentication; `{key}` in it stands for the key of the charge or setup.
    timeout_s: for one HTTP request. deadline_s: for one call with all its requests; what has
    not been asked by then is unknown. country: assumed of sources that `prepare` has not seen.
    client: a `stripe.StripeClient` of your own, with its own time-outs.

    Raises MissingSdk where the SDK is not installed.
    """

    #: Stripe may forget an idempotency key after a day. (Stripe docs, "Idempotent requests".)
    key_retention = 24 * 3600 * _SECOND

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str | None = None,
        webhook_secret: str | None = None,
        return_url: str | None = None,
        timeout_s: float = 20.0,
        deadline_s: float = 45.0,
        max_network_retries: int = 0,
        country: str = "US",
        client: Any = None,
    ) -> None:
        self._transport = Transport(
            api_key,
            base_url=base_url,
            timeout_s=timeout_s,
            deadline_s=deadline_s,
            max_network_retries=max_network_retries,
            client=client,
        )
        self._webhook_secret = webhook_secret
        self._sources = Sources(self._transport, country=country)
        self._turns = Turns()
        intents = Intents(self._transport)
        self._charges = Charges(self._transport, intents, self._sources, return_url=return_url)
        self._setups = Setups(self._transport, self._sources, return_url=return_url)
        self._refunds = Refunds(self._transport, intents)

    def resolve(self, sources: Sequence[str]) -> list[Method | None]:
        """See `ports.processor.Processor`. What `prepare` has not seen is a card like any."""
        return [self._sources.resolve(source) for source in sources]

    def prepare(self, sources: Sequence[str]) -> list[Method | None]:
        """Ask Stripe what these sources are, so that `resolve` knows; None where it has none.

        A call outside: not inside a transaction. The source of an answer may be longer than
        the one asked about: it names the customer too, and is the one to keep.
        Raises StripeFault.
        """
        return prepared(self._sources, sources)

    def tokenize(self, kind: str, details: Mapping[str, str]) -> Method | None:
        """See `ports.processor.Processor`. Always None: numbers go from the browser to Stripe."""
        return None

    def authorize(self, requests: Sequence[ChargeRequest]) -> list[Answer]:
        """See `ports.processor.Processor`."""
        return self._each(requests, self._charges.authorize)

    def lookup(self, requests: Sequence[ChargeRequest]) -> list[LookupAnswer]:
        """See `ports.processor.Processor`."""
        return self._each(requests, self._charges.lookup)

    def capture(self, requests: Sequence[CaptureRequest]) -> list[CaptureAnswer]:
        """See `ports.processor.Processor`."""
        return self._each(requests, self._charges.capture)

    def release(self, requests: Sequence[ReleaseRequest]) -> list[ReleaseAnswer]:
        """See `ports.processor.Processor`."""
        return self._each(requests, self._charges.release)

    def set_up(self, requests: Sequence[SetupRequest]) -> list[Answer]:
        """See `ports.processor.Processor`."""
        return self._each(requests, self._setups.set_up)

    def refund(self, requests: Sequence[RefundRequest]) -> list[RefundAnswer]:
        """See `ports.processor.Processor`."""
        return self._each(requests, self._refunds.refund)

    def _each(self, requests: Sequence[R], one: Callable[[R], A]) -> list[A | Unknown]:
        """Each request's answer, in order; what goes wrong with one is unknown, and only that.

        A bug is no exception: money may have moved before it showed.
        """
        answers: list[A | Unknown] = []
        with self._transport.within():
            for request in requests:
                try:
                    with self._turns.of(request.key, timeout_s=self._transport.left()):
                        answers.append(one(request))
                except (NoAnswer, Refused) as error:
                    answers.append(Unknown(str(error)))
                except Exception as error:
                    _log.exception("an answer of Stripe was not understood")
                    answers.append(Unknown(f"{type(error).__name__}: {error}"))
        return answers

    def hear(self, payload: bytes, headers: Mapping[str, str]) -> list[News]:
        """See `ports.processor.Processor`. Signed within the last five minutes."""
        if self._webhook_secret is None:
            raise ValueError("no message can be trusted without webhook_secret=")
        if len(payload) > _MESSAGE_MAX:
            raise ValueError(f"a message of {len(payload)} bytes is not one of Stripe's")
        named = {name.lower(): value for name, value in headers.items()}
        signature = named.get("stripe-signature", "")[:_SIGNATURE_MAX]
        webhook = self._transport.sdk.Webhook
        try:
            self._transport.sdk.WebhookSignature.verify_header(
                payload, signature, self._webhook_secret, webhook.DEFAULT_TOLERANCE
            )
        except Exception as error:
            raise ValueError("the message is not signed by Stripe") from error
        try:
            return news_of(json.loads(payload))
        except RecursionError as error:
            raise ValueError("the message is nested too deeply") from error

    def taken(self, since: int, until: int) -> Iterator[Taken]:
        """See `ports.processor.Processor`. By when the intent was made, to the second.

        Raises StripeFault, also half-way: a list that ends early would be a lie.
        """
        made = {"gte": -(-since // _SECOND), "lt": -(-until // _SECOND)}
        try:
            for intent in self._transport.pages(
                lambda v1, page: v1.payment_intents.list({"created": made, **page})
            ):
                yield from _taken(intent, "charge", "amount_received", reference(intent))
            for refund in self._transport.pages(
                lambda v1, page: v1.refunds.list({"created": made, **page})
            ):
                if refund.get("status") == "succeeded":
                    yield from _taken(refund, "refund", "amount", str(refund.get("id")))
        except (NoAnswer, Refused) as error:
            raise StripeFault(f"the list of Stripe is not complete: {error}") from error

    def check(self) -> None:
        """Ask Stripe for next to nothing, to see that the key is good.

        Raises StripeFault.
        """
        try:
            self._transport.ask(lambda v1: v1.payment_intents.list({"limit": 1}))
        except (NoAnswer, Refused) as error:
            raise StripeFault(str(error)) from error

    def close(self) -> None:
        """Close the connections of this thread."""
        self._transport.close()


def _taken(shown: Mapping[str, Any], kind: str, where: str, number: str) -> Iterator[Taken]:
    """What an object of ours has moved; nothing where it is not ours or has moved nothing."""
    key, amount = text_at(shown, "metadata", KEY), int_at(shown, where)
    currency, created = text_at(shown, "currency"), int_at(shown, "created")
    if key is None or not amount:
        return
    if currency is None or created is None:
        raise NoAnswer(f"{at(shown, 'id')} has no currency or date")
    yield Taken(key, kind, amount, currency, created * _SECOND, number)
