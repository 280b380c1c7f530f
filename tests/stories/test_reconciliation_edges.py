"""Reconciliation at the edges: of a period, of a list, of what succeeded for a while."""

from __future__ import annotations

import pytest

from connectlib import Connect, ProcessorError, VirtualClock
from connectlib.adapters.processors.scripted import ACCEPTED, DONE, ScriptedProcessor
from connectlib.core.moments import DAY, HOUR, SECOND
from connectlib.ports.processor import Declined, News, Returned, Taken
from tests.stories.reconciling import USD, Listing, differences, keys, lost, period


def test_a_hold_is_compared_when_it_is_captured(shop) -> None:
    connect, processor, start = shop()
    held = connect.charges.create(amount=1_000, capture=False, **USD)
    early = connect.charges.create(amount=800, capture=False, **USD)
    assert period(connect, start).totals == []
    connect.clock.advance(days=3)
    connect.charges.capture(held.id, amount=600)
    connect.charges.capture(early.id)
    processor.dated(early.id, start + 1)  # this one is listed by when it was made
    connect.clock.advance(days=1)
    assert (period(connect, start).ok, period(connect, start, skip=1).totals) == (True, [])
    third = period(connect, start, skip=3)
    assert third.ok
    assert third.totals[0].matched == {"count": 2, "amount": 1_400}
    processor.edits.append(lambda found: [one for one in found if one.key != early.id])
    assert differences(period(connect, start, skip=3)) == [("missing_at_processor", early.id)]


def test_a_refund_that_takes_its_time_is_compared_when_it_is_settled(shop) -> None:
    connect, processor, start = shop(DONE, ACCEPTED)
    charge = connect.charges.create(amount=1_000, **USD)
    back = lost(connect.refunds.create, charge=charge.id, amount=400)
    assert keys(period(connect, start).under_way) == [back.id]
    connect.clock.advance(days=4)
    connect.callbacks.hear([News("evt_1", back.id, Returned("r"), 400, "usd")])
    # Listed by when it was asked for, settled days later.
    listed = Taken(back.id, "refund", 400, "usd", start + 1)
    processor.edits.append(lambda found: [*found, listed])
    connect.clock.advance(days=1)
    for day, refunds in enumerate([1, 0, 0, 0, 1]):
        report = period(connect, start, skip=day)
        assert report.ok
        assert [total.matched["count"] for total in report.totals if total.kind == "refund"] == (
            [refunds] if refunds else []
        )
    processor.edits.clear()
    assert differences(period(connect, start, skip=4)) == [("missing_at_processor", back.id)]


def test_no_edge_of_a_period_is_a_difference(shop) -> None:
    connect, processor, start = shop()
    connect.clock.advance(days=2)
    edge = start + 2 * DAY
    before = connect.charges.create(amount=1_000, **USD)
    connect.clock.advance(seconds=1)
    after = connect.charges.create(amount=2_000, **USD)
    processor.dated(before.id, edge + 2 * SECOND)  # made before, listed after
    processor.dated(after.id, edge)  # made after, listed before
    until = (edge + SECOND) // SECOND
    days = [
        connect.reconciliation.run(since=until - 86_400, until=until),
        connect.reconciliation.run(since=until, until=until + 86_400),
    ]
    for report in days:
        assert report.ok
        assert report.totals[0].matched == {"count": 2, "amount": 3_000}
    assert processor.asked == [
        ((until - 2 * 86_400) * SECOND, (until + 86_400) * SECOND),
        ((until - 86_400) * SECOND, (until + 2 * 86_400) * SECOND),
    ]


def test_what_is_taken_again_weeks_later_is_there_twice(shop) -> None:
    connect, processor, start = shop()
    made = connect.charges.create(amount=1_000, **USD)
    connect.clock.advance(days=25)
    again = Taken(made.id, "charge", 1_000, "usd", start + 20 * DAY)
    processor.edits.append(lambda found: [*found, again])
    assert period(connect, start).ok
    assert differences(period(connect, start, skip=20)) == [("twice_at_processor", made.id)]
    asked = processor.asked[-2:]
    assert asked == [
        (start + 19 * DAY, start + 22 * DAY),
        (start - 12 * HOUR, start + 12 * HOUR),
    ]


def bounced(connect):
    made = connect.charges.create(amount=1_000, currency="usd", source="tok_visa")
    connect.clock.advance(hours=1)
    news = News("evt_b", made.id, Declined("card_declined", "Taken back."), 1_000, "usd")
    (heard,) = connect.callbacks.hear([news])
    assert heard.outcome == "moved"
    return made


