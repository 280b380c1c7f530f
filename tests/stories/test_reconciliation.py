"""Reconciliation on every store: what is fine, what differs, what is only under way."""

from __future__ import annotations

import pytest

from connectlib import (
    Connect,
    InvalidRequestError,
    TransactionError,
    VirtualClock,
)
from connectlib.adapters.processors.scripted import (
    ANSWER_LOST,
    DECLINED,
    DONE,
    REQUIRES_ACTION,
    ScriptedProcessor,
)
from connectlib.core.moments import DAY, HOUR, SECOND
from connectlib.ports.processor import Approved, News, Released, Taken
from tests.stories.reconciling import USD, differences, keys, lost, period


def test_a_life_without_mishaps_is_reconciled(shop) -> None:
    connect, _, start = shop()
    ada = connect.testing.account()
    plain = connect.charges.create(amount=1_000, **USD)
    direct = connect.charges.create(amount=2_000, application_fee_amount=100, account=ada.id, **USD)
    connect.charges.create(amount=3_000, transfer_data={"destination": ada.id}, **USD)
    connect.charges.create(amount=700, currency="eur", source="tok_visa")
    held = connect.charges.create(amount=5_000, capture=False, **USD)
    connect.charges.capture(held.id, amount=4_000)
    let_go = connect.payment_intents.create(
        amount=600,
        currency="usd",
        payment_method="pm_card_visa",
        confirm=True,
        capture_method="manual",
    )
    connect.refunds.create(charge=plain.id, amount=300)
    connect.refunds.create(charge=direct.id, amount=500, account=ada.id)
    connect.payment_intents.cancel(let_go.id)
    connect.clock.advance(hours=1)
    report = period(connect, start)
    assert report.ok
    assert report.compared == ["processor"]
    assert [report[name] for name in ("differences", "under_way", "needs_review")] == [[], [], []]
    assert {(one.kind, one.currency): tuple(one.matched.values()) for one in report.totals} == {
        ("charge", "eur"): (1, 700),
        ("charge", "usd"): (4, 10_000),
        ("refund", "usd"): (2, 800),
    }
    for total in report.totals:
        assert total.ours == total.processor == total.matched
        assert total.settlement is None
    assert (report.object, report.since, report.until) == (
        "reconciliation", start // SECOND, (start + DAY) // SECOND,
    )  # fmt: skip
    assert repr(report) == "<Reconciliation ok: 7 matched>"
    assert str(report).endswith("\nok")
    assert report == period(connect, start)


def test_a_settlement_file_is_the_third_list(shop) -> None:
    connect, _, start = shop()
    made = [connect.charges.create(amount=amount, **USD) for amount in (1_000, 2_000, 3_000)]
    back = connect.refunds.create(charge=made[0].id, amount=400)
    connect.clock.advance(hours=1)
    head = "created,amount,kind,key,currency,fee\n"
    file = [
        f"2026-11-02T12:00:00Z,1000,charge,{made[0].id},usd,30",
        f"{start // SECOND},1999,charge,{made[1].id},USD,30",
        f"2026-11-09,400,refund,{back.id},usd,",
        f"2026-11-09,400,refund,{back.id},usd,",
        "2026-11-02,5,charge,ch_nobody,usd,",
    ]
    words = {"since": "2026-11-02", "until": "2026-11-03"}
    report = connect.reconciliation.run(**words, settlement=head + "\n".join(file))
    assert differences(report) == [
        ("missing_here", "ch_nobody"),
        ("missing_at_processor", "ch_nobody"),
        ("amount_differs", made[1].id),
        ("missing_in_settlement", made[2].id),
        ("twice_in_settlement", back.id),
    ]
    assert report.compared == ["processor", "settlement"]
    (_, _, amount, *_) = report.differences
    assert (amount.ours.amount, amount.processor.amount, amount.settlement.amount) == (
        2_000, 2_000, 1_999,
    )  # fmt: skip
    platform = connect.accounts.retrieve().id
    assert (amount.ours.account, amount.ours.status) == (platform, "succeeded")
    lines = report.to_csv().splitlines()
    assert len(lines) == 6
    assert lines[3].startswith(f"amount_differs,charge,{made[1].id},{platform},succeeded")
    assert "NOT OK: 5 differences" in str(report)


