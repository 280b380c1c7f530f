"""Every story is told on every store, and in both colours."""

from __future__ import annotations

import asyncio

import pytest

from connectlib import AsyncConnect, Connect, StaticKeys, VirtualClock
from tests.blocking import Blocking
from tests.currencies import FREE, Rates, explain
from tests.engines import engine
from tests.stories.reconciling import Later, Listing
from tests.stories.sealing import OLD, opener


@pytest.fixture(params=["memory", "sqlite", "postgresql", "memory awaiting", "sqlite awaiting"])
def connect(request, tmp_path):
    store, _, colour = request.param.partition(" ")
    urls = {"memory": None, "sqlite": f"sqlite:///{tmp_path}/shop.db"}
    url = request.getfixturevalue("pg_url") if store == "postgresql" else urls[store]
    if colour:
        loop = asyncio.new_event_loop()
        client = Blocking(AsyncConnect(url, clock=VirtualClock()), loop)
    else:
        client = Connect(url, clock=VirtualClock())
    yield client
    report = client.ledger.verify()
    if colour:
        client.aclose()
        loop.close()
    else:
        client.close()
    assert report.ok, report.flaw


@pytest.fixture(params=["memory", "sqlite", "postgresql", "memory awaiting"])
def opened(request, tmp_path):
    """Open a client on a store; when the story is over its books are proven."""
    store, _, colour = request.param.partition(" ")
    urls = {"memory": None, "sqlite": f"sqlite:///{tmp_path}/shop.db"}
    url = request.getfixturevalue("pg_url") if store == "postgresql" else urls[store]
    loop = asyncio.new_event_loop()
    clients = []

    def open_(fees=FREE, **words):
        rates = Rates()
        words = {"clock": VirtualClock(), "fx": rates, "fees": fees, **words}
        client = Blocking(AsyncConnect(url, **words), loop) if colour else Connect(url, **words)
        clients.append(client)
        return client, rates

    yield open_
    for client in clients:
        explain(client)
        client.aclose() if colour else client.close()
    loop.close()


@pytest.fixture(params=["memory", "sqlite", "postgresql", "memory awaiting"])
def shop(request, tmp_path):
    """Open a client on a processor with a script: (client, processor, start of the story).

    Leases run out at once, so that what is under way is asked about when the clock moves.
    """
    store, _, colour = request.param.partition(" ")
    urls = {"memory": None, "sqlite": f"sqlite:///{tmp_path}/shop.db"}
    url = request.getfixturevalue("pg_url") if store == "postgresql" else urls[store]
    loop = asyncio.new_event_loop()
    clients = []

    def open_(*words, processor=None):
        clock = VirtualClock()
        processor = processor or Listing(*words, now=clock.now)
        of = engine(url, clock=clock, processor=processor, wall=Later())
        client = Blocking(AsyncConnect.over(of), loop) if colour else Connect.over(of)
        clients.append(client)
        return client, processor, clock.now()

    yield open_
    for client in clients:
        report = client.ledger.verify()
        client.aclose() if colour else client.close()
        assert report.ok, report.flaw
    loop.close()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def place(request, tmp_path):
    """Opens clients of one database under any keys."""
    kind, first = request.param, []
    url = request.getfixturevalue("pg_url") if kind == "postgresql" else None
    url = f"sqlite:///{tmp_path}/shop.db" if kind == "sqlite" else url
    yield opener(kind, url, first)
    for client in first:
        client.close()


@pytest.fixture
def sealed(place):
    """A client that seals personal data."""
    return place(StaticKeys({"old": OLD}))