def test_what_a_bank_takes_back_was_taken_and_given_back(shop) -> None:
    connect, processor, start = shop()
    made = bounced(connect)
    report = period(connect, start)
    assert (report.ok, keys(report.taken_back)) == (True, [made.id])
    assert {one.kind: one.ours.amount for one in report.totals} == {
        "charge": 1_000,
        "return": 1_000,
    }
    given_back = Taken(made.id, "refund", 1_000, "usd", start + 2 * HOUR)
    processor.edits.append(lambda found: [*found, given_back])
    report = period(connect, start)
    assert report.ok
    assert {one.kind: one.matched.amount for one in report.totals} == {
        "charge": 1_000, "return": 1_000,
    }  # fmt: skip
    processor.edits[:] = [lambda _: [given_back]]
    assert differences(period(connect, start)) == [("missing_at_processor", made.id)]
    processor.edits[:] = [lambda _: []]
    assert period(connect, start).ok


def test_changes_of_words_move_nothing(shop) -> None:
    connect, processor, start = shop()
    made = connect.charges.create(amount=1_000, **USD)
    connect.clock.advance(days=40)
    connect.charges.update(made.id, description="mug")
    connect.refunds.create(charge=made.id, amount=100)
    processor.asked.clear()
    assert [one.kind for one in period(connect, start, skip=40).totals] == ["refund"]
    assert len(processor.asked) == 1  # it has not been asked about those forty days


def half_a_list(_):
    yield Taken("ch_x", "charge", 5, "usd", 1)
    raise ConnectionError("sk_live_secret")


NO_LISTS = [
    half_a_list,
    lambda _: None,
    lambda _: [("ch_x", "charge")],
    lambda _: [Taken("ch_x", "transfer", 5, "usd", 1)],
    lambda _: [Taken("ch_x", "charge", 5.0, "usd", 1)],
    lambda _: [Taken("ch_x", "charge", True, "usd", 1)],
    lambda _: [Taken("ch_x", "charge", 5, "usd", None)],
    lambda _: [Taken("ch_\x00", "charge", 5, "usd", 1)],
    lambda _: [Taken("", "charge", 5, "usd", 1)],
    lambda _: [Taken("x" * 300, "charge", 5, "usd", 1)],
    lambda _: [Taken("ch_x", "charge", 5, "dollars", 1)],
    lambda _: [Taken(None, "charge", 5, "usd", 1)],
]


@pytest.mark.parametrize("taken", NO_LISTS)
def test_a_list_that_cannot_be_had_is_an_error_and_no_difference(shop, taken) -> None:
    processor = ScriptedProcessor()

    class Broken(ScriptedProcessor):
        def taken(self, since, until):
            return taken(since)

    connect, *_ = shop(processor=Broken())
    with pytest.raises(ProcessorError, match="list cannot be had") as caught:
        connect.reconciliation.run(since="2026-11-02", until="2026-11-03")
    assert "secret" not in str(caught.value)
    assert (caught.value.http_status, caught.value.may_pass_later) == (500, True)
    assert (
        connect.reconciliation.run(since="2026-11-02", until="2026-11-03", processor=False).compared
        == []
    )
    assert processor.calls == 0


def test_a_list_without_dates_is_of_the_period(shop) -> None:
    processor = ScriptedProcessor()  # without a clock it lists everything, whatever is asked
    connect, *_ = shop(processor=processor)
    made = connect.charges.create(amount=1_000, **USD)
    connect.clock.advance(days=20)
    other = connect.charges.create(amount=2_000, **USD)
    report = connect.reconciliation.run(since="2026-11-22", until="2026-11-23")
    assert report.ok
    assert report.totals[0].matched == {"count": 2, "amount": 3_000}
    assert {made.id, other.id} == set(processor.taken)


def test_pages_are_read_to_the_end(shop) -> None:
    connect, *_ = shop()
    many = [{"amount": 100, **USD}] * 2_001
    made = connect.charges.create_many(many)
    connect.clock.advance(hours=1)
    report = connect.reconciliation.run(since="2026-11-02", until="2026-11-03")
    assert (report.ok, report.totals[0].matched["count"]) == (True, len(made))


def test_what_is_captured_while_the_list_is_read_is_no_difference() -> None:
    clock = VirtualClock()

    class Busy(Listing):
        def taken(self, since, until):
            if connect.charges.retrieve(held.id).captured is False:
                connect.charges.capture(held.id)
            return super().taken(since, until)

    connect = Connect(clock=clock, processor=Busy(now=clock.now))
    held = connect.charges.create(amount=1_000, capture=False, **USD)
    report = period(connect, clock.now())
    assert (report.ok, report.totals[0].matched.amount) == (True, 1_000)
    connect.close()
