"""Clients over sealed data, and looks behind them."""

from __future__ import annotations

from connectlib import Connect, StaticKeys, VirtualClock
from connectlib.api.errors import raised
from connectlib.core.rows import DataKey
from connectlib.ports.store import One
from connectlib.runtime.build import build

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
ADA = {
    "name": "Augusta Ada Quillfeather",
    "email": "quill@feather.example",
    "phone": "+44 7700 900123",
    "address": {"line1": "12 Ockham Park Lane"},
    "shipping": {"address": {"line1": "9 Marylebone Mews"}, "name": "Augusta Parcel"},
}
WORDS = (
    "Quillfeather", "quill@feather.example", "900123", "Ockham Park", "Marylebone", "Parcel",
)  # fmt: skip


class Away(StaticKeys):
    """A provider that can be taken away. asked: how often it was asked."""

    away = False
    asked = 0

    def wrap(self, key_id, key, context):
        self._look(key)
        return super().wrap(key_id, key, context)

    def unwrap(self, key_id, wrapped, context):
        self._look(wrapped)
        return super().unwrap(key_id, wrapped, context)

    def _look(self, secret):
        self.asked += 1
        if self.away:
            raise ConnectionError(f"no answer for {secret!r}")


def opener(kind, url, first):
    """Opens clients of one database; for memory over the store of the first one."""

    def open_(keys, **words):
        clock = VirtualClock()
        if kind == "memory" and first:
            store = first[0]._engine.store
            try:
                engine = build(None, store=store, keys=keys, clock=clock, **words)
            except Exception as error:
                raise raised(error) from error
            client = Connect.over(engine)
        else:
            client = Connect(url, keys=keys, clock=clock, **words)
        first.append(client)
        return client

    return open_


def row_of(shop, kind, id_):
    engine = shop._engine
    return engine.store.answer(One(kind, 0, engine.world.id, id_))


def key_of(shop, id_):
    return row_of(shop, DataKey, "dkey_" + id_.partition("_")[2])


def shown(customer):
    found = customer.to_dict()
    return {name: found[name] for name in ADA}
