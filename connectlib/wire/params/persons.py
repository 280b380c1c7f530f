"""Parameters of persons, and of the `individual` and `company` of an account.

What is told of somebody is kept leaf by leaf: {"dob.day": 4, "address.line1": ...}. An empty
text takes a leaf away.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from connectlib.core.drafts import encode
from connectlib.core.persons import ChangePerson
from connectlib.core.refusals import Why
from connectlib.wire.params.addresses import ChangedAddress, phone
from connectlib.wire.params.base import (
    Changed255,
    ChangedEmail,
    ChangedMetadata,
    Params,
    changes_of,
    clean,
    parse,
    refuse,
)
from connectlib.wire.params.structures import Structure

_OLDEST = 1880
_ALIASES_MAX, _FILES_MAX = 20, 10


def _digits(text: str) -> str:
    """A number of a person or company: letters, digits and what is written between them."""
    if not all(letter.isalnum() or letter in " .-/" for letter in text) or not text.isascii():
        raise refuse(
            Why.PARAMETER_INVALID,
            "Invalid number: it may have letters, digits, spaces, dots, dashes and slashes.",
            "pass it as it is written on the document",
        )
    return text


def _percent(value: float) -> str:
    """A share in percent, kept as text: no float is ever stored."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _number(value: object) -> object:
    """A share is a number, or the text of one; True is neither."""
    return "True" if value is True else "False" if value is False else value


NewPhone = Annotated[str, Field(max_length=20, pattern=r"^[0-9+(). x-]*$"), AfterValidator(phone)]
#: Numbers of people: some national ones pass every check that card numbers do.
Number = Annotated[str, Field(max_length=40), AfterValidator(_digits)]
Registered = Annotated[str, Field(max_length=40), AfterValidator(_digits), AfterValidator(clean)]
LastFour = Annotated[str, Field(pattern=r"^([0-9]{4})?$")]
FileId = Annotated[str, Field(max_length=255), AfterValidator(clean)]
Country = Annotated[str, Field(pattern=r"^([A-Z]{2})?$")]
Percent = Annotated[
    float, BeforeValidator(_number), Field(ge=0, le=100, allow_inf_nan=False, strict=False)
]


class KanaAddress(ChangedAddress):
    """An address in Japan, in one of its scripts."""

    town: Changed255 | None = None


def _refuse_day(year: int, month: int, day: int, what: str) -> None:
    try:
        date(year, month, day)
    except ValueError:
        raise refuse(
            Why.PARAMETER_INVALID,
            f"Invalid {what}: there was no such day.",
            "check day and month",
        ) from None


class Dob(Params):
    """A date of birth: a day there was, of somebody who can be alive."""

    day: Annotated[int, Field(ge=1, le=31)]
    month: Annotated[int, Field(ge=1, le=12)]
    year: Annotated[int, Field(ge=_OLDEST, le=9999)]

    @model_validator(mode="after")
    def _exists(self) -> Self:
        _refuse_day(self.year, self.month, self.day, "date of birth")
        return self


class Sides(Params):
    """The two sides of a document, as ids of files."""

    back: FileId | None = None
    front: FileId | None = None


class Verification(Params):
    """Documents of a person."""

    additional_document: Sides | None = None
    document: Sides | None = None


class CompanyVerification(Params):
    """Documents of a company."""

    document: Sides | None = None


class Files(Params):
    """Files of one kind."""

    files: Annotated[list[FileId], Field(max_length=_FILES_MAX)]


class Documents(Params):
    """Further documents of a person."""

    company_authorization: Files | None = None
    passport: Files | None = None
    visa: Files | None = None


class Relationship(Params):
    """What a person is to the company. percent_ownership: 0 to 100."""

    authorizer: bool | None = None
    director: bool | None = None
    executive: bool | None = None
    legal_guardian: bool | None = None
    owner: bool | None = None
    percent_ownership: Percent | Literal[""] | None = None
    representative: bool | None = None
    title: Annotated[str, Field(max_length=5000), AfterValidator(clean)] | None = None


class Acceptance(Params):
    """Who accepted what, when and where."""

    date: Annotated[int, Field(ge=0, le=10**11)] | None = None
    ip: Annotated[str, Field(max_length=45), AfterValidator(clean)] | None = None
    user_agent: Changed255 | None = None


class Acceptances(Params):
    """`additional_tos_acceptances`."""

    account: Acceptance | None = None


