"""What a payment method is made of, given as such or inline as `payment_method_data`.

Numbers go to the processor's `tokenize` and nowhere else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field

from connectlib.core.commands import CreatePaymentMethod, Numbers
from connectlib.core.drafts import encode
from connectlib.core.expiry import full_year
from connectlib.core.method_data import DATA, name_within, within
from connectlib.core.pan import luhn
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.addresses import BillingDetails, given_of
from connectlib.wire.params.base import Id, Metadata, Params, metadata_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CardNumber = Annotated[str, Field(min_length=1, max_length=64)]
Number = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z -]+$")]
TaxId = Annotated[str, Field(pattern=r"^[0-9./-]{11,18}$")]
Part = Annotated[int, Field(ge=0, le=9999)]
#: Digits of a card number.
_DIGITS_MIN, _DIGITS_MAX = 12, 19
#: Weights of the digits of a US routing number (American Bankers Association).
_ABA = (3, 7, 1) * 3


class Secret(Params):
    """Numbers: never shown."""

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Nothing."""
        return iter(())


class Card(Secret):
    """A card: by a token, or by a number and what stands beside it."""

    cvc: CardNumber | None = None
    exp_month: Part | None = None
    exp_year: Part | None = None
    number: CardNumber | None = None
    token: Id | None = None


class UsBankAccount(Secret):
    """A bank account in the United States."""

    account_number: Number
    routing_number: Number
    account_holder_type: Literal["company", "individual"] | None = None
    account_type: Literal["checking", "savings"] = "checking"


class SepaDebit(Secret):
    """A bank account in the euro area."""

    iban: Number


class BacsDebit(Secret):
    """A bank account in the United Kingdom."""

    account_number: Number
    sort_code: Number


class AuBecsDebit(Secret):
    """A bank account in Australia."""

    account_number: Number
    bsb_number: Number


class AcssDebit(Secret):
    """A bank account in Canada."""

    account_number: Number
    institution_number: Number
    transit_number: Number


class Boleto(Secret):
    """A voucher in Brazil, made out to a CPF or CNPJ."""

    tax_id: TaxId


class PayByBank(Params):
    """The buyer chooses the bank when paying."""


Kind = Literal[
    "acss_debit",
    "au_becs_debit",
    "bacs_debit",
    "boleto",
    "card",
    "pay_by_bank",
    "sepa_debit",
    "us_bank_account",
]


class Details(Params):
    """A kind of payment method, with what is known of it under its name."""

    type: Kind | None = None
    acss_debit: AcssDebit | None = None
    au_becs_debit: AuBecsDebit | None = None
    bacs_debit: BacsDebit | None = None
    billing_details: BillingDetails | None = None
    boleto: Boleto | None = None
    card: Card | None = None
    metadata: Metadata | None = None
    pay_by_bank: PayByBank | None = None
    sepa_debit: SepaDebit | None = None
    us_bank_account: UsBankAccount | None = None


class _Given(NamedTuple):
    """What a kind is made of. param: the number at fault where the processor does not take it."""

    numbers: dict[str, str]
    shown: dict[str, Any]
    param: str


def missing(param: str) -> Invalid:
    return Invalid(
        Refused(Why.PARAMETER_MISSING, f"Missing required param: {param}.", param, "pass it")
    )


def _wrong_card(code: str, message: str, param: str, hint: str) -> Invalid:
    return Invalid(Refused(Why.CARD_DECLINED, message, param, hint, code=code))


def _card(card: Card) -> _Given:
    if card.number is None:
        raise missing("card[number]")
    for name in ("exp_month", "exp_year"):
        if getattr(card, name) is None:
            raise missing(f"card[{name}]")
    digits = re.sub(r"[ -]", "", card.number)
    known = digits.isascii() and digits.isdigit() and _DIGITS_MIN <= len(digits) <= _DIGITS_MAX
    if not known or not luhn(digits):
        raise _wrong_card(
            "incorrect_number",
            "Your card number is incorrect.",
            "number",
            "give one of the published test numbers, such as 4242 and so on",
        )
    if card.cvc is not None and not re.fullmatch(r"[0-9]{3,4}", card.cvc):
        raise _wrong_card(
            "invalid_cvc", "Your card's security code is invalid.", "cvc", "three or four digits"
        )
    shown = {
        "exp_month": card.exp_month,
        "exp_year": full_year(card.exp_year or 0),
        "last4": digits[-4:],
    }
    numbers = {name: str(value) for name, value in shown.items() if name != "last4"}
    numbers["number"] = digits
    if card.cvc is not None:
        numbers["cvc"] = card.cvc
    return _Given(numbers, shown, "card[number]")


def _compact(text: str) -> str:
    """A bank's number without what only makes it easier to read."""
    return re.sub(r"[ -]", "", text).upper()


