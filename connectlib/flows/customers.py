"""Customers: one commit each; a deletion first looks up what it will detach."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from connectlib.core import customers
from connectlib.core.book import Work
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Customer, PaymentMethod
from connectlib.flows import personal, reading
from connectlib.flows.payment_methods import named
from connectlib.flows.single import do_one
from connectlib.ports.steps import ask
from connectlib.ports.store import One

if TYPE_CHECKING:
    from connectlib.core.book import Request
    from connectlib.core.commands import CreateCustomer, UpdateCustomer
    from connectlib.flows.ground import Ground
    from connectlib.ports.processor import Method
    from connectlib.ports.steps import Flow

#: How often a deletion looks again because a method was attached meanwhile.
_LOOKS_MAX = 8
#: How many payment methods are looked up at a time.
_PAGE = 100


def create(
    ground: Ground, command: CreateCustomer, request: Request | None
) -> Flow[Customer | Refused]:
    """Make a customer, in the branch of its namespace."""
    method: Method | Refused | None = None
    if command.method is not None:
        method = yield from named(command.method, "payment_method")
    if isinstance(method, Refused):
        return method
    branch = ground.branch(command.account)
    id_ = yield from personal.new_id(ground, branch, "cus")

    def work(sealed: CreateCustomer) -> Work[Customer]:
        return Work(
            customers.create_keys(sealed),
            partial(customers.create, command=sealed, method=method, request=request, id_=id_),
            request=request,
            weight=0,
        )

    return (yield from personal.commit(ground, branch, Customer, id_, command, work, fresh=True))


def known(ground: Ground, id_: str, account: str, param: str) -> Flow[Customer | Refused]:
    """The customer with an id in a namespace; a deleted one answers like one that is not."""
    row = yield from ask(One(Customer, ground.branch(id_), ground.world.id, id_, account))
    if row is None or row.deleted:
        return missing("customer", id_[:100], param)
    found: Customer = row
    return found


def update(
    ground: Ground, command: UpdateCustomer, request: Request | None
) -> Flow[Customer | Refused]:
    """Change a customer."""

    def work(sealed: UpdateCustomer) -> Work[Customer]:
        return Work(
            customers.update_keys(sealed),
            partial(customers.update, command=sealed, request=request),
            request=request,
            weight=0,
        )

    branch = ground.branch(command.account)
    return personal.commit(ground, branch, Customer, command.id, command, work)


def delete(
    ground: Ground, id_: str, account: str, request: Request | None
) -> Flow[Customer | Refused]:
    """Delete a customer and detach all its payment methods, in one commit."""
    branch = ground.branch(account)
    for _ in range(_LOOKS_MAX):
        row = yield from ask(One(Customer, branch, ground.world.id, id_, account))
        methods = yield from _attached(ground, id_, account)
        work: Work[Customer | None] = Work(
            customers.delete_keys(id_, account, methods),
            partial(
                customers.delete,
                id_=id_,
                account=account,
                version=row.version if row is not None else 0,
                methods=methods,
                request=request,
            ),
            request=request,
            weight=0,
        )
        answer = yield from do_one(ground, branch, work)
        if answer is not None:
            return answer
    return Refused(
        Why.LOCK_TIMEOUT,
        "This object cannot be accessed right now because another API request or Stripe process"
        " is currently accessing it.",
        "id",
        "repeat the request in a moment",
    )


def _attached(ground: Ground, customer: str, account: str) -> Flow[list[str]]:
    """The ids of all methods of a customer."""
    found: list[str] = []
    more = True
    while more:
        page = yield from reading.page(
            ground,
            PaymentMethod,
            account,
            limit=_PAGE,
            where=(("customer", customer),),
            after=found[-1] if found else None,
        )
        if isinstance(page, Refused):  # the last one seen is gone
            break
        rows, more = page
        found += [row.id for row in rows]
    return found
