"""Parameters of accounts."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any, Literal, NoReturn

from pydantic import AfterValidator, BeforeValidator, Field

from connectlib.core.account_commands import CreateAccount, RejectAccount, UpdateAccount
from connectlib.core.banks import FAILURE_CODES
from connectlib.core.capabilities import NAMES
from connectlib.core.controllers import LEGACY, Controller, refuse_controller
from connectlib.core.countries import DEFAULT_CURRENCY, RECIPIENT_CURRENCY, is_known
from connectlib.core.drafts import encode
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.account_settings import Profile, Settings, kept
from connectlib.wire.params.base import (
    Changed1000,
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
from connectlib.wire.params.ranges import SECONDS_MAX


def _country(code: str) -> str:
    if not is_known(code):
        raise refuse(
            Why.PARAMETER_INVALID,
            f"Country '{code[:10]}' is unknown. Try using a 2-character alphanumeric country code.",
            "countries of accounts so far: "
            + " ".join(sorted(DEFAULT_CURRENCY))
            + "; and under the recipient agreement "
            + " ".join(sorted(RECIPIENT_CURRENCY)),
        )
    return code


def _capability(name: str) -> str:
    if name not in NAMES:
        raise refuse(
            Why.PARAMETER_INVALID,
            f"Invalid capability: {name[:40]}.",
            "use one of " + ", ".join(NAMES),
        )
    return name


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


def _ip(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise refuse(
            Why.PARAMETER_INVALID,
            "Invalid IP address.",
            "pass the IPv4 or IPv6 address from which the terms were accepted",
        ) from None


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


class Controlled(Params):
    """Who pays fees, bears losses, collects requirements, and shows a dashboard."""

    fees: Payer = Payer()
    losses: Losses = Losses()
    requirement_collection: Literal["application", "stripe"] = "stripe"
    stripe_dashboard: Dashboard = Dashboard()


class Agreement(Params):
    """`tos_acceptance`. date: seconds since 1970."""

    date: Annotated[int, Field(ge=0, le=SECONDS_MAX)] | None = None
    ip: Annotated[str, Field(max_length=45), AfterValidator(_ip)] | None = None
    service_agreement: Literal["full", "recipient"] | None = None
    user_agent: Changed1000 | None = None


Country = Annotated[str, Field(min_length=2, max_length=2), AfterValidator(_country)]
BusinessType = Literal["individual", "company", "non_profit", "government_entity"]
Capabilities = Annotated[
    dict[Annotated[str, AfterValidator(_capability)], Capability], BeforeValidator(_listed)
]


class Create(Params):
    """`accounts.create`."""

    country: Country | None = None
    email: Email | None = None
    business_type: BusinessType | None = None
    business_profile: Profile | None = None
    capabilities: Capabilities | None = None
    company: Company | None = None
    individual: Individual | None = None
    controller: Controlled | None = None
    default_currency: CurrencyCode | None = None
    settings: Settings | None = None
    tos_acceptance: Agreement | None = None
    type: Literal["custom", "express", "standard"] | None = None
    metadata: Metadata | None = None


class Update(Params):
    """`accounts.update`. What an account is made with (country, controller) never changes."""

    email: ChangedEmail | None = None
    business_type: BusinessType | None = None
    business_profile: Profile | None = None
    capabilities: Capabilities | None = None
    company: Company | None = None
    individual: Individual | None = None
    default_currency: CurrencyCode | None = None
    settings: Settings | None = None
    tos_acceptance: Agreement | None = None
    metadata: ChangedMetadata | None = None


class Reject(Params):
    """`accounts.reject`."""

    payouts_action: Literal["none", "pause"] = "pause"
    reason: Literal[
        "credit",
        "fraud_no_intent_to_fulfill",
        "fraud_other",
        "fraud_payment_method_casher",
        "fraud_payment_method_tester",
        "other",
        "terms_of_service",
    ]


#: Parameters of a creation that no update takes.
_FIXED = ("controller", "country", "type")


def _wanted(asked: dict[str, Capability] | None) -> tuple[tuple[str, bool], ...]:
    return tuple((name, asked[name].requested) for name in sorted(asked)) if asked else ()


def _settings(given: Settings | None) -> tuple[str | None, dict[str, Any]]:
    """The payout interval, which has a column of its own, and the other settings."""
    found = kept(given)
    schedule = found.get("payouts", {}).get("schedule", {})
    interval = schedule.pop("interval", None)
    if schedule.get("delay_days") == 0:
        schedule["delay_days"] = None
    return interval, found


def _details(profile: Profile | None) -> dict[str, Any]:
    given = kept(profile)
    return {"business_profile": given} if given else {}


def _tos(given: Agreement | None) -> dict[str, Any]:
    found = kept(given)
    found.pop("service_agreement", None)
    return found


def _present(values: dict[str, Any]) -> str:
    """What a new account keeps: compact JSON without what is unset."""
    return encode(_pruned(values))


def _pruned(values: dict[str, Any]) -> dict[str, Any]:
    found = {
        name: _pruned(value) if isinstance(value, dict) else value for name, value in values.items()
    }
    return {name: value for name, value in found.items() if value is not None and value != {}}


def _refuse(refused: Refused | None) -> None:
    if refused is not None:
        raise Invalid(refused)


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


def _controller(asked: Create) -> tuple[str, Controller]:
    """The legacy type, and the controller that it or `controller` says."""
    if asked.type is not None:
        if asked.controller is not None:
            raise Invalid(
                Refused(
                    Why.PARAMETERS_EXCLUSIVE,
                    "You may only specify one of these parameters: type, controller.",
                    "type",
                    "drop type: controller says the same in four properties",
                )
            )
        return asked.type, LEGACY[asked.type]
    given = asked.controller or Controlled()
    controller = Controller(
        given.fees.payer,
        given.losses.payments,
        given.requirement_collection,
        given.stripe_dashboard.type,
    )
    _refuse(refuse_controller(controller))
    return "none", controller


def create(given: dict[str, Any]) -> CreateAccount:
    """The command of `accounts.create`. Raises Invalid."""
    asked = parse(Create, given)
    type_, controller = _controller(asked)
    interval, settings = _settings(asked.settings)
    agreement = asked.tos_acceptance and asked.tos_acceptance.service_agreement
    return CreateAccount(
        asked.country,
        asked.default_currency,
        asked.email,
        asked.business_type,
        _wanted(asked.capabilities),
        *controller,
        agreement or "full",
        interval,
        _present(_details(asked.business_profile)),
        metadata_of(asked.metadata),
        type_,
        _present(settings),
        _present(_tos(asked.tos_acceptance)),
        **_subjects(asked),
    )


def update(account: str, given: dict[str, Any], *, by_itself: bool = False) -> UpdateAccount:
    """The command of `accounts.update`. by_itself: the account asks. Raises Invalid."""
    for name in _FIXED:
        if given.get(name) is not None:
            _fixed(name)
    asked = parse(Update, given)
    details, tos = _details(asked.business_profile), _tos(asked.tos_acceptance)
    interval, settings = _settings(asked.settings)
    return UpdateAccount(
        account,
        asked.email,
        asked.business_type,
        asked.default_currency,
        _wanted(asked.capabilities),
        interval,
        encode(details) if details else None,
        changes_of(asked.metadata),
        encode(settings) if settings else None,
        encode(tos) if tos else None,
        asked.tos_acceptance.service_agreement if asked.tos_acceptance else None,
        tuple(sorted(name for name, value in given.items() if value is not None)),
        **_subjects(asked),
        by_itself=by_itself,
    )


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


def _fixed(name: str) -> NoReturn:
    raise Invalid(
        Refused(
            Why.PARAMETER_INVALID,
            f"The {name} of an account never changes after its creation.",
            name,
            f"leave it out, or create another account with the {name} that you want",
        )
    )


def reject(account: str, given: dict[str, Any]) -> RejectAccount:
    """The command of `accounts.reject`. Raises Invalid."""
    asked = parse(Reject, given)
    return RejectAccount(account, asked.reason, asked.payouts_action)
