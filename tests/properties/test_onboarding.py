"""Accounts against the model: random onboardings on every store end in the same objects.

After every step the laws of requirements hold, and capabilities have moved by their machine alone.
"""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connectlib import Connect
from connectlib.core.capabilities import MACHINE
from tests.properties.test_engine import Twins
from tests.stories.onboarding import (
    AT_ONCE,
    FAILS,
    LISTED,
    OTHER,
    PASSES,
    SOON,
    address,
    boss,
    business,
    jenny,
    opening,
)

PICK = st.integers(min_value=0, max_value=10_000)
COUNTRIES = ("US", "DE", "GB", "HK")
BIRTHS = (SOON, AT_ONCE, LISTED, OTHER, "")
#: What may be told of a person, and of a company, one after the other.
OF_PERSONS: list[dict[str, Any]] = [
    *({"dob": each} for each in BIRTHS),
    {"first_name": "Ann"},
    {"first_name": ""},
    {"phone": ""},
    {"phone": "0000000000"},
    {"id_number": "111111111"},
    {"id_number": "222222222"},
    {"id_number": ""},
    {"address": address(line1="address_no_match")},
    {"address": {"line1": "", "city": "Bonn"}},
    {"verification": {"document": {"front": PASSES}}},
    {"verification": {"document": {"front": FAILS}}},
    {"verification": {"document": {"front": ""}}},
    {"email": "x+enforce_future_requirements@example.com"},
    {"metadata": {"a": "1"}},
    {"metadata": ""},
]
OF_COMPANIES: list[dict[str, Any]] = [
    {"tax_id": "111111111"},
    {"tax_id": "222222222"},
    {"tax_id": "000000000"},
    {"name": "disallowed_name"},
    {"name": "match_name_only"},
    {"name": "Rockets"},
    {"owners_provided": False},
    {"owners_provided": True},
    {"address": address(line1="address_no_match")},
    {"phone": ""},
]
OF_ACCOUNTS: list[dict[str, Any]] = [
    {"business_profile": business(url="https://inactivity.stripe.com")},
    {"business_profile": business(url="https://missing.stripe.com")},
    {"business_profile": business()},
    {"business_profile": {"url": ""}},
    {"business_type": "company"},
    {"business_type": "individual"},
    {"email": "a@b.example"},
    {"settings": {"payments": {"statement_descriptor": "mismatch"}}},
    {"settings": {"payments": {"statement_descriptor": "ROCKETS"}}},
    {"tos_acceptance": {"date": 1, "ip": "127.0.0.1"}},
    {"metadata": {"a": "1"}},
    {"default_currency": "eur"},
]
ROLES: list[dict[str, Any]] = [
    {"representative": True, "title": "CEO"},
    {"representative": False},
    {"owner": True, "percent_ownership": 12.5},
    {"director": True},
    {"executive": True},
    {"owner": False, "executive": False, "percent_ownership": ""},
]


