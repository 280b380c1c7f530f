"""What an object is called in its story: money, kind, what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.money import display

if TYPE_CHECKING:
    from connectlib.core.rows import (
        ApplicationFee,
        Charge,
        FeeRefund,
        Payout,
        Refund,
        Transfer,
        TransferReversal,
    )


def charge_title(row: Charge, platform: str) -> str:
    """A charge, or the payment that a transfer makes."""
    if row.source_transfer is not None:
        kind = "payment"
    elif row.account != platform:
        kind = "direct charge"
    else:
        kind = "destination charge" if row.destination else "charge"
    words = [f"{display(row.amount, row.currency)} {kind}", _state(row.status, row.failure_code)]
    if row.amount_captured not in (None, row.amount) and row.amount_captured:
        words.append(f"{display(row.amount_captured, row.currency)} captured")
    return _joined(*words, _converted("settled", row.settled, row.settled_currency, row))


def refund_title(row: Refund) -> str:
    """A refund of a charge, or of a payment."""
    return _joined(
        f"{display(row.amount, row.currency)} refund",
        _state(row.status, row.failure_reason or row.pending_reason),
        _converted("taken", row.settled, row.settled_currency, row),
    )


def transfer_title(row: Transfer) -> str:
    """A transfer."""
    back = row.amount_reversed
    return _joined(
        f"{display(row.amount, row.currency)} transfer",
        _part(back, row.amount, row.currency, "reversed"),
        _converted("arrived", row.arrived, row.arrived_currency, row),
    )


def reversal_title(row: TransferReversal) -> str:
    """A transfer taken back."""
    return f"{display(row.amount, row.currency)} transfer reversal"


def fee_title(row: ApplicationFee) -> str:
    """An application fee."""
    back = _part(row.amount_refunded, row.amount, row.currency, "refunded")
    return _joined(f"{display(row.amount, row.currency)} application fee", back)


def fee_refund_title(row: FeeRefund) -> str:
    """An application fee given back."""
    return f"{display(row.amount, row.currency)} application fee refund"


def payout_title(row: Payout) -> str:
    """A payout."""
    kind = "automatic payout" if row.automatic else "payout"
    state = _state(row.status, row.failure_code)
    return f"{display(row.amount, row.currency)} {kind} · {state}"


def percent_text(ppm: int) -> str:
    """A rate for people: 29_000 is 2.9%."""
    whole, rest = divmod(ppm, 10_000)
    digits = f".{rest:04d}".rstrip("0") if rest else ""
    return f"{whole}{digits}%"


def rate_text(ppm: int, fixed: int, currency: str) -> str:
    """A price for people: 2.9% + $0.30."""
    parts = [percent_text(ppm)] if ppm else []
    return " + ".join(parts + ([display(fixed, currency)] if fixed else []))


def _state(status: str, reason: str | None) -> str:
    said = status.replace("_", " ")
    return f"{said}: {reason.replace('_', ' ')}" if reason else said


def _part(amount: int, whole: int, currency: str, done: str) -> str:
    if not amount:
        return ""
    return done if amount == whole else f"{display(amount, currency)} {done}"


def _converted(
    verb: str, amount: int | None, currency: str | None, row: Charge | Refund | Transfer
) -> str:
    if amount is None or currency is None or currency == row.currency:
        return ""
    rate = f" at {row.exchange_rate}" if row.exchange_rate else ""
    return f"{verb} as {display(amount, currency)}{rate}"


def _joined(*words: str) -> str:
    return " · ".join(word for word in words if word)
