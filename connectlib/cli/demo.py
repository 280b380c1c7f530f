"""The demo: a seeded marketplace of three charge kinds, refunds, a month of clock, payouts."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from connectlib import ConfigurationError, Connect, ConnectError, VirtualClock

NAMES = ("Ada Ceramics", "Bo's Bikes", "Cleo Prints", "Dov Woodwork", "Eve Candles", "Finn Tea")
#: Of a hundred orders so many are refunded, in part or whole.
REFUND_PERCENT = 6

Told = Callable[[str, int, int], None]


PLATFORM = "demo"


def _refuse_second(url: str) -> None:
    """Refuse a database in which the demo has been played. Raises ConfigurationError."""
    with Connect(url, platform=PLATFORM, clock=VirtualClock()) as connect:
        if connect.accounts.list(limit=1).data:
            raise ConfigurationError(
                "The demo has been played in this database already.",
                hint="give --db another one; look at this one by: connectlib ledger verify"
                f" --platform {PLATFORM}",
            )


class Market:
    """One demo marketplace. The same seed makes the same orders."""

    def __init__(self, url: str | None, *, seed: int, sellers: int, orders: int, days: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 (a demo is no secret)
        self._seed, self._orders, self._days = seed, orders, days
        if url is not None:
            _refuse_second(url)
        self.connect = Connect(url, platform=PLATFORM, clock=VirtualClock())
        self._names = [
            NAMES[place] if place < len(NAMES) else f"Seller {place + 1}"
            for place in range(sellers)
        ]
        self._sellers: list[Any] = []
        self._refunds = 0

    def run(self, told: Told) -> dict[str, Any]:
        """Play the marketplace; the outcome in minor units of usd."""
        for place, name in enumerate(self._names, start=1):
            email = f"seller{place}@example.com"
            self._sellers.append(
                self.connect.testing.account(email=email, business_profile={"name": name})
            )
            told("Accounts", place, len(self._names))
        placed: list[tuple[Any, str | None]] = []
        done = 0
        for day in range(self._days):
            until = self._orders * (day + 1) // self._days
            while done < until:
                placed.append(self._order(done))
                done += 1
                if self._chance.randrange(100) < REFUND_PERCENT:
                    self._refund(*self._chance.choice(placed))
                told("Orders", done, self._orders)
            self.connect.clock.advance(days=1)
        self.connect.clock.advance(days=10)
        return self._outcome()

    def _order(self, number: int) -> tuple[Any, str | None]:
        """One order: destination, direct or separate, as chance has it."""
        seller = self._chance.choice(self._sellers)
        amount = self._chance.randrange(1_000, 20_000)
        fee = amount // 10
        common = {"amount": amount, "currency": "usd", "source": "tok_visa"}
        kind = self._chance.choice(("destination", "direct", "separate"))
        key = f"order-{self._seed}-{number}"
        if kind == "direct":
            charge = self.connect.charges.create(
                **common, application_fee_amount=fee, account=seller.id, idempotency_key=key
            )
            return charge, seller.id
        if kind == "destination":
            charge = self.connect.charges.create(
                **common,
                application_fee_amount=fee,
                transfer_data={"destination": seller.id},
                idempotency_key=key,
            )
            return charge, None
        charge = self.connect.charges.create(**common, transfer_group=key, idempotency_key=key)
        self.connect.transfers.create(
            amount=amount - fee,
            currency="usd",
            destination=seller.id,
            source_transaction=charge.id,
            transfer_group=key,
            idempotency_key=f"{key}-transfer",
        )
        return charge, None

    def _refund(self, charge: Any, account: str | None) -> None:
        extras: dict[str, Any] = {}
        if charge.transfer_data:
            extras = {"reverse_transfer": True, "refund_application_fee": True}
        try:
            self.connect.refunds.create(
                charge=charge.id,
                amount=self._chance.choice((None, charge.amount // 2)),
                account=account,
                **extras,
            )
        except ConnectError:
            return  # refunded before: the marketplace has tried, as people do
        self._refunds += 1

    def _outcome(self) -> dict[str, Any]:
        report = self.connect.ledger.verify()
        return {
            "seed": self._seed,
            "orders": self._orders,
            "days": self._days,
            "refunds": self._refunds,
            "sellers": [
                self._line(name, seller.id)
                for name, seller in zip(self._names, self._sellers, strict=True)
            ],
            "platform": self._line("You, the platform", None),
            "ledger_transfers": report.transfers,
            "ledger_ok": report.ok,
        }

    def _line(self, name: str, account: str | None) -> dict[str, Any]:
        balance = self.connect.balance.retrieve(account=account)
        payouts = self.connect.payouts.list(account=account, status="paid", limit=100)
        return {
            "name": name,
            "pending": balance.pending["usd"],
            "available": balance.available["usd"],
            "in_transit": balance.in_transit["usd"],
            "paid_out": sum(payout.amount for payout in payouts.auto_paging_iter()),
        }

    def close(self) -> None:
        """Give the store back."""
        self.connect.close()
