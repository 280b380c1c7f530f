"""Parameters of accounts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from connectlib.core.banks import FAILURE_CODES
from connectlib.core.capabilities import NAMES
from connectlib.core.commands import CreateAccount, UpdateAccount
from connectlib.core.countries import DEFAULT_CURRENCY
from connectlib.core.drafts import encode
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import (
    ChangedEmail,
    ChangedMetadata,
    CurrencyCode,
    Email,
    Metadata,
    Params,
    changes_of,
    metadata_of,
    parse,
    refuse,
)
from connectlib.wire.params.persons import Company, Individual, told
from connectlib.wire.params.settings import (
    LEGACY,
    LaterTerms,
    Named,
    Profile,
    Settings,
    Terms,
    given_leaves,
)


def _country(code: str) -> str:
    if code not in DEFAULT_CURRENCY:
        raise refuse(
            Why.PARAMETER_INVALID,
            f"Country '{code[:10]}' is unknown. Try using a 2-character alphanumeric country code.",
            "countries of accounts so far: " + " ".join(sorted(DEFAULT_CURRENCY)),
        )
    return code


def _listed(value: object) -> object:
    """Names of capabilities may be given as a list; Stripe's form is a map."""
    if not isinstance(value, list | tuple):
        return value
    if not all(isinstance(name, str) for name in value):
        raise refuse(
            Why.PARAMETER_INVALID,
            "Invalid array: the names of capabilities are texts.",
            'pass a list such as ["card_payments", "transfers"]',
        )
    return {name: {"requested": True} for name in value}


class Capability(Params):
    """Whether a capability is wanted."""

    requested: bool


Country = Annotated[str, Field(min_length=2, max_length=2), AfterValidator(_country)]
BusinessType = Literal["individual", "company", "non_profit", "government_entity"]


def _known(wanted: dict[str, Capability]) -> dict[str, Capability]:
    for name in wanted:
        if name not in NAMES:
            raise refuse(
                Why.PARAMETER_INVALID,
                f"Invalid capability: {name[:40]!r} is none.",
                "use a name such as card_payments or transfers",
            )
    return wanted


Capabilities = Annotated[dict[str, Capability], BeforeValidator(_listed), AfterValidator(_known)]


class Create(Named):
    """`accounts.create`."""

    country: Country | None = None
    email: Email | None = None
    business_type: BusinessType | None = None
    business_profile: Profile | None = None
    capabilities: Capabilities | None = None
    company: Company | None = None
    default_currency: CurrencyCode | None = None
    individual: Individual | None = None
    settings: Settings | None = None
    tos_acceptance: Terms = Terms()
    metadata: Metadata | None = None


class Update(Params):
    """`accounts.update`. What an account is made with (country, controller) never changes."""

    email: ChangedEmail | None = None
    business_type: BusinessType | None = None
    business_profile: Profile | None = None
    capabilities: Capabilities | None = None
    company: Company | None = None
    default_currency: CurrencyCode | None = None
    individual: Individual | None = None
    settings: Settings | None = None
    tos_acceptance: LaterTerms | None = None
    metadata: ChangedMetadata | None = None


#: What an account is made with: asking to change it is told apart from a misspelt name.
_FIXED = ("country", "controller", "type")


def _wanted(given: dict[str, Capability] | None) -> tuple[tuple[str, bool], ...]:
    return tuple(sorted((name, asked.requested) for name, asked in (given or {}).items()))


def _details(asked: Create | Update) -> dict[str, Any]:
    """What is kept as it was told: business, settings and terms."""
    settings = asked.settings
    if settings is not None and settings.payouts is not None:
        payouts = settings.payouts.model_copy(update={"schedule": None})
        settings = settings.model_copy(update={"payouts": payouts})
    found = given_leaves(asked.business_profile, "business_profile")
    found |= given_leaves(settings, "settings")
    terms = given_leaves(asked.tos_acceptance, "tos_acceptance").get("tos_acceptance", {})
    terms = {name: value for name, value in terms.items() if name != "service_agreement"}
    return found | ({"tos_acceptance": terms} if terms else {})


def _subjects(asked: Create | Update) -> dict[str, Any]:
    """Leaves of what is told of the individual or of the company."""
    both = {"individual": asked.individual, "company": asked.company}
    given = {name: words for name, words in both.items() if words is not None}
    if len(given) > 1:
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE,
                "You may only specify one of these parameters: individual, company.",
                "company",
                "an account is one of the two: see business_type",
            )
        )
    found = {
        name: tuple((path, encode(value)) for path, value in told(words))
        for name, words in given.items()
    }
    if asked.individual is not None and asked.individual.metadata is not None:
        found["individual"] += (("metadata", changes_of(asked.individual.metadata) or ""),)
    return found


def failure(code: object) -> str | None:
    """The code with which a test bank account returns payouts. Raises Invalid."""
    if code is None or code in FAILURE_CODES:
        return None if code is None else str(code)
    raise Invalid(
        Refused(
            Why.PARAMETER_INVALID,
            "Invalid payouts_fail_with: it is no failure code of payouts.",
            "payouts_fail_with",
            "use one of " + ", ".join(FAILURE_CODES),
        )
    )


def create(given: dict[str, Any]) -> CreateAccount:
    """The command of `accounts.create`. Raises Invalid."""
    asked = parse(Create, given)
    controller = asked.controller
    made: tuple[str, str, str, str] = LEGACY["standard"]
    if asked.type is not None:
        made = LEGACY[asked.type]
    elif controller is not None:
        made = (
            controller.fees.payer,
            controller.losses.payments,
            controller.requirement_collection,
            controller.stripe_dashboard.type,
        )
    return CreateAccount(
        asked.country,
        asked.default_currency,
        asked.email,
        asked.business_type,
        _wanted(asked.capabilities),
        *made,
        asked.tos_acceptance.service_agreement,
        asked.settings.interval if asked.settings else None,
        encode(_details(asked)),
        metadata_of(asked.metadata),
        **_subjects(asked),
        type=asked.type or "none",
    )


class ChangeCapability(Params):
    """`accounts.capabilities.update`."""

    requested: bool


def capability(account: str, name: str, given: dict[str, Any]) -> UpdateAccount:
    """The command of `accounts.capabilities.update`. Raises Invalid."""
    asked = parse(ChangeCapability, given)
    return UpdateAccount(account, capabilities=((name, asked.requested),))


def update(account: str, given: dict[str, Any]) -> UpdateAccount:
    """The command of `accounts.update`. Raises Invalid."""
    for name in _FIXED:
        if given.get(name) is not None:
            raise Invalid(
                Refused(
                    Why.PARAMETER_INVALID,
                    f"{name} cannot be changed once an account has been created.",
                    name,
                    "leave it out, or create another account",
                )
            )
    asked = parse(Update, given)
    details = _details(asked)
    terms = asked.tos_acceptance
    return UpdateAccount(
        account,
        asked.email,
        asked.business_type,
        asked.default_currency,
        _wanted(asked.capabilities),
        asked.settings.interval if asked.settings else None,
        encode(details) if details else None,
        changes_of(asked.metadata),
        **_subjects(asked),
        service_agreement=terms.service_agreement if terms else None,
    )
