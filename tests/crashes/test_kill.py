"""kill -9 in a loop: what was acknowledged is there, and the ledger verifies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from connectlib import Connect, VirtualClock

KILLS = int(os.environ.get("CONNECTLIB_TEST_KILLS", "8"))

CHILD = """
import json, sys, threading
from connectlib import Connect, ConnectError, VirtualClock
connect = Connect(sys.argv[1], clock=VirtualClock())
lock = threading.Lock()

def say(*words):
    with lock:
        print(json.dumps(words), flush=True)

def work(name):
    n = 0
    while True:
        key = f"{sys.argv[3]}-{name}-{n}"
        n += 1
        say("ask", key)
        charge = connect.charges.create(
            amount=1_000 + n, currency="usd", source="tok_visa", idempotency_key=key,
            transfer_data={"destination": sys.argv[2]}, application_fee_amount=10,
        )
        say("charge", key, charge.id, charge.status)
        if n % 3 == 0:
            refund = connect.refunds.create(
                charge=charge.id, amount=100, reverse_transfer=True, idempotency_key=key + "-r",
            )
            say("refund", key, refund.id, refund.status)

for name in range(4):
    threading.Thread(target=work, args=(name,)).start()
"""


@pytest.mark.slow
@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_nothing_acknowledged_is_lost(store, request, tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    if store == "postgresql":
        server = request.getfixturevalue("durable_postgres")
        url = server.create("killed_client")
        from connectlib.adapters.sql.schema import upgrade

        upgrade(url)
    connect = Connect(url, clock=VirtualClock())
    account = connect.testing.account()
    in_flight = acknowledged = 0
    for kill in range(KILLS):
        said = _run_and_kill(url, account.id, kill)
        asked = {words[1] for words in said if words[0] == "ask"}
        answered = {words[1] for words in said if words[0] == "charge"}
        in_flight += bool(asked - answered)
        acknowledged += len(answered)
        for words in said:
            if words[0] == "charge":
                found = connect.charges.retrieve(words[2])
                assert found.status == words[3] == "succeeded"
            elif words[0] == "refund":
                assert connect.refunds.retrieve(words[2]).status == words[3]
        report = connect.ledger.verify()
        assert report.ok, report.flaw
    print(f"{store}: {KILLS} kills, {in_flight} hit work in flight, {acknowledged} acknowledged")
    assert in_flight > 0
    assert acknowledged > 0
    connect.close()


def _run_and_kill(url: str, account: str, kill: int) -> list[list[str]]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, url, account, str(kill)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    lines = [child.stdout.readline()]
    time.sleep(0.15 + 0.037 * kill % 0.2)
    child.send_signal(signal.SIGKILL)
    lines += child.stdout.read().splitlines()
    child.wait()
    child.stdout.close()
    said = []
    for line in lines:
        try:
            said.append(json.loads(line))
        except json.JSONDecodeError:
            continue  # the last line may be cut
    return said
