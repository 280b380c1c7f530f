"""A processor or bank that raises, or answers for fewer, has not answered: asked again later."""

from __future__ import annotations

import logging

import pytest

from connectlib import Connect, InvalidRequestError
from connectlib.adapters.processors.simulator import Simulator
from connectlib.adapters.rails.simulator import BankSimulator
from tests.engines import engine

SECRET = "sk_live_secret"
CHARGE = {"amount": 1_000, "currency": "usd", "source": "tok_visa"}


class Moody:
    """Does as the one inside does, or what `mood` says."""

    def __init__(self, inner) -> None:
        self._inner = inner
        self.mood = None
        self.calls = 0

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def _do(self, name, requests):
        self.calls += 1
        if isinstance(self.mood, type):
            raise self.mood(f"no answer from https://user:{SECRET}@example.com")
        answers = getattr(self._inner, name)(requests)
        return answers if self.mood is None else (answers * 2)[: len(answers) + self.mood]

    def authorize(self, requests):
        return self._do("authorize", requests)

    def refund(self, requests):
        return self._do("refund", requests)

    def submit(self, requests):
        return self._do("submit", requests)

    def track(self, requests):
        return self._do("track", requests)


MOODS = [TimeoutError, ConnectionError, ZeroDivisionError, -1, 1]


@pytest.fixture(params=MOODS, ids=lambda mood: getattr(mood, "__name__", str(mood)))
def shop(request, tmp_path):
    """(client, engine, processor, bank, the mood they get into)."""
    processor, bank = Moody(Simulator()), Moody(BankSimulator())
    of = engine(f"sqlite:///{tmp_path}/shop.db", processor=processor, rail=bank)
    with Connect.over(of) as connect:
        yield connect, of, processor, bank, request.param
        assert connect.ledger.verify().ok


def test_a_charge_without_an_answer_stays_pending_and_is_asked_again(shop, caplog) -> None:
    connect, _, processor, _, processor.mood = shop
    with caplog.at_level(logging.WARNING, logger="connectlib"):
        charge = connect.charges.create(**CHARGE, idempotency_key="k")
    assert charge.status == "pending"
    assert [each.name for each in caplog.records] == ["connectlib"]
    assert "outcome is unknown" in caplog.text
    assert SECRET not in caplog.text
    processor.mood = None
    assert connect.run_due() == 0  # not yet: it is asked again in a minute
    connect.clock.advance(minutes=1)
    done = connect.charges.create(**CHARGE, idempotency_key="k")
    assert (done.id, done.status) == (charge.id, "succeeded")


def test_many_charges_and_refunds_without_an_answer(shop) -> None:
    connect, _, processor, _, mood = shop
    processor.mood = mood
    made = connect.charges.create_many([CHARGE] * 3)
    assert {each.status for each in made} == {"pending"}
    processor.mood = None
    connect.clock.advance(minutes=1)
    processor.mood = mood
    (refund,) = connect.refunds.create_many([{"charge": made[0]}])
    assert refund.status == "pending"
    processor.mood = None
    connect.clock.advance(minutes=1)
    assert connect.refunds.retrieve(refund).status == "succeeded"


def test_a_bank_without_an_answer_is_asked_again_and_never_called_back(shop) -> None:
    connect, of, _, bank, bank.mood = shop
    connect.charges.create(**{**CHARGE, "source": "tok_bypassPending"})
    payout = connect.payouts.create(amount=100, currency="usd")
    connect.run_due()
    assert bank.calls == 1
    assert connect.payouts.retrieve(payout).status == "pending"
    with pytest.raises(InvalidRequestError, match="on its way"):
        connect.payouts.cancel(payout)
    of.wall.pass_leases()
    with pytest.raises(InvalidRequestError, match="on its way"):
        connect.payouts.cancel(payout)
    bank.mood = None
    connect.run_due()
    assert connect.payouts.retrieve(payout).status == "in_transit"
    connect.clock.advance(days=3)
    assert connect.payouts.retrieve(payout).status == "paid"


def test_a_payout_that_is_being_called_back_is_not_sent(tmp_path) -> None:
    bank = Moody(BankSimulator())
    of = engine(f"sqlite:///{tmp_path}/shop.db", rail=bank)
    with Connect.over(of) as connect:
        connect.charges.create(**{**CHARGE, "source": "tok_bypassPending"})
        payout = connect.payouts.create(amount=100, currency="usd")
        fail = of.store.transaction

        def crash(branch):
            of.store.transaction = fail
            raise KeyboardInterrupt

        of.store.transaction = crash
        with pytest.raises(KeyboardInterrupt):
            connect.payouts.cancel(payout)
        assert connect.run_due() == 0  # it is taken
        assert bank.calls == 0
        of.wall.pass_leases()
        connect.run_due()
        assert connect.payouts.retrieve(payout).status == "in_transit"
        assert connect.ledger.verify().ok
