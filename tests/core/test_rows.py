"""Rows made in C have every one of their fields: nothing else would notice one that is missing."""

from __future__ import annotations

import pytest

from connectlib import Connect
from connectlib.core.rows import BalanceTransaction, Event, LedgerTransfer, ObjectVersion


@pytest.fixture
def tables():
    """What the memory store keeps after a charge that touches all it may."""
    with Connect() as connect:
        ada = connect.testing.account()
        connect.charges.create(
            amount=1_000,
            currency="usd",
            source="tok_visa",
            transfer_data={"destination": ada.id},
            application_fee_amount=100,
        )
        (found,) = connect._engine.store._tables
        yield found


def test_rows_are_as_long_as_their_kinds(tables) -> None:
    stored = [
        *tables.bts.values(), *tables.events.values(), *tables.versions.values(), *tables.transfers,
    ]  # fmt: skip
    assert {type(row) for row in stored} == {
        BalanceTransaction, Event, LedgerTransfer, ObjectVersion,
    }  # fmt: skip
    assert [row for row in stored if len(row) != len(type(row)._fields)] == []
