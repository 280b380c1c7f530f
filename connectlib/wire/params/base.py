"""What every request has in common: strict types, clean texts, one refusal for what is wrong.

A parameter given as None counts as not given. Limits as in Stripe's API reference.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from connectlib.core.book import Request
from connectlib.core.currencies import currency_of
from connectlib.core.drafts import encode
from connectlib.core.metadata import METADATA_KEYS
from connectlib.core.pan import has_number, struck
from connectlib.core.personal import is_sealed
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.money import is_money, of_money

M = TypeVar("M", bound="Params")

#: Nothing that is money comes near: a guard before arithmetic.
AMOUNT_MAX = 10**15
KEY_MAX = ID_MAX = 255
METADATA_KEY, METADATA_VALUE = 40, 500
_SHOWN = 100

_PAN_MESSAGE = "This value looks like a card number, which must never be sent here."
_PAN_HINT = "send a token such as tok_visa; card numbers are never accepted or kept"
#: Parameters that hold numbers, or what is personal: what was given for one is never told.
_SECRET = frozenset(
    {
        "account_holder_name",
        "account_number",
        "acss_debit",
        "address",
        "au_becs_debit",
        "bacs_debit",
        "bank_account",
        "billing_details",
        "boleto",
        "card",
        "company",
        "dob",
        "email",
        "external_account",
        "first_name",
        "id_number",
        "individual",
        "last_name",
        "name",
        "number",
        "payment_method_data",
        "person",
        "phone",
        "pii",
        "receipt_email",
        "routing_number",
        "sepa_debit",
        "shipping",
        "us_bank_account",
    }
)


def refuse(why: Why, message: str, hint: str) -> PydanticCustomError:
    """An error of ours inside a validator: taken apart again by `refusal_of`."""
    return PydanticCustomError(why.name, "{message}", {"message": message, "hint": hint})


def clean(text: str) -> str:
    """A text without control characters, lone surrogates, card numbers or the shape of a seal."""
    if not text.isprintable():
        for letter in text:
            if unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t":
                raise refuse(
                    Why.PARAMETER_INVALID,
                    "Invalid string: it has a control character or a lone surrogate.",
                    "remove characters that cannot be printed",
                )
    if len(text) > 12 and has_number(text):
        raise refuse(Why.PARAMETER_INVALID, _PAN_MESSAGE, _PAN_HINT)
    if text.startswith("v1.") and is_sealed(text):
        raise refuse(
            Why.PARAMETER_INVALID,
            "This value has the shape of sealed personal data, which only the library writes.",
            "send the text itself",
        )
    return text


def without_numbers(text: str) -> str:
    """A text with every card number in it struck out; the text itself where there is none."""
    return struck(text)


def card_number_refused(param: str) -> Refused:
    """The refusal of a card number, wherever it was given."""
    return Refused(Why.PARAMETER_INVALID, _PAN_MESSAGE, param, _PAN_HINT)


def _currency(code: str) -> str:
    lower = code.lower()
    if currency_of(lower) is None or not code.isascii():
        raise refuse(
            Why.INVALID_CURRENCY,
            f"Invalid currency: {code[:10]}.",
            "use a three-letter ISO code in lower case, such as usd",
        )
    return lower


def _metadata(values: dict[str, str | None]) -> dict[str, str | None]:
    if len(values) > METADATA_KEYS:
        raise refuse(
            Why.PARAMETER_INVALID,
            f"Metadata can have at most {METADATA_KEYS} keys; {len(values)} were given.",
            "keep more elsewhere, under an id that you put here",
        )
    for key, value in values.items():
        if not key or len(key) > METADATA_KEY or "[" in key or "]" in key:
            raise refuse(
                Why.PARAMETER_INVALID,
                f"Metadata keys have 1 to {METADATA_KEY} characters and no square brackets.",
                f"rename the key {key[:METADATA_KEY]!r}",
            )
        if value is not None and len(value) > METADATA_VALUE:
            raise refuse(
                Why.PARAMETER_INVALID,
                f"Metadata values can have at most {METADATA_VALUE} characters.",
                f"shorten the value of {key!r}",
            )
        clean(key)
        if value:
            clean(value)
    return values


def identified(value: object) -> object:
    """The id of an object, where one is given in the place of its id."""
    id_ = None if isinstance(value, str) else getattr(value, "id", None)
    return id_ if isinstance(id_, str) else value


#: What `metadata=""` means in an update: away with all of it.
CLEARED: dict[str, str | None] = {}


def _changes(value: object, check: ValidatorFunctionWrapHandler) -> Any:
    return CLEARED if isinstance(value, str) and not value else check(value)


def text(limit: int) -> Any:
    """A clean text of 1 to `limit` characters."""
    return Annotated[str, Field(min_length=1, max_length=limit), AfterValidator(clean)]


Id = Annotated[
    str, Field(min_length=1, max_length=ID_MAX), BeforeValidator(identified), AfterValidator(clean)
]
Text255 = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(clean)]
Text1000 = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(clean)]
Descriptor = Annotated[str, Field(min_length=1, max_length=22), AfterValidator(clean)]
Email = Annotated[str, Field(max_length=512, pattern=r"^[^@\s]+@[^@\s]+$"), AfterValidator(clean)]
Amount = Annotated[int, Field(ge=1, le=AMOUNT_MAX)]
AmountOrZero = Annotated[int, Field(ge=0, le=AMOUNT_MAX)]
CurrencyCode = Annotated[str, AfterValidator(_currency)]
Metadata = Annotated[dict[str, str | None], AfterValidator(_metadata)]
#: Of updates: an empty text unsets the field.
Changed255 = Annotated[str, Field(max_length=255), AfterValidator(clean)]
Changed1000 = Annotated[str, Field(max_length=1000), AfterValidator(clean)]
ChangedEmail = Annotated[
    str, Field(max_length=512, pattern=r"^([^@\s]+@[^@\s]+)?$"), AfterValidator(clean)
]
ChangedMetadata = Annotated[Metadata, WrapValidator(_changes)]
Flag = bool


class Params(BaseModel):
    """The parameters of one verb."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


