"""The conformance kit of stores: subclass `StoreKit`, say how a fresh store is opened, run pytest.

    class TestMyStore(StoreKit):
        def open(self) -> Store:
            return MyStore()

Every test drives the store through the port alone and compares with what memory does.
"""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from connectlib.adapters.clock import VirtualClock
from connectlib.adapters.entropy import SeededIds
from connectlib.adapters.memory.store import MemoryStore
from connectlib.api._async.client import AsyncConnect
from connectlib.api._sync.client import Connect
from connectlib.core.ids import edge
from connectlib.core.rows import (
    BalanceTransaction,
    Callback,
    Charge,
    DataKey,
    Due,
    Event,
    File,
    FileLink,
    OauthGrant,
    Refund,
)
from connectlib.ports.store import (
    HANGS_BY,
    BalanceAt,
    DueWork,
    Entry,
    Hanging,
    KeysUnder,
    NextDue,
    One,
    Page,
    Several,
    Span,
    Sums,
    Totals,
    TransfersOf,
    Version,
    Wallet,
)
from connectlib.runtime.build import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectlib.ports.store import Store

_USD = "usd"


class StoreKit:
    """What every store must do. `open` gives a store with nothing in it."""

    def open(self) -> Store:
        """A fresh store."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _closing(self) -> Iterator[None]:
        self._opened: list[Store] = []
        yield
        for store in self._opened:
            store.close()

    def _fresh(self) -> Store:
        store = self.open()
        self._opened.append(store)
        return store

    def _client(self, store: Store, *, platform: str = "default", seed: int = 1) -> Connect:
        engine = build(
            None, store=store, platform=platform, ids=SeededIds(seed), clock=VirtualClock()
        )
        return Connect.over(engine)

    def _life(self, connect: Connect) -> str:
        """A small life; the id of the connected account in it."""
        ada = connect.testing.account()
        words: dict[str, Any] = {"currency": _USD, "source": "tok_visa"}
        charge: Any = None
        for amount in (1_000, 2_000, 3_000):
            charge = connect.charges.create(
                amount=amount,
                transfer_data={"destination": ada.id},
                application_fee_amount=100,
                transfer_group=f"g{amount}",
                **words,
            )
            connect.clock.advance(hours=7)
        back: dict[str, Any] = {"reverse_transfer": True, "refund_application_fee": True}
        connect.refunds.create(charge=charge.id, amount=300, **back)
        connect.refunds.create(charge=charge.id, amount=200, **back)
        connect.charges.create(amount=900, **{**words, "source": "tok_bypassPending"})
        connect.transfers.create(amount=100, currency=_USD, destination=ada.id)
        connect.clock.advance(days=5)
        connect.payouts.create(amount=50, currency=_USD)
        self._paper(connect)
        return str(ada.id)

    def _paper(self, connect: Connect) -> None:
        """A file with links of which one ends, and an account whose owner has connected it."""
        file = connect.files.create(file=b"%PDF-1.7", purpose="dispute_evidence")
        for hours in (0, 1):
            until = file.created + 3_600 * hours if hours else None
            connect.file_links.create(file=file.id, expires_at=until)
        asked = connect.oauth.authorize_url()
        made = connect.oauth.authorize(asked, allow=True)
        connect.oauth.token(grant_type="authorization_code", code=made.code)
        connect.oauth.authorize(asked, allow=True, account=made.account)

    def _questions(self, connect: Connect, account: str) -> list[Any]:
        """Questions of every kind."""
        world = connect._engine.world  # noqa: SLF001 (a kit looks inside)
        at, now = (0, world.id), connect._engine.clock.now()  # noqa: SLF001
        pages = [
            Page(kind, *at, owner, limit=limit)
            for kind in (Charge, BalanceTransaction)
            for owner in (world.account, account)
            for limit in (1, 3, 100)
        ]
        events = [
            Page(Event, *at, account, after=after, before=before, limit=2, order="seq")
            for after, before in ((None, None), (4, None), (None, 2))
        ]
        return [
            *pages,
            *events,
            *self._hanging(connect, at),
            *self._spans(connect, at, account),
            *self._papers(connect, at, now),
            Page(Charge, *at, world.account, where=(("transfer_group", "g2000"),)),
            Page(Charge, *at, world.account, created=((">=", now - 10**12), ("<", now))),
            DueWork(*at, until=now + 10**15, wall=0, limit=5),
            NextDue(*at),
            NextDue(*at, after=now),
            Wallet(*at, account),
            Totals(*at),
            TransfersOf(*at, owner=account),
            *(
                TransfersOf(*at, ref=connect.charges.list().data[1].id, limit=limit)
                for limit in (3, 100)
            ),
            TransfersOf(*at),
            TransfersOf(*at, owner=account, newest=True),
            Sums(*at, world.account),
            One(Charge, *at, "ch_none"),
            Version(*at, "ch_none", 1),
        ]

    def _hanging(self, connect: Connect, at: tuple[int, int]) -> list[Any]:
        """What hangs on the objects of the life, wholly and in part."""
        refund = connect.refunds.list().data[0]
        charge = connect.charges.retrieve(refund.charge)
        on = {
            "charge": charge.id,
            "fee": charge.application_fee,
            "payout": connect.payouts.list().data[0].id,
            "source_transaction": charge.id,
            "transfer": charge.transfer,
        }
        return [
            Hanging(kind, *at, id_, limit)
            for kind, column in HANGS_BY.items()
            for id_ in (on[column], "none")
            for limit in (1, 2, 100)
        ]

    def _papers(self, connect: Connect, at: tuple[int, int], now: int) -> list[Any]:
        """Files, their links by file and by date, grants by account."""
        platform = connect._engine.world.account  # noqa: SLF001
        file, grant = connect.files.list()[0].id, connect.accounts.list()[0].id
        return [
            Page(File, *at, platform, where=(("purpose", "dispute_evidence"),)),
            Page(FileLink, *at, platform, where=(("file", file),)),
            *(
                Page(FileLink, *at, platform, ranges=(("expires_at", op, now + shift),))
                for op in ("<=", ">")
                for shift in (0, 3_600 * 1_000_000)
            ),
            *(Page(OauthGrant, *at, platform, where=(("connected", id_),)) for id_ in (grant, "x")),
        ]

    def _spans(self, connect: Connect, at: tuple[int, int], account: str) -> list[Any]:
        """Parts of the order of ids, of all namespaces, from every edge on."""
        charges = [charge.id for charge in connect.charges.list(limit=100)]
        now = connect._engine.clock.now()  # noqa: SLF001
        whole = {
            kind: (edge(prefix, 0, 0), edge(prefix, 0, now))
            for kind, prefix in ((Charge, "ch"), (Refund, "re"), (Event, "evt"), (Callback, "cb"))
        }
        return [
            *(
                Several(Charge, *at, ids)
                for ids in ((), ("ch_none",), tuple(charges), (charges[0], charges[0], account))
            ),
            *(Span(kind, *at, *edges) for kind, edges in whole.items()),
            Span(Charge, *at, edge("py", 0, 0), edge("py", 0, now)),
            *(Span(Charge, *at, id_, edge("ch", 0, now), limit=2) for id_ in charges),
            *(Span(Charge, *at, edge("ch", 0, 0), id_) for id_ in charges),
            *(
                Span(Event, *at, *whole[Event], where=(("object_id", *bound),), limit=limit)
                for bound in ((">=", "ch_"), ("<", charges[1]))
                for limit in (1, 3, 100)
            ),
            Span(Event, *at, *whole[Event], where=(("seq", "<=", 2), ("type", ">", "charge."))),
        ]

    def test_it_answers_every_question_as_memory_does(self) -> None:
        """The same life, the same rows, the same order."""
        mine, model = self._client(self._fresh()), self._client(MemoryStore())
        account = self._life(mine)
        assert self._life(model) == account
        for query in self._questions(mine, account):
            answers = [
                _plain(client._engine.store.answer(query))  # noqa: SLF001
                for client in (mine, model)
            ]
            assert answers[0] == answers[1], query
        entry = mine._engine.store.answer(Totals(0, 1))[0]  # noqa: SLF001
        for shift in (0, 10**11, 10**12):
            query = BalanceAt(0, 1, entry.id, VirtualClock().now() + shift)
            answers = [each._engine.store.answer(query) for each in (mine, model)]  # noqa: SLF001
            assert answers[0] == answers[1]

    def test_its_books_are_proved(self) -> None:
        """The audit streams what verify needs, in the order it needs."""
        mine, model = self._client(self._fresh()), self._client(MemoryStore())
        self._life(mine)
        self._life(model)
        assert mine.ledger.verify() == model.ledger.verify()
        assert mine.ledger.verify().ok

    def test_a_transaction_that_raises_changes_nothing(self) -> None:
        """Rollback takes everything back."""
        store = self._fresh()
        connect = self._client(store)
        engine = connect._engine  # noqa: SLF001
        before = _plain(store.answer(Totals(0, engine.world.id)))

        def fail() -> None:
            with store.transaction(0) as tx:
                tx.write(tx.gather(engine.executors[0].scene(), []))
                raise RuntimeError("stop")

        with pytest.raises(RuntimeError, match="stop"):
            fail()
        assert _plain(store.answer(Totals(0, engine.world.id))) == before

    def test_worlds_do_not_see_each_other(self) -> None:
        """Two platforms in one store share nothing."""
        store = self._fresh()
        one, other = self._client(store), self._client(store, platform="other", seed=2)
        account = self._life(one)
        assert other.charges.list().data == []
        assert other.ledger.trial_balance() == []
        ours, theirs = (client._engine.world.id for client in (one, other))  # noqa: SLF001
        for kind, prefix in ((Charge, "ch"), (Refund, "re"), (Event, "evt")):
            every = Span(kind, 0, ours, f"{prefix}_", f"{prefix}_~")
            assert len(store.answer(every)) > 1
            assert store.answer(every._replace(world=theirs)) == []
        ids = tuple(charge.id for charge in one.charges.list(limit=100))
        assert len(store.answer(Several(Charge, 0, ours, ids))) == len(ids) > 1
        assert store.answer(Several(Charge, 0, theirs, ids)) == []
        with pytest.raises(Exception, match="does not have access"):
            other.balance.retrieve(account=account)
        assert {world.platform for world in store.worlds()} == {"default", "other"}

    def test_a_world_is_opened_once(self) -> None:
        """Many openers at once get the same world."""
        store = self._fresh()
        found: list[str] = []
        threads = [
            threading.Thread(
                target=lambda seed=seed: found.append(
                    self._client(store, seed=seed)._engine.world.account  # noqa: SLF001
                )
            )
            for seed in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(found)) == 1

    def test_the_stored_clock_never_goes_back(self) -> None:
        """A later opening goes on where the world stood."""
        store = self._fresh()
        connect = self._client(store)
        connect.clock.advance(days=3)
        world = connect._engine.world  # noqa: SLF001
        store.set_now(world.id, 1)
        assert self._client(store).clock.now() == connect.clock.now()

    def test_due_work_is_claimed_by_one_until_its_lease_ends(self) -> None:
        """Two pumps do not both call the bank."""
        store = self._fresh()
        connect = self._client(store)
        connect.charges.create(amount=5_000, currency=_USD, source="tok_bypassPending")
        connect.payouts.create(amount=100, currency=_USD)
        world = connect._engine.world.id  # noqa: SLF001
        claim = partial(store.claim, lease=10)
        (due,) = store.answer(DueWork(0, world, 10**18, 0))
        assert isinstance(due, Due)
        assert claim([due], wall=100) == [due]
        assert claim([due], wall=105) == []
        assert store.answer(DueWork(0, world, 10**18, 105)) == []
        assert claim([due], wall=111) == [due]

    def test_data_keys_are_counted_by_what_they_are_under(self) -> None:
        """Those of a world, and what is scrubbed is none of them."""
        store = self._fresh()
        connect = self._client(store)
        world = connect._engine.world  # noqa: SLF001
        assert store.answer(KeysUnder(0, world.id, world.account)) == {}
        keks = ("new", "old", "old", "")
        with store.transaction(0) as tx:
            book = tx.gather(connect._engine.executors[0].scene(), ())  # noqa: SLF001
            for n, kek in enumerate(keks):
                row = DataKey(
                    0, f"dkey_{n}", world.id, world.account, 1, 0, f"cus_{n}", "live", kek, "{}"
                )
                book.changed[row.id] = row
            tx.write(book)
        store.scrub()
        found = store.answer(KeysUnder(0, world.id, world.account))
        assert found == {"new": 1, "old": 2, "": 1}
        assert store.answer(KeysUnder(0, world.id, "acct_other")) == {}
        assert store.answer(KeysUnder(0, world.id + 1, world.account)) == {}

    def test_the_awaiting_client_does_the_same(self) -> None:
        """One thread hop per step, the same rows."""
        engine = build(None, store=self._fresh(), ids=SeededIds(1), clock=VirtualClock())

        async def life() -> Any:
            client = AsyncConnect.over(engine)
            ada = await client.testing.account()
            made = await asyncio.gather(
                *(
                    client.charges.create(
                        amount=1_000,
                        currency=_USD,
                        source="tok_visa",
                        transfer_data={"destination": ada.id},
                    )
                    for _ in range(20)
                )
            )
            await client.clock.advance(days=5)
            report = await client.ledger.verify()
            assert report.ok, report.flaw
            return len({charge.id for charge in made})

        assert asyncio.run(life()) == 20


def _plain(found: Any) -> Any:
    """Ledger accounts compare by identity: show what is in them. Lanes differ by store."""
    if isinstance(found, list) and found and isinstance(found[0], Entry):
        return sorted((e.row[2:], e.transaction[2:], e.debit, e.credit) for e in found)
    if isinstance(found, list):
        return sorted((_plain(each) for each in found), key=repr) if _has_entries(found) else found
    if hasattr(found, "dp"):
        return (found.key, found.dp, found.cp, found.dq, found.cq, found.version)
    return found


def _has_entries(found: list[Any]) -> bool:
    return bool(found) and hasattr(found[0], "dp")
