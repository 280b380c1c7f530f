"""`settings` and `business_profile` of accounts in full, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.core.account_settings import DECLINE_ON
from connectlib.core.controllers import debits_negative_balances
from connectlib.core.settlement import ANY, delay_of
from connectlib.wire.objects.base import loaded

_PROFILE = (
    "annual_revenue",
    "estimated_worker_count",
    "mcc",
    "minority_owned_business_designation",
    "monthly_estimated_revenue",
    "name",
    "product_description",
    "specified_commercial_transactions_act_url",
    "support_address",
    "support_email",
    "support_phone",
    "support_url",
    "url",
)
_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
_PREFIXES = ("statement_descriptor_prefix_kana", "statement_descriptor_prefix_kanji")
#: Days of our accounts begin there.
_TIMEZONE = "Etc/UTC"


def shown_profile(row: Any) -> dict[str, Any]:
    """`business_profile`: every field, null where it is not given."""
    given = loaded(row.details).get("business_profile", {})
    found: dict[str, Any] = dict.fromkeys(_PROFILE) | given
    if found["support_address"] is not None:
        found["support_address"] = dict.fromkeys(_ADDRESS) | found["support_address"]
    return found


def shown_settings(row: Any) -> dict[str, Any]:
    """`settings`: every field, its default where it is not given."""
    given = loaded(row.settings)
    cards, payouts = given.get("card_payments", {}), given.get("payouts", {})
    name = loaded(row.details).get("business_profile", {}).get("name")
    days = payouts.get("schedule", {}).get("delay_days")
    return {
        "bacs_debit_payments": {"display_name": None, "service_user_number": None}
        | given.get("bacs_debit_payments", {}),
        "branding": dict.fromkeys(("icon", "logo", "primary_color", "secondary_color"))
        | given.get("branding", {}),
        "card_payments": {
            "decline_on": dict.fromkeys(DECLINE_ON, False) | cards.get("decline_on", {}),
            "statement_descriptor_prefix": cards.get("statement_descriptor_prefix"),
            **{field: cards.get(field) for field in _PREFIXES},
        },
        "dashboard": {"display_name": name, "timezone": _TIMEZONE},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": None}
        | given.get("invoices", {}),
        "payments": dict.fromkeys(
            ("statement_descriptor", "statement_descriptor_kana", "statement_descriptor_kanji")
        )
        | given.get("payments", {})
        | {field: cards.get(field) for field in _PREFIXES},
        "payouts": {
            "debit_negative_balances": payouts.get(
                "debit_negative_balances", debits_negative_balances(row)
            ),
            "schedule": {
                "delay_days": delay_of(row.country, ANY).days if days is None else days,
                "interval": row.payout_interval,
            },
            "statement_descriptor": payouts.get("statement_descriptor"),
        },
        "sepa_debit_payments": {"creditor_id": None} | given.get("sepa_debit_payments", {}),
    }