class Onboarding(RuleBasedStateMachine):
    """Creating, telling, requesting, persons, bank accounts, time."""

    urls: tuple[str | None, ...] = (None, "sqlite://")

    def __init__(self) -> None:
        super().__init__()
        self.twins = Twins(*self.urls)
        self.accounts: list[str] = []
        self.people: list[tuple[str, str]] = []
        self.seen: dict[str, int] = {}
        self.states: dict[tuple[str, str], str] = {}
        self.keys = 0

    @initialize(pick=PICK)
    def one_account(self, pick: int) -> None:
        self.create(pick)

    @rule(pick=PICK)
    def create(self, pick: int) -> None:
        if len(self.accounts) >= 4:
            return
        country, type_ = COUNTRIES[pick % 4], ("individual", "company")[pick // 4 % 2]
        words = opening(country, type_)
        if type_ == "individual":
            words["individual"] = jenny(country, BIRTHS[pick // 8 % 4])
        if pick // 32 % 3 == 0:
            words = {"country": country, "capabilities": ["transfers"]}
        self.keys += 1
        key = f"k{self.keys // 2}" if pick % 7 == 0 else f"c{self.keys}"
        found = self.twins.do(lambda c: c.accounts.create(**words, idempotency_key=key))
        if isinstance(found, dict) and found["id"] not in self.accounts:
            self.accounts.append(found["id"])

    @rule(pick=PICK, what=PICK)
    def update(self, pick: int, what: int) -> None:
        words = OF_ACCOUNTS[what % len(OF_ACCOUNTS)]
        self.twins.do(lambda c: c.accounts.update(self._account(pick), **words))

    @rule(pick=PICK, what=PICK)
    def tell(self, pick: int, what: int) -> None:
        if what % 3:
            words = {"individual": OF_PERSONS[what % len(OF_PERSONS)]}
        else:
            words = {"company": OF_COMPANIES[what // 3 % len(OF_COMPANIES)]}
        self.twins.do(lambda c: c.accounts.update(self._account(pick), **words))

    @rule(pick=PICK, wanted=st.booleans())
    def request(self, pick: int, wanted: bool) -> None:
        name = ("card_payments", "transfers", "sepa_debit_payments")[pick // 5 % 3]
        account = self._account(pick)
        self.twins.do(lambda c: c.accounts.capabilities.update(account, name, requested=wanted))

    @rule(pick=PICK, what=PICK)
    def person(self, pick: int, what: int) -> None:
        account = self._account(pick)
        words = boss() if what % 3 == 0 else {**OF_PERSONS[what % len(OF_PERSONS)]}
        if what % 3:
            words["relationship"] = ROLES[what // 3 % len(ROLES)]
        found = self.twins.do(lambda c: c.accounts.persons.create(account, **words))
        if isinstance(found, dict):
            self.people.append((account, found["id"]))

    @rule(pick=PICK, what=PICK)
    def change(self, pick: int, what: int) -> None:
        if self.people:
            account, id_ = self.people[pick % len(self.people)]
            words = {**OF_PERSONS[what % len(OF_PERSONS)]}
            if what % 2:
                words["relationship"] = ROLES[what // 2 % len(ROLES)]
            self.twins.do(lambda c: c.accounts.persons.update(account, id_, **words))

    @rule(pick=PICK)
    def part(self, pick: int) -> None:
        if self.people and pick % 2:
            account, id_ = self.people[pick % len(self.people)]
            self.twins.do(lambda c: c.accounts.persons.delete(account, id_))

    @rule(pick=PICK)
    def onboard(self, pick: int) -> None:
        if pick % 3 == 0:
            self.twins.do(lambda c: c.testing.onboard(self._account(pick)))

    @rule(pick=PICK)
    def charge(self, pick: int) -> None:
        account = self._account(pick)
        words = {"amount": 150_000, "currency": "usd", "source": "tok_bypassPending"}
        self.twins.do(lambda c: c.charges.create(**words, account=account))

    @rule(minutes=st.sampled_from([1, 2, 60, 1440, 21_000, 50_000]))
    def advance(self, minutes: int) -> None:
        self.twins.do(lambda c: c.clock.advance(minutes=minutes))

    def _account(self, pick: int) -> str:
        return self.accounts[pick % len(self.accounts)]

    @invariant()
    def all_stores_show_the_same(self) -> None:
        for id_ in self.accounts:
            found = self.twins.do(lambda c, id_=id_: c.accounts.retrieve(id_))
            laws(found)
            self.twins.do(lambda c, id_=id_: c.accounts.persons.list(id_, limit=100))
            self.moves(id_)

    def moves(self, id_: str) -> None:
        """Events are gapless, and tell of capabilities what the machine allows."""
        events = self.twins.do(lambda c: c.events.list(account=id_, limit=100))["data"][::-1]
        for event in events:
            if event["sequence"] <= self.seen.get(id_, 0):
                continue
            assert event["sequence"] == self.seen.get(id_, 0) + 1
            self.seen[id_] = event["sequence"]
            if event["type"] == "capability.updated":
                shown = event["data"]["object"]
                name = (id_, shown["id"])
                was = self.states.get(name, "unrequested")
                assert event["data"]["previous_attributes"]["status"] == was
                assert follows(was, shown["status"]), (was, shown["status"])
                self.states[name] = shown["status"]
        shown = self.twins.clients[0].accounts.retrieve(id_).to_dict()["capabilities"]
        assert shown == {
            name: state
            for (account, name), state in self.states.items()
            if account == id_ and state != "unrequested"
        }

    def teardown(self) -> None:
        def everything(client: Connect) -> Any:
            assert client.ledger.verify().ok
            found = []
            for id_ in self.accounts:
                found += [each.to_dict() for each in client.events.list(account=id_, limit=100)]
                found += [each.to_dict() for each in client.accounts.capabilities.list(id_)]
            return [json.dumps(each, sort_keys=True) for each in found]

        self.twins.do(everything)
        self.twins.close()


def follows(was: str, to: str) -> bool:
    """Whether one change of an account may lead from a status to another: by two moves at most."""
    once = {end for (state, _), end in MACHINE.table.items() if state == was}
    twice = {end for (state, _), end in MACHINE.table.items() if state in once}
    return to in once | twice


def laws(account: dict[str, Any]) -> None:
    """What holds of every account that is shown."""
    for name in ("requirements", "future_requirements"):
        due = account[name]
        for lists in ("currently_due", "eventually_due", "past_due", "pending_verification"):
            assert due[lists] == sorted(set(due[lists]))
        assert set(due["past_due"]) <= set(due["currently_due"]) <= set(due["eventually_due"])
        assert {each["requirement"] for each in due["errors"]} <= set(due["currently_due"])
        assert not set(due["pending_verification"]) & set(due["currently_due"])
    now = account["requirements"]
    assert (now["current_deadline"] is not None) == (
        set(now["currently_due"]) > set(now["past_due"])
    )
    states = account["capabilities"].values()
    assert not account["charges_enabled"] or "active" in states
    assert not account["payouts_enabled"] or account["charges_enabled"]
    assert (now["disabled_reason"] is None) <= account["charges_enabled"]
    if now["past_due"]:
        assert now["disabled_reason"] in ("requirements.past_due", "listed")
    for who, other in (("individual", "company"), ("company", "individual")):
        if who in account:
            assert other not in account


TestOnboarding = Onboarding.TestCase
TestOnboarding.settings = settings(
    max_examples=max(5, settings().max_examples // 6), stateful_step_count=20, deadline=None
)


@pytest.mark.slow
def test_postgresql_tells_the_same_story_as_the_model(pg_url) -> None:
    """One long seeded life: a database cannot be made anew for every example."""
    chance = random.Random(20_261_128)
    machine = type("OnPostgres", (Onboarding,), {"urls": (None, pg_url)})()
    machine.one_account(3)

    def some() -> int:
        return chance.randrange(10_000)

    moves = [
        lambda: machine.create(some()),
        lambda: machine.update(some(), some()),
        lambda: machine.tell(some(), some()),
        lambda: machine.tell(some(), some()),
        lambda: machine.request(some(), chance.random() < 0.7),
        lambda: machine.person(some(), some()),
        lambda: machine.change(some(), some()),
        lambda: machine.part(some()),
        lambda: machine.onboard(some()),
        lambda: machine.charge(some()),
        lambda: machine.advance(chance.choice([1, 2, 60, 1440, 21_000])),
    ]
    for _ in range(60):
        chance.choice(moves)()
        machine.all_stores_show_the_same()
    machine.teardown()
