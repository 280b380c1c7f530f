"""The replay: a real marketplace's orders through the engine, on a virtual clock.

Every fact has its business key, so a second run over the same database finds everything done.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NamedTuple

from connectlib import Connect, ConnectError, InvalidRequestError, VirtualClock
from connectlib.cli.olist import Order, read
from connectlib.core.ledger import BALANCE
from connectlib.core.moments import DAY
from connectlib.core.money import share_half_up
from connectlib.ports.store import Sums, Totals
from connectlib.runtime.pump import advance_to

PLATFORM, CURRENCY = "olist", "brl"
#: The platform's commission: 12 % of the prices, rounded half up.
COMMISSION_PPM = 120_000
#: How long the clock runs on after the last fact.
RUN_OUT = 60 * DAY


class Fact(NamedTuple):
    """Something that happens at a moment: ties by order id, a purchase before its undoing."""

    at: int
    order: str
    undoes: bool


class Replay:
    """One run. told: called with (facts played, facts in all)."""

    def __init__(self, folder: Path, url: str | None, told: Any = None) -> None:
        self.orders, self.sellers = read(folder)
        self._by_id = {order.id: order for order in self.orders}
        self.facts = sorted(
            [Fact(order.purchased, order.id, undoes=False) for order in self.orders]
            + [
                Fact(order.undone_at, order.id, undoes=True)
                for order in self.orders
                if order.undone_at is not None
            ]
        )
        start = self.facts[0].at if self.facts else 0
        self.connect = Connect(url, platform=PLATFORM, country="BR", clock=VirtualClock(start))
        self._told = told or (lambda _done, _all: None)
        self._accounts: dict[str, str] = {}
        self._charges: dict[str, list[Any]] = {}
        self.refused = self.commission = self.shortfall = 0

    def run(self) -> dict[str, Any]:
        """Play every fact, let the clock run out, and read the totals from the store."""
        began = time.perf_counter()
        self._open_accounts()
        for number, fact in enumerate(self.facts, start=1):
            self._move_clock(fact.at)
            order = self._by_id[fact.order]
            if fact.undoes:
                self._undo(order)
            else:
                self._buy(order)
            if number % 50 == 0 or number == len(self.facts):
                self._told(number, len(self.facts))
        if self.facts:
            self._move_clock(self.facts[-1].at + RUN_OUT, keep=True)
        return self._totals(began)

    def close(self) -> None:
        """Give the store back."""
        self.connect.close()

    def _move_clock(self, at: int, *, keep: bool = False) -> None:
        engine = self.connect._engine  # noqa: SLF001 (the clock moves without a commit of its own)
        if at > engine.clock.now():
            advance_to(engine, at, keep=keep)

    def _open_accounts(self) -> None:
        for seller in self.sellers:
            account = self.connect.testing.account(
                country="BR",
                capabilities=["transfers"],
                metadata={"seller_id": seller},
                idempotency_key=f"account-{seller}",
            )
            self._accounts[seller] = account.id

    def _buy(self, order: Order) -> None:
        """The buyer pays; what each seller is due is transferred out of the charges in order."""
        dues = self._dues(order)
        if len(order.payments) == 1:
            self._buy_at_once(order, dues)
        else:
            self._buy_in_parts(order, dues)

    def _buy_at_once(self, order: Order, dues: list[tuple[str, int]]) -> None:
        """One payment: its charge makes the transfers with it, in one commit."""
        (payment,) = order.payments
        left = payment.amount
        splits = []
        for seller, due in dues:
            part = min(due, left)
            left -= part
            if part:
                splits.append({"destination": self._accounts[seller], "amount": part})
        words: dict[str, Any] = self._payment(order, payment)
        try:
            charge = self.connect.charges.create(**words, splits=splits or None)
        except InvalidRequestError:  # by the engine: too small, or of a kind that is not defined
            self.refused += 1
            self._charges[order.id] = []
            self.shortfall += sum(due for _, due in dues)
            return
        self._charges[order.id] = [charge]
        self.shortfall += sum(due for _, due in dues) - (payment.amount - left)

    def _payment(self, order: Order, payment: Any) -> dict[str, Any]:
        return {
            "amount": payment.amount,
            "currency": CURRENCY,
            "source": payment.source,
            "transfer_group": order.id,
            "idempotency_key": f"charge-{order.id}-{payment.sequential}",
        }

    def _buy_in_parts(self, order: Order, dues: list[tuple[str, int]]) -> None:
        """Several payments: which of them hold what is known once all are made."""
        results = self.connect.charges.create_many(
            [self._payment(order, payment) for payment in order.payments]
        )
        charges = []
        for result in results:
            if isinstance(result, InvalidRequestError):
                self.refused += 1  # by the engine: too small, or of a kind that is not defined
            elif isinstance(result, ConnectError):
                raise result
            else:
                charges.append(result)
        self._charges[order.id] = charges
        left = [charge.amount for charge in charges]
        asked: list[dict[str, Any]] = []
        for seller, due in dues:
            due_left = due
            for place, charge in enumerate(charges):
                part = min(due_left, left[place])
                if part > 0:
                    left[place] -= part
                    due_left -= part
                    asked.append(self._transfer(order, seller, part, charge))
            self.shortfall += due_left
        for each in self.connect.transfers.create_many(asked) if asked else []:
            if isinstance(each, ConnectError):
                raise each

    def _dues(self, order: Order) -> list[tuple[str, int]]:
        """(seller, what it is due), in the order of each seller's first item."""
        prices: dict[str, int] = {}
        gross: dict[str, int] = {}
        for item in order.items:
            prices[item.seller] = prices.get(item.seller, 0) + item.price
            gross[item.seller] = gross.get(item.seller, 0) + item.price + item.freight
        found = []
        for seller, total in gross.items():
            commission = share_half_up(prices[seller], COMMISSION_PPM)
            self.commission += commission
            found.append((seller, total - commission))
        return found

    def _transfer(self, order: Order, seller: str, amount: int, charge: Any) -> dict[str, Any]:
        return {
            "amount": amount,
            "currency": CURRENCY,
            "destination": self._accounts[seller],
            "source_transaction": charge.id,
            "transfer_group": order.id,
            "idempotency_key": f"transfer-{order.id}-{seller}-{charge.id}",
        }

    def _undo(self, order: Order) -> None:
        """Every transfer is reversed in full, then every charge refunded in full."""
        made = self.connect.transfers.list(transfer_group=order.id, limit=100)
        for transfer in reversed(made.data):
            self.connect.transfers.reversals.create(
                transfer.id, idempotency_key=f"reversal-{transfer.id}"
            )
        results = self.connect.refunds.create_many(
            [
                {"charge": charge.id, "idempotency_key": f"refund-{charge.id}"}
                for charge in self._charges[order.id]
            ]
        )
        for each in results:
            if isinstance(each, ConnectError):
                raise each

    def _totals(self, began: float) -> dict[str, Any]:
        """What has come of it all: from the store, for this world alone."""
        engine = self.connect._engine  # noqa: SLF001 (totals are a question to the store)
        world = engine.world
        sums = engine.store.answer(Sums(0, world.id, world.account))
        held: dict[bool, int] = {True: 0, False: 0}
        for entry in engine.store.answer(Totals(0, world.id)):
            if entry.key.purpose in BALANCE:
                held[entry.key.owner == world.account] += entry.balance
        return {
            "orders": len(self.orders),
            "sellers": sums["accounts"][0],
            "charges": sums["charges"][0],
            "charged": sums["charges"][1],
            "refused": self.refused,
            "processing_fees": sums["processing_fees"][1],
            "transfers": sums["transfers"][0],
            "transferred": sums["transfers"][1],
            "commission": self.commission,
            "shortfall": self.shortfall,
            "reversals": sums["reversals"][0],
            "reversed": sums["reversals"][1],
            "refunds": sums["refunds"][0],
            "refunded": sums["refunds"][1],
            "seller_net": sums["transfers"][1] - sums["reversals"][1],
            "platform_balance": held[True],
            "paid_out": sums["payouts_paid"][1],
            "sellers_balance": held[False],
            "payouts": sums["payouts_paid"][0],
            "ledger_ok": self.connect.ledger.verify().ok,
            "seconds": round(time.perf_counter() - began, 2),
        }
