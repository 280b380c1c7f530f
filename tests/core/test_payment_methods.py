"""Every state of a payment method x every move; what a payment may use; what an update tells."""

from __future__ import annotations

import itertools
import json

import pytest

from connectlib.core import customers, expiry, payment_methods
from connectlib.core.book import Book, Done, Stale
from connectlib.core.changes import before, changes
from connectlib.core.commands import AttachMethod, CreateCustomer, Numbers, UpdatePaymentMethod
from connectlib.core.drafts import Draft, encode
from connectlib.core.events import EVENT_TYPES
from connectlib.core.ids import BODY
from connectlib.core.moments import parse_moment
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Customer, PaymentMethod, World
from connectlib.ports.processor import Method

WORLD = World(1, "default", 0, "acct_P", "US", 0)
AT = parse_moment("2026-11-02T12:00Z")
MACHINE = payment_methods.MACHINE
METHOD = Method("tok_visa", details=(("brand", "visa"), ("exp_month", 12), ("exp_year", 2034)))
#: Ids of branch 0: `is_ours` knows a stored method by its shape.
PM, OTHER = "pm_" + "0" * BODY, "pm_" + "0" * (BODY - 1) + "1"


class Ids:
    def __init__(self) -> None:
        self.n = 0

    def bodies(self, n, _at):
        self.n += n
        return [f"{self.n - n + i:026d}" for i in range(n)]


def customer(id_: str = "cus_A", **words) -> Customer:
    return Customer(0, id_, 1, "acct_P", 1, AT, **words)


def method(state: str, **words) -> PaymentMethod:
    held = {"unattached": {}, "attached": {"customer": "cus_A"}, "spent": {"spent": 1}}[state]
    words = {"details": encode(dict(METHOD.details)), **held, **words}
    return PaymentMethod(0, PM, 1, "acct_P", 1, AT, "card", "tok_visa", "US", **words)


def book(*rows) -> Book:
    made = Book(WORLD, branch=0, at=AT, wall=0, ids=Ids())
    for row in rows:
        made.rows[row.id] = row
        made.stored[row.id] = row.version
    return made


def attach(of: Book, to: str = "cus_A"):
    return payment_methods.attach(of, AttachMethod(PM, to, "acct_P"), None, None)


def detach(of: Book):
    return payment_methods.detach(of, PM, "acct_P", None)


def use(of: Book):
    draft = Draft()
    row = of.rows[PM]
    moved = payment_methods.used(row)
    if moved is not row:
        draft.put(moved)
    return Done(moved, draft)


MOVES = {"attach": attach, "detach": detach, "use": use}
EVENTS = {
    "attach": ["payment_method.attached"],
    "detach": ["payment_method.detached"],
    "use": [],
}


@pytest.mark.parametrize(
    ("state", "move"), list(itertools.product(sorted(MACHINE.states), sorted(MACHINE.moves)))
)
def test_a_move_is_made_where_the_table_says_and_only_there(state, move) -> None:
    of = book(method(state), customer(), customer("cus_B"))
    found = attach(of, "cus_B") if move == "attach" else MOVES[move](of)
    after = MACHINE.next(state, move)
    if after is None:
        assert isinstance(found, Refused) or not found.draft.rows
        return
    of.absorb(found.draft)
    moved = of.rows[PM]
    assert payment_methods.state_of(moved) == after
    assert (moved.version, moved.customer) == (2, "cus_B" if move == "attach" else None)
    assert [event.type for event in of.events] == EVENTS[move]
    assert set(EVENTS[move]) <= set(EVENT_TYPES)


def test_every_move_has_a_test() -> None:
    assert MACHINE.moves == set(MOVES)


@pytest.mark.parametrize("state", sorted(MACHINE.states))
def test_deleting_a_customer_takes_its_methods_and_only_its_own(state) -> None:
    row = method(state)
    of = book(row, customer(default_method=PM))
    found = customers.delete(of, "cus_A", "acct_P", version=1, methods=[PM], request=None)
    of.absorb(found.draft)
    assert (found.value.deleted, found.value.default_method) == (1, None)
    detached = state == "attached"
    assert [event.type for event in of.events] == [
        *(["payment_method.detached"] if detached else []),
        "customer.deleted",
    ]
    assert (of.rows[PM] == row) is not detached
    for refused in (
        customers.delete(of, "cus_A", "acct_P", version=2, methods=[], request=None),
        attach(of),
    ):
        assert (refused.why, refused.message) == (Why.RESOURCE_MISSING, "No such customer: 'cus_A'")


def test_a_deletion_that_has_not_seen_a_method_looks_again() -> None:
    of = book(method("unattached"), customer())
    of.absorb(attach(of).draft)
    found = customers.delete(of, "cus_A", "acct_P", version=1, methods=[], request=None)
    assert found.value is None
    assert not found.draft.rows
    assert not of.rows["cus_A"].deleted


