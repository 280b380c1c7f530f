"""PaymentIntents by our keys: remembered by this process, else found by their metadata."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from cachetools import LRUCache

from connectlib.adapters.processors.stripe.answers import at, text_at
from connectlib.adapters.processors.stripe.params import KEY, query
from connectlib.adapters.processors.stripe.transport import NoAnswer, Refused

if TYPE_CHECKING:
    from connectlib.adapters.processors.stripe.transport import Transport

#: How many keys are remembered with the intent made under each; one forgotten is looked for.
_REMEMBERED = 50_000
#: Intents on a page, at most.
_PAGE = 100
_SHOWN = {"expand": ["latest_charge"]}


class Intents:
    """Where the intents are. Every method raises NoAnswer for what is unknown."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._ids: LRUCache[str, str] = LRUCache(_REMEMBERED)
        self._lock = threading.Lock()

    def id_of(self, key: str) -> str:
        """The id of the intent made under a key."""
        id_ = self.known(key)
        if id_ is None:
            raise NoAnswer(f"no payment intent is found for {key}")
        return id_

    def known(self, key: str) -> str | None:
        """The id of the intent made under a key; None where Stripe has none."""
        with self._lock:
            id_: str | None = self._ids.get(key)
        return id_ or self._looked_for(key)

    def find(self, key: str) -> dict[str, Any] | None:
        """The intent made under a key, as it stands; None where Stripe has none."""
        id_ = self.known(key)
        return None if id_ is None else self.get(id_)

    def _looked_for(self, key: str) -> str | None:
        """By the index of metadata, which is up to a minute late; then among the newest."""
        refused: Refused | None = None
        found: list[dict[str, Any]] = []
        wanted = {"query": query(key), "limit": _PAGE}
        try:
            page = self._transport.ask(lambda v1: v1.payment_intents.search(wanted)).object
            found = _of(page, key)
        except Refused as no:  # there is no search in some countries
            refused = no
        if not found:
            page = self._transport.ask(lambda v1: v1.payment_intents.list({"limit": _PAGE})).object
            found = _of(page, key)
        ids = {str(one.get("id")) for one in found}
        if len(ids) > 1:
            raise NoAnswer(f"{len(ids)} payment intents carry the key {key}")
        if ids:
            return self.remember(key, found[0])
        if refused is not None:
            raise NoAnswer(f"not among the newest, and search is refused: {refused}")
        return None

    def remember(self, key: str, intent: Any) -> str:
        """Remember the id of the intent made under a key."""
        id_ = text_at(intent, "id")
        if id_ is None:
            raise NoAnswer("Stripe answered without an id")
        with self._lock:
            self._ids[key] = id_
        return id_

    def get(self, id_: str) -> dict[str, Any]:
        """An intent as it stands."""
        try:
            return self._transport.ask(lambda v1: v1.payment_intents.retrieve(id_, _SHOWN)).object
        except Refused as no:
            raise NoAnswer(f"{id_} cannot be read: {no}") from no


def _of(page: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Those on a page that carry exactly this key: the index knows no capitals."""
    listed = page.get("data")
    return [one for one in listed if at(one, "metadata", KEY) == key] if listed else []
