"""Parameters of tokens, and what they stand for once they are taken."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from connectlib.core.drafts import encode
from connectlib.core.external_commands import External
from connectlib.core.refusals import Refused, Why
from connectlib.core.tokens import PREFIX, CreateToken
from connectlib.wire.errors import Invalid
from connectlib.wire.params.accounts import BusinessType
from connectlib.wire.params.accounts import create as create_account
from connectlib.wire.params.base import Params, parse
from connectlib.wire.params.external_accounts import external
from connectlib.wire.params.persons import Company, Individual, Number, Person

if TYPE_CHECKING:
    from connectlib.core.rows import Token


class Pii(Params):
    """`pii`."""

    id_number: Annotated[Number, Field(min_length=1)]


class AccountToken(Params):
    """`account`. tos_shown_and_accepted: the terms were shown, and accepted."""

    business_type: BusinessType | None = None
    company: Company | None = None
    individual: Individual | None = None
    tos_shown_and_accepted: Literal[True] | None = None


_MODELS: dict[str, type[Params]] = {"account": AccountToken, "person": Person, "pii": Pii}


class _Create(Params):
    """`tokens.create`: one of these."""

    account: dict[str, Any] | None = None
    bank_account: dict[str, Any] | None = None
    card: dict[str, Any] | None = None
    person: dict[str, Any] | None = None
    pii: dict[str, Any] | None = None


def create(given: dict[str, Any], *, livemode: bool) -> CreateToken:
    """The command of `tokens.create`. Raises Invalid."""
    said = {name: value for name, value in given.items() if value is not None}
    asked = parse(_Create, said)
    named = [name for name in PREFIX if getattr(asked, name) is not None]
    if len(named) != 1:
        why = Why.PARAMETERS_EXCLUSIVE if named else Why.PARAMETER_MISSING
        raise Invalid(
            Refused(
                why,
                "A token stands for exactly one thing: account, bank_account, card, person or pii.",
                named[-1] if named else "bank_account",
                "give one of them",
            )
        )
    (type_,) = named
    value = said[type_]
    if type_ in ("bank_account", "card"):
        return _of_external(type_, value, livemode=livemode)
    try:
        parse(_MODELS[type_], value)
    except Invalid as error:
        raise Invalid(_inside(error.refused, type_)) from None
    return CreateToken(type_, "{}", encode(value))


def _inside(refused: Refused, head: str) -> Refused:
    name, bracket, rest = (refused.param or "").partition("[")
    return refused._replace(param=f"{head}[{name}]{bracket}{rest}")


def _of_external(type_: str, value: dict[str, Any], *, livemode: bool) -> CreateToken:
    try:
        made = external({**value, "object": type_}, livemode=livemode)
    except Invalid as error:
        param = (error.refused.param or "").replace("external_account", type_, 1)
        raise Invalid(error.refused._replace(param=param)) from None
    shown = {
        "object": made.object,
        "country": made.country,
        "currency": made.currency,
        "last4": made.last4,
        **json.loads(made.details),
    }
    if type_ == "bank_account":
        shown |= {"routing_number": made.routing_number, "status": "new"}
    return CreateToken(type_, encode(shown), encode(list(made)))


def external_of(row: Token) -> External:
    """The bank account or card that a token stands for."""
    return External(*json.loads(row.payload or "[]"))


def words_of(row: Token) -> dict[str, Any]:
    """The parameters that a token stands for."""
    found: dict[str, Any] = json.loads(row.payload or "{}")
    return found


def account_words(row: Token) -> dict[str, Any]:
    """The fields of a command that an account token stands for.

    The terms were accepted when it was made: the one moment at which they were shown.
    """
    said = words_of(row)
    accepted = bool(said.pop("tos_shown_and_accepted", False))
    made = create_account(said)
    found: dict[str, Any] = {"individual": made.individual, "company": made.company}
    if made.business_type is not None:
        found["business_type"] = made.business_type
    if accepted:
        found |= {"tos": encode({"date": row.created // 1_000_000}), "accepted": True}
    return found


def both_told(name: str) -> Refused:
    """The refusal of a field that an account token tells."""
    return Refused(
        Why.PARAMETERS_EXCLUSIVE,
        f"You may only specify one of these parameters: account_token, {name}.",
        name,
        "put it into the token, or leave the token out",
    )
