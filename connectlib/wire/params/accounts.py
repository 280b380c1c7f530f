"""Parameters of accounts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from connectlib.core.accounts import CAPABILITIES, DEFAULT_CURRENCY
from connectlib.core.banks import FAILURE_CODES
from connectlib.core.commands import CreateAccount, UpdateAccount
from connectlib.core.drafts import encode
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import (
    Changed255,
    Changed1000,
    ChangedEmail,
    ChangedMetadata,
    CurrencyCode,
    Email,
    Metadata,
    Params,
    Text255,
    Text1000,
    changes_of,
    metadata_of,
    parse,
    refuse,
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


class Payer(Params):
    """`controller[fees]`."""

    payer: Literal["account", "application"] = "account"


class Losses(Params):
    """`controller[losses]`."""

    payments: Literal["application", "stripe"] = "stripe"


class Dashboard(Params):
    """`controller[stripe_dashboard]`."""

    type: Literal["express", "full", "none"] = "full"


class Controller(Params):
    """Who pays fees, bears losses, collects requirements, and shows a dashboard."""

    fees: Payer = Payer()
    losses: Losses = Losses()
    requirement_collection: Literal["application", "stripe"] = "stripe"
    stripe_dashboard: Dashboard = Dashboard()


class Schedule(Params):
    """`settings[payouts][schedule]`: weekly and monthly ones are not offered yet."""

    interval: Literal["daily", "manual"]


class PayoutSettings(Params):
    """`settings[payouts]`."""

    schedule: Schedule


class Settings(Params):
    """`settings`."""

    payouts: PayoutSettings


class Agreement(Params):
    """`tos_acceptance`."""

    service_agreement: Literal["full", "recipient"] = "full"


class Profile(Params):
    """`business_profile`."""

    mcc: Text255 | None = None
    name: Text255 | None = None
    product_description: Text1000 | None = None
    support_email: Email | None = None
    support_phone: Text255 | None = None
    support_url: Text255 | None = None
    url: Text255 | None = None


class ChangedProfile(Params):
    """`business_profile` of an update: an empty text unsets a field."""

    mcc: Changed255 | None = None
    name: Changed255 | None = None
    product_description: Changed1000 | None = None
    support_email: ChangedEmail | None = None
    support_phone: Changed255 | None = None
    support_url: Changed255 | None = None
    url: Changed255 | None = None


Country = Annotated[str, Field(min_length=2, max_length=2), AfterValidator(_country)]
BusinessType = Literal["individual", "company", "non_profit", "government_entity"]
Capabilities = Annotated[
    dict[Literal["card_payments", "transfers"], Capability], BeforeValidator(_listed)
]


class Create(Params):
    """`accounts.create`."""

    country: Country | None = None
    email: Email | None = None
    business_type: BusinessType | None = None
    business_profile: Profile | None = None
    capabilities: Capabilities | None = None
    controller: Controller = Controller()
    default_currency: CurrencyCode | None = None
    settings: Settings | None = None
    tos_acceptance: Agreement = Agreement()
    metadata: Metadata | None = None


class Update(Params):
    """`accounts.update`. What an account is made with (country, controller) never changes."""

    email: ChangedEmail | None = None
    business_type: BusinessType | None = None
    business_profile: ChangedProfile | None = None
    capabilities: Capabilities | None = None
    default_currency: CurrencyCode | None = None
    settings: Settings | None = None
    metadata: ChangedMetadata | None = None


def _wanted(given: dict[Any, Capability] | None) -> tuple[tuple[str, bool], ...]:
    asked = given or {}
    return tuple((name, asked[name].requested) for name in CAPABILITIES if name in asked)


def _interval(settings: Settings | None) -> str | None:
    return settings.payouts.schedule.interval if settings else None


def _profile(profile: Profile | ChangedProfile | None) -> dict[str, Any]:
    """The fields given; of an update null where an empty text unsets one."""
    given = profile.model_dump(exclude_none=True) if profile else {}
    return {"business_profile": {k: v or None for k, v in given.items()}} if given else {}


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
    return CreateAccount(
        asked.country,
        asked.default_currency,
        asked.email,
        asked.business_type,
        _wanted(asked.capabilities),
        controller.fees.payer,
        controller.losses.payments,
        controller.requirement_collection,
        controller.stripe_dashboard.type,
        asked.tos_acceptance.service_agreement,
        _interval(asked.settings),
        encode(_profile(asked.business_profile)),
        metadata_of(asked.metadata),
    )


def update(account: str, given: dict[str, Any]) -> UpdateAccount:
    """The command of `accounts.update`. Raises Invalid."""
    asked = parse(Update, given)
    details = _profile(asked.business_profile)
    return UpdateAccount(
        account,
        asked.email,
        asked.business_type,
        asked.default_currency,
        _wanted(asked.capabilities),
        _interval(asked.settings),
        encode(details) if details else None,
        changes_of(asked.metadata),
    )
