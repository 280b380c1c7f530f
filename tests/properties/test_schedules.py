"""Transfer schedules in random lives: both stores agree, and every charge counts what it should."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from connectlib.core.rows import Charge, Transfer, TransferSchedule
from connectlib.ports.store import Page
from tests.properties.test_engine import AMOUNTS, PICK, Marketplace

HOURS = st.none() | st.integers(1, 100)


class Scheduling(Marketplace):
    """The marketplace, with transfers that wait for a date or a word."""

    def __init__(self) -> None:
        super().__init__()
        self.schedules: list[str] = []

    @rule(amount=AMOUNTS, pick=PICK, source=PICK, hours=HOURS)
    def schedule(self, amount: int, pick: int, source: int, hours: int | None) -> None:
        of = self.charges[source % len(self.charges)][0] if self.charges and source % 4 else None
        words: dict[str, Any] = {"amount": amount, "currency": "usd", "source_transaction": of}
        found = self.twins.do(
            lambda c: c.transfer_schedules.create(
                **words,
                destination=self._account(pick),
                release_on=c.clock.now() + timedelta(hours=hours) if hours else None,
            )
        )
        if isinstance(found, dict):
            self.schedules.append(found["id"])

    @rule(pick=PICK, keyed=st.booleans())
    def release(self, pick: int, keyed: bool) -> None:
        if self.schedules:
            id_ = self.schedules[pick % len(self.schedules)]
            key = f"release-{id_}" if keyed else None
            self.twins.do(lambda c: c.transfer_schedules.release(id_, idempotency_key=key))

    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        if self.schedules:
            id_ = self.schedules[pick % len(self.schedules)]
            self.twins.do(lambda c: c.transfer_schedules.cancel(id_))

    @rule(pick=PICK, hours=HOURS)
    def move(self, pick: int, hours: int | None) -> None:
        if self.schedules:
            id_ = self.schedules[pick % len(self.schedules)]
            self.twins.do(
                lambda c: c.transfer_schedules.update(
                    id_, release_on=c.clock.now() + timedelta(hours=hours) if hours else ""
                )
            )

    def _rows(self, kind: type[Any]) -> list[Any]:
        of = self.twins.engines[0]
        query = Page(kind, 0, of.world.id, of.world.account, limit=10_000)
        return list(of.store.answer(query))

    @invariant()
    def a_charge_counts_its_transfers_and_its_schedules(self) -> None:
        schedules = self._rows(TransferSchedule)
        told: Counter[str | None] = Counter()
        for row in self._rows(Transfer):
            told[row.source_transaction] += row.amount
        for row in schedules:
            told[row.source_transaction] += row.amount if row.status == "scheduled" else 0
        for charge in self._rows(Charge):
            assert charge.transferred == told[charge.id] <= charge.amount
        made = {row.schedule: row.id for row in self._rows(Transfer) if row.schedule}
        assert made == {row.id: row.transfer for row in schedules if row.status == "released"}

    @invariant()
    def both_stores_hold_the_same_schedules(self) -> None:
        self.twins.do(lambda c: c.transfer_schedules.list(limit=100))


TestScheduling = pytest.mark.slow(Scheduling.TestCase)
TestScheduling.settings = settings(
    max_examples=settings().max_examples // 4, stateful_step_count=30, deadline=None
)
