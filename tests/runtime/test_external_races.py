"""External accounts under threads: one default for each currency, one use of each token."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from connectlib import Connect, InvalidRequestError, VirtualClock

US = {
    "object": "bank_account",
    "country": "US",
    "currency": "usd",
    "account_number": "000123456789",
    "routing_number": "110000000",
}
TURNS, THREADS = 24, 6


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def connect(request, tmp_path):
    urls = {"memory": None, "sqlite": f"sqlite:///{tmp_path}/shop.db"}
    store = request.param
    url = request.getfixturevalue("pg_url") if store == "postgresql" else urls[store]
    with Connect(url, clock=VirtualClock()) as client:
        yield client


def test_many_switches_leave_one_default_that_the_account_knows(connect) -> None:
    ada = connect.accounts.create(external_account=US)
    of = connect.accounts.external_accounts
    ids = [of.create(ada, external_account=US).id for _ in range(3)]
    ids.append(next(one.id for one in of.list(ada) if one.default_for_currency))

    def switch(turn: int) -> None:
        if turn % 8 == 7:
            connect.accounts.update(ada, external_account=US)
            return
        try:
            of.update(ada, ids[turn % 4], default_for_currency=True)
        except InvalidRequestError as error:
            assert error.code == "resource_missing"  # replaced, and so deleted, meanwhile

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(switch, range(TURNS)))
    marked = [one for one in of.list(ada) if one.default_for_currency]
    (known,) = connect.accounts.retrieve(ada).external_accounts.data
    assert [one.id for one in marked] == [known.id]


def test_a_token_is_used_once_whoever_comes_first(connect) -> None:
    ada = connect.accounts.create()
    words = {name: value for name, value in US.items() if name != "object"}
    token = connect.tokens.create(bank_account=words)

    def spend(_turn: int) -> str:
        try:
            return connect.accounts.external_accounts.create(ada, external_account=token).id
        except InvalidRequestError as error:
            return str(error.code)

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(spend, range(TURNS)))
    assert found.count("token_already_used") == TURNS - 1
    assert len(connect.accounts.external_accounts.list(ada).data) == 1
