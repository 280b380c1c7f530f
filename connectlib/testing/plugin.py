"""The pytest plugin: `connect` and `aconnect`, fresh for every test, proved when it ends.

Nothing of the engine is imported until a test asks for one of the fixtures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from connectlib import AsyncConnect, Connect


@pytest.fixture
def connect() -> Iterator[Connect]:
    """A `Connect` in memory with a virtual clock; the ledger must verify at teardown."""
    from connectlib import Connect

    with Connect() as client:
        yield client
        report = client.ledger.verify()
    assert report.ok, report.flaw


@pytest.fixture
def aconnect() -> Iterator[AsyncConnect]:
    """An `AsyncConnect` in memory with a virtual clock; the ledger must verify at teardown."""
    import asyncio

    from connectlib import AsyncConnect

    client = AsyncConnect()
    yield client

    async def end() -> Any:
        report = await client.ledger.verify()
        await client.aclose()
        return report

    report = asyncio.run(end())
    assert report.ok, report.flaw
