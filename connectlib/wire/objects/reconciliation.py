"""A reconciliation as people get it: to look at, to print, to write into a file."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from connectlib.core.moments import datetime_of
from connectlib.core.money import display
from connectlib.wire.objects.base import StripeObject, timestamp
from connectlib.wire.objects.callbacks import CallbackObject

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connectlib.core.reconciliation import Line, Report, Side, Sum, Total

_SIDES = ("ours", "processor", "settlement")
_LISTS = {"processor": "the processor's list", "settlement": "the settlement file"}
#: How many lines of a kind are printed.
_PRINTED = 20


class ReconciliationObject(StripeObject):
    """Our rows, the processor's list and a settlement file, held side by side.

    Ours: Stripe has no such object. Amounts are minor units. ok: there is nothing to look into.
    `print` it for people; `to_csv()` has a line for each difference.
    """

    __slots__ = ()
    OBJECT = "reconciliation"

    def _render(self) -> dict[str, Any]:
        report: Report = self._row
        return {
            "object": "reconciliation",
            "callbacks": [
                CallbackObject(row, livemode=self._livemode).to_dict() for row in report.news
            ],
            "compared": list(report.compared),
            "differences": _lines(report.differences),
            "livemode": self._livemode,
            "needs_review": _lines(report.needs_review),
            "ok": report.ok,
            "since": timestamp(report.since),
            "taken_back": _lines(report.taken_back),
            "totals": [_total(total, report.compared) for total in report.totals],
            "under_way": _lines(report.under_way),
            "until": timestamp(report.until),
        }

    def to_csv(self) -> str:
        """The differences as CSV text: what each says of amount, currency and date."""
        columns = ("amount", "currency", "created")
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        sides = [f"{side}_{column}" for side in _SIDES for column in columns]
        writer.writerow(["what", "kind", "key", "account", "status", *sides])
        for line in self._shown()["differences"]:
            ours = line["ours"] or {}
            values = [(line[side] or {}).get(column) for side in _SIDES for column in columns]
            named = [line["what"], line["kind"], line["key"]]
            writer.writerow([*named, ours.get("account"), ours.get("status"), *values])
        return text.getvalue()

    def __str__(self) -> str:
        """The report for people: sums, and the first lines of what is to be looked into."""
        return "\n".join(_text(self._row))

    def _summary(self) -> str:
        report: Report = self._row
        if not report.ok or not report.compared:
            return _verdict(report)
        return f"ok: {sum(total.matched.entries for total in report.totals):,} matched"


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    shown = {
        "amount": side.amount,
        "created": timestamp(side.created),
        "currency": side.currency,
        "times": side.times,
    }
    return (
        shown if side.status is None else {**shown, "account": side.account, "status": side.status}
    )


def _lines(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [
        {**line._asdict(), **{name: _side(getattr(line, name)) for name in _SIDES}}
        for line in lines
    ]


def _total(total: Total, compared: Sequence[str]) -> dict[str, Any]:
    def shown(name: str) -> dict[str, int] | None:
        found: Sum = getattr(total, name)
        there = name == "ours" or name in compared or (name == "matched" and compared)
        return {"count": found.entries, "amount": found.amount} if there else None

    names = (*_SIDES, "matched")
    return {"kind": total.kind, "currency": total.currency} | {name: shown(name) for name in names}


def _text(report: Report) -> Iterator[str]:
    edges = [f"{datetime_of(at):%Y-%m-%d %H:%M:%S}Z" for at in (report.since, report.until)]
    against = " and ".join(_LISTS[name] for name in report.compared) or "nothing"
    yield f"From {edges[0]} until {edges[1]}, compared with {against}"
    for total in report.totals:
        names = ("ours", *report.compared, *(("matched",) if report.compared else ()))
        said = ", ".join(
            f"{name} {found.entries:,} of {display(found.amount, total.currency)}"
            for name in names
            for found in [getattr(total, name)]
        )
        yield f"  {total.kind}s {total.currency}: {said}"
    differences = [f"{line.what.replace('_', ' ')}: {_said(line)}" for line in report.differences]
    yield from _listed("differences", differences)
    for title, lines in (
        ("waiting for a person", report.needs_review),
        ("under way", report.under_way),
        ("taken back by a bank", report.taken_back),
    ):
        yield from _listed(title, [_said(line) for line in lines])
    yield from _listed(
        "news that was put aside",
        [f"{row.object_id} {row.kind}: {row.outcome} ({row.id})" for row in report.news],
    )
    yield _verdict(report)


def _listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"{len(lines):,} {title}:"
        yield from (f"  {line}" for line in lines[:_PRINTED])
        if len(lines) > _PRINTED:
            yield f"  and {len(lines) - _PRINTED:,} more"


def _said(line: Line) -> str:
    sides = ((name, side) for name in _SIDES if (side := getattr(line, name)) is not None)
    said = ", ".join(
        f"{name} {display(side.amount, side.currency)}"
        + (f" ({side.status})" if side.status else "")
        + (f" {side.times} times" if side.times > 1 else "")
        for name, side in sides
    )
    return f"{line.kind} {line.key}: {said}"


def _verdict(report: Report) -> str:
    if report.ok:
        return "ok" if report.compared else "nothing was compared, nothing waits for a person"
    counts = (
        (len(report.differences), "differences"),
        (len(report.needs_review), "waiting for a person"),
        (len(report.news), "contradicting news"),
    )
    return "NOT OK: " + ", ".join(f"{count:,} {what}" for count, what in counts if count)
