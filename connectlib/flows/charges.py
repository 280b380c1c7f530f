"""The way of a charge: record, ask the processor, settle. Safe to stop after any step."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core import charges
from connectlib.core.book import Done, Replayed, Work
from connectlib.core.drafts import encode
from connectlib.core.idempotency import in_use
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import Account, Charge
from connectlib.flows.ground import by_branch, recall
from connectlib.ports.processor import Approved, ChargeRequest, Declined, Method
from connectlib.ports.steps import Deferred, ask, authorize, resolve, transact
from connectlib.ports.store import One

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectlib.core.book import Request
    from connectlib.core.commands import CreateCharge
    from connectlib.core.rows import Due
    from connectlib.flows.ground import Ground
    from connectlib.ports.processor import Answer
    from connectlib.ports.steps import Flow


class Call(NamedTuple):
    """One `charges.create`: what is wanted, under which key, at which branch."""

    command: CreateCharge
    request: Request | None
    branch: int = 0


@lru_cache(maxsize=4096)
def details_of(method: Method) -> str:
    """The `payment_method_details` of a charge with this method: compact JSON."""
    return encode({"type": method.kind, method.kind: dict(method.details)})


def create(ground: Ground, calls: Sequence[Call]) -> Flow[list[Charge | Refused]]:
    """Create charges, one result for each call. Records, then pays, then settles."""
    methods = yield from _methods([call.command.source for call in calls])
    results: list[Any] = [None] * len(calls)
    known: list[int] = []
    for place, call in enumerate(calls):
        if call.command.source in methods:
            known.append(place)
        else:
            results[place] = missing("token", call.command.source[:100], "source")
    open_: dict[int, charges.Recorded] = {}
    seen: dict[int, Replayed] = {}
    for branch, places in by_branch(known, lambda place: calls[place].branch).items():
        works = [_recording(calls[place], methods) for place in places]
        outcomes = yield from transact(branch, works)
        for place, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome, Done):
                open_[place] = outcome.value
            elif isinstance(outcome, Refused):
                results[place] = outcome
            else:
                seen[place] = outcome
    yield from _resume_seen(ground, calls, seen, open_, results)
    settled = yield from _finish(ground, list(open_.values()), methods)
    for place, row in zip(open_, settled, strict=True):
        results[place] = charges.refusal_of(row) if row.status == "failed" else row
    for place, replayed in seen.items():
        if results[place] is None:
            results[place] = yield from _answer(ground, calls[place], replayed)
    return results


def _methods(sources: Sequence[str]) -> Flow[dict[str, Method]]:
    asked = list(dict.fromkeys(sources))
    found = yield from resolve(asked)
    return {
        source: method for source, method in zip(asked, found, strict=True) if method is not None
    }


def _recording(call: Call, methods: Mapping[str, Method]) -> Work[charges.Recorded]:
    command, request, _ = call
    details = details_of(methods[command.source])
    return Work(
        charges.record_keys(command),
        partial(charges.record, command=command, details=details, request=request),
        request=request,
        weight=1,
    )


def _resume_seen(
    ground: Ground,
    calls: Sequence[Call],
    seen: Mapping[int, Replayed],
    open_: dict[int, charges.Recorded],
    results: list[Any],
) -> Flow[None]:
    """Answer keys seen before; take up those whose first call has died."""
    for place, replayed in seen.items():
        branch = calls[place].branch
        answer = yield from recall(ground, branch, replayed)
        if isinstance(answer, Charge):
            failed = answer.status == "failed"
            results[place] = charges.refusal_of(answer) if failed else answer
        elif not replayed.in_use:
            row = yield from ask(One(Charge, branch, ground.world.id, replayed.object_id))
            open_[place] = yield from _recorded(ground, row)


def _recorded(ground: Ground, row: Charge) -> Flow[charges.Recorded]:
    who = charges.settles_for(row)
    account = yield from ask(One(Account, row.branch, ground.world.id, who))
    country = account.country if isinstance(account, Account) else ground.world.country
    return charges.Recorded(row, country)


def _answer(ground: Ground, call: Call, seen: Replayed) -> Flow[Charge | Refused]:
    """The answer of a key whose first call was in the same breath."""
    answer = yield from recall(ground, call.branch, seen)
    if isinstance(answer, Charge):
        return charges.refusal_of(answer) if answer.status == "failed" else answer
    return in_use(call.request.key if call.request else "")


def _finish(
    ground: Ground, recorded: Sequence[charges.Recorded], methods: Mapping[str, Method]
) -> Flow[list[Charge]]:
    """Ask the processor about recorded charges and settle what it answers.

    Without a definite answer a charge stays pending; its due work asks again, under its key.
    """
    rows = [each.row for each in recorded]
    if not rows:
        return rows
    answers = yield from authorize(
        [ChargeRequest(row.id, row.amount, row.currency, row.source) for row in rows]
    )
    if isinstance(answers, Deferred):
        return rows
    works: dict[int, Work[Charge]] = {}
    for place, (each, answer) in enumerate(zip(recorded, answers, strict=True)):
        work = _settling(ground, each, methods[each.row.source], answer)
        if work is not None:
            works[place] = work
    for branch, places in by_branch(works, lambda place: rows[place].branch).items():
        outcomes = yield from transact(branch, [works[place] for place in places])
        for place, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome, Done):
                rows[place] = outcome.value
    return rows


def _settling(
    ground: Ground, recorded: charges.Recorded, method: Method, answer: Answer
) -> Work[Charge] | None:
    row, country = recorded
    if isinstance(answer, Approved):
        kind, bypass = method.kind, method.bypass_pending
        return Work(
            charges.settle_keys(row, ground.world, country=country, kind=kind, bypass=bypass),
            partial(
                charges.settle,
                row=row,
                country=country,
                kind=kind,
                bypass=bypass,
                risk=(answer.risk_level, answer.risk_score),
                fees=ground.fees,
            ),
            repeatable=True,
        )
    if isinstance(answer, Declined):
        refusal = Refused(
            Why.CARD_DECLINED,
            answer.message,
            answer.param,
            code=answer.code,
            decline_code=answer.decline_code,
        )
        decide = partial(
            charges.decline,
            row=row,
            refusal=refusal,
            blocked=answer.blocked,
            level=answer.risk_level,
        )
        return Work(charges.decline_keys(row), decide, repeatable=True, weight=1)
    return None


def submit(ground: Ground, dues: Sequence[Due]) -> Flow[None]:
    """Take up charges that were recorded and never answered for: each has been claimed."""
    recorded = []
    for due in dues:
        row = yield from ask(One(Charge, due.branch, ground.world.id, due.ref))
        if isinstance(row, Charge):
            recorded.append((yield from _recorded(ground, row)))
    methods = yield from _methods([each.row.source for each in recorded])
    yield from _finish(ground, [e for e in recorded if e.row.source in methods], methods)
