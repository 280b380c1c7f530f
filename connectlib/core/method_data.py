"""A payment method given inline, as `payment_method_data`: made in the commit of what it is for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from connectlib.core import expiry
from connectlib.core.payment_methods import row_of
from connectlib.core.refusals import Refused

if TYPE_CHECKING:
    from connectlib.core.book import Book
    from connectlib.core.commands import CreatePaymentMethod
    from connectlib.core.drafts import Draft
    from connectlib.core.payment_methods import Known
    from connectlib.core.rows import PaymentMethod

#: The parameter of every verb that takes one.
DATA = "payment_method_data"


class New(Protocol):
    """A method to pay with that has no row yet. inline: what was said of it; None: a name."""

    @property
    def known(self) -> Known: ...
    @property
    def billing(self) -> str | None: ...
    @property
    def inline(self) -> CreatePaymentMethod | None: ...


def draft_row(book: Book, draft: Draft, given: New, account: str) -> PaymentMethod | Refused:
    """Draft the row of a method to pay with, or say why there can be none."""
    said = given.inline
    if said is None:
        return draft.put(row_of(book, given.known, account, None, given.billing))
    shown = json.loads(said.shown)
    if "exp_year" in shown:
        refused = expiry.refuse(shown, book.at)
        if refused is not None:
            return within(refused, said.kind)
    return draft.put(row_of(book, given.known, account, None, said.billing, metadata=said.metadata))


def within(refused: Refused, kind: str) -> Refused:
    """A refusal of what was given inline: it names the parameter where that was."""
    return refused._replace(param=name_within(refused.param, kind))


def name_within(param: str | None, kind: str) -> str:
    """The name of a parameter of `payment_methods.create`, where it was given inline."""
    if not param:
        return DATA
    if param.startswith(DATA):
        return param
    name, bracket, rest = param.partition("[")
    inside = f"[{kind}][{name}]" if name in _NUMBERS and not bracket else f"[{name}]"
    return f"{DATA}{inside}{bracket}{rest}"


#: What errors about cards and bank accounts name without saying of which kind.
_NUMBERS = frozenset({"account_number", "cvc", "exp_month", "exp_year", "number"})
