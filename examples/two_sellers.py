"""One cart, two sellers, a refund, a payout: run it with `python examples/two_sellers.py`."""

from __future__ import annotations

from connectlib import Connect


def main() -> None:
    with Connect() as connect:
        ada = connect.testing.account(email="ada@example.com")
        bob = connect.testing.account(email="bob@example.com")
        cart = connect.charges.create(
            amount=10_000, currency="usd", source="tok_visa", transfer_group="cart-1"
        )
        for seller, amount in ((ada, 6_000), (bob, 2_500)):
            connect.transfers.create(
                amount=amount,
                currency="usd",
                destination=seller.id,
                source_transaction=cart.id,
            )
        connect.clock.advance(days=4)
        for name, account in (("ada", ada.id), ("bob", bob.id), ("you", None)):
            balance = connect.balance.retrieve(account=account)
            paid = sum(each.amount for each in connect.payouts.list(account=account, status="paid"))
            print(f"{name}: available {balance.available['usd']}, paid out {paid}")
        print("ledger ok:", connect.ledger.verify().ok)


if __name__ == "__main__":
    main()
