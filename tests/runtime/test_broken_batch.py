"""A decision that would break the books is left out whole; its neighbours are done."""

from __future__ import annotations

import pytest

from connectlib import Connect
from connectlib.core.book import Done, Keys, Work
from connectlib.core.drafts import Draft
from connectlib.core.ledger import BrokenLedgerError
from connectlib.core.postings import Fact, Owners, keys
from tests.engines import engine


def moving(of, fact: Fact, *amounts: int) -> Work:
    """A work that posts facts about the platform, whatever its balance is."""
    owners = Owners(of.world.id, "usd", of.world.account, of.world.account)

    def decide(_book) -> Done:
        draft = Draft()
        for amount in amounts:
            draft.post(fact, owners, (amount,), "x")
        return Done(sum(amounts), draft)

    wanted = keys(Fact.PAYOUT, owners) | keys(fact, owners)
    return Work(Keys(ledger=wanted, heads=(of.world.account,)), decide, repeatable=True)


@pytest.mark.parametrize("url", [None, "sqlite://"])
def test_an_overdraft_in_the_middle_of_a_batch(url) -> None:
    of = engine(url)
    client = Connect.over(of)
    client.charges.create(amount=10_000, currency="usd", source="tok_bypassPending")
    client.payouts.create(amount=1_000, currency="usd")
    arrive = Fact.PAYOUT_PAID
    found = of.committers[0].submit(
        [moving(of, arrive, 100), moving(of, arrive, 500, 500), moving(of, arrive, 200)]
    )
    assert isinstance(found[1], BrokenLedgerError)
    assert [each.value for each in (found[0], found[2])] == [100, 200]
    assert client.balance.retrieve().in_transit["usd"] == 700
    assert client.ledger.verify().ok
