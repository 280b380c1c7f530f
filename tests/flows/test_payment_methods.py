"""What a payment finds under `payment_method`; deletions that meet attachments; namespaces."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

import pytest
import sqlalchemy as sa

from connectlib import AsyncConnect, Connect, InvalidRequestError, sqlite_engine
from connectlib.core import payment_methods as core
from connectlib.core.book import Done, Keys, Work
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import PaymentMethod, amend
from connectlib.flows import customers, payment_methods
from connectlib.flows.payment_methods import Found
from connectlib.flows.single import do_one
from connectlib.ports.steps import Transact
from connectlib.runtime.run import perform, run
from tests.engines import engine


@pytest.fixture(params=["memory", "sqlite"])
def of(request, tmp_path):
    made = engine(None if request.param == "memory" else f"sqlite:///{tmp_path}/a.db")
    yield made
    made.close()


def spend(of, id_: str) -> None:
    """What a payment without a customer does to its method."""

    def decide(book):
        row = core.used(book.rows[id_])
        draft = core.Draft()
        return Done(draft.put(row), draft)

    run(of, do_one(of.ground, 0, Work(Keys(rows=(id_,)), decide, repeatable=True)))


@pytest.mark.parametrize(
    ("given", "payer", "expected"),
    [
        ("loose", None, "row"),
        ("loose", "cus", "row"),
        ("held", "cus", "row"),
        ("held", None, "belongs to the Customer"),
        ("held", "other", "belongs to the Customer"),
        ("spent", None, "may not be used again"),
        ("spent", "cus", "may not be used again"),
        ("gone", "cus", "may not be used again"),
        ("theirs", None, "No such PaymentMethod: '"),
        ("cus", None, "No such PaymentMethod: 'cus_"),
        ("pm_card_visa", None, "draft"),
        ("tok_visa", "cus", "draft"),
        ("pm_none", None, "No such PaymentMethod: 'pm_none'"),
        ("", None, "No such PaymentMethod: ''"),
    ],
)
def test_what_a_payment_finds(of, given, payer, expected) -> None:
    connect = Connect.over(of)
    cus, other = connect.customers.create(), connect.customers.create()
    ada = connect.testing.account()
    names = {
        "loose": connect.payment_methods.retrieve("pm_card_visa").id,
        "spent": connect.payment_methods.retrieve("pm_card_visa").id,
        "held": connect.payment_methods.attach("pm_card_visa", customer=cus).id,
        "gone": connect.payment_methods.attach("pm_card_visa", customer=cus).id,
        "theirs": connect.payment_methods.retrieve("pm_card_visa", account=ada.id).id,
        "cus": cus.id,
        "other": other.id,
    }
    connect.payment_methods.detach(names["gone"])
    spend(of, names["spent"])
    flow = payment_methods.usable(
        of.ground, names.get(given, given), of.world.account, names.get(payer)
    )
    found = run(of, flow)
    if expected == "row":
        assert isinstance(found, Found)
        assert found.row is not None
        assert found.row.id == names[given]
        assert (found.method.source, found.method.kind) == ("pm_card_visa", "card")
    elif expected == "draft":
        assert found.row is None
        assert found.method.source == given
    else:
        assert isinstance(found, Refused)
        assert expected in found.message
        assert found.param == "payment_method"


def test_a_method_tells_what_its_row_says_and_how_its_money_comes(of) -> None:
    connect = Connect.over(of)
    cus = connect.customers.create(payment_method="pm_card_bypassPending")
    (held,) = connect.customers.list_payment_methods(cus.id)
    connect.payment_methods.update(held.id, card={"exp_month": 7, "exp_year": 2033})
    found = run(of, payment_methods.usable(of.ground, held.id, of.world.account, cus.id))
    details = dict(found.method.details)
    assert (details["exp_month"], details["exp_year"], details["brand"]) == (7, 2033, "visa")
    assert found.method.bypass_pending


def test_the_platforms_own_id_under_an_account_is_told_apart(of) -> None:
    connect = Connect.over(of)
    ada, bob = connect.testing.account(), connect.testing.account()
    own = connect.payment_methods.retrieve("pm_card_visa").id
    theirs = connect.payment_methods.retrieve("pm_card_visa", account=bob.id).id
    long = "OAuth key or Stripe-Account header was used"
    for id_, told in ((own, True), (theirs, False)):
        found = run(of, payment_methods.usable(of.ground, id_, ada.id, None))
        assert (found.why, found.param) == (Why.RESOURCE_MISSING, "payment_method")
        assert found.message.startswith(f"No such PaymentMethod: '{id_}'")
        assert (long in found.message) is told
        cus = connect.customers.create(account=ada.id)
        with pytest.raises(InvalidRequestError) as caught:
            connect.payment_methods.attach(id_, customer=cus.id, account=ada.id)
        assert (long in caught.value.message) is told
        assert caught.value.code == "resource_missing"


def after_step(of, flow, number: int, between) -> object:
    """Drive a flow to its end; `between` is called after its step of that number."""
    step, done = next(flow), 0
    try:
        while True:
            result = perform(of, step)
            done += 1
            if done == number:
                between()
            step = flow.send(result)
    except StopIteration as stop:
        return stop.value


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_deletion_takes_what_was_attached_while_it_looked(of, number) -> None:
    connect = Connect.over(of)
    cus = connect.customers.create(payment_method="pm_card_visa")
    late: list[object] = []

    def between() -> None:
        try:
            late.append(connect.payment_methods.attach("pm_card_amex", customer=cus.id))
        except InvalidRequestError as error:
            late.append(error.code)

    flow = customers.delete(of.ground, cus.id, of.world.account, None)
    gone = after_step(of, flow, number, between)
    assert gone.deleted
    assert (late == ["resource_missing"]) is (number == 3)
    assert {row.customer for row in connect.payment_methods.list()} == {None}
    detached = [e for e in connect.events.list(limit=100) if e.type == "payment_method.detached"]
    assert len(detached) == (1 if number == 3 else 2)


def test_a_deletion_gives_up_when_methods_keep_coming(of) -> None:
    connect = Connect.over(of)
    cus = connect.customers.create()
    flow = customers.delete(of.ground, cus.id, of.world.account, None)
    step = next(flow)
    with pytest.raises(StopIteration) as stop:
        while True:
            if isinstance(step, Transact):
                connect.payment_methods.attach("pm_card_visa", customer=cus.id)
            step = flow.send(perform(of, step))
    assert stop.value.value.why is Why.LOCK_TIMEOUT
    assert not connect.customers.retrieve(cus.id).get("deleted")


def test_a_deletion_detaches_more_than_a_page(of) -> None:
    connect = Connect.over(of)
    cus = connect.customers.create()
    held = [connect.payment_methods.attach("pm_card_visa", customer=cus.id).id for _ in range(101)]
    connect.customers.delete(cus.id)
    found = {row.id: row.customer for row in connect.payment_methods.list().auto_paging_iter()}
    assert found == dict.fromkeys(held)


def test_a_detachment_meets_an_attachment_made_since_it_looked(of) -> None:
    """The customer it has to hold is found under the lock of the method."""
    connect = Connect.over(of)
    cus = connect.customers.create()
    loose = connect.payment_methods.retrieve("pm_card_visa")
    stale = [True]

    def keys(links, _):
        row = links[loose.id]
        if stale:
            stale.pop()
            connect_row = amend(row, customer=None)
            return core.detach_keys({loose.id: connect_row}, loose.id, of.world.account)
        return core.detach_keys(links, loose.id, of.world.account)

    connect.payment_methods.attach(loose.id, customer=cus.id)
    decide = partial(core.detach, id_=loose.id, account=of.world.account, request=None)
    work = Work(keys, decide, links=(loose.id,))
    found = run(of, do_one(of.ground, 0, work))
    assert (found.customer, found.spent) == (None, 1)
    assert not stale


def test_racing_attachments_have_one_winner(tmp_path) -> None:
    of = engine(f"sqlite:///{tmp_path}/a.db")
    connect = Connect.over(of)
    loose = connect.payment_methods.retrieve("pm_card_visa")
    buyers = [connect.customers.create().id for _ in range(8)]
    results: list[object] = []

    def attach(cus: str) -> None:
        try:
            results.append(connect.payment_methods.attach(loose.id, customer=cus).customer)
        except InvalidRequestError as error:
            results.append(error)

    threads = [threading.Thread(target=attach, args=(cus,)) for cus in buyers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [each for each in results if isinstance(each, str)]
    assert connect.payment_methods.retrieve(loose.id).customer == winner
    assert len(results) == 8
    of.close()


def test_customers_of_an_account_live_at_its_branch() -> None:
    of = engine(branches=3)
    connect = Connect.over(of)
    for _ in range(5):
        ada = connect.testing.account()
        cus = connect.customers.create(account=ada.id, payment_method="pm_card_visa")
        (held,) = connect.payment_methods.list(customer=cus.id, account=ada.id)
        assert {of.ground.branch(id_) for id_ in (cus.id, held.id)} == {of.ground.branch(ada.id)}
        own = connect.customers.create(payment_method="pm_card_visa")
        (mine,) = connect.payment_methods.list(customer=own.id)
        copy = connect.payment_methods.create(
            customer=own.id, payment_method=mine.id, account=ada.id
        )
        assert of.ground.branch(copy.id) == of.ground.branch(ada.id)
        connect.payment_methods.attach(copy.id, customer=cus.id, account=ada.id)
        assert connect.customers.delete(cus.id, account=ada.id).deleted
        assert {e.type for e in connect.events.list(account=ada.id, limit=100)} >= {
            "customer.created",
            "payment_method.attached",
            "payment_method.detached",
            "customer.deleted",
        }


def test_inside_the_applications_transaction_they_roll_back_with_it(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    with Connect(url) as connect:
        own = sqlite_engine(url)
        for keep in (False, True):
            with own.connect() as connection:
                connection.begin()
                with connect.transaction(connection):
                    cus = connect.customers.create(payment_method="pm_card_visa")
                    held = connect.payment_methods.create(
                        type="card",
                        card={"number": "4242424242424242", "exp_month": 1, "exp_year": 2040},
                    )
                    connect.payment_methods.attach(held.id, customer=cus.id)
                    assert len(connect.payment_methods.list(customer=cus.id).data) == 2
                    connect.payment_methods.detach(held.id)
                    connect.customers.delete(cus.id)
                (connection.commit if keep else connection.rollback)()
            with own.connect() as connection:
                count = connection.execute(sa.text("SELECT count(*) FROM cl_payment_method"))
                assert count.scalar() == (2 if keep else 0)
        own.dispose()


def test_many_buyers_at_once_in_the_awaiting_client() -> None:
    async def life() -> set[int]:
        async with AsyncConnect() as connect:
            made = await asyncio.gather(
                *(connect.customers.create(payment_method="pm_card_visa") for _ in range(20))
            )
            held = await asyncio.gather(
                *(connect.customers.list_payment_methods(each.id) for each in made)
            )
            return {len(page.data) for page in held}

    assert asyncio.run(life()) == {1}


def test_a_draft_row_is_written_with_what_it_is_for(of) -> None:
    found = run(of, payment_methods.usable(of.ground, "tok_visa", of.world.account, None))

    def decide(book):
        draft = core.Draft()
        row = core.row_of(book, found.method, of.world.account, None, '{"name":"Ada"}')
        return Done(draft.put(row), draft)

    row = run(of, do_one(of.ground, 0, Work(Keys(), decide)))
    assert isinstance(row, PaymentMethod)
    shown = Connect.over(of).payment_methods.retrieve(row.id)
    assert (shown.type, shown.card.last4, shown.billing_details.name) == ("card", "4242", "Ada")
