"""The one test bank account that an account made ready in test mode has."""

from __future__ import annotations

from connectlib.core.countries import currency_for
from connectlib.core.drafts import encode

#: Country -> (bank, routing number, last four digits of the account number): Stripe's published
#: test values (Connect docs, "Testing"); other countries get the US ones' shape.
TEST_BANKS = {
    "US": ("STRIPE TEST BANK", "110000000", "6789"),
    "BR": ("STRIPE TEST BANK", "110-0000", "1234"),
    "GB": ("STRIPE TEST BANK", "108800", "2345"),
    "CA": ("STRIPE TEST BANK", "11000-000", "6789"),
    "AU": ("STRIPE TEST BANK", "110000", "3456"),
}


def bank_for_tests(
    account: str, country: str, currency: str | None = None, *, failure: str | None = None
) -> str:
    """The test bank account of an account: compact JSON of Stripe's bank account object.

    failure: the failure_code with which every payout to it comes back.
    """
    name, routing, last4 = TEST_BANKS.get(country, TEST_BANKS["US"])
    return encode(
        {
            "id": f"ba_{account.partition('_')[2]}",
            "object": "bank_account",
            "account": account,
            "account_holder_type": "company",
            "bank_name": name,
            "country": country,
            "currency": currency or currency_for(country),
            "default_for_currency": True,
            "last4": last4,
            "routing_number": routing,
            "status": "verified",
            "test_outcome": failure,
        }
    )
