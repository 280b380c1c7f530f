"""Ten thousand accounts: how fast they are opened, and whether looking at them stays as fast.

    python -m tools.bench_accounts [how many] [URL of a database]

Prints, for few and for many accounts: opening and onboarding per second, and the time of a
retrieval and of a page. The ratio of the two says whether anything grows with their number.
"""

from __future__ import annotations

import sys
from itertools import count
from time import perf_counter
from typing import Any

from connectlib import Connect, VirtualClock

FEW, PAGE, LOOKS = 10, 10, 200
PERSON = {
    "first_name": "Jenny",
    "last_name": "Rosen",
    "email": "jenny@example.com",
    "phone": "0000000000",
    "dob": {"day": 1, "month": 1, "year": 1902},
    "address": {"line1": "address_full_match", "city": "Berlin", "postal_code": "10115"},
}


def open_many(connect: Connect, many: int) -> list[str]:
    """Open and onboard so many accounts."""
    found = []
    for _ in range(many):
        made = connect.accounts.create(
            country="DE",
            business_type="individual",
            capabilities=["card_payments", "transfers"],
            individual=PERSON,
        )
        found.append(connect.testing.onboard(made.id).id)
    return found


def per_call(call: Any, looks: int = LOOKS) -> float:
    """Microseconds of a call, the best of three rounds."""
    rounds = []
    for _ in range(3):
        begun = perf_counter()
        for n in range(looks):
            call(n)
        rounds.append((perf_counter() - begun) / looks)
    return min(rounds) * 1e6


def measured(connect: Connect, ids: list[str]) -> dict[str, float]:
    """What looking at accounts takes, in microseconds."""
    numbers = count()

    def retrieve(n: int) -> None:
        connect.accounts.retrieve(ids[n * 7919 % len(ids)])

    def page(_: int) -> None:
        connect.accounts.list(limit=PAGE)

    def deep(n: int) -> None:
        connect.accounts.list(limit=PAGE, starting_after=ids[n * 7919 % len(ids)])

    def update(n: int) -> None:
        who = ids[n * 7919 % len(ids)]
        connect.accounts.update(who, individual={"first_name": f"J{next(numbers)}"})

    calls = {"retrieve": retrieve, "page": page, "deep page": deep, "update": update}
    return {name: per_call(call, 50 if name == "update" else LOOKS) for name, call in calls.items()}


def main(many: int = 10_000, url: str | None = None) -> dict[str, float]:
    """Measure few accounts, then many; the ratio of what a look takes."""
    with Connect(url, clock=VirtualClock()) as connect:
        ids = open_many(connect, FEW)
        few = measured(connect, ids)
        begun = perf_counter()
        ids += open_many(connect, many - FEW)
        took = perf_counter() - begun
        print(f"{many} accounts opened and onboarded: {(many - FEW) / took:.0f} per second")
        lots = measured(connect, ids)
        report = connect.ledger.verify()
        assert report.ok, report.flaw
    ratios = {name: lots[name] / few[name] for name in few}
    for name, ratio in ratios.items():
        print(f"{name:10} {few[name]:8.0f} us -> {lots[name]:8.0f} us   x {ratio:.2f}")
    return ratios


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, *sys.argv[2:3])
