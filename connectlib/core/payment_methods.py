"""Payment methods: what a processor's token stands for, and which customer it belongs to.

A method can be attached once, to one customer. Detached, or used without a customer, it is
spent for good. (API reference, PaymentMethods; "Cloning payment methods" for Connect.)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from connectlib.core import expiry
from connectlib.core.book import Done, Keys, Stale
from connectlib.core.changes import before, changes
from connectlib.core.drafts import Draft, encode
from connectlib.core.idempotency import answered
from connectlib.core.ids import branch_of
from connectlib.core.machine import Machine
from connectlib.core.maps import merged
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Customer, PaymentMethod, amend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import AttachMethod, CreatePaymentMethod, UpdatePaymentMethod
    from connectlib.core.rows import Versioned

#: The state is read off a row by `state_of`. A payment of an attached method moves nothing.
MACHINE = Machine(
    initial="unattached",
    table={
        ("unattached", "attach"): "attached",
        ("unattached", "use"): "spent",
        ("attached", "detach"): "spent",
    },
    terminal=frozenset({"spent"}),
)


class Known(Protocol):
    """What a processor says of a source: `ports.processor.Method`."""

    @property
    def source(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def details(self) -> tuple[tuple[str, str | int | None], ...]: ...
    @property
    def fingerprint(self) -> str | None: ...


def is_ours(given: str) -> bool:
    """Whether a text has the shape of the id of a stored method; else it may be a test name."""
    return given.startswith("pm_") and branch_of(given) is not None


def state_of(row: PaymentMethod) -> str:
    """Where a method stands in the table."""
    if row.spent:
        return "spent"
    return "attached" if row.customer is not None else "unattached"


def row_of(
    book: Book,
    method: Known,
    account: str,
    customer: str | None = None,
    billing: str | None = None,
    *,
    shown: str = "{}",
    metadata: str = "{}",
) -> PaymentMethod:
    """A new row for a source that the processor knows. shown: what was said of it besides."""
    return PaymentMethod(
        book.branch,
        book.new_id("pm"),
        book.world.id,
        account,
        1,
        book.at,
        method.kind,
        method.source,
        method.country,
        encode(dict(method.details) | json.loads(shown)),
        method.fingerprint,
        customer,
        billing,
        metadata=metadata,
    )


def refuse_use(row: PaymentMethod, customer: str | None) -> Refused | None:
    """Why a payment for this customer cannot use a method; None where it can."""
    if row.spent:
        return spent_before()
    if row.customer is not None and row.customer != customer:
        return Refused(
            Why.PAYMENT_METHOD_TAKEN,
            f"The `payment_method` parameter supplied {row.id} belongs to the Customer"
            f" {row.customer}. Please include the Customer in the `customer` parameter.",
            "payment_method",
            "pay with a method of the customer who pays",
        )
    return None


def used(row: PaymentMethod) -> PaymentMethod:
    """The row after a payment: without a customer it is spent, else it stays as it is."""
    if MACHINE.next(state_of(row), "use") is None:
        return row
    return amend(row, version=row.version + 1, spent=1)


def spent_before() -> Refused:
    """The refusal of a method that has had its one use."""
    return Refused(
        Why.PAYMENT_METHOD_SPENT,
        "The provided PaymentMethod was previously used with a PaymentIntent without Customer"
        " attachment, shared with a connected account without Customer attachment, or was"
        " detached from a Customer. It may not be used again. To use a PaymentMethod multiple"
        " times, you must attach it to a Customer first.",
        "payment_method",
        "ask for the card or account again, and attach the new method before it is used",
    )


def not_here(
    found: Versioned | None, given: str, account: str, platform: str, param: str
) -> Refused:
    """No such method in this namespace; one of the platform's own is told apart."""
    refused = missing("PaymentMethod", given, param)
    if account != platform and isinstance(found, PaymentMethod) and found.account == platform:
        return refused._replace(
            message=refused.message + "; OAuth key or Stripe-Account header was used but API"
            " request was provided with a platform-owned payment method ID. Please ensure that"
            " the provided payment method matches the specified account.",
            hint="copy it first: payment_methods.create(customer=..., payment_method=...,"
            " account=...)",
        )
    return refused


def create_keys() -> Keys:
    """What a new method needs."""
    return Keys()


