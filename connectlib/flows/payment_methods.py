"""Payment methods: the processor says what a source is, then one commit keeps it."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core import payment_methods
from connectlib.core.book import Work
from connectlib.core.commands import CreatePaymentMethod
from connectlib.core.method_data import within
from connectlib.core.payment_methods import is_ours
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Customer, PaymentMethod
from connectlib.flows.personal import marked
from connectlib.flows.single import do_one
from connectlib.ports.processor import Declined, Method
from connectlib.ports.steps import ask, resolve, tokenize
from connectlib.ports.store import One
from connectlib.wire.params.base import card_number_refused, request_of

if TYPE_CHECKING:
    from connectlib.core.book import Request
    from connectlib.core.commands import AttachMethod, UpdatePaymentMethod
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow


class Found(NamedTuple):
    """What a payment can be made with: a stored row, or None where one is still to be written.

    method: what the processor is to be given, its details those of the row.
    """

    row: PaymentMethod | None
    method: Method


def usable(ground: Ground, given: str, account: str, customer: str | None) -> Flow[Found | Refused]:
    """What `payment_method` stands for in a payment: a stored method, a test name or a token.

    The caller asks `core.payment_methods.refuse_use` again under the lock of the row; where
    there is no row it writes one, made by `core.payment_methods.row_of`, with the payment.
    """
    if not is_ours(given):
        (method,) = yield from resolve([given])
        if method is None:
            return missing("PaymentMethod", given[:100], "payment_method")
        return Found(None, method)
    platform = ground.world.account
    row = yield from ask(One(PaymentMethod, ground.branch(given), ground.world.id, given))
    if not isinstance(row, PaymentMethod) or row.account != account:
        return payment_methods.not_here(row, given, account, platform, "payment_method")
    refused = payment_methods.refuse_use(row, customer)
    if refused is not None:
        return refused
    (known,) = yield from resolve([row.token])
    return Found(row, method_of(row, known))


def method_of(row: PaymentMethod, known: Method | None = None) -> Method:
    """What a stored row tells the processor. known: what the processor says of its token."""
    details = tuple(json.loads(row.details).items())
    bypass = known is not None and known.bypass_pending
    return Method(row.token, row.kind, row.country, bypass, details, row.fingerprint)


def named(given: str, param: str) -> Flow[Method | Refused | None]:
    """What a test name such as pm_card_visa stands for; None for the id of a stored method."""
    if is_ours(given):
        return None
    method = None
    if given.startswith("pm_"):
        (method,) = yield from resolve([given])
    return missing("PaymentMethod", given[:100], param) if method is None else method


class Inline(NamedTuple):
    """A method to be made with what it is for. said: with the token instead of the numbers.

    method: what the processor knows of it, and what was said of it besides.
    """

    said: CreatePaymentMethod
    method: Method


def inline(command: CreatePaymentMethod) -> Flow[Inline | Refused]:
    """What the processor has for `payment_method_data`; it is refused as `create` would."""
    method = yield from _source(command)
    if isinstance(method, Refused):
        return within(method, command.kind)
    details = dict(method.details) | json.loads(command.shown)
    said = command._replace(token=method.source, numbers=None)
    return Inline(said, method._replace(details=tuple(details.items())))


def create(
    ground: Ground, command: CreatePaymentMethod, key: object
) -> Flow[PaymentMethod | Refused]:
    """Keep a source, or copy one of the platform's.

    key: the idempotency key. What it is bound to is made of the token, never of the numbers.
    """
    if command.original is not None:
        return (yield from _clone(ground, command, key))
    method = yield from _source(command)
    if isinstance(method, Refused):
        return method
    command = command._replace(token=method.source, numbers=None)
    asked = request_of(command.account, key, "payment_methods.create", command)
    request = yield from marked(ground, asked)
    work = Work(
        payment_methods.create_keys(),
        partial(payment_methods.create, command=command, method=method, request=request),
        request=request,
        weight=0,
    )
    return (yield from do_one(ground, ground.branch(command.account), work))


def _source(command: CreatePaymentMethod) -> Flow[Method | Refused]:
    """What the processor has for a token or for numbers."""
    if command.numbers is not None:
        (found,) = yield from tokenize([command.numbers])
        if isinstance(found, Declined):
            return Refused(Why.CARD_DECLINED, found.message, found.param, None, found.code)
        if found is not None:
            return found
        return _not_taken(command.kind, command.param)
    (method,) = yield from resolve([command.token])
    if method is None or method.kind != command.kind or command.token.startswith("pm_"):
        return missing("token", command.token[:100], command.param)
    return method


def _not_taken(kind: str, param: str) -> Refused:
    if kind == "card":
        return card_number_refused(param)
    return Refused(
        Why.ACCOUNT_NUMBER_INVALID,
        "You must use a test bank account number in test mode.",
        param,
        "use one of the published test numbers; real ones are never accepted or kept",
    )


def _clone(
    ground: Ground, command: CreatePaymentMethod, key: object
) -> Flow[PaymentMethod | Refused]:
    """Copy a method of the platform's customer; what is copied is read without a lock."""
    world = ground.world
    asked = request_of(command.account, key, "payment_methods.create", command)
    request = yield from marked(ground, asked)
    found = []
    for kind, id_ in ((PaymentMethod, command.original), (Customer, command.customer)):
        query = One(kind, ground.branch(world.account), world.id, id_ or "", world.account)
        found.append((yield from ask(query)))
    original, customer = found
    work = Work(
        payment_methods.create_keys(),
        partial(
            payment_methods.clone,
            command=command,
            original=original,
            customer=customer,
            request=request,
        ),
        request=request,
        weight=0,
    )
    return (yield from do_one(ground, ground.branch(command.account), work))


def from_name(ground: Ground, given: str, account: str) -> Flow[PaymentMethod | Refused]:
    """A new method, attached to nobody, of what a test name stands for."""
    method = yield from named(given, "id")
    if method is None or isinstance(method, Refused):
        return method or missing("PaymentMethod", given, "id")
    command = CreatePaymentMethod(account, method.kind, method.source)
    work = Work(
        payment_methods.create_keys(),
        partial(payment_methods.create, command=command, method=method, request=None),
        weight=0,
    )
    return (yield from do_one(ground, ground.branch(account), work))


def update(
    ground: Ground, command: UpdatePaymentMethod, request: Request | None
) -> Flow[PaymentMethod | Refused]:
    """Change what is known of a method."""
    work = Work(
        payment_methods.update_keys(command),
        partial(payment_methods.update, command=command, request=request),
        request=request,
        weight=0,
    )
    return do_one(ground, ground.branch(command.account), work)


def attach(
    ground: Ground, command: AttachMethod, request: Request | None
) -> Flow[PaymentMethod | Refused]:
    """Make a method a customer's; a test name becomes a new method of theirs."""
    method = yield from named(command.method, "id")
    if isinstance(method, Refused):
        return method
    work = Work(
        payment_methods.attach_keys(command),
        partial(payment_methods.attach, command=command, method=method, request=request),
        request=request,
        weight=0,
    )
    return (yield from do_one(ground, ground.branch(command.account), work))


def detach(
    ground: Ground, id_: str, account: str, request: Request | None
) -> Flow[PaymentMethod | Refused]:
    """Take a method from its customer."""
    work = Work(
        lambda links, _: payment_methods.detach_keys(links, id_, account),
        partial(payment_methods.detach, id_=id_, account=account, request=request),
        links=(id_,),
        request=request,
        weight=0,
    )
    return do_one(ground, ground.branch(account), work)
