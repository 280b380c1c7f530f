"""Every state of a data key and every move, from the table; what a decision writes with it."""

from __future__ import annotations

import pytest

from connectlib.core import data_keys
from connectlib.core.book import Done, Keys, Work
from connectlib.core.data_keys import MACHINE, Wrapped, row_of
from connectlib.core.drafts import Draft, snapshot
from connectlib.core.personal import USES_MAX, is_sealed
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Customer, DataKey, amend
from tests.core.states import AT, WORLD, book

CUS, KEY = "cus_0000000000000000000000000001", "dkey_0000000000000000000000000001"
CUSTOMER = Customer(0, CUS, 1, "acct_P", 1, AT, email="v1.1." + "A" * 40, email_index="ab")


def key(status="live", **values) -> DataKey:
    row = row_of(WORLD, 0, KEY, CUS, Wrapped("one", '{"1":"x"}'), AT)
    gone = {"kek": "", "wrapped": "{}"} if status == "erased" else {}
    return amend(row, status=status, **gone, **values)


def use(of, row, uses=2):
    work = Work(Keys(), lambda _: Done("written", Draft()))
    return data_keys.guarded(work, row, uses, fresh=False).decide(of)


MOVES = {
    "use": use,
    "wrap": lambda of, row: data_keys.rewrap(of, row, Wrapped("two", '{"1":"y"}'), 1),
    "hold": lambda of, _: data_keys.hold(of, CUS, "acct_P", until=AT + 1, reason=None),
    "erase": lambda of, _: data_keys.erase(of, CUS, "acct_P"),
}


@pytest.mark.parametrize("status", sorted(MACHINE.states))
@pytest.mark.parametrize("move", sorted(MACHINE.moves))
def test_every_move_from_every_state_is_as_the_table_says(status, move) -> None:
    row = key(status)
    of = book(CUSTOMER, row)
    found = MOVES[move](of, row)
    to = MACHINE.next(status, move)
    written = found.draft.rows if isinstance(found, Done) else []
    if to is None:
        assert not written
        assert isinstance(found, Refused) or found.value in (False, row)
        return
    of.absorb(found.draft)
    after = of.rows[KEY]
    assert (after.status, after.version) == (to, row.version + 1)
    assert not found.draft.emissions
    assert of.versions == {}, "no version of a key is ever kept"


def test_an_erasure_empties_the_key_and_the_index_and_keeps_the_rest() -> None:
    of = book(CUSTOMER, key(hold_reason="old", uses=7))
    of.absorb(data_keys.erase(of, CUS, "acct_P").draft)
    gone, customer = of.rows[KEY], of.rows[CUS]
    assert (gone.kek, gone.wrapped, gone.hold_reason) == ("", "{}", None)
    assert customer == amend(CUSTOMER, version=2, email_index=None)


@pytest.mark.parametrize(("until", "erased"), [(0, True), (AT, True), (AT + 1, False)])
def test_a_hold_ends_at_its_moment(until, erased) -> None:
    found = data_keys.erase(book(CUSTOMER, key(hold_until=until)), CUS, "acct_P")
    assert isinstance(found, Done) is erased
    assert erased or found.why is Why.ERASURE_HELD


@pytest.mark.parametrize(
    ("used", "more", "fits"),
    [(0, 1, True), (USES_MAX - 2, 2, True), (USES_MAX - 1, 2, False), (USES_MAX, 0, True)],
)
def test_a_key_is_used_up_at_its_limit_and_counts_what_is_written(used, more, fits) -> None:
    row = key(uses=used)
    found = use(book(CUSTOMER, row), row, more)
    assert isinstance(found, Done) is fits
    if fits:
        assert sum(each.uses for each in found.draft.rows) == (used + more if more else 0)
    else:
        assert found.why is Why.KEY_USED_UP


def test_what_was_sealed_under_another_key_is_to_be_sealed_again() -> None:
    row = key()
    work = Work(Keys(), lambda _: Done("written", Draft()))
    for of, mine, fresh in (
        (book(CUSTOMER, row), row, True),
        (book(CUSTOMER), row, False),
        (book(CUSTOMER, amend(row, generation=2)), row, False),
    ):
        assert data_keys.guarded(work, mine, 1, fresh=fresh).decide(of).value is None


def test_a_refusal_counts_no_use() -> None:
    row, no = key(), Refused(Why.PARAMETER_INVALID, "no")
    assert data_keys.guarded(Work(Keys(), lambda _: no), row, 1, fresh=False).decide(
        book(CUSTOMER, row)
    ) is no  # fmt: skip


def test_no_snapshot_keeps_a_blind_index() -> None:
    assert '"ab"' not in snapshot(CUSTOMER)
    assert CUSTOMER.email in snapshot(CUSTOMER)
    assert is_sealed(CUSTOMER.email)