def create(
    book: Book, command: CreatePaymentMethod, method: Known, request: Request | None
) -> Outcome[PaymentMethod]:
    """Keep a source that the processor knows."""
    shown = json.loads(command.shown)
    if "exp_year" in shown:
        refused = expiry.refuse(shown, book.at)
        if refused is not None:
            return refused
    draft = Draft()
    row = row_of(
        book,
        method,
        command.account,
        None,
        command.billing,
        shown=command.shown,
        metadata=command.metadata,
    )
    draft.put(row)
    draft.key = answered(book, request, row)
    return Done(row, draft)


def clone(
    book: Book,
    command: CreatePaymentMethod,
    original: PaymentMethod | None,
    customer: Customer | None,
    request: Request | None,
) -> Outcome[PaymentMethod]:
    """Copy a method of one of the platform's customers into a connected account's namespace."""
    if customer is None or customer.deleted:
        return missing("customer", command.customer or "", "customer")
    if original is None:
        return missing("PaymentMethod", command.original or "", "payment_method")
    if original.customer != customer.id:
        return spent_before() if original.spent else not_of(customer, original.id, "payment_method")
    row = PaymentMethod(
        book.branch,
        book.new_id("pm"),
        book.world.id,
        command.account,
        1,
        book.at,
        original.kind,
        original.token,
        original.country,
        original.details,
        original.fingerprint,
        None,
        merged(original.billing or "{}", command.billing or "{}"),
        metadata=command.metadata,
    )
    draft = Draft()
    draft.put(row)
    draft.key = answered(book, request, row)
    return Done(row, draft)


def not_of(customer: Customer, method: str, param: str) -> Refused:
    """The refusal of a method that is not attached to the customer it is wanted for."""
    return Refused(
        Why.RESOURCE_MISSING,
        f"The customer does not have a payment method with the ID {method}. The payment method"
        " must be attached to the customer.",
        param,
        f"attach it first: payment_methods.attach({method!r}, customer={customer.id!r})",
    )


def update_keys(command: UpdatePaymentMethod) -> Keys:
    """What a change of a method needs."""
    return Keys(rows=(command.id,), heads=(command.account,))


def update(
    book: Book, command: UpdatePaymentMethod, request: Request | None
) -> Outcome[PaymentMethod]:
    """Change what is known of a method beside its number."""
    row = book.get(PaymentMethod, command.id, command.account)
    if row is None:
        return missing("PaymentMethod", command.id, "id")
    if row.customer is None:
        return Refused(
            Why.PAYMENT_METHOD_LOOSE,
            "You must save this PaymentMethod to a customer before you can update it.",
            "id",
            "attach it to a customer first",
        )
    wanted: dict[str, object] = {}
    if command.kind is not None and command.details is not None:
        if command.kind != row.kind:
            return Refused(
                Why.PARAMETER_INVALID,
                f"You provided {command.kind}, but the payment method is a {row.kind}.",
                command.kind,
                f"only the details of a {row.kind} can be changed here",
            )
        wanted["details"] = merged(row.details, command.details)
        refused = _refuse_details(row, str(wanted["details"]), book.at)
        if refused is not None:
            return refused
    if command.billing is not None:
        wanted["billing"] = merged(row.billing or "{}", command.billing)
    if command.metadata is not None:
        wanted["metadata"] = merged(row.metadata, command.metadata)
    changed = changes(row, wanted)
    draft = Draft()
    draft.origin = request.key if request else None
    if changed:
        old = before(row, changed)
        row = draft.put(amend(row, version=row.version + 1, **changed))
        draft.emit("payment_method.updated", row, previous=encode(old))
    draft.key = answered(book, request, row)
    return Done(row, draft)


def _refuse_details(row: PaymentMethod, details: str, at: int) -> Refused | None:
    if row.kind != "card" or details == row.details:
        return None
    return expiry.refuse(json.loads(details), at)


def attach_keys(command: AttachMethod) -> Keys:
    """What an attachment needs; a test name has no row yet."""
    rows = (command.customer, command.method) if is_ours(command.method) else (command.customer,)
    return Keys(rows=rows, heads=(command.account,))