class Individual(Params):
    """What is told of a person, whoever it is."""

    address: ChangedAddress | None = None
    address_kana: KanaAddress | None = None
    address_kanji: KanaAddress | None = None
    dob: Dob | Literal[""] | None = None
    email: ChangedEmail | None = None
    first_name: Changed255 | None = None
    first_name_kana: Changed255 | None = None
    first_name_kanji: Changed255 | None = None
    full_name_aliases: (
        Annotated[list[Changed255], Field(max_length=_ALIASES_MAX)] | Literal[""] | None
    ) = None
    gender: Literal["male", "female", ""] | None = None
    id_number: Number | None = None
    id_number_secondary: Number | None = None
    last_name: Changed255 | None = None
    last_name_kana: Changed255 | None = None
    last_name_kanji: Changed255 | None = None
    maiden_name: Changed255 | None = None
    nationality: Country | None = None
    phone: NewPhone | None = None
    political_exposure: Literal["existing", "none"] | None = None
    registered_address: ChangedAddress | None = None
    relationship: Relationship | None = None
    ssn_last_4: LastFour | None = None
    verification: Verification | None = None
    metadata: ChangedMetadata | None = None


class Person(Individual):
    """`accounts.persons.create` and `update`."""

    additional_tos_acceptances: Acceptances | None = None
    documents: Documents | None = None


class RegistrationDate(Params):
    """When a company was registered."""

    day: Annotated[int, Field(ge=1, le=31)]
    month: Annotated[int, Field(ge=1, le=12)]
    year: Annotated[int, Field(ge=1, le=9999)]

    @model_validator(mode="after")
    def _exists(self) -> Self:
        _refuse_day(self.year, self.month, self.day, "registration date")
        return self


class Company(Params):
    """What is told of a company."""

    address: ChangedAddress | None = None
    address_kana: KanaAddress | None = None
    address_kanji: KanaAddress | None = None
    administrative_address: ChangedAddress | None = None
    directors_provided: bool | None = None
    directorship_declaration: Acceptance | None = None
    executives_provided: bool | None = None
    export_license_id: Changed255 | None = None
    export_purpose_code: Changed255 | None = None
    name: Changed255 | None = None
    name_kana: Changed255 | None = None
    name_kanji: Changed255 | None = None
    owners_provided: bool | None = None
    ownership_declaration: Acceptance | None = None
    ownership_exemption_reason: (
        Literal[
            "qualified_entity_exceeds_ownership_threshold",
            "qualifies_as_financial_institution",
            "",
        ]
        | None
    ) = None
    phone: NewPhone | None = None
    physical_address: ChangedAddress | None = None
    principal_place_of_business: ChangedAddress | None = None
    registration_date: RegistrationDate | Literal[""] | None = None
    registration_number: Registered | None = None
    representative_declaration: Acceptance | None = None
    structure: Structure | Literal[""] | None = None
    tax_id: Registered | None = None
    tax_id_registrar: Changed255 | None = None
    vat_id: Registered | None = None
    verification: CompanyVerification | None = None


_SHARE = "relationship.percent_ownership"


def leaves(given: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """{path: value} of nested maps; null where an empty text takes a leaf away."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        path = prefix + name
        if isinstance(value, dict):
            found |= leaves(value, f"{path}.")
        elif value == "":
            found[path] = None
        else:
            found[path] = _percent(value) if path == _SHARE else value
    return found


#: Leaves that go away together when an empty text is given for the whole.
_WHOLE = {
    "dob": ("dob.day", "dob.month", "dob.year"),
    "registration_date": (
        "registration_date.day",
        "registration_date.month",
        "registration_date.year",
    ),
}


def told(given: Params | None) -> tuple[tuple[str, Any], ...]:
    """What somebody has told, leaf by leaf, in order: values are str, int, bool or a list."""
    if given is None:
        return ()
    said = given.model_dump(exclude_none=True, exclude={"metadata"})
    for name, parts in _WHOLE.items():
        if said.get(name) == "":
            said.pop(name)
            said |= dict.fromkeys(parts, "")
    return tuple(sorted(leaves(said).items()))


class Roles(Params):
    """The roles that a list asks for."""

    authorizer: bool | None = None
    director: bool | None = None
    executive: bool | None = None
    legal_guardian: bool | None = None
    owner: bool | None = None
    representative: bool | None = None


class Filter(Params):
    """`relationship` of a list."""

    relationship: Roles | None = None


def roles(given: Any) -> tuple[str, ...]:
    """The roles that a list asks for, in order. Raises Invalid."""
    asked = parse(Filter, {"relationship": given}).relationship
    said = asked.model_dump(exclude_none=True) if asked else {}
    return tuple(sorted(name for name, wanted in said.items() if wanted))


def change(account: str, id_: str | None, given: dict[str, Any]) -> ChangePerson:
    """The command of `persons.create` (no id) or `persons.update`. Raises Invalid."""
    asked = parse(Person, given)
    said = told(asked)
    roles = tuple((k, v) for k, v in said if k.startswith("relationship."))
    kept = tuple((k, v) for k, v in said if not k.startswith("relationship."))
    return ChangePerson(
        account,
        id_,
        tuple((path, encode(value)) for path, value in kept),
        tuple((path.partition(".")[2], encode(value)) for path, value in roles),
        changes_of(asked.metadata),
    )
