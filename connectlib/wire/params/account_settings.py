"""`settings` and `business_profile` of accounts: one shape for new ones and for updates.

An empty text unsets a field. What is given is kept as it is named.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from connectlib.core.account_settings import (
    DESCRIPTOR_MAX,
    DESCRIPTOR_MIN,
    KANJI_MAX,
    PREFIX_MAX,
    PREFIX_MIN,
    flaw_of_descriptor,
)
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


def _descriptor(least: int, most: int) -> AfterValidator:
    """Checks the words for a statement; an empty text unsets them."""

    def checked(text: str) -> str:
        flaw = flaw_of_descriptor(text, least=least, most=most) if text else None
        if flaw is not None:
            raise refuse(
                Why.PARAMETER_INVALID,
                f"Invalid statement descriptor: {flaw}.",
                'use what your buyers know you by, such as "ADAS POTTERY"',
            )
        return clean(text)

    return AfterValidator(checked)


def _written(pattern: str, words: str) -> AfterValidator:
    """Checks how a text is written; an empty one unsets its field."""

    def checked(text: str) -> str:
        if text and not re.fullmatch(pattern, text, re.ASCII):
            message = f"Invalid value: it must be {words}."
            raise refuse(Why.PARAMETER_INVALID, message, f"pass {words}")
        return text

    return AfterValidator(checked)


Descriptor = Annotated[str, _descriptor(DESCRIPTOR_MIN, DESCRIPTOR_MAX)]
PayoutDescriptor = Annotated[str, _descriptor(1, DESCRIPTOR_MAX)]
Prefix = Annotated[str, _descriptor(PREFIX_MIN, PREFIX_MAX)]
Kana = Annotated[str, Field(max_length=DESCRIPTOR_MAX), AfterValidator(clean)]
Kanji = Annotated[str, Field(max_length=KANJI_MAX), AfterValidator(clean)]
Colour = Annotated[str, _written("#[0-9A-Fa-f]{6}", "a colour as #rrggbb")]
Code = Annotated[str, _written("[0-9]{4}", "the four digits of a category (ISO 18245)")]
Date = Annotated[str, _written(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date as YYYY-MM-DD")]
#: The most days that funds may be held back (API reference, `delay_days`).
DELAY_MAX = 31


class DeclineOn(Params):
    """`settings[card_payments][decline_on]`."""

    avs_failure: bool | None = None
    cvc_failure: bool | None = None


class CardPayments(Params):
    """`settings[card_payments]`."""

    decline_on: DeclineOn | None = None
    statement_descriptor_prefix: Prefix | None = None
    statement_descriptor_prefix_kana: Kana | None = None
    statement_descriptor_prefix_kanji: Kanji | None = None


class Payments(Params):
    """`settings[payments]`."""

    statement_descriptor: Descriptor | None = None
    statement_descriptor_kana: Kana | None = None
    statement_descriptor_kanji: Kanji | None = None


class Branding(Params):
    """`settings[branding]`: ids of files, and colours as #rrggbb."""

    icon: Changed255 | None = None
    logo: Changed255 | None = None
    primary_color: Colour | None = None
    secondary_color: Colour | None = None


def _days(days: object) -> object:
    return 0 if days == "minimum" else days


def _offered(interval: str) -> str:
    if interval in ("weekly", "monthly"):
        raise refuse(
            Why.PARAMETER_INVALID,
            f"The payout schedule {interval} is not offered yet.",
            "use daily, or manual with payouts of your own",
        )
    return interval


class Schedule(Params):
    """`settings[payouts][schedule]`: weekly and monthly ones are not offered yet.

    delay_days: 0 and "minimum" are the country's own.
    """

    delay_days: Annotated[int, Field(ge=0, le=DELAY_MAX), BeforeValidator(_days)] | None = None
    interval: (
        Annotated[Literal["daily", "manual", "monthly", "weekly"], AfterValidator(_offered)] | None
    ) = None


class Payouts(Params):
    """`settings[payouts]`."""

    debit_negative_balances: bool | None = None
    schedule: Schedule | None = None
    statement_descriptor: PayoutDescriptor | None = None


class Named(Params):
    """`settings[bacs_debit_payments]`."""

    display_name: Changed255 | None = None


class Creditor(Params):
    """`settings[sepa_debit_payments]`."""

    creditor_id: Changed255 | None = None


class Invoices(Params):
    """`settings[invoices]`."""

    hosted_payment_method_save: Literal["always", "never", "offer"] | None = None


class Settings(Params):
    """`settings`."""

    bacs_debit_payments: Named | None = None
    branding: Branding | None = None
    card_payments: CardPayments | None = None
    invoices: Invoices | None = None
    payments: Payments | None = None
    payouts: Payouts | None = None
    sepa_debit_payments: Creditor | None = None


class Revenue(Params):
    """`business_profile[monthly_estimated_revenue]`."""

    amount: AmountOrZero
    currency: CurrencyCode


class AnnualRevenue(Revenue):
    """`business_profile[annual_revenue]`; fiscal_year_end: a date, YYYY-MM-DD."""

    fiscal_year_end: Date


Designation = Literal[
    "lgbtqi_owned_business",
    "minority_owned_business",
    "none_of_these_apply",
    "prefer_not_to_answer",
    "women_owned_business",
]


class Profile(Params):
    """`business_profile`. mcc: four digits (ISO 18245)."""

    annual_revenue: AnnualRevenue | None = None
    estimated_worker_count: Annotated[int, Field(ge=0, le=10**9)] | None = None
    mcc: Code | None = None
    minority_owned_business_designation: list[Designation] | None = None
    monthly_estimated_revenue: Revenue | None = None
    name: Changed255 | None = None
    product_description: Changed1000 | None = None
    specified_commercial_transactions_act_url: Changed255 | None = None
    support_address: ChangedAddress | None = None
    support_email: ChangedEmail | None = None
    support_phone: Changed255 | None = None
    support_url: Changed255 | None = None
    url: Changed255 | None = None


def kept(given: Params | None) -> dict[str, Any]:
    """What was given, by name; null where an empty text unsets a field."""
    return _nulled(given.model_dump(exclude_none=True)) if given is not None else {}


def _nulled(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _nulled(value) if isinstance(value, dict) else (None if value == "" else value)
        for name, value in values.items()
    }