def attach(
    book: Book, command: AttachMethod, method: Known | None, request: Request | None
) -> Outcome[PaymentMethod]:
    """Make a method a customer's. method: what a test name stands for; a new row is made of it.

    Attaching to the customer who has it already changes nothing.
    """
    customer = customer_of(book, command.customer, command.account, "customer")
    if isinstance(customer, Refused):
        return customer
    draft = Draft()
    draft.origin = request.key if request else None
    if method is not None:
        row = row_of(book, method, command.account, customer.id)
    else:
        found = attachable(book, command.method, customer.id, command.account, "id")
        if isinstance(found, Refused):
            return found
        row = found
    if method is not None or row.customer is None:
        row = join(draft, row, customer)
    draft.key = answered(book, request, row)
    return Done(row, draft)


def customer_of(book: Book, id_: str, account: str, param: str) -> Customer | Refused:
    """The customer of an id in a namespace, if it is loaded and has not been deleted."""
    row = book.get(Customer, id_, account)
    if row is None or row.deleted:
        return missing("customer", id_, param)
    return row


def attachable(
    book: Book, id_: str, customer: str, account: str, param: str
) -> PaymentMethod | Refused:
    """The stored method of an id, which the customer has or can get."""
    row = book.get(PaymentMethod, id_, account)
    if row is None:
        return not_here(book.rows.get(id_), id_, account, book.world.account, param)
    if row.customer == customer or MACHINE.next(state_of(row), "attach") is not None:
        return row
    if row.spent:
        return spent_before()._replace(param=param)
    return Refused(
        Why.PAYMENT_METHOD_TAKEN,
        "The payment method you provided has already been attached to a customer.",
        param,
        "a method belongs to one customer: ask for the card or account again",
    )


def join(draft: Draft, row: PaymentMethod, customer: Customer) -> PaymentMethod:
    """Draft that a method becomes a customer's: one not yet attached, or a new row of theirs.

    The customer's version moves too, so that a deletion which has not seen this method notices.
    """
    draft.put(amend(customer, version=customer.version + 1))
    moved = row
    if row.customer is None:
        moved = amend(row, version=row.version + 1, customer=customer.id)
    draft.put(moved)
    draft.emit("payment_method.attached", moved)
    return moved


def keep(draft: Draft, row: PaymentMethod, customer: Customer | None, *, ready: bool) -> None:
    """Draft that a method is kept for later: ready for payments off session, a customer's."""
    wanted = amend(row, ready=int(ready or bool(row.ready)))
    if customer is not None and not customer.deleted and row.customer is None:
        join(draft, wanted, customer)
    elif wanted != row:
        draft.put(amend(wanted, version=row.version + 1))


def detach_keys(links: Mapping[str, Versioned], id_: str, account: str) -> Keys:
    """What a detachment needs: the method, and the customer that a first look has found."""
    found = links.get(id_)
    owner = found.customer if isinstance(found, PaymentMethod) else None
    return Keys(rows=(id_, owner) if owner else (id_,), heads=(account,))


def detach(book: Book, id_: str, account: str, request: Request | None) -> Outcome[PaymentMethod]:
    """Take a method from its customer, for good."""
    row = book.get(PaymentMethod, id_, account)
    if row is None:
        return missing("PaymentMethod", id_, "id")
    if row.customer is None:
        return Refused(
            Why.PAYMENT_METHOD_LOOSE,
            "The payment method you provided is not attached to a customer so detachment is"
            " impossible.",
            "id",
            "it belongs to nobody already",
        )
    customer = book.get(Customer, row.customer, account)
    if customer is None:
        raise Stale(f"{id_} has been attached since it was first looked at")
    draft = Draft()
    draft.origin = request.key if request else None
    row = part(draft, row)
    if customer.default_method == id_:
        customer = amend(customer, version=customer.version + 1, default_method=None)
        told = encode({"default_method": id_})
        draft.put(customer)
        draft.emit("customer.updated", customer, previous=told)
    draft.key = answered(book, request, row)
    return Done(row, draft)


def part(draft: Draft, row: PaymentMethod) -> PaymentMethod:
    """Draft that a method is its customer's no more."""
    moved = draft.put(amend(row, version=row.version + 1, customer=None, spent=1))
    draft.emit("payment_method.detached", moved, previous=encode({"customer": row.customer}))
    return moved
