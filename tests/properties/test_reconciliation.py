"""Whatever a processor loses, delays and lies about: the report names what was spoiled, only that.

The lives are those of `test_processor_faults`. While answers are lost nothing of it is called a
difference; in the end the lists agree, and what is then done to the processor's is found.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from connectlib.adapters.processors.scripted import ScriptedProcessor
from connectlib.ports.processor import Taken
from tests.properties.test_processor_faults import History

HISTORIES = range(400)


class Spoiled:
    """A processor whose list is not what it has done. told: what is wrong with it."""

    def __init__(self, inner: ScriptedProcessor, seed: int) -> None:
        self._inner = inner
        self._chance = random.Random(seed)
        self.told: Counter[Any] = Counter()

    def taken(self, since: int, until: int) -> list[Taken]:
        found, self.told = spoiled(self._chance, self._inner.taken(since, until))
        return found


class Watched(History):
    """A life that is reconciled again and again while it lasts."""

    def reconciled(self) -> Any:
        now = self.connect.clock.now().timestamp()
        return self.connect.reconciliation.run(since="2026-01-01", until=int(now) + 1)

    def differences(self) -> Counter[tuple[str, str, str]]:
        found = self.reconciled().differences
        return Counter((one.what, one.kind, one.key) for one in found)

    def hear(self) -> None:
        super().hear()
        assert self.differences() == Counter()

    def wait(self) -> None:
        super().wait()
        assert self.differences() == Counter()


def spoiled(chance: random.Random, entries: list[Taken]) -> tuple[list[Taken], Counter[Any]]:
    """The list with one thing or another done to some entries, and what is to be told of it."""
    found: list[Taken] = []
    told: Counter[Any] = Counter()
    for one in entries:
        verb = chance.choice(["leave", "leave", "drop", "amount", "currency", "twice"])
        changed = {
            "drop": [],
            "amount": [one._replace(amount=one.amount + chance.choice([-1, 1, 100]))],
            "currency": [one._replace(currency="eur")],
            "twice": [one, one],
        }.get(verb, [one])
        found += changed
        word = {
            "drop": "missing_at_processor",
            "amount": "amount_differs",
            "currency": "currency_differs",
            "twice": "twice_at_processor",
        }.get(verb)
        if word is not None:
            told[word, one.kind, one.key] += 1
    for n in range(chance.randrange(3)):
        more = Taken(f"ch_000{n:026}", chance.choice(["charge", "refund"]), 5, "usd", 0)
        found.append(more)
        told["missing_here", more.kind, more.key] += 1
    chance.shuffle(found)
    return found, told


@pytest.mark.parametrize("first", range(0, len(HISTORIES), 100))
def test_what_was_spoiled_is_named_and_nothing_else(first) -> None:
    named = 0
    for seed in HISTORIES[first : first + 100]:
        history = Watched(seed)
        history.live()
        history.heal()
        history.tell_the_rest()
        assert history.differences() == Counter(), seed
        history.review()
        history.check()
        report = history.reconciled()
        lines = (report.differences, report.under_way, report.needs_review, report.taken_back)
        assert lines == ([], [], [], []), seed
        for total in report.totals:
            assert total.ours == total.processor == total.matched, seed
        history.engine.processor = processor = Spoiled(history.scripted, seed)
        assert history.differences() == processor.told, seed
        named += sum(processor.told.values())
    assert named > 100
