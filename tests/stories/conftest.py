"""Every story is told on every store, and in both colours."""

from __future__ import annotations

import asyncio

import pytest

from connectlib import AsyncConnect, Connect, VirtualClock
from tests.blocking import Blocking


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