def test_the_processors_list_can_be_left_out(shop) -> None:
    connect, processor, start = shop()
    made = connect.charges.create(amount=1_000, **USD)
    connect.charges.create(amount=2_000, **USD)
    row = {
        "key": made,
        "kind": "charge",
        "amount": 1_000,
        "currency": "usd",
        "created": start // SECOND,
        "fee": 30,
    }
    words = {"since": "2026-11-02", "until": "2026-11-03", "processor": False}
    text = f"key,kind,amount,currency,created\n{made.id},charge,1000,usd,{start // SECOND}"
    for given in ([row], iter([row]), text, text.encode()):
        report = connect.reconciliation.run(**words, settlement=given)
        assert [one.what for one in report.differences] == ["missing_in_settlement"]
        assert report.compared == ["settlement"]
        assert report.totals[0].processor is None
    assert processor.asked == []
    nothing = connect.reconciliation.run(**words)
    assert (nothing.ok, nothing.compared) == (True, [])
    assert repr(nothing) == ("<Reconciliation nothing was compared, nothing waits for a person>")


def test_a_file_is_read_from_its_path(shop, tmp_path) -> None:
    connect, _, start = shop()
    made = connect.charges.create(amount=1_000, **USD)
    path = tmp_path / "settled.csv"
    path.write_text(
        f"\ufeffkey,kind,amount,currency,created\n{made.id},charge,1000,usd,{start // SECOND}\n",
        encoding="utf-8",
    )
    for given in (path, str(path)):
        report = connect.reconciliation.run(
            since="2026-11-02", until="2026-11-03", settlement=given
        )
        assert (report.ok, report.compared) == (True, ["processor", "settlement"])
        assert report.totals[0]["settlement"] == {"count": 1, "amount": 1_000}


def test_what_differs_is_named(shop) -> None:
    connect, processor, start = shop()
    made = [connect.charges.create(amount=100 * n, **USD) for n in range(5, 10)]
    connect.clock.advance(hours=1)
    dropped, cheap, foreign, twice, _ = (one.id for one in made)
    more = Taken("ch_0010000000000AAAAAAAAAAAAAAAA", "charge", 5, "usd", start + 1)

    def edit(found):
        by_key = {one.key: one for one in found}
        del by_key[dropped]
        by_key[cheap] = by_key[cheap]._replace(amount=1)
        by_key[foreign] = by_key[foreign]._replace(currency="eur")
        return [*by_key.values(), by_key[twice], more]

    processor.edits.append(edit)
    report = period(connect, start)
    assert sorted(differences(report)) == sorted(
        [
            ("missing_at_processor", dropped),
            ("amount_differs", cheap),
            ("currency_differs", foreign),
            ("twice_at_processor", twice),
            ("missing_here", more.key),
        ]
    )
    assert not report.ok
    assert repr(report) == "<Reconciliation NOT OK: 5 differences>"


def test_a_lost_answer_is_under_way_until_it_is_heard(shop) -> None:
    connect, _, start = shop(ANSWER_LOST, DONE, ANSWER_LOST)
    made = lost(connect.charges.create, amount=1_000, **USD)
    connect.charges.create(amount=900, **USD)
    other = connect.charges.list().data[0]
    back = lost(connect.refunds.create, charge=other.id, amount=10)
    report = period(connect, start)
    assert (report.ok, report.differences) == (True, [])
    assert sorted(keys(report.under_way)) == sorted([made.id, back.id])
    (line,) = [one for one in report.under_way if one.key == made.id]
    assert (line.ours.status, line.processor.amount) == ("pending", 1_000)
    connect.clock.advance(hours=2)
    report = period(connect, start)
    assert (report.ok, report.under_way) == (True, [])
    assert sum(total.matched.amount for total in report.totals) == 1_000 + 900 + 10


def test_what_nobody_knows_waits_for_a_person(shop) -> None:
    connect, _, start = shop(*[ANSWER_LOST] * 60)
    made = lost(connect.charges.create, amount=1_000, **USD)
    for _ in range(30):
        connect.clock.advance(hours=1)
    report = period(connect, start)
    assert (report.ok, report.differences, report.under_way) == (False, [], [])
    assert keys(report.needs_review) == [made.id]
    # What the person wants to know: the processor has taken it.
    assert report.needs_review[0].processor.amount == 1_000
    # It was given up on the second day, whose report tells of it too.
    assert keys(period(connect, start, skip=0).needs_review) == [made.id]
    second = connect.reconciliation.run(since="2026-11-03T00:00:00Z", until="2026-11-04")
    assert keys(second.needs_review) == [made.id]
    assert "waiting for a person" in repr(second)
    connect.callbacks.hear([News("evt_1", made.id, Approved("r"), 1_000, "usd")])
    assert period(connect, start).ok