def test_the_first_choice_of_a_customer_ends_with_the_method() -> None:
    of = book(method("attached"), customer(default_method=PM))
    of.absorb(detach(of).draft)
    assert of.rows["cus_A"].default_method is None
    told = {event.type: json.loads(event.previous or "null") for event in of.events}
    assert told == {
        "payment_method.detached": {"customer": "cus_A"},
        "customer.updated": {"default_method": PM},
    }


def test_a_detachment_that_does_not_hold_the_customer_asks_for_other_keys() -> None:
    with pytest.raises(Stale):
        detach(book(method("attached")))


def test_attaching_again_to_the_same_customer_changes_nothing() -> None:
    found = attach(book(method("attached"), customer()))
    assert isinstance(found, Done)
    assert not found.draft.rows
    assert not found.draft.emissions


@pytest.mark.parametrize(
    ("state", "payer", "why"),
    [
        ("unattached", None, None),
        ("unattached", "cus_A", None),
        ("attached", "cus_A", None),
        ("attached", None, Why.PAYMENT_METHOD_TAKEN),
        ("attached", "cus_B", Why.PAYMENT_METHOD_TAKEN),
        ("spent", None, Why.PAYMENT_METHOD_SPENT),
        ("spent", "cus_A", Why.PAYMENT_METHOD_SPENT),
    ],
)
def test_what_a_payment_may_use(state, payer, why) -> None:
    found = payment_methods.refuse_use(method(state), payer)
    assert (found.why if found else None) is why


def test_a_batch_attaches_two_methods_to_one_customer() -> None:
    second = method("unattached")._replace(id=OTHER)
    of = book(method("unattached"), second, customer())
    of.absorb(attach(of).draft)
    command = AttachMethod(OTHER, "cus_A", "acct_P")
    of.absorb(payment_methods.attach(of, command, None, None).draft)
    assert {of.rows[id_].customer for id_ in (PM, OTHER)} == {"cus_A"}
    assert of.rows["cus_A"].version == 3


@pytest.mark.parametrize(
    ("default", "held"), [(None, None), ("pm_card_visa", "default"), (OTHER, "refused")]
)
def test_a_customer_begins_with_a_method_and_a_first_choice(default, held) -> None:
    of = book()
    command = CreateCustomer("acct_P", method="pm_card_visa", default_method=default)
    found = customers.create(of, command, METHOD, None)
    if held == "refused":
        assert found.param == "invoice_settings[default_payment_method]"
        return
    of.absorb(found.draft)
    (made,) = [row for row in of.changed.values() if isinstance(row, PaymentMethod)]
    assert (made.customer, made.version) == (found.value.id, 1)
    assert found.value.default_method == (made.id if held else None)
    assert [event.type for event in of.events] == ["customer.created", "payment_method.attached"]


TABLE = """
month year -> code
   12 2026 -> none
   11 2026 -> none
   10 2026 -> invalid_expiry_month
   13 2030 -> invalid_expiry_month
    0 2030 -> invalid_expiry_month
    1 2025 -> invalid_expiry_year
    1 1970 -> invalid_expiry_year
    1 2076 -> none
    1 2077 -> invalid_expiry_year
"""


@pytest.mark.parametrize("line", TABLE.strip().splitlines()[1:])
def test_a_card_must_not_have_expired(line) -> None:
    month, year, _, code = line.split()
    found = expiry.refuse({"exp_month": int(month), "exp_year": int(year)}, AT)
    assert (found.code if found else "none") == code
    command = UpdatePaymentMethod(
        PM, "acct_P", "card", encode({"exp_month": int(month), "exp_year": int(year)})
    )
    updated = payment_methods.update(book(method("attached")), command, None)
    assert (updated.code if isinstance(updated, Refused) else "none") == code


@pytest.mark.parametrize(
    ("given", "full"), [(26, 2026), (69, 2069), (70, 1970), (99, 1999), (2030, 2030), (0, 2000)]
)
def test_years_of_two_digits(given, full) -> None:
    assert expiry.full_year(given) == full


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"email": "a@b.c"}, {}),
        ({"email": None}, {"email": "a@b.c"}),
        ({"name": "N"}, {"name": None}),
        ({"metadata": '{"a":"1"}'}, {}),
        ({"metadata": '{"a":"2","b":"3"}'}, {"metadata": '{"a":"1"}'}),
        ({"metadata": "{}"}, {"metadata": '{"a":"1"}'}),
        ({"address": '{"city":"X"}'}, {"address": None}),
        ({"shipping": None}, {"shipping": '{"name":"S"}'}),
    ],
)
def test_an_event_tells_what_was_before(wanted, told) -> None:
    row = customer(email="a@b.c", metadata='{"a":"1"}', shipping='{"name":"S"}')
    assert before(row, changes(row, wanted)) == told


def test_numbers_can_be_neither_shown_nor_written() -> None:
    numbers = Numbers("card", {"number": "4242424242424242"})
    assert "4242" not in repr(numbers) + str([numbers])
    with pytest.raises(TypeError):
        encode((1, numbers))
