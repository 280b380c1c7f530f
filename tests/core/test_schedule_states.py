"""Every state of a transfer schedule x every move, by hand and on its date."""

from __future__ import annotations

import itertools

import pytest

from connectlib.core import transfer_schedules
from connectlib.core.book import Book, Done
from connectlib.core.events import EVENT_TYPES
from connectlib.core.moments import DAY, midnight
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Account, Charge, Due, TransferSchedule
from tests.core.states import AT, book, rates

MACHINE = transfer_schedules.MACHINE


def account(**changes) -> Account:
    return Account(0, "acct_A", 1, "acct_P", 1, AT, "US", "usd", transfers="active")._replace(
        **changes
    )


def charge(**changes) -> Charge:
    row = Charge(0, "ch_1", 1, "acct_P", 1, AT, 1_000, "usd", "succeeded", "tok_visa", "{}")
    return row._replace(transferred=600, **changes)


def schedule(**changes) -> TransferSchedule:
    row = TransferSchedule(0, "tsch_1", 1, "acct_P", 1, AT, 600, "usd", "acct_A", "scheduled")
    return row._replace(release_on=AT, source_transaction="ch_1", **changes)


DUE = Due(0, 1, AT, 35, "tsch_1/acct_A/ch_1")


def by_hand(of: Book):
    return transfer_schedules.release(of, "tsch_1", None, rates=rates)


def on_time(of: Book):
    return transfer_schedules.on_time(of, "tsch_1", DUE, rates=rates)


def cancel(of: Book):
    return transfer_schedules.cancel(of, "tsch_1", None)


#: (move of the table, who makes it, what the world is like)
MOVES = [
    ("release", by_hand, {}),
    ("release", on_time, {}),
    ("postpone", by_hand, {"available": 599}),
    ("postpone", on_time, {"available": 599}),
    ("postpone", on_time, {"charge": charge(amount_refunded=401)}),
    ("cancel", cancel, {}),
    ("fail", on_time, {"account": account(transfers="inactive")}),
    ("fail", on_time, {"account": account(deleted=1)}),
    ("fail", on_time, {"charge": charge()._replace(status="failed")}),
]


CASES = list(itertools.product(sorted(MACHINE.states), MOVES))


@pytest.mark.parametrize(
    ("state", "case"), CASES, ids=[f"{state}-{case[0]}-{case[1].__name__}" for state, case in CASES]
)
def test_a_move_is_made_where_the_table_says_and_only_there(state, case) -> None:
    move, make, world = case
    row = schedule()._replace(status=state)
    rows = (row, world.get("charge", charge()), world.get("account", account()))
    of = book(*rows, available=world.get("available", 10_000))
    found = make(of)
    after = MACHINE.next(state, move)
    if after is None and make is not on_time:
        assert isinstance(found, Refused)
        assert (found.why, found.param) == (Why.SCHEDULE_UNEXPECTED_STATE, "id")
        return
    assert isinstance(found, Done)
    of.absorb(found.draft)
    assert found.value.status == (after or state)
    told = [event.type for event in of.events if event.object_id == "tsch_1"]
    assert told == ([f"transfer_schedule.{TOLD[move]}"] if after else [])
    assert set(told) <= set(EVENT_TYPES)
    assert len(of.transactions) == (after == "released")
    gives_back = after in {"canceled", "failed"}
    assert of.rows["ch_1"].transferred == (0 if gives_back else 600)


TOLD = {"release": "released", "postpone": "updated", "cancel": "canceled", "fail": "failed"}


def test_every_move_has_a_test() -> None:
    assert MACHINE.moves == {move for move, _, _ in MOVES} == set(TOLD)


def test_what_is_put_off_is_tried_at_the_start_of_the_next_day_and_told_once() -> None:
    of = book(schedule(), charge(), account(), available=0)
    of.absorb(on_time(of).draft)
    (due,) = of.dues.values()
    assert (due.due_at, due.kind, due.ref) == (midnight(AT) + DAY, 35, DUE.ref)
    assert of.rows["tsch_1"].failure_code == "balance_insufficient"
    assert of.rows["tsch_1"].version == 2
    of.absorb(transfer_schedules.on_time(of, "tsch_1", due, rates=rates).draft)
    assert of.rows["tsch_1"].version == 2
    assert len(of.events) == 1


@pytest.mark.parametrize("release_on", [None, AT + 1])
def test_due_work_of_a_date_that_was_changed_does_nothing(release_on) -> None:
    of = book(schedule()._replace(release_on=release_on), charge(), account())
    found = on_time(of)
    assert isinstance(found, Done)
    assert (found.draft.rows, found.draft.postings, found.draft.dues) == ([], [], [])
    assert found.draft.undues == [DUE]


REFUNDED = """
refunded transferred  by hand                 on its date
       0        1000  released                released
     400         600  released                released
     401         600  charge_already_refunded scheduled
     400        1000  released                scheduled
    1000         600  charge_already_refunded scheduled
"""


@pytest.mark.parametrize("line", REFUNDED.strip().splitlines()[1:])
def test_what_was_refunded_is_not_paid_out(line) -> None:
    refunded, transferred, hand, date = line.split()
    source = charge()._replace(amount_refunded=int(refunded), transferred=int(transferred))
    found = by_hand(book(schedule(), source, account()))
    assert (found.why.code if isinstance(found, Refused) else found.value.status) == hand
    found = on_time(book(schedule(), source, account()))
    assert isinstance(found, Done)
    assert found.value.status == date


def test_what_is_left_of_a_converted_charge_is_counted_in_what_it_settled_in() -> None:
    source = charge()._replace(
        currency="eur", settled=1_100, settled_currency="usd", amount_refunded=500, transferred=550
    )
    refuse = transfer_schedules._refuse_refunded
    assert refuse(source, 550) is None
    found = refuse(source, 551)
    assert isinstance(found, Refused)
    assert "$5.50 of it is left" in found.message