def test_money_taken_of_which_we_say_no_is_missing_here(shop) -> None:
    connect, processor, start = shop(DECLINED, REQUIRES_ACTION)
    with pytest.raises(Exception, match="declined"):
        connect.charges.create(amount=1_000, **USD)
    asked = connect.payment_intents.create(
        amount=2_000, currency="usd", payment_method="pm_card_visa", confirm=True
    )
    assert asked.status == "requires_action"
    held = connect.charges.create(amount=3_000, capture=False, **USD)
    failed = connect.charges.list().data[-1]
    assert period(connect, start).ok
    processor.edits.append(
        lambda found: [
            *found,
            *(Taken(key, "charge", 5, "usd", start + 1) for key in (failed.id, held.id)),
        ]
    )
    report = period(connect, start)
    assert differences(report) == [("missing_here", failed.id), ("missing_here", held.id)]
    assert [one.ours.status for one in report.differences] == ["failed", "authorized"]


def test_news_that_cannot_be_true_is_shown_for_its_period(shop) -> None:
    connect, _, start = shop()
    made = connect.charges.create(amount=1_000, **USD)
    news = [
        News("evt_1", made.id, Released(), 1_000, "usd"),
        News("evt_2", made.id, Approved("r"), 7, "usd"),
        News("evt_3", made.id, Approved("r"), 1_000, "usd"),
        News("evt_4", "ch_nobody", Approved("r"), 1_000, "usd"),
    ]
    outcomes = [one.outcome for one in connect.callbacks.hear(news)]
    assert outcomes == ["contradicts", "mismatch", "known", "ignored"]
    connect.clock.advance(days=1)
    report = period(connect, start)
    assert (report.ok, report.differences) == (False, [])
    assert [(one.news, one.outcome) for one in report.callbacks] == [
        ("evt_1", "contradicts"), ("evt_2", "mismatch"),
    ]  # fmt: skip
    assert period(connect, start, skip=1).ok


def test_another_platform_in_the_same_database_is_not_seen(tmp_path) -> None:
    url, clock = f"sqlite:///{tmp_path}/shop.db", VirtualClock()
    processor = ScriptedProcessor(now=clock.now)
    one, other = (
        Connect(url, platform=name, clock=clock, processor=processor) for name in ("one", "other")
    )
    made = one.charges.create(amount=1_000, **USD)
    clock.set(clock.now() + HOUR)
    words = {"since": "2026-11-02", "until": "2026-11-03"}
    assert one.reconciliation.run(**words).ok
    assert differences(other.reconciliation.run(**words)) == [("missing_here", made.id)]
    assert other.reconciliation.run(**words, processor=False).totals == []
    one.close()
    other.close()


def test_it_is_refused_inside_a_transaction(tmp_path) -> None:
    from connectlib import sqlite_engine

    url = f"sqlite:///{tmp_path}/shop.db"
    connect, engine = Connect(url), sqlite_engine(url)
    with engine.begin() as connection, connect.transaction(connection):
        with pytest.raises(TransactionError, match="cannot be called inside"):
            connect.reconciliation.run(since="2026-11-02", until="2026-11-03")
    engine.dispose()
    connect.close()


PERIODS = [
    ("2026-11-02", "2026-11-02", "until"),
    ("2026-11-03", "2026-11-02", "until"),
    ("yesterday", "2026-11-02", "since"),
    (None, "2026-11-02", "since"),
    (0, 10.5, "until"),
    (-1, 5, "since"),
    (0, 10**12, "until"),
    ("0001-01-01", "2026-11-02", "since"),
]


@pytest.mark.parametrize(("since", "until", "param"), PERIODS)
def test_a_period_that_is_none_is_named(connect, since, until, param) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        connect.reconciliation.run(since=since, until=until)
    assert caught.value.param == param
