"""Stop what tells of an account or a person after each of its steps, and repeat it elsewhere."""

from __future__ import annotations

import itertools
import json

import pytest

from connectlib import Connect, StaticKeys
from connectlib.core.book import Request
from connectlib.flows import accounts, persons
from connectlib.runtime.banks import bank_for_tests
from connectlib.runtime.pump import advance_to
from connectlib.runtime.run import run
from connectlib.wire.params import accounts as account_params
from connectlib.wire.params import persons as person_params
from tests.crashes.test_every_step import stop_after
from tests.engines import HandClock, engine, settle_all
from tests.stories.onboarding import boss, jenny, opening

DAY = 86_400 * 1_000_000
KEYS = {"plain": None, "sealed": StaticKeys({"one": bytes(range(32))})}


def opened(keys, store=None, *, seed=1):
    wall = HandClock()
    if store is not None:
        wall.pass_leases()
    return engine(None, store=store, seed=seed, keys=KEYS[keys], wall=wall, cache=False)


class Life:
    """A life in which a flow is stopped after some steps and repeated by another process."""

    def __init__(self, keys: str) -> None:
        self.keys = keys
        self.first = opened(keys)
        connect = Connect.over(self.first)
        self.one = connect.accounts.create(**opening("US", individual=jenny())).id
        self.firm = connect.accounts.create(**opening("US", "company")).id
        self.head = connect.accounts.persons.create(self.firm, **boss()).id
        advance_to(self.first, self.first.clock.now() + DAY)

    def flow(self, name: str, of):
        request = Request(of.world.account, "key", "print")
        if name == "create":
            command = account_params.create(opening("US", individual=jenny()))
            return accounts.create(of.ground, command, request)
        if name == "update":
            words = {"individual": {"first_name": "Jane"}, "email": "jane@example.com"}
            return accounts.update(of.ground, account_params.update(self.one, words), request)
        if name == "person":
            words = {**jenny(), "relationship": {"owner": True}}
            return persons.create(of.ground, person_params.change(self.firm, None, words), request)
        if name == "change":
            words = {"dob": {"day": 5, "month": 5, "year": 1985}}
            return persons.update(
                of.ground, person_params.change(self.firm, self.head, words), request
            )
        return accounts.onboard(of.ground, self.one, bank_for_tests(self.one, "US"))

    def run(self, name: str, steps: int | None):
        """Whether the flow came to its end before it was stopped; and how all ends."""
        finished = False
        start = self.first.clock.now()
        if steps is not None:
            dying = opened(self.keys, self.first.store, seed=2)
            dying.clock.set(start)
            finished = stop_after(dying, self.flow(name, dying), steps)
        again = opened(self.keys, self.first.store, seed=3)
        again.wall.pass_leases()
        again.clock.set(start)
        run(again, self.flow(name, again))
        settle_all(again)
        advance_to(again, again.clock.now() + DAY)
        return finished, shape(Connect.over(again))


def shape(connect) -> list[str]:
    """Accounts, persons and events as they are shown, without what differs by chance."""
    assert connect.ledger.verify().ok
    found = []
    for account in connect.accounts.list():
        people = [each.to_dict() for each in connect.accounts.persons.list(account.id)]
        events = [
            (each.sequence, each.type)
            for each in connect.events.list(account=account.id, limit=100)
        ]
        ids = {account.id: "account", **{each["id"]: f"p{n}" for n, each in enumerate(people)}}
        text = json.dumps([account.to_dict(), people, events], sort_keys=True)
        for id_, name in ids.items():
            text = text.replace(id_, name)
        found.append(text)
    return found


@pytest.mark.parametrize("keys", list(KEYS))
@pytest.mark.parametrize("name", ["create", "update", "person", "change", "onboard"])
def test_telling_stopped_anywhere_and_repeated_ends_as_if_it_never_was(name, keys) -> None:
    _, expected = Life(keys).run(name, None)
    for steps in itertools.count():
        finished, found = Life(keys).run(name, steps)
        assert found == expected, f"stopped after {steps} steps"
        if finished:
            assert steps > 1
            break


@pytest.mark.parametrize("name", ["create", "person", "change"])
def test_a_check_that_was_begun_is_ended_by_the_pump(name) -> None:
    """Nobody repeats the request: what was written is checked all the same."""
    _, expected = Life("plain").run(name, None)
    checked = 0
    for steps in itertools.count():
        life = Life("plain")
        dying = opened("plain", life.first.store, seed=2)
        dying.clock.set(life.first.clock.now())
        finished = stop_after(dying, life.flow(name, dying), steps)
        again = opened("plain", life.first.store, seed=3)
        again.wall.pass_leases()
        again.clock.set(life.first.clock.now())
        settle_all(again)
        advance_to(again, again.clock.now() + DAY)
        found = shape(Connect.over(again))
        if len(found) == len(expected) and found == expected:
            checked += 1
        if finished:
            break
    assert checked >= 3
