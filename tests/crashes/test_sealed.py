"""Stop what seals, rotates and erases after each of its steps, and repeat it elsewhere."""

from __future__ import annotations

import itertools
from base64 import b64encode

import pytest

from connectlib import Connect, StaticKeys
from connectlib.core.book import Request
from connectlib.core.commands import CreateCustomer, UpdateCustomer
from connectlib.flows import customers, data_keys
from connectlib.runtime.run import run
from tests.crashes.test_every_step import stop_after
from tests.engines import engine

ONE, TWO = bytes(range(32)), bytes(range(1, 33))
ADA = {"email": "ada@example.com", "name": "Ada", "phone": "+44 1"}


def opened(keys, store=None, seed=1):
    return engine(None, store=store, seed=seed, keys=keys, cache=False)


def create(of, _id):
    command = CreateCustomer(of.world.account, **ADA)
    return customers.create(of.ground, command, Request(of.world.account, "k", "f"))


def update(of, id_):
    command = UpdateCustomer(id_, of.world.account, name="Ada King")
    return customers.update(of.ground, command, Request(of.world.account, "k", "f"))


FLOWS = {
    "create": create,
    "update": update,
    "rotate": lambda of, _: data_keys.rotate(of.ground, None),
    "renew": lambda of, id_: data_keys.renew(of.ground, id_, of.world.account),
    "seal": lambda of, _: data_keys.seal_existing(of.ground, None),
    "erase": lambda of, id_: data_keys.erase(of.ground, id_, of.world.account),
}


def life(name: str, steps: int | None):
    """A life in which a flow is stopped after some steps and repeated by another process."""
    both = StaticKeys({"one": ONE, "two": TWO})
    first = opened(None if name == "seal" else StaticKeys({"one": ONE}))
    id_ = None
    if name != "create":
        id_ = Connect.over(first).customers.create(**ADA).id
    over = False
    if steps is not None:
        dying = opened(both, first.store, seed=2)
        over = stop_after(dying, FLOWS[name](dying, id_), steps)
    again = opened(both, first.store, seed=3)
    if not over:
        run(again, FLOWS[name](again, id_))
    found = Connect.over(again)
    return over, found, [
        {field: each.get(field) for field in ("name", "email", "phone")}
        for each in found.customers.list()
    ]  # fmt: skip


@pytest.mark.parametrize("name", list(FLOWS))
def test_a_flow_stopped_anywhere_and_repeated_ends_as_if_it_never_was(name) -> None:
    _, whole, expected = life(name, None)
    assert len(expected) == 1
    for steps in itertools.count():
        over, found, seen = life(name, steps)
        assert seen == expected, f"stopped after {steps} steps"
        assert found.keys.status().under.keys() == whole.keys.status().under.keys()
        assert found.keys.status().erased == whole.keys.status().erased
        mails = found.customers.list(email=ADA["email"]).data
        assert len(mails) == (0 if name == "erase" else 1)
        if over:
            break


def test_a_key_text_of_the_environment_reopens_the_world() -> None:
    _, found, _ = life("create", None)
    text = ",".join(f"{id_}:{b64encode(key).decode()}" for id_, key in (("one", ONE), ("two", TWO)))
    again = Connect.over(opened(text, found._engine.store, seed=4))
    assert again.customers.list().data[0].name == "Ada"