def parse(model: type[M], given: dict[str, Any]) -> M:
    """Validate what was given.

    Raises Invalid with one refusal that names the parameter.
    """
    values = {name: value for name, value in given.items() if value is not None}
    amount = values.get("amount")
    if amount is not None and is_money(amount):
        values["amount"], currency = of_money(amount)
        named = values.setdefault("currency", currency)
        if isinstance(named, str) and named.lower() != currency:
            raise Invalid(
                Refused(
                    Why.PARAMETERS_EXCLUSIVE,
                    f"The amount is in {currency}, the currency given is another.",
                    "currency",
                    "leave currency= out where amount= is a Money",
                )
            )
        if "currency" not in model.model_fields:
            del values["currency"]
    try:
        return model.model_validate(values)
    except ValidationError as error:
        refused = refusal_of(error)
    # Raised out here, the refusal does not carry pydantic's error, which holds what was given.
    raise Invalid(
        refused._replace(
            message=without_numbers(refused.message),
            param=without_numbers(refused.param) if refused.param else None,
        )
    )


def currency_in(given: dict[str, Any]) -> str | None:
    """The currency of an `amount` given as Money, where the verb takes no currency of its own."""
    amount = given.get("amount")
    return of_money(amount)[1] if amount is not None and is_money(amount) else None


#: What pydantic finds -> how Stripe says it: (cause, message, hint). {value} is what was given.
_SAYINGS: dict[str, tuple[Why, str, str]] = {
    "int_type": (Why.INVALID_INTEGER, "Invalid integer: {value}", "pass an int of minor units"),
    "bool_type": (Why.PARAMETER_INVALID, "Invalid boolean: {value}", "pass True or False"),
    "string_type": (Why.PARAMETER_INVALID, "Invalid string: {value}", "pass a str"),
    "dict_type": (Why.PARAMETER_INVALID, "Invalid hash: {value}", "pass a dict"),
    "model_type": (Why.PARAMETER_INVALID, "Invalid hash: {value}", "pass a dict"),
    "string_too_short": (
        Why.INVALID_EMPTY,
        "You passed an empty string for this parameter.",
        "leave it out, or pass a value",
    ),
    "string_unicode": (
        Why.PARAMETER_INVALID,
        "Invalid string: it is not valid Unicode.",
        "remove lone surrogates",
    ),
}


