"""Hearing the processor: each piece of news is one commit of the branch it is about."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from connectlib.core import callbacks, refunds
from connectlib.core.book import Done, Keys, Work
from connectlib.core.callbacks import Heard
from connectlib.core.charges import options_of
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Callback, Charge, Refund
from connectlib.flows.charge_answers import case_of
from connectlib.ports.processor import (
    Approved,
    Captured,
    Declined,
    NotReturned,
    Released,
    Returned,
)
from connectlib.ports.steps import ask, transact
from connectlib.ports.store import One

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.flows.ground import Ground
    from connectlib.ports.processor import News
    from connectlib.ports.steps import Flow


def hear(ground: Ground, news: Sequence[News]) -> Flow[list[Callback | Refused]]:
    """Book pieces of news, one result for each, in order; heard before: a refusal that says so."""
    results: dict[int, Callback | Refused] = {}
    for place, each in enumerate(news):
        results[place] = yield from _hear_one(ground, each)
    return list(results.values())


def _hear_one(ground: Ground, news: News) -> Flow[Callback | Refused]:
    branch = ground.branch(news.key)
    work = yield from _work(ground, news, branch)
    (outcome,) = yield from transact(branch, [work])
    if isinstance(outcome, Done):
        return outcome.value
    if isinstance(outcome, Refused):
        return outcome
    return Refused(Why.CALLBACK_KNOWN, "This has been heard before.")


def _work(ground: Ground, news: News, branch: int) -> Flow[Work[Callback]]:
    kind = Refund if news.key.startswith("re_") else Charge
    row = yield from ask(One(kind, branch, ground.world.id, news.key))
    if isinstance(row, Refund) and isinstance(news.outcome, Returned | NotReturned):
        heard = _refund_news(news)
        return Work(
            refunds.settle_keys(row, ground.world),
            partial(callbacks.hear_refund, heard=heard, row=row),
            request=callbacks.request_of(heard),
            weight=1,
        )
    if isinstance(row, Charge) and not isinstance(news.outcome, Returned | NotReturned):
        heard = _charge_news(news, row)
        case = yield from case_of(ground, row, None)
        return Work(
            callbacks.charge_keys(row, ground.world, terms=case.terms, means=case.means),
            partial(
                callbacks.hear_charge,
                heard=heard,
                row=row,
                terms=case.terms,
                means=case.means,
                fees=ground.fees,
                rates=ground.fx.table,
            ),
            request=callbacks.request_of(heard),
        )
    heard = Heard(news.id, news.key, "unknown", news.amount, news.currency)
    request = callbacks.request_of(heard)
    return Work(Keys(), partial(callbacks.ignore, heard=heard), request=request, weight=0)


def _refund_news(news: News) -> Heard:
    outcome = news.outcome
    if isinstance(outcome, NotReturned):
        return Heard(
            news.id, news.key, "not_returned", news.amount, news.currency, reason=outcome.reason
        )
    return Heard(news.id, news.key, "returned", news.amount, news.currency)


def _charge_news(news: News, row: Charge) -> Heard:
    outcome = news.outcome
    base = Heard(news.id, news.key, "released", news.amount, news.currency)
    if isinstance(outcome, Declined):
        refusal = Refused(
            Why.CARD_DECLINED,
            outcome.message,
            outcome.param,
            code=outcome.code,
            decline_code=outcome.decline_code,
        )
        return base._replace(kind="declined", refusal=refusal)
    if isinstance(outcome, Captured):
        return base._replace(kind="captured", reference=outcome.reference)
    if isinstance(outcome, Approved):
        held = not options_of(row).get("capture", 1)
        return base._replace(
            kind="held" if held else "approved",
            reference=outcome.reference,
            risk=(outcome.risk_level, outcome.risk_score),
            holds_for=outcome.holds_for,
        )
    if isinstance(outcome, Released):
        return base
    return base._replace(kind="unknown")