def _us_bank_account(bank: UsBankAccount) -> _Given:
    numbers = {name: _compact(getattr(bank, name)) for name in ("account_number", "routing_number")}
    routing = numbers["routing_number"]
    good = re.fullmatch(r"[0-9]{9}", routing)
    if not good or sum(int(n) * w for n, w in zip(routing, _ABA, strict=True)) % 10:
        raise Invalid(
            Refused(
                Why.ROUTING_NUMBER_INVALID,
                "Invalid routing number: it must have 9 digits, the last of which checks them.",
                "us_bank_account[routing_number]",
                "in test mode use 110000000",
            )
        )
    shown = {
        "account_holder_type": bank.account_holder_type,
        "account_type": bank.account_type,
        "last4": numbers["account_number"][-4:],
        "routing_number": routing,
    }
    words = {name: value for name, value in shown.items() if value and name.startswith("account")}
    return _Given({**numbers, **words}, shown, "us_bank_account[account_number]")


def _sepa_debit(bank: SepaDebit) -> _Given:
    iban = _compact(bank.iban)
    shown = {"country": iban[:2], "last4": iban[-4:]}
    return _Given({"iban": iban}, shown, "sepa_debit[iban]")


def _by_account_number(kind: str, *shown: str) -> Callable[[Any], _Given]:
    """How a bank account is taken apart; of its other numbers those named are shown."""

    def taken_apart(bank: Any) -> _Given:
        numbers = {name: _compact(text) for name, text in bank.model_dump().items()}
        parts = {name: numbers[name] for name in shown}
        last4 = numbers["account_number"][-4:]
        return _Given(numbers, {"last4": last4, **parts}, f"{kind}[account_number]")

    return taken_apart


def _boleto(slip: Boleto) -> _Given:
    return _Given({"tax_id": slip.tax_id}, {"tax_id": slip.tax_id}, "boleto[tax_id]")


#: Kind -> how its parameters are taken apart.
_KINDS: dict[str, Callable[[Any], _Given]] = {
    "acss_debit": _by_account_number("acss_debit", "institution_number", "transit_number"),
    "au_becs_debit": _by_account_number("au_becs_debit", "bsb_number"),
    "bacs_debit": _by_account_number("bacs_debit", "sort_code"),
    "boleto": _boleto,
    "card": _card,
    "pay_by_bank": lambda _: _Given({}, {}, "type"),
    "sepa_debit": _sepa_debit,
    "us_bank_account": _us_bank_account,
}


def refuse_mixture(asked: Details) -> None:
    """Refuse the parameters of a kind that is not named. Raises Invalid."""
    for kind in _KINDS:
        if kind != asked.type and getattr(asked, kind) is not None:
            raise Invalid(
                Refused(
                    Why.PARAMETER_INVALID,
                    f"You provided {kind}, but type is {asked.type}.",
                    kind,
                    "give the parameters of one kind, and name it in type",
                )
            )


def words_of(asked: Details, account: str) -> CreatePaymentMethod:
    """What is said of a method beside its kind."""
    return CreatePaymentMethod(
        account, billing=given_of(asked.billing_details), metadata=metadata_of(asked.metadata)
    )


def made_of(asked: Details, account: str) -> CreatePaymentMethod:
    """The command of a method given by its numbers or by a token. Raises Invalid."""
    words = words_of(asked, account)
    if asked.type is None:
        raise missing("type")
    details = getattr(asked, asked.type)
    if details is None and asked.type != "pay_by_bank":
        raise missing(asked.type)
    if asked.card is not None and asked.card.token is not None:
        return _by_token(asked.card, words)
    numbers, shown, param = _KINDS[asked.type](details)
    return words._replace(
        kind=asked.type, numbers=Numbers(asked.type, numbers), param=param, shown=encode(shown)
    )


def inline_of(
    asked: Details | None, method: str | None, account: str
) -> CreatePaymentMethod | None:
    """The command of `payment_method_data`; None where it is not given. Raises Invalid.

    method: the `payment_method` given beside it.
    """
    if asked is None:
        return None
    if method is not None:
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE,
                f"You may only specify one of these parameters: payment_method, {DATA}.",
                DATA,
                "name a payment method, or say what a new one is made of",
            )
        )
    kind = asked.type or "card"
    try:
        refuse_mixture(asked)
        made = made_of(asked, account)
    except Invalid as invalid:
        refused = within(invalid.refused, kind)
    else:
        return made._replace(param=name_within(made.param, kind))
    raise Invalid(refused)


def _by_token(card: Card, words: CreatePaymentMethod) -> CreatePaymentMethod:
    if card.model_fields_set != {"token"}:
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE,
                "You may only specify one of these parameters: card[token], card[number].",
                "card[token]",
                "a token stands for the whole card",
            )
        )
    return words._replace(kind="card", token=card.token or "", param="card[token]")
