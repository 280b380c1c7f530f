"""Parameters of what an account is set to: its business, terms, settings and controller."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from connectlib.core.refusals import Why
from connectlib.wire.params.addresses import ChangedAddress
from connectlib.wire.params.base import (
    AmountOrZero,
    Changed255,
    Changed1000,
    ChangedEmail,
    CurrencyCode,
    Params,
    clean,
    refuse,
)

#: Characters that no statement descriptor may have (Stripe docs, "Statement descriptors").
_FORBIDDEN = "<>\\\"'*"
_DESCRIPTOR_LEAST = 5


def _descriptor(text: str) -> str:
    if not text:
        return text
    if any(letter in _FORBIDDEN for letter in text) or not text.isascii():
        raise refuse(
            Why.PARAMETER_INVALID,
            "Invalid statement descriptor: it may have Latin letters, but none of < > \\ ' \" *.",
            "leave these out",
        )
    if not re.search("[A-Za-z]", text):
        raise refuse(
            Why.PARAMETER_INVALID,
            "Invalid statement descriptor: it must have at least one letter.",
            "use the name your buyers know",
        )
    return clean(text)


def _long_enough(text: str) -> str:
    if text and len(text) < _DESCRIPTOR_LEAST:
        raise refuse(
            Why.PARAMETER_INVALID,
            f"Invalid statement descriptor: it must have at least {_DESCRIPTOR_LEAST} characters.",
            "use the name your buyers know",
        )
    return _descriptor(text)


Descriptor = Annotated[str, Field(max_length=22), AfterValidator(_long_enough)]
Prefix = Annotated[str, Field(max_length=10), AfterValidator(_descriptor)]
Colour = Annotated[str, Field(pattern=r"^(#[0-9a-fA-F]{6})?$")]
Count = Annotated[int, Field(ge=0, le=10**9)]
Zone = Annotated[str, Field(max_length=64, pattern=r"^([A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*)?$")]


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


class Revenue(Params):
    """`business_profile[annual_revenue]`."""

    amount: AmountOrZero
    currency: CurrencyCode
    fiscal_year_end: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class MonthlyRevenue(Params):
    """`business_profile[monthly_estimated_revenue]`."""

    amount: AmountOrZero
    currency: CurrencyCode


Designation = Literal[
    "lgbtqi_owned_business",
    "minority_owned_business",
    "none_of_these_apply",
    "prefer_not_to_answer",
    "women_owned_business",
]


class Profile(Params):
    """`business_profile`: an empty text unsets a field."""

    annual_revenue: Revenue | None = None
    estimated_worker_count: Count | None = None
    mcc: Annotated[str, Field(pattern=r"^([0-9]{4})?$")] | None = None
    minority_owned_business_designation: list[Designation] | None = None
    monthly_estimated_revenue: MonthlyRevenue | None = None
    name: Changed255 | None = None
    product_description: Annotated[str, Field(max_length=40_000), AfterValidator(clean)] | None = (
        None
    )
    specified_commercial_transactions_act_url: Changed1000 | None = None
    support_address: ChangedAddress | None = None
    support_email: ChangedEmail | None = None
    support_phone: Changed255 | None = None
    support_url: Changed1000 | None = None
    url: Changed1000 | None = None


class Accepted(Params):
    """Who accepted the terms, when and where."""

    date: Annotated[int, Field(ge=0, le=10**11)] | None = None
    ip: Annotated[str, Field(max_length=45, pattern=r"^[0-9a-fA-F:.]*$")] | None = None
    user_agent: Changed255 | None = None


class Terms(Accepted):
    """`tos_acceptance` of a new account."""

    service_agreement: Literal["full", "recipient"] = "full"


class LaterTerms(Accepted):
    """`tos_acceptance` of an update: the agreement itself never changes."""

    service_agreement: Literal["full", "recipient"] | None = None


class Schedule(Params):
    """`settings[payouts][schedule]`: weekly and monthly ones are not offered yet."""

    interval: Literal["daily", "manual"]


class Payouts(Params):
    """`settings[payouts]`."""

    debit_negative_balances: bool | None = None
    schedule: Schedule | None = None
    statement_descriptor: Descriptor | None = None


class Branding(Params):
    """`settings[branding]`: files by id, colours as #rrggbb."""

    icon: Changed255 | None = None
    logo: Changed255 | None = None
    primary_color: Colour | None = None
    secondary_color: Colour | None = None


class DeclineOn(Params):
    """`settings[card_payments][decline_on]`."""

    avs_failure: bool | None = None
    cvc_failure: bool | None = None


class CardPayments(Params):
    """`settings[card_payments]`."""

    decline_on: DeclineOn | None = None
    statement_descriptor_prefix: Prefix | None = None
    statement_descriptor_prefix_kana: Changed255 | None = None
    statement_descriptor_prefix_kanji: Changed255 | None = None


class Payments(Params):
    """`settings[payments]`."""

    statement_descriptor: Descriptor | None = None
    statement_descriptor_kana: Changed255 | None = None
    statement_descriptor_kanji: Changed255 | None = None


class DashboardSettings(Params):
    """`settings[dashboard]`."""

    display_name: Changed255 | None = None
    timezone: Zone | None = None


class Settings(Params):
    """`settings`."""

    branding: Branding | None = None
    card_payments: CardPayments | None = None
    dashboard: DashboardSettings | None = None
    payments: Payments | None = None
    payouts: Payouts | None = None

    @property
    def interval(self) -> str | None:
        """How often the account is paid out, where that is said."""
        schedule = self.payouts.schedule if self.payouts else None
        return schedule.interval if schedule else None


class Named(Params):
    """What an account is: by its legacy type, or by its controller."""

    controller: Controller | None = None
    type: Literal["custom", "express", "standard"] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.type is not None and self.controller is not None:
            raise refuse(
                Why.PARAMETERS_EXCLUSIVE,
                "You may only specify one of these parameters: type, controller.",
                "use controller; type is its older, narrower form",
            )
        controller = self.controller
        if controller and (controller.losses.payments, controller.fees.payer) == (
            "application",
            "account",
        ):
            raise refuse(
                Why.PARAMETER_INVALID,
                "An account for whose losses the application is liable cannot pay its own fees.",
                "set controller[fees][payer] to application, or controller[losses][payments] to"
                " stripe",
            )
        return self


#: Legacy type -> payer of fees, losses, collector of requirements, dashboard (Connect docs,
#: "Connect account types"). The application pays the fees of its express and custom accounts but
#: for direct charges, which bear their own (unverified).
LEGACY = {
    "standard": ("account", "stripe", "stripe", "full"),
    "express": ("application_express", "application", "stripe", "express"),
    "custom": ("application_custom", "application", "application", "none"),
}


def given_leaves(given: Params | None, name: str) -> dict[str, Any]:
    """{name: what was given} with null where an empty text unsets a field."""
    said = given.model_dump(exclude_none=True) if given else {}
    return {name: _unset(said)} if said else {}


def _unset(said: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _unset(value) if isinstance(value, dict) else None if value == "" else value
        for key, value in said.items()
    }
