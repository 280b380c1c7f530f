"""Persons behind accounts, told on every store; and verifiers that do not do as they should."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from connectlib import Connect, InvalidRequestError, VirtualClock, sqlite_engine
from connectlib.ports.verification import Checked, Checking, CheckUnknown, Finding
from connectlib.runtime.build import Onboarding
from tests.engines import HandClock, engine
from tests.stories.onboarding import (
    AT_ONCE,
    OTHER,
    SOON,
    boss,
    codes,
    everything,
    jenny,
    opening,
    states,
    vector,
    with_bank,
)

ACTIVE = {"card_payments": "active", "transfers": "active"}


def firm(connect, country="DE", **more):
    return connect.accounts.create(**opening(country, "company", **more)).id


def test_persons_live_and_go(connect) -> None:
    id_ = firm(connect)
    persons = connect.accounts.persons
    words = {**boss("DE", SOON), "metadata": {"desk": "1"}, "idempotency_key": "p"}
    head = persons.create(id_, **words)
    assert persons.create(id_, **words).id == head.id
    assert head.account == id_
    assert head.verification.status == "pending"
    assert head.requirements.currently_due == []
    assert head.id_number_provided
    assert "id_number" not in head.to_dict()
    connect.clock.advance(minutes=2)
    assert persons.retrieve(id_, head.id).verification.status == "verified"
    found = persons.update(
        id_, head.id, address={"city": "Bonn"}, email="", metadata={"desk": "", "room": "2"}
    )
    assert (found.address.city, found.address.line1) == ("Bonn", "address_full_match")
    assert found.metadata == {"room": "2"}
    assert "email" not in found.to_dict()
    assert found.requirements.currently_due == ["email"]
    owner = persons.create(id_, first_name="Olga", relationship={"owner": True})
    lead = persons.create(id_, first_name="Dora", relationship={"director": True, "owner": True})
    assert [each.id for each in persons.list(id_)] == [lead.id, owner.id, head.id]
    of_role = {
        role: [each.id for each in persons.list(id_, relationship={role: True})]
        for role in ("owner", "director", "executive", "representative", "legal_guardian")
    }
    assert of_role == {
        "owner": [lead.id, owner.id],
        "director": [lead.id],
        "executive": [head.id],
        "representative": [head.id],
        "legal_guardian": [],
    }
    both = persons.list(id_, relationship={"owner": True, "director": True})
    assert [each.id for each in both] == [lead.id]
    page = persons.list(id_, relationship={"owner": True}, limit=1)
    assert page.has_more
    assert [each.id for each in page.auto_paging_iter()] == [lead.id, owner.id]
    back = persons.list(id_, relationship={"owner": True}, ending_before=owner.id)
    assert [each.id for each in back] == [lead.id]
    gone = persons.delete(id_, lead.id, idempotency_key="d")
    assert gone.to_dict() == {"id": lead.id, "object": "person", "deleted": True}
    assert persons.delete(id_, lead.id, idempotency_key="d").id == lead.id
    assert [each.id for each in persons.list(id_)] == [owner.id, head.id]
    with pytest.raises(InvalidRequestError, match="No such person"):
        persons.retrieve(id_, lead.id)
    due = connect.accounts.retrieve(id_).requirements.currently_due
    assert not [field for field in due if field.startswith(lead.id)]


def test_events_of_persons_tell_what_was_otherwise(connect) -> None:
    id_ = firm(connect)
    persons = connect.accounts.persons
    head = persons.create(id_, **boss("DE"))
    persons.update(id_, head.id, first_name="Jane", address={"city": "Bonn"})
    persons.update(id_, head.id, relationship={"title": "CFO", "executive": False})
    persons.update(id_, head.id, relationship={"title": "CFO"}, phone="0000000000")
    seen = [
        (each.type, each.data.object.id, each.to_dict()["data"].get("previous_attributes"))
        for each in list(connect.events.list(account=id_, limit=100))[::-1]
        if each.type.startswith("person.")
    ]
    assert seen == [
        ("person.created", head.id, None),
        ("person.updated", head.id, {"verification": {"status": "unverified"}}),
        ("person.updated", head.id, {"address": {"city": "Springfield"}, "first_name": "Jenny"}),
        (
            "person.updated",
            head.id,
            {"relationship": {"executive": True, "title": "CEO"}},
        ),
    ]
    shown = connect.events.list(account=id_, type="person.updated").data[1].data.object
    assert shown.first_name == "Jane"
    assert shown.id_number_provided


def test_the_representative_changes_hands(connect) -> None:
    id_ = firm(connect)
    persons = connect.accounts.persons
    one = persons.create(id_, **boss("DE"))
    two = persons.create(id_, **jenny("DE", AT_ONCE), relationship={"title": "CFO"})
    for call in (
        lambda: persons.update(id_, two.id, relationship={"representative": True}),
        lambda: persons.create(id_, relationship={"representative": True}),
    ):
        with pytest.raises(InvalidRequestError, match=f"representative already: {one.id}"):
            call()
    with pytest.raises(InvalidRequestError, match="cannot be deleted"):
        persons.delete(id_, one.id)
    persons.update(id_, one.id, relationship={"representative": False})
    due = connect.accounts.retrieve(id_).requirements.currently_due
    assert "representative.first_name" in due
    persons.update(id_, two.id, relationship={"representative": True})
    assert vector(with_bank(connect, id_)) == (True, True, None, True)
    with pytest.raises(InvalidRequestError, match="only verified executive"):
        persons.delete(id_, one.id)
    three = persons.create(id_, **jenny("DE", AT_ONCE), relationship={"executive": True})
    assert three.verification.status == "verified"
    assert persons.delete(id_, one.id).deleted


def test_the_person_of_an_individual_is_one_with_it(connect) -> None:
    account = connect.accounts.create(**opening("DE", individual=jenny("DE", AT_ONCE)))
    persons, who = connect.accounts.persons, account.individual.id
    assert [each.id for each in persons.list(account.id)] == [who]
    assert persons.retrieve(account.id, who).first_name == "Jenny"
    changed = persons.update(account.id, who, first_name="Jane", relationship={"title": "Owner"})
    assert changed.first_name == "Jane"
    found = connect.accounts.retrieve(account.id).individual
    assert (found.first_name, found.relationship.title) == ("Jane", "Owner")
    connect.accounts.update(account.id, individual={"relationship": {"title": "Boss"}})
    assert persons.retrieve(account.id, who).relationship.title == "Boss"
    before = everything(connect)
    with pytest.raises(InvalidRequestError, match="cannot be deleted"):
        persons.delete(account.id, who)
    with pytest.raises(InvalidRequestError, match="is an individual"):
        persons.create(account.id, first_name="X")
    assert everything(connect) == before


@pytest.mark.parametrize("store", ["memory", "sqlite", "postgresql"])
def test_nothing_of_two_changes_at_once_is_lost(request, tmp_path, store) -> None:
    url = {"memory": None, "sqlite": f"sqlite:///{tmp_path}/shop.db"}.get(store)
    url = request.getfixturevalue("pg_url") if store == "postgresql" else url
    with Connect(url, clock=VirtualClock()) as connect:
        bare = connect.accounts.create(country="DE", business_type="individual").id
        id_ = firm(connect)
        who = connect.accounts.persons.create(id_, first_name="Jenny").id
        persons, failed = connect.accounts.persons, []
        words = [{"first_name": "Ann"}, {"last_name": "B"}, {"email": "c@d.example"}]

        def both(call, *arguments):
            barrier = threading.Barrier(len(words))

            def one(change):
                barrier.wait()
                try:
                    call(change)
                except Exception as error:
                    failed.append(error)

            threads = [threading.Thread(target=one, args=(each,)) for each in words]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        both(lambda change: persons.update(id_, who, **change))
        both(lambda change: connect.accounts.update(bare, individual=change))
        both(lambda _: persons.create(id_, relationship={"representative": True}))
        assert len(failed) == 2
        assert all("representative already" in str(each) for each in failed)
        for found in (persons.retrieve(id_, who), connect.accounts.retrieve(bare).individual):
            assert {name: found[name] for change in words for name in change} == {
                name: value for change in words for name, value in change.items()
            }
        assert len(persons.list(bare).data) == 1
        assert connect.ledger.verify().ok


PASSED = Checked()


class Verifier:
    """Answers from a script, then as `after` says. asked: (verb, kind, key) of every request."""

    def __init__(self, *script, after=PASSED):
        self.script, self.after, self.asked = list(script), after, []

    def submit(self, requests):
        return self._answer("submit", requests)

    def track(self, requests):
        return self._answer("track", requests)

    def _answer(self, verb, requests):
        self.asked += [(verb, each.kind, each.key) for each in requests]
        answer = self.script.pop(0) if self.script else self.after
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, list) else [answer] * len(requests)


def seller(verifier, url=None):
    """An engine whose leases run out by hand, and a US account that is being checked."""
    wall = HandClock()
    connect = Connect.over(engine(url, onboarding=Onboarding(verifier), wall=wall))
    words = opening(individual=jenny(), business_profile=None, settings=None)
    return connect, wall, connect.accounts.create(**words).id


BAD = [
    RuntimeError("Jenny Rosen"),
    [],
    [Checked(), Checked()],
    [None],
    [Checked(findings=(1,))],
    [Checked(findings=None)],
    [Checked(findings=(Finding("", "x", "y"),))],
    CheckUnknown(),
]


@pytest.mark.parametrize("answer", BAD, ids=repr)
def test_what_is_no_answer_is_asked_again_under_the_same_key(answer, caplog) -> None:
    verifier = Verifier(answer)
    connect, wall, id_ = seller(verifier)
    found = connect.accounts.retrieve(id_)
    assert found.individual.verification.status == "pending"
    assert states(found) == {"card_payments": "inactive", "transfers": "inactive"}
    assert connect.run_due() == 0
    wall.pass_leases()
    assert connect.run_due() == 1
    assert len(verifier.asked) == 2
    assert len(set(verifier.asked)) == 1
    found = connect.accounts.retrieve(id_)
    assert found.individual.verification.status == "verified"
    assert connect.run_due() == 0
    assert "Rosen" not in caplog.text
    assert connect.ledger.verify().ok


def test_who_is_never_ready_is_asked_ever_more_seldom() -> None:
    verifier = Verifier(after=Checking())
    connect, _, id_ = seller(verifier)
    connect.clock.advance(days=2)
    assert 48 <= len(verifier.asked) <= 60
    assert len({key for _, _, key in verifier.asked}) == 1
    assert [verb for verb, _, _ in verifier.asked][:3] == ["submit", "track", "track"]
    assert connect.accounts.retrieve(id_).individual.verification.status == "pending"
    verifier.after = Checked((Finding("verification.document", "invalid_value_other", "No."),))
    connect.clock.advance(hours=2)
    asked = len(verifier.asked)
    found = connect.accounts.retrieve(id_)
    assert codes(found) == {("individual.verification.document", "invalid_value_other")}
    connect.clock.advance(days=1)
    assert len(verifier.asked) == asked


class Meddling(Verifier):
    """Changes what was told while it is being asked about it, once."""

    connect = id_ = None

    def submit(self, requests):
        answers = super().submit(requests)
        if self.connect is not None:
            connect, self.connect = self.connect, None
            connect.accounts.update(self.id_, individual={"dob": AT_ONCE})
            return [Checked((Finding("dob.day", "invalid_value_other", "No."),))]
        return answers


def test_an_answer_about_what_was_told_before_comes_late() -> None:
    verifier = Meddling()
    connect, _, id_ = seller(verifier)
    verifier.connect, verifier.id_ = connect, id_
    found = connect.accounts.update(id_, individual={"dob": OTHER})
    assert found.requirements.errors == []
    assert found.individual.verification.status == "verified"
    keys = [key for _, _, key in verifier.asked]
    assert len(keys) == len(set(keys)) == 3
    events = [each.type for each in connect.events.list(account=id_, limit=100)]
    assert events.count("person.updated") == 3


def test_an_answer_that_is_given_twice_is_booked_once() -> None:
    verifier = Verifier(CheckUnknown(), CheckUnknown())
    connect, wall, id_ = seller(verifier)
    wall.pass_leases()
    connect.run_due()
    wall.pass_leases()
    connect.run_due()
    before = everything(connect)
    wall.pass_leases()
    connect.run_due()
    connect.clock.advance(days=1)
    assert everything(connect) == before
    types = [each.type for each in connect.events.list(account=id_, limit=100)]
    assert types.count("person.updated") == 1


def test_a_verifier_that_sees_somebody_gone_asks_nothing(tmp_path) -> None:
    verifier = Verifier(after=Checking())
    connect = Connect(clock=VirtualClock(), identities=verifier)
    id_ = firm(connect)
    who = connect.accounts.persons.create(id_, **jenny("DE"), relationship={"owner": True}).id
    connect.accounts.persons.delete(id_, who)
    asked = len(verifier.asked)
    connect.clock.advance(minutes=1)
    assert not [each for each in verifier.asked[asked:] if each[1] == "person"]
    connect.accounts.delete(id_)
    asked = len(verifier.asked)
    connect.clock.advance(days=1)
    assert len(verifier.asked) == asked


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_inside_a_transaction_the_check_waits(request, tmp_path, store) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    url = request.getfixturevalue("pg_url") if store == "postgresql" else url
    make = sqlite_engine if store == "sqlite" else sa.create_engine
    of = make(url.replace("postgresql:", "postgresql+psycopg:"))
    verifier = Verifier()
    with Connect(url, clock=VirtualClock(), identities=verifier) as connect:
        with of.begin() as connection, connect.transaction(connection):
            made = connect.accounts.create(**opening("US", "company"))
            who = connect.accounts.persons.create(made.id, **boss())
            assert who.verification.status == "pending"
            connect.accounts.persons.update(made.id, who.id, first_name="Jane")
            assert verifier.asked == []
        connect.run_due()
        assert sorted(kind for _, kind, _ in verifier.asked) == ["business", "company", "person"]
        found = connect.accounts.persons.retrieve(made.id, who.id)
        assert (found.first_name, found.verification.status) == ("Jane", "verified")
        assert states(connect.accounts.retrieve(made.id)) == ACTIVE
        with pytest.raises(ZeroDivisionError), of.begin() as connection:
            with connect.transaction(connection):
                connect.accounts.persons.update(made.id, who.id, last_name="Gone")
                raise ZeroDivisionError
        assert connect.accounts.persons.retrieve(made.id, who.id).last_name == "Rosen"
        assert connect.ledger.verify().ok
    of.dispose()
