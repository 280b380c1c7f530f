"""Many threads, tasks and processes at one charge and one balance: never a minor unit too much."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest

from connectlib import AsyncConnect, Connect, ConnectError, VirtualClock

THREADS = 16


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("pg_url")
    return None if request.param == "memory" else f"sqlite:///{tmp_path}/shop.db"


def together(work, n: int = THREADS) -> list[object]:
    """Run work(i) in n threads that start at once; each result or error."""
    results: list[object] = [None] * n
    gate = threading.Barrier(n)

    def one(i: int) -> None:
        gate.wait()
        try:
            results[i] = work(i)
        except ConnectError as error:
            results[i] = error

    threads = [threading.Thread(target=one, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_threads_cannot_refund_more_than_the_charge(url) -> None:
    with Connect(url, clock=VirtualClock()) as connect:
        connect.charges.create(amount=100_000, currency="usd", source="tok_visa")
        charge = connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
        results = together(lambda _: connect.refunds.create(charge=charge.id, amount=300))
        done = [each for each in results if not isinstance(each, ConnectError)]
        refused = [each for each in results if isinstance(each, ConnectError)]
        assert len(done) == 3
        assert {each.param for each in refused} == {"amount"}
        assert connect.charges.retrieve(charge.id).amount_refunded == 900
        assert connect.ledger.verify().ok


def test_threads_cannot_drain_more_than_the_balance(url) -> None:
    with Connect(url, clock=VirtualClock()) as connect:
        account = connect.testing.account()
        connect.charges.create(amount=1_000, currency="usd", source="tok_bypassPending")

        def drain(i: int) -> object:
            if i % 2:
                return connect.payouts.create(amount=100, currency="usd")
            return connect.transfers.create(amount=100, currency="usd", destination=account.id)

        results = together(drain)
        done = [each for each in results if not isinstance(each, ConnectError)]
        assert len(done) == 9
        assert connect.balance.retrieve().available["usd"] == 41
        assert connect.ledger.verify().ok


def test_one_key_from_many_threads_is_one_charge(url) -> None:
    with Connect(url, clock=VirtualClock()) as connect:
        results = together(
            lambda _: connect.charges.create(
                amount=1_000, currency="usd", source="tok_visa", idempotency_key="one"
            )
        )
        ids = {each.id for each in results if not isinstance(each, ConnectError)}
        codes = {each.code for each in results if isinstance(each, ConnectError)}
        assert len(ids) == 1
        assert codes <= {"idempotency_key_in_use"}
        assert len(connect.charges.list().data) == 1


def test_tasks_share_commits_and_a_cancelled_one_cancels_nobody(url) -> None:
    async def main() -> None:
        async with AsyncConnect(url, clock=VirtualClock()) as connect:
            account = await connect.testing.account()

            async def buy(i: int) -> object:
                return await connect.charges.create(
                    amount=1_000 + i,
                    currency="usd",
                    source="tok_visa",
                    transfer_data={"destination": account.id},
                )

            tasks = [asyncio.create_task(buy(i)) for i in range(60)]
            await asyncio.sleep(0.002)
            for task in tasks[::7]:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            done = [each for each in results if not isinstance(each, BaseException)]
            assert len(done) >= 60 - len(tasks[::7])
            again = await connect.charges.create(amount=500, currency="usd", source="tok_visa")
            assert again.status == "succeeded"
            report = await connect.ledger.verify()
            assert report.ok, report.flaw
            assert report.batches < report.transactions

    asyncio.run(main())


CHILD = """
import sys
from connectlib import Connect, ConnectError, VirtualClock
connect = Connect(sys.argv[1], clock=VirtualClock())
done = 0
for _ in range(40):
    try:
        connect.refunds.create(charge=sys.argv[2], amount=10)
        done += 1
    except ConnectError as error:
        if error.code not in (None, "charge_already_refunded"):
            raise
    try:
        connect.transfers.create(amount=7, currency="usd", destination=sys.argv[3])
        print("transfer")
    except ConnectError as error:
        if error.code != "balance_insufficient":
            raise
print(*["refund"] * done, sep="\\n")
"""


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_four_processes_take_exactly_what_is_there(store, request, tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    if store == "postgresql":
        url = request.getfixturevalue("pg_url")
    with Connect(url, clock=VirtualClock()) as connect:
        account = connect.testing.account()
        connect.charges.create(amount=100_000, currency="usd", source="tok_visa")
        charge = connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
        connect.charges.create(amount=500, currency="usd", source="tok_bypassPending")
        children = [
            subprocess.Popen(
                [sys.executable, "-c", CHILD, url, charge.id, account.id],
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(4)
        ]
        said = [word for child in children for word in child.communicate()[0].split()]
        assert [child.returncode for child in children] == [0] * 4
        assert said.count("refund") == 100
        assert said.count("transfer") == (500 - 45) // 7
        assert connect.charges.retrieve(charge.id).refunded
        report = connect.ledger.verify()
        assert report.ok, report.flaw
