"""Customers: buyers who come back. Deleting one takes its payment methods from it.

(API reference, Customers; what belongs to invoices and subscriptions is left out.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.book import Done, Keys
from connectlib.core.changes import before, changes
from connectlib.core.drafts import Draft, encode
from connectlib.core.idempotency import answered
from connectlib.core.maps import merged
from connectlib.core.payment_methods import attachable, customer_of, is_ours, not_of, part, row_of
from connectlib.core.refusals import Refused
from connectlib.core.rows import Customer, PaymentMethod, amend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreateCustomer, UpdateCustomer
    from connectlib.core.payment_methods import Known

#: Fields that an update may change, and clear by an empty text.
_FIELDS = (
    "email",
    "name",
    "phone",
    "description",
    "address",
    "shipping",
    "default_method",
    "email_index",
)
_DEFAULT = "invoice_settings[default_payment_method]"


def create_keys(command: CreateCustomer) -> Keys:
    """What a new customer needs; a test name has no row yet."""
    known = command.method is not None and is_ours(command.method)
    rows = (command.method,) if command.method is not None and known else ()
    return Keys(rows=rows, heads=(command.account,))


def create(
    book: Book,
    command: CreateCustomer,
    method: Known | None,
    request: Request | None,
    id_: str | None = None,
) -> Outcome[Customer]:
    """Make a customer, with a payment method where one is given.

    method: what the test name given as `command.method` stands for. id_: what its personal
    data has been sealed for; None where it is not sealed.
    """
    id_ = id_ or book.new_id("cus")
    held: PaymentMethod | Refused | None = None
    if method is not None:
        held = row_of(book, method, command.account, id_)
    elif command.method is not None:
        held = attachable(book, command.method, id_, command.account, "payment_method")
    if isinstance(held, Refused):
        return held
    row = Customer(
        book.branch,
        id_,
        book.world.id,
        command.account,
        1,
        book.at,
        command.email,
        command.name,
        command.phone,
        command.description,
        command.address,
        command.shipping,
        metadata=command.metadata,
        email_index=command.email_index,
    )
    if command.default_method is not None:
        if held is None or command.default_method != command.method:
            return not_of(row, command.default_method, _DEFAULT)
        row = row._replace(default_method=held.id)
    draft = Draft()
    draft.origin = request.key if request else None
    draft.put(row)
    draft.emit("customer.created", row)
    if held is not None:
        if held.customer is None:
            held = amend(held, version=held.version + 1, customer=id_)
        draft.emit("payment_method.attached", draft.put(held))
    draft.key = answered(book, request, row)
    return Done(row, draft)


def update_keys(command: UpdateCustomer) -> Keys:
    """What a change of a customer needs."""
    chosen = (command.default_method,) if command.default_method else ()
    return Keys(rows=(command.id, *chosen), heads=(command.account,))


def update(book: Book, command: UpdateCustomer, request: Request | None) -> Outcome[Customer]:
    """Change a customer; what is not given stays."""
    row = customer_of(book, command.id, command.account, "id")
    if isinstance(row, Refused):
        return row
    if command.default_method:
        chosen = book.get(PaymentMethod, command.default_method, command.account)
        if chosen is None or chosen.customer != row.id:
            return not_of(row, command.default_method, _DEFAULT)
    wanted: dict[str, object] = {
        name: value or None for name in _FIELDS if (value := getattr(command, name)) is not None
    }
    if command.metadata is not None:
        wanted["metadata"] = merged(row.metadata, command.metadata)
    changed = changes(row, wanted)
    draft = Draft()
    draft.origin = request.key if request else None
    if changed:
        old = before(row, changed)
        row = draft.put(amend(row, version=row.version + 1, **changed))
        draft.emit("customer.updated", row, previous=encode(old))
    draft.key = answered(book, request, row)
    return Done(row, draft)


def delete_keys(id_: str, account: str, methods: Sequence[str]) -> Keys:
    """What a deletion needs. methods: the ids of what a first look has found attached."""
    return Keys(rows=(id_, *methods), heads=(account,))


def delete(
    book: Book,
    id_: str,
    account: str,
    *,
    version: int,
    methods: Sequence[str],
    request: Request | None,
) -> Outcome[Customer | None]:
    """Delete a customer and take its payment methods from it; the row stays.

    version: the customer's when `methods` were looked up. None where it has moved on since:
    there may be more of them, so look again.
    """
    row = customer_of(book, id_, account, "id")
    if isinstance(row, Refused):
        return row
    if row.version != version:
        return Done(None, Draft())
    draft = Draft()
    draft.origin = request.key if request else None
    for each in methods:
        held = book.get(PaymentMethod, each, account)
        if held is not None and held.customer == id_:
            part(draft, held)
    gone = draft.put(amend(row, version=row.version + 1, default_method=None, deleted=1))
    draft.emit("customer.deleted", gone)
    draft.key = answered(book, request, gone)
    return Done(gone, draft)
