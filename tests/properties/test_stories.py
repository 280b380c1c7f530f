"""Stories against the ledger: together they tell every ledger transfer, each exactly once."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectlib import Connect, ConnectError
from connectlib.core.ledger import Purpose
from connectlib.core.postings import Fact
from connectlib.ports.store import TransfersOf
from tests.engines import engine

DEEDS = st.lists(
    st.tuples(
        st.sampled_from(
            ["destination", "direct", "charge", "transfer", "reversal", "refund", "fee", "day"]
        ),
        st.integers(min_value=50, max_value=9_000),
        st.integers(min_value=0, max_value=1_000),
    ),
    max_size=16,
)
MATURING = {Fact.MATURING, Fact.MATURING_NEGATIVE}


class Life:
    """A random life of two accounts; what is refused is left out of it."""

    def __init__(self, connect: Connect) -> None:
        self.connect = connect
        self.accounts = [connect.testing.account().id for _ in range(2)]
        self.objects: list[tuple[str, str | None]] = []
        self.charges: list[Any] = []
        self.transfers: list[str] = []
        self.fees: list[str] = []

    def live(self, deeds: list[tuple[str, int, int]]) -> None:
        for deed, amount, pick in deeds:
            try:
                getattr(self, deed)(amount, pick)
            except (ConnectError, IndexError, ZeroDivisionError):
                continue

    def _charge(self, pick: int, **words: Any) -> Any:
        source = "pm_card_pendingRefund" if pick % 3 == 0 else "tok_visa"
        made = self.connect.charges.create(currency="usd", source=source, **words)
        self.charges.append((made, words.get("account")))
        self.transfers += [made.transfer] if made.transfer else []
        self.fees += [made.application_fee] if made.application_fee else []
        return made

    def charge(self, amount: int, pick: int) -> None:
        self._charge(pick, amount=amount)

    def destination(self, amount: int, pick: int) -> None:
        to = {"destination": self.accounts[pick % 2]}
        self._charge(pick, amount=amount, transfer_data=to, application_fee_amount=pick % 50)

    def direct(self, amount: int, pick: int) -> None:
        words = {"account": self.accounts[pick % 2], "application_fee_amount": pick % 50}
        self._charge(pick, amount=amount, **words)

    def transfer(self, amount: int, pick: int) -> None:
        source = self.charges[pick % len(self.charges)][0].id if pick % 4 else None
        made = self.connect.transfers.create(
            amount=amount,
            currency="usd",
            destination=self.accounts[pick % 2],
            source_transaction=source,
        )
        self.transfers.append(made.id)

    def reversal(self, amount: int, pick: int) -> None:
        transfer = self.transfers[pick % len(self.transfers)]
        words = {"amount": amount, "refund_application_fee": bool(pick % 2)}
        self.connect.transfers.reversals.create(transfer, **words)

    def refund(self, amount: int, pick: int) -> None:
        charge, account = self.charges[pick % len(self.charges)]
        extras = {"reverse_transfer": bool(charge.transfer), "refund_application_fee": pick % 2}
        extras = {name: True for name, value in extras.items() if value and pick % 5}
        words = {"amount": amount if pick % 3 else None, "account": account, **extras}
        self.connect.refunds.create(charge=charge.id, **words)

    def fee(self, amount: int, pick: int) -> None:
        fee = self.fees[pick % len(self.fees)]
        self.connect.application_fees.refunds.create(fee, amount=amount % 20 + 1)

    def day(self, amount: int, pick: int) -> None:
        self.connect.clock.advance(days=pick % 3)


def every(connect: Connect, life: Life, name: str) -> list[tuple[str, str | None]]:
    """(id, account) of every object of a resource, in every namespace."""
    found = []
    for account in (None, *life.accounts):
        page = getattr(connect, name).list(account=account, limit=100)
        found += [(each.id, account) for each in page]
    return found


def entries(connect: Connect) -> dict[str, Any]:
    world = connect._engine.world.id
    found = connect._engine.store.answer(TransfersOf(0, world, limit=10_000))
    return {
        f"{entry.row.txn}-{entry.row.leg}": entry
        for entry in found
        if Fact(entry.transaction.kind) not in MATURING
    }


def sums(found: list[Any]) -> dict[tuple[str, str], int]:
    """(owner, currency) -> what its pending and available books have gained."""
    gained: Counter[tuple[str, str]] = Counter()
    for entry in found:
        for key, amount in ((entry.debit, -entry.row.amount), (entry.credit, entry.row.amount)):
            if key.purpose in (Purpose.PENDING, Purpose.AVAILABLE):
                gained[key.owner, key.currency] += amount
    return dict(gained)


@settings(max_examples=40)
@given(deeds=DEEDS)
def test_the_stories_tell_every_ledger_transfer_exactly_once(deeds) -> None:
    texts = []
    for url in (None, "sqlite://"):
        with Connect.over(engine(url)) as connect:
            life = Life(connect)
            life.live(deeds)
            connect.clock.advance(days=9)
            texts.append(check(connect, life))
    assert texts[0] == texts[1]


def check(connect: Connect, life: Life) -> list[str]:
    ledger = entries(connect)
    platform = connect._engine.world.account
    charges = [each for each in every(connect, life, "charges") if each[0].startswith("ch_")]
    alone = [
        (each.id, None)
        for each in connect.transfers.list(limit=100)
        if each.source_transaction is None
    ]
    payouts = every(connect, life, "payouts")
    told: Counter[str] = Counter()
    texts = []
    for id_, account in (*charges, *alone, *payouts):
        story = connect.explain(id_, account=account)
        assert story.left_out == []
        told.update(step.id for step in story.steps)
        faithful(story, ledger, platform)
        texts.append(str(story))
    assert told == Counter(list(ledger))
    texts += [str(story) for story in parts(connect, life, ledger, platform)]
    return texts


def faithful(story: Any, ledger: dict[str, Any], platform: str) -> None:
    """A story says of its ledger transfers what the ledger does."""
    found = [ledger[step.id] for step in story.steps]
    for step, entry in zip(story.steps, found, strict=True):
        assert (step.amount, step.debit, step.credit) == (entry.row.amount, *entry[2:])
    assert len({step.id for step in story.steps}) == len(found)
    shares = {
        (platform if share.owner == "platform" else share.owner, share.currency): share.amount
        for share in story.shares
    }
    assert shares == sums(found)
    assert all(sum(n for _, n in share.by_day) == share.amount for share in story.shares)


def parts(connect: Connect, life: Life, ledger: dict[str, Any], platform: str) -> list[Any]:
    """The stories of what hangs on others: of refunds, all that was posted for them."""
    stories = []
    for id_, account in every(connect, life, "refunds"):
        story = connect.explain(id_, account=account)
        row = connect.refunds.retrieve(id_, account=account)._row
        refs = {id_, row.transfer_reversal, row.source_transfer_reversal, row.fee_refund}
        mine = {id_ for id_, entry in ledger.items() if entry.transaction.ref in refs}
        assert {step.id for step in story.steps} == mine
        stories.append(story)
    for name in ("transfers", "application_fees"):
        stories += [connect.explain(each.id) for each in getattr(connect, name).list(limit=100)]
    stories += [connect.explain(id_, account=a) for id_, a in every(connect, life, "charges")]
    for story in stories:
        faithful(story, ledger, platform)
    return stories
