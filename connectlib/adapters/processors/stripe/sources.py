"""What is known of sources, and whose they are at Stripe.

Numbers never pass through here: the buyer's browser gives them to Stripe, and gets a source.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from cachetools import LRUCache

from connectlib.adapters.processors.stripe.answers import text_at
from connectlib.adapters.processors.stripe.params import KEY, Source, method_of, source_of
from connectlib.adapters.processors.stripe.transport import NoAnswer, Refused, StripeFault
from connectlib.ports.processor import Method

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.adapters.processors.stripe.transport import Transport

#: How many methods, and how many customers of methods, are remembered.
_METHODS, _CUSTOMERS = 10_000, 50_000


class Sources:
    """Sources seen by one process. country: assumed for what Stripe has not been asked about."""

    def __init__(self, transport: Transport, *, country: str) -> None:
        self._transport = transport
        self._country = country
        self._methods: LRUCache[str, Method] = LRUCache(_METHODS)
        self._customers: LRUCache[str, str] = LRUCache(_CUSTOMERS)
        self._lock = threading.Lock()

    def resolve(self, text: str) -> Method | None:
        """What `prepare` has heard of a source; else a card of which nothing is known."""
        with self._lock:
            known: Method | None = self._methods.get(text)
        if known is None and source_of(text) is not None:
            return Method(text, country=self._country)
        return known

    def prepare(self, text: str) -> Method | None:
        """Ask Stripe what a source is; None where there is none of that name.

        A method that is attached to a customer answers with `cus_…/pm_…` as its source.
        Raises StripeFault.
        """
        source = source_of(text)
        if source is None:
            return None
        try:
            with self._transport.within():
                method = self._asked(source, text)
        except Refused:
            return None
        except NoAnswer as lost:
            raise StripeFault(str(lost)) from lost
        with self._lock:
            self._methods[text] = self._methods[method.source] = method
        return method

    def _asked(self, source: Source, text: str) -> Method:
        if source.token is not None:
            shown = self._transport.ask(lambda v1: v1.tokens.retrieve(source.token)).object
            return method_of(text, {"type": "card"} | shown, self._country)
        shown = self._shown(source)
        customer = source.customer or text_at(shown, "customer")
        name = f"{customer}/{source.method}" if customer else text
        return method_of(name, shown, self._country)

    def owned(self, source: Source) -> Source:
        """A source with the customer it is attached to, as Stripe wants it for later payments.

        Raises Refused, NoAnswer.
        """
        if source.method is None or source.customer is not None:
            return source
        with self._lock:
            customer: str | None = self._customers.get(source.method)
        return source._replace(customer=customer or text_at(self._shown(source), "customer"))

    def adopted(self, source: Source, key: str) -> Source:
        """As `owned`; what is nobody's gets a customer of its own, once for this key.

        Raises Refused, NoAnswer.
        """
        found = self.owned(source)
        if found.customer is not None:
            return found
        options = {"idempotency_key": f"{key}-customer"}
        params = {"metadata": {KEY: key}}
        made = self._transport.ask(lambda v1: v1.customers.create(params, options)).object
        return found._replace(customer=text_at(made, "id"))

    def remember(self, source: Source) -> None:
        """Remember that a method is attached to its customer."""
        if source.method is not None and source.customer is not None:
            with self._lock:
                self._customers[source.method] = source.customer

    def _shown(self, source: Source) -> dict[str, Any]:
        shown = self._transport.ask(lambda v1: v1.payment_methods.retrieve(source.method)).object
        customer = text_at(shown, "customer")
        if customer is not None:
            self.remember(source._replace(customer=customer))
        return shown


def prepared(sources: Sources, texts: Sequence[str]) -> list[Method | None]:
    """Each of these sources, asked once."""
    found = {text: sources.prepare(text) for text in dict.fromkeys(texts)}
    return [found[text] for text in texts]
