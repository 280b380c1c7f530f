"""What a charge or refund would do, shown beside what Stripe shows. Ours: Stripe has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.core.money import display
from connectlib.wire.objects.balance_transactions import BalanceTransactionObject
from connectlib.wire.objects.base import StripeObject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.core.quotes import ChargeQuote, RefundPreview
    from connectlib.core.rows import BalanceTransaction


def parties(rows: Sequence[BalanceTransaction]) -> list[dict[str, Any]]:
    """Who would have how much more of which currency in the end, less where negative."""
    net: dict[tuple[str, str], int] = {}
    for row in rows:
        net[row.account, row.currency] = net.get((row.account, row.currency), 0) + row.net
    return [
        {"account": account, "currency": currency, "net": amount}
        for (account, currency), amount in net.items()
    ]


def _changes(rows: Sequence[BalanceTransaction], at: int) -> list[dict[str, Any]]:
    left_out = ("id", "object", "source", "status", "created")
    found = []
    for row in rows:
        shown = BalanceTransactionObject(row, now=at).to_dict()
        found.append({"account": row.account} | {k: shown[k] for k in shown if k not in left_out})
    return found


def _line(rows: Sequence[BalanceTransaction]) -> str:
    return ", ".join(
        f"{one['account']} {display(one['net'], one['currency'])}" for one in parties(rows)
    )


class ChargeQuoteObject(StripeObject):
    """A charge that has not been made. Amounts are minor units.

    parties: what each would have more in the end. changes: the balance transactions it would
    make, each with its fee_details. processing_fee: what the processor takes.
    """

    __slots__ = ()
    OBJECT = "charge_quote"

    def _render(self) -> dict[str, Any]:
        quote: ChargeQuote = self._row
        charge, settled = quote.charge, quote.settled
        return {
            "object": "charge_quote",
            "amount": charge.amount,
            "currency": charge.currency,
            "application_fee_amount": charge.application_fee_amount,
            "changes": _changes(quote.changes, charge.created),
            "livemode": self._livemode,
            "parties": parties(quote.changes),
            "processing_fee": {"amount": quote.fee, "currency": settled.currency},
            "settlement": {
                "amount": settled.amount,
                "currency": settled.currency,
                "exchange_rate": None if settled.rate is None else float(settled.rate),
            },
        }

    def _summary(self) -> str:
        charge = self._row.charge
        return f"{display(charge.amount, charge.currency)}: {_line(self._row.changes)}"


class RefundPreviewObject(StripeObject):
    """A refund that has not been made. Amounts are minor units.

    pending_reason: `insufficient_funds` where it would wait. balance: what it would take out of
    the balance of the charge. reversed, application_fee_refunded: what it would take back.
    """

    __slots__ = ()
    OBJECT = "refund_preview"

    def _render(self) -> dict[str, Any]:
        preview: RefundPreview = self._row
        charge, out = preview.charge, preview.out
        return {
            "object": "refund_preview",
            "amount": preview.amount,
            "currency": charge.currency,
            "application_fee_refunded": preview.application_fee_refunded,
            "balance": {
                "amount": out.amount,
                "currency": out.currency,
                "exchange_rate": None if out.rate is None else float(out.rate),
            },
            "changes": _changes(preview.changes, charge.created),
            "charge": charge.id,
            "livemode": self._livemode,
            "parties": parties(preview.changes),
            "pending_reason": "insufficient_funds" if preview.waits else None,
            "processing_fee_returned": preview.fee_back,
            "transfer_reversed": preview.reversed,
        }

    def _summary(self) -> str:
        preview = self._row
        money = display(preview.amount, preview.charge.currency)
        return f"of {preview.charge.id} {money}: {_line(preview.changes)}"
