"""The front door: lazy, fork-safe, from the environment, clear about what it cannot do."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from connectlib import (
    APIConnectionError,
    ConfigurationError,
    Connect,
    FeeSchedule,
    InvalidRequestError,
    Rate,
    VirtualClock,
)

HEAVY = ("sqlalchemy", "pydantic", "alembic", "moneyed", "cachetools")


@pytest.mark.parametrize("module", ["connectlib", "connectlib.testing.plugin"])
def test_nothing_heavy_is_imported_until_it_is_used(module) -> None:
    code = f"import sys, {module}; print([m for m in {HEAVY} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    import connectlib

    for name in connectlib.__all__:
        assert getattr(connectlib, name) is not None
    with pytest.raises(AttributeError, match="no attribute"):
        _ = connectlib.nothing


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"livemode": True}, "needs keys"),
        ({"livemode": True, "keys": f"k:{'A' * 43}="}, "only simulated"),
        ({"branches": 2}, "cannot move between branches"),
        ({"country": "ZZ"}, "country 'ZZ'"),
        ({"platform": ""}, "platform must be a name"),
        ({"fees": {"US": 1}}, "FeeSchedule"),
        ({"url": "mysql://x"}, "not one of a store"),
    ],
)
def test_what_cannot_be_set_up_says_why(words, said) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        Connect(**words)
    assert caught.value.hint


def test_a_store_that_cannot_be_reached_is_one_typed_error() -> None:
    with pytest.raises(APIConnectionError, match="cannot be reached"):
        Connect("postgresql://127.0.0.1:1/nothing")


def test_a_platform_stays_in_its_country(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    Connect(url, country="BR").close()
    with pytest.raises(ConfigurationError, match="is in BR"):
        Connect(url, country="US")


def test_the_environment_can_say_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CONNECTLIB_URL", f"sqlite:///{tmp_path}/shop.db")
    monkeypatch.setenv("CONNECTLIB_PLATFORM", "shop")
    monkeypatch.setenv("CONNECTLIB_COUNTRY", "BR")
    with Connect.from_env() as connect:
        assert repr(connect).startswith("<Connect shop BR")
    assert (tmp_path / "shop.db").exists()


def test_a_real_clock_cannot_be_moved(tmp_path) -> None:
    with Connect(f"sqlite:///{tmp_path}/shop.db") as connect:
        with pytest.raises(ConfigurationError, match="real one"):
            connect.clock.advance(days=1)


def test_a_virtual_clock_goes_on_where_its_world_stood(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    with Connect(url, clock=VirtualClock()) as connect:
        connect.clock.advance(days=3)
        stood = connect.clock.now()
        with pytest.raises(ConfigurationError, match="never goes back"):
            connect.clock.advance(days=-1)
    with Connect(url, clock=VirtualClock()) as connect:
        assert connect.clock.now() == stood


def test_fees_are_given() -> None:
    fees = FeeSchedule({("*", "*", "*"): Rate(10_000, 5)})
    with Connect(fees=fees) as connect:
        connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
        assert connect.balance.retrieve().pending["usd"] == 985


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are a thing of POSIX")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_a_fork_opens_connections_of_its_own(store, request, tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    if store == "postgresql":
        url = request.getfixturevalue("pg_url")
    words = {"amount": 1_000, "currency": "usd", "source": "tok_visa"}
    with Connect(url, clock=VirtualClock()) as connect:
        connect.charges.create(**words)
        child = os.fork()
        if child == 0:
            try:
                for _ in range(5):
                    connect.charges.create(**words)
            except BaseException:
                os._exit(1)
            os._exit(0)
        for _ in range(5):
            connect.charges.create(**words)
        assert os.waitpid(child, 0)[1] == 0
        assert len(connect.charges.list(limit=100).data) == 11
        assert connect.ledger.verify().ok


def test_what_only_the_platform_may_do(connect) -> None:
    ada = connect.testing.account()
    with pytest.raises(InvalidRequestError) as caught:
        connect.transfers.create(amount=1, currency="usd", destination=ada.id, account=ada.id)
    assert caught.value.param == "account"


def test_words_of_reversals_and_fee_refunds_can_be_changed(connect) -> None:
    ada = connect.testing.account()
    charge = connect.charges.create(
        amount=10_000,
        currency="usd",
        source="tok_visa",
        transfer_data={"destination": ada.id},
        application_fee_amount=1_000,
    )
    reversal = connect.transfers.reversals.create(charge.transfer, amount=10)
    found = connect.transfers.reversals.update(reversal.id, metadata={"why": "gift"})
    assert found.metadata.why == "gift"
    back = connect.application_fees.refunds.create(charge.application_fee, amount=10)
    assert connect.application_fees.refunds.update(back.id, metadata={"a": "b"}).metadata == {
        "a": "b"
    }
    assert len(connect.transfers.reversals.list(charge.transfer).data) == 1
    assert len(connect.application_fees.refunds.list(charge.application_fee).data) == 1
    held = connect.transfers.retrieve(charge.transfer).reversals
    assert ([each["id"] for each in held.data], held.has_more) == ([reversal.id], False)
    unheld = connect.transfers.list()[0].reversals
    assert (unheld.data, unheld.has_more) == ([], True)
    held = connect.application_fees.retrieve(charge.application_fee).refunds
    assert ([each["id"] for each in held.data], held.has_more) == ([back.id], False)
    for _ in range(10):
        connect.transfers.reversals.create(charge.transfer, amount=1)
    held = connect.transfers.retrieve(charge.transfer).reversals
    assert (len(held.data), held.has_more) == (10, True)
