"""Settings of an account that do something: words on statements, and checks that must not fail.

What charges need is kept in a column of its own, which most accounts leave empty. (Stripe docs,
"Statement descriptors"; API reference, Account, `settings`.)
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from connectlib.core.drafts import encode

if TYPE_CHECKING:
    from connectlib.core.rows import Account

#: Longest complete descriptor; longest and shortest prefix; shortest complete one.
DESCRIPTOR_MAX, DESCRIPTOR_MIN = 22, 5
PREFIX_MAX, PREFIX_MIN = 10, 2
KANJI_MAX = 17
#: What no descriptor may have.
FORBIDDEN = "<>\\'\"*"
#: Between the prefix and what a charge adds.
_JOIN = "* "
#: Setting of `card_payments.decline_on` -> the failing checks on which it declines.
DECLINE_ON = {
    "avs_failure": ("address_postal_code_check",),
    "cvc_failure": ("cvc_check",),
}


def flaw_of_descriptor(text: str, *, least: int, most: int) -> str | None:
    """What is wrong with the words for a statement; None where nothing is."""
    if not least <= len(text) <= most:
        return f"it must have {least} to {most} characters"
    wrong = sorted({letter for letter in text if letter in FORBIDDEN})
    if wrong:
        return f"it cannot have {' '.join(wrong)}"
    if not text.isascii():
        return "it can have Latin characters only"
    if not any(letter.isalpha() for letter in text):
        return "it must have at least one letter"
    return None


def charge_settings(settings: str) -> str | None:
    """What charges need of an account's settings: compact JSON; None where nothing is set."""
    given = json.loads(settings)
    cards = given.get("card_payments", {})
    found: dict[str, Any] = {
        "descriptor": given.get("payments", {}).get("statement_descriptor"),
        "prefix": cards.get("statement_descriptor_prefix"),
        "decline_on": [name for name in DECLINE_ON if (cards.get("decline_on") or {}).get(name)],
    }
    kept = {name: value for name, value in found.items() if value}
    return encode(kept) if kept else None


@lru_cache(maxsize=4096)
def _read(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def charge_options(account: Account | None, details: str) -> dict[str, Any]:
    """What a charge keeps of the settings of the account that it is made for.

    details: JSON of the payment method. statement: the account's words for statements.
    decline_on: the failing checks that decline a card.
    """
    if account is None or account.charge_settings is None:
        return {}
    given = _read(account.charge_settings)
    found: dict[str, Any] = {}
    words = {name: given[name] for name in ("descriptor", "prefix") if name in given}
    if words:
        found["statement"] = words
    if "decline_on" in given and json.loads(details).get("type") == "card":
        found["decline_on"] = given["decline_on"]
    return found


def calculated(
    given: dict[str, Any] | None, *, kind: str | None, descriptor: str | None
) -> str | None:
    """The words on a buyer's statement: the account's own, and for cards what a charge adds.

    given: the words of the account, as the charge keeps them.

    A card's statement begins with the account's prefix (else its descriptor); other methods show
    the charge's own words in the place of the account's.
    """
    if given is None:
        return descriptor
    static: str | None = given.get("descriptor")
    if descriptor is None:
        return static or given.get("prefix")
    if kind != "card":
        return descriptor
    prefix = given.get("prefix") or (static or "")[:PREFIX_MAX].rstrip()
    return f"{prefix}{_JOIN}{descriptor}"[:DESCRIPTOR_MAX] if prefix else descriptor


def payout_descriptor(account: Account) -> str | None:
    """The words on the statement of an account's own bank, where a payout has none itself."""
    found: str | None = json.loads(account.settings).get("payouts", {}).get("statement_descriptor")
    return found