#: What pydantic puts into a place beside names: keys, and which of several forms was tried.
_CHOICE = re.compile(r"\[key\]$|constrained-|(function-\w+|list|literal|nullable)\[")


def param_of(loc: tuple[int | str, ...]) -> str:
    """The name of a parameter in Stripe's form: transfer_data[destination]."""
    names = [str(part) for part in loc if not _CHOICE.match(str(part))]
    return names[0] + "".join(f"[{name}]" for name in names[1:]) if names else ""


def refusal_of(error: ValidationError) -> Refused:
    """The one refusal of a request whose shape is wrong: of the first thing found."""
    first = error.errors(include_url=False)[0]
    kind, param = first["type"], param_of(first["loc"])
    context = first.get("ctx", {})
    if kind == "missing":
        return Refused(Why.PARAMETER_MISSING, f"Missing required param: {param}.", param, "pass it")
    if kind == "extra_forbidden":
        return Refused(
            Why.PARAMETER_UNKNOWN,
            f"Received unknown parameter: {param[:_SHOWN]}",
            param[:_SHOWN],
            "check its spelling; what later releases bring is not accepted yet",
        )
    if kind in Why.__members__:
        return Refused(Why[kind], str(context["message"]), param or None, str(context["hint"]))
    if kind in {"greater_than_equal", "less_than_equal"}:
        return _out_of_range(kind, param, context)
    if kind == "string_too_long":
        return Refused(
            Why.PARAMETER_INVALID,
            f"Invalid string: it has more than {context['max_length']} characters.",
            param,
            "shorten it",
        )
    if kind == "literal_error":
        return Refused(
            Why.PARAMETER_INVALID,
            f"Invalid {param}: must be one of {context['expected']}",
            param,
            "pass one of these",
        )
    secret = _SECRET.intersection(first["loc"])
    # Struck out before it is cut: half a number would not be known for one.
    shown = "…" if secret else without_numbers(repr(first["input"])[: 4 * _SHOWN])[:_SHOWN]
    why, message, hint = _SAYINGS.get(
        kind, (Why.PARAMETER_INVALID, "Invalid value: {value}", first["msg"][:_SHOWN])
    )
    if kind == "int_type" and isinstance(first["input"], float):
        hint = "amounts are whole minor units: 1000 is $10.00; floats cannot hold money"
    return Refused(why, message.format(value=shown), param, hint)


def _out_of_range(kind: str, param: str, context: dict[str, Any]) -> Refused:
    least = kind == "greater_than_equal"
    bound = context["ge"] if least else context["le"]
    words = "greater than or equal to" if least else "less than or equal to"
    return Refused(
        Why.INVALID_INTEGER,
        f"Invalid integer: this value must be {words} {bound}.",
        param,
        "amounts are positive ints of minor units" if least else "check the units",
    )


def metadata_of(values: dict[str, str | None] | None) -> str:
    """Metadata of a new object: compact JSON, empty values left out."""
    if not values:
        return "{}"
    return encode({key: value for key, value in sorted(values.items()) if value})


def changes_of(values: dict[str, str | None] | None) -> str | None:
    """Changes of metadata: an empty or missing value removes its key; "" removes all of it."""
    if values is None or values is CLEARED:
        return None if values is None else ""
    return encode({key: value or None for key, value in sorted(values.items())})


def request_of(account: str, key: object, verb: str, command: tuple[Any, ...]) -> Request | None:
    """The idempotency of a call; None where no key is given.

    Raises Invalid for a key that is none.
    """
    if key is None:
        return None
    if not isinstance(key, str) or not 1 <= len(key) <= KEY_MAX or not key.isprintable():
        raise Invalid(
            Refused(
                Why.PARAMETER_INVALID,
                f"Invalid idempotency key: it must be a text of 1 to {KEY_MAX} printable"
                " characters.",
                "idempotency_key",
                "use the id of your own order, or a UUID",
            )
        )
    if has_number(key):
        raise Invalid(card_number_refused("idempotency_key"))
    return Request(account, key, fingerprint(verb, command))


def fingerprint(verb: str, command: tuple[Any, ...]) -> str:
    """What a request asks, in 32 hexadecimal digits: the same in every process."""
    return blake2b(f"{verb}{encode(command)}".encode(), digest_size=16).hexdigest()
