"""Parameters of external accounts: bank accounts and debit cards by number or by token."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from connectlib.core import bank_tests
from connectlib.core.bank_formats import plain, refuse_numbers
from connectlib.core.countries import currency_for
from connectlib.core.drafts import encode
from connectlib.core.external_commands import External, UpdateExternal
from connectlib.core.refusals import Refused, Why, missing
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import (
    Changed255,
    ChangedMetadata,
    CurrencyCode,
    Metadata,
    Params,
    Text255,
    changes_of,
    clean,
    metadata_of,
    parse,
)

_FILES_MAX = 10
_YEARS = (2000, 9999)

Number = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z -]+$")]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Month = Annotated[int, Field(ge=1, le=12)]
Year = Annotated[int, Field(ge=_YEARS[0], le=_YEARS[1])]
FileId = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(clean)]


class Bank(Params):
    """`external_account` with object=bank_account."""

    object: Literal["bank_account"]
    country: CountryCode
    currency: CurrencyCode
    account_number: Number
    routing_number: Number | None = None
    account_holder_name: Text255 | None = None
    account_holder_type: Literal["company", "individual"] | None = None
    account_type: Literal["checking", "futsu", "savings", "toza"] | None = None
    metadata: Metadata | None = None


class DebitCard(Params):
    """`external_account` with object=card."""

    object: Literal["card"]
    number: Number
    exp_month: Month
    exp_year: Year
    cvc: Annotated[str, Field(pattern=r"^[0-9]{3,4}$")] | None = None
    currency: CurrencyCode | None = None
    name: Text255 | None = None
    address_city: Text255 | None = None
    address_country: Text255 | None = None
    address_line1: Text255 | None = None
    address_line2: Text255 | None = None
    address_state: Text255 | None = None
    address_zip: Text255 | None = None
    metadata: Metadata | None = None


class Files(Params):
    """Files of one kind."""

    files: Annotated[list[FileId], Field(max_length=_FILES_MAX)]


class Documents(Params):
    """`documents` of a bank account."""

    bank_account_ownership_verification: Files | None = None


class Create(Params):
    """What goes beside the external account itself."""

    default_for_currency: bool | None = None
    metadata: Metadata | None = None


class Update(Params):
    """`accounts.external_accounts.update`."""

    account_holder_name: Changed255 | None = None
    account_holder_type: Literal["company", "individual", ""] | None = None
    account_type: Literal["checking", "futsu", "savings", "toza"] | None = None
    address_city: Changed255 | None = None
    address_country: Changed255 | None = None
    address_line1: Changed255 | None = None
    address_line2: Changed255 | None = None
    address_state: Changed255 | None = None
    address_zip: Changed255 | None = None
    default_for_currency: bool | None = None
    documents: Documents | None = None
    exp_month: Annotated[str, Field(pattern=r"^(0?[1-9]|1[0-2])$")] | Month | None = None
    exp_year: Annotated[str, Field(pattern=r"^[2-9][0-9]{3}$")] | Year | None = None
    metadata: ChangedMetadata | None = None
    name: Changed255 | None = None


_HOLDER = (
    "account_holder_name",
    "address_city",
    "address_country",
    "address_line1",
    "address_line2",
    "address_state",
    "address_zip",
    "name",
)
_DETAILS = ("account_holder_type", "account_type")
_PARAM = "external_account"


def _holder(asked: Any) -> dict[str, Any]:
    return {k: v for k, v in asked.model_dump(include=set(_HOLDER)).items() if v is not None}


def _refuse(why: Why, message: str, param: str, hint: str) -> Invalid:
    return Invalid(Refused(why, message, param, hint))


def _bank(given: dict[str, Any], *, livemode: bool) -> External:
    asked = parse(Bank, given)
    number = plain(asked.account_number)
    routing = plain(asked.routing_number) if asked.routing_number else None
    tested = None if livemode else bank_tests.bank(asked.country, number, routing)
    if tested is None:
        refused = refuse_numbers(asked.country, number, routing)
        if refused is not None:
            raise Invalid(refused)
    holder = _holder(asked)
    return External(
        asked.object,
        asked.country,
        asked.currency,
        number[-4:],
        number,
        asked.routing_number,
        encode(
            {
                "account_holder_type": asked.account_holder_type,
                "account_type": asked.account_type,
                "bank_name": "STRIPE TEST BANK" if tested else None,
            }
        ),
        encode(holder) if holder else None,
        tested.methods if tested else "standard",
        tested.outcome if tested else None,
        metadata_of(asked.metadata),
        verify=tested is not None and number in bank_tests.CHECKED,
    )


def _card(given: dict[str, Any], *, livemode: bool) -> External:
    asked = parse(DebitCard, given)
    number = plain(asked.number)
    card = bank_tests.BY_NUMBER.get(number)
    if livemode or card is None:
        raise _refuse(
            Why.PARAMETER_INVALID,
            "Card numbers are never sent here; the published test cards are taken in test mode.",
            f"{_PARAM}[number]",
            "send a token such as tok_visa_debit_us_transferSuccess, or a bank account",
        )
    holder = _holder(asked)
    words = (asked.exp_month, asked.exp_year)
    found = _of_card(card, *words, currency=asked.currency, cvc=asked.cvc is not None)
    return found._replace(
        holder=encode(holder) if holder else None, metadata=metadata_of(asked.metadata)
    )


def _of_card(
    card: bank_tests.Card, month: int, year: int, *, currency: str | None, cvc: bool
) -> External:
    details = {
        "brand": card.brand,
        "cvc_check": "pass" if cvc else None,
        "exp_month": month,
        "exp_year": year,
        "funding": "debit",
    }
    return External(
        "card",
        card.country,
        currency or currency_for(card.country),
        card.number[-4:],
        card.number,
        details=encode(details),
        methods=card.methods,
        outcome=card.outcome,
    )


def _named(token: str, *, livemode: bool) -> External:
    """What a published token stands for."""
    card = None if livemode else bank_tests.CARDS.get(token)
    if card is not None:
        return _of_card(card, 12, 2034, currency=None, cvc=False)
    if token in bank_tests.CREDIT and not livemode:
        raise _refuse(
            Why.PARAMETER_INVALID,
            "This card is not supported: payouts go to debit cards only.",
            _PARAM,
            "use a debit card, or a bank account",
        )
    raise Invalid(missing("token", token[:100], _PARAM))


def external(given: object, *, livemode: bool) -> External:
    """A bank account or card as it was given: a token, or a map with `object`. Raises Invalid."""
    if isinstance(given, str):
        return _named(given, livemode=livemode)
    if not isinstance(given, dict):
        raise _refuse(
            Why.PARAMETER_INVALID,
            "Invalid external_account: pass a token or a map.",
            _PARAM,
            'for example {"object": "bank_account", "country": "US", "currency": "usd", ...}',
        )
    try:
        if given.get("object") == "card":
            return _card(given, livemode=livemode)
        if given.get("object") == "bank_account":
            return _bank(given, livemode=livemode)
    except Invalid as error:
        refused = error.refused
        if refused.param and not refused.param.startswith(_PARAM):
            head, bracket, rest = refused.param.partition("[")
            refused = refused._replace(param=f"{_PARAM}[{head}]{bracket}{rest}")
        raise Invalid(refused) from None
    raise _refuse(
        Why.PARAMETER_INVALID,
        "Invalid object: an external account is a bank_account or a card.",
        f"{_PARAM}[object]",
        'pass "bank_account" or "card"',
    )


def create(given: dict[str, Any], *, livemode: bool, made: External | None = None) -> External:
    """The external account of `external_accounts.create`. Raises Invalid.

    made: what a token stands for that has been given for it.
    """
    words = dict(given)
    source = words.pop("external_account", None)
    if source is None:
        raise _refuse(
            Why.PARAMETER_MISSING,
            "Missing required param: external_account.",
            _PARAM,
            "pass a token, or the numbers of a bank account",
        )
    asked = parse(Create, words)
    found = made or external(source, livemode=livemode)
    if asked.metadata is not None:
        found = found._replace(metadata=metadata_of(asked.metadata))
    return found._replace(is_default=bool(asked.default_for_currency))


def update(account: str, id_: str, given: dict[str, Any]) -> UpdateExternal:
    """The command of `external_accounts.update`. Raises Invalid."""
    asked = parse(Update, given)
    card, bank = ("address_", "exp_", "name"), ("account_", "documents")
    wrong = bank if id_.startswith("card_") else card
    for name in asked.model_fields_set:
        if name.startswith(wrong):
            what = "card" if id_.startswith("card_") else "bank account"
            raise _refuse(
                Why.PARAMETER_UNKNOWN,
                f"Received unknown parameter: {name}. A {what} does not have it.",
                name,
                "leave it out",
            )
    holder = {name: value or None for name, value in _holder(asked).items()}
    details: dict[str, Any] = {
        name: value or None for name in _DETAILS if (value := getattr(asked, name)) is not None
    }
    for name in ("exp_month", "exp_year"):
        if getattr(asked, name) is not None:
            details[name] = int(getattr(asked, name))
    proof = asked.documents and asked.documents.bank_account_ownership_verification
    return UpdateExternal(
        account,
        id_,
        bool(asked.default_for_currency),
        encode(details),
        encode(holder) if holder else None,
        changes_of(asked.metadata),
        tuple(proof.files) if proof else None,
    )
