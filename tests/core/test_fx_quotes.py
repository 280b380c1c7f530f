"""When a quote may be used, and at which rate."""

from __future__ import annotations

import pytest

from connectlib.core.drafts import encode
from connectlib.core.fx import convert
from connectlib.core.fx_quotes import LOCKS, Quoted, lock_duration, lock_status, rates_of, usable
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import FxQuote

AT = 1_700_000_000_000_000
HOUR = LOCKS["hour"]
RATES = {"eur": Quoted("1.0584", 27, 25, 20_000, "static"), "jpy": Quoted("0.66", 2, 3, 0, "")}


def quote(lock: str = "hour", usage: str | None = None) -> FxQuote:
    until = AT + LOCKS[lock] if LOCKS[lock] else 0
    return FxQuote(0, "fxq_1", 1, "acct_1", 1, AT, "usd", encode(RATES), until, usage)


TABLE = [
    # lock, usage, src, dst, asked after, for -> reason, or the rate
    ("hour", None, "eur", "usd", 0, "payment", "1.0584"),
    ("hour", None, "jpy", "usd", HOUR - 1, "payment", "0.66"),
    ("hour", '{"type":"transfer"}', "eur", "usd", 0, "transfer", "1.0584"),
    ("hour", None, "eur", "usd", HOUR, "payment", "it has expired"),
    ("none", None, "eur", "usd", 0, "payment", "its rates were never locked"),
    ("hour", None, "gbp", "usd", 0, "payment", "it does not convert gbp to usd"),
    ("hour", None, "eur", "cad", 0, "payment", "it does not convert eur to cad"),
    ("hour", None, "usd", "eur", 0, "payment", "it does not convert usd to eur"),
    ("hour", None, "eur", "usd", 0, "transfer", "it was made for a payment, not for a transfer"),
]


@pytest.mark.parametrize(("lock", "usage", "src", "dst", "after", "wanted", "said"), TABLE)
def test_a_quote_gives_its_rate_or_says_why_not(lock, usage, src, dst, after, wanted, said) -> None:
    found = usable(quote(lock, usage), src, dst, AT + after, usage=wanted)
    if not isinstance(found, Refused):
        assert (found.src, found.dst, found.text) == (src, dst, said)
        return
    assert found.why is Why.FX_QUOTE_INVALID
    assert found.message == f"The FX quote fxq_1 cannot be used: {said}."
    assert (
        found.code
        == {
            "payment": "payment_intent_fx_quote_invalid",
            "transfer": "transfers_fx_quote_invalid",
        }[wanted]
    )
    assert found.param == "fx_quote"


def test_a_conversion_at_a_quote_books_the_spread_of_its_own_time() -> None:
    found = usable(quote(), "eur", "usd", AT)
    assert convert(10_000, found) == (10_584, 216)


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_is_derived_from_the_row(lock) -> None:
    row = quote(lock)
    assert lock_duration(row) == lock
    assert rates_of(row) == RATES
    last = AT + max(LOCKS[lock] - 1, 0)
    assert lock_status(row, last) == ("none" if lock == "none" else "active")
    assert lock_status(row, last + 1) == ("none" if lock == "none" else "expired")
