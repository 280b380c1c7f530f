"""The way of a charge: record, ask the processor, settle. Safe to stop after any step."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core import charge_captures, charge_reviews, charges
from connectlib.core.book import Done, Replayed, Work
from connectlib.core.drafts import encode
from connectlib.core.idempotency import in_use
from connectlib.core.means import Means
from connectlib.core.refusals import Refused, missing
from connectlib.core.rows import Charge
from connectlib.flows.charge_answers import case_of, drive, finish, recorded_of
from connectlib.flows.ground import by_branch, recall
from connectlib.flows.single import do_one
from connectlib.ports.steps import ask, resolve, transact
from connectlib.ports.store import One

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectlib.core.book import Request
    from connectlib.core.commands import CaptureCharge, CreateCharge, ReviewCharge
    from connectlib.core.rows import Due
    from connectlib.flows.ground import Ground
    from connectlib.ports.processor import Method
    from connectlib.ports.steps import Flow


class Call(NamedTuple):
    """One `charges.create`: what is wanted, under which key, at which branch."""

    command: CreateCharge
    request: Request | None
    branch: int = 0


@lru_cache(maxsize=4096)
def details_of(method: Method) -> str:
    """The `payment_method_details` of a charge with this method: compact JSON."""
    shown = method.shown()
    if method.fingerprint is not None:
        shown["fingerprint"] = method.fingerprint
    return encode({"type": method.kind, method.kind: shown})


@lru_cache(maxsize=4096)
def means_with(method: Method) -> Means:
    """The means that a method of the processor is."""
    brand = dict(method.details).get("brand")
    country = method.country or None
    return Means(method.kind, str(brand) if brand else None, country, method.bypass_pending)


def create(ground: Ground, calls: Sequence[Call]) -> Flow[list[Charge | Refused]]:
    """Create charges, one result for each call. Records, then pays, then settles."""
    methods = yield from methods_of([call.command.source for call in calls])
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
        works = [_recording(ground, calls[place], methods) for place in places]
        outcomes = yield from transact(branch, works)
        for place, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome, Done):
                open_[place] = outcome.value
            elif isinstance(outcome, Refused):
                results[place] = outcome
            else:
                seen[place] = outcome
    yield from _resume_seen(ground, calls, seen, open_, results)
    settled = yield from finish(ground, list(open_.values()), methods)
    for place, row in zip(open_, settled, strict=True):
        results[place] = shown(row)
    for place, replayed in seen.items():
        if results[place] is None:
            results[place] = yield from _answer(ground, calls[place], replayed)
    return results


def shown(row: Any) -> Any:
    """A charge as the answer of a call: a failed one is a refusal."""
    failed = isinstance(row, Charge) and row.status == "failed"
    return charges.refusal_of(row) if failed else row


def methods_of(sources: Sequence[str]) -> Flow[dict[str, Method]]:
    """What each source is; those that the processor does not know are left out."""
    asked = list(dict.fromkeys(sources))
    found = yield from resolve(asked)
    return {
        source: method for source, method in zip(asked, found, strict=True) if method is not None
    }


def _recording(ground: Ground, call: Call, methods: Mapping[str, Method]) -> Work[charges.Recorded]:
    command, request, _ = call
    method = methods[command.source]
    return Work(
        charges.record_keys(command, ground.world),
        partial(
            charges.record,
            command=command,
            details=details_of(method),
            means=means_with(method),
            request=request,
            rates=ground.fx.table,
            fees=ground.fees,
        ),
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
            results[place] = shown(answer)
        elif not replayed.in_use:
            row = yield from ask(One(Charge, branch, ground.world.id, replayed.object_id))
            open_[place] = yield from recorded_of(ground, row)


def _answer(ground: Ground, call: Call, seen: Replayed) -> Flow[Charge | Refused]:
    """The answer of a key whose first call was in the same breath."""
    answer = yield from recall(ground, call.branch, seen)
    if isinstance(answer, Charge):
        found: Charge | Refused = shown(answer)
        return found
    return in_use(call.request.key if call.request else "")


def capture(
    ground: Ground, command: CaptureCharge, request: Request | None
) -> Flow[Charge | Refused]:
    """Take what a charge holds, or a part of it."""
    branch = ground.branch(command.id)
    row = yield from ask(One(Charge, branch, ground.world.id, command.id, command.account))
    if row is None:
        return missing("charge", command.id, "id")
    work = Work(
        charges.capture_keys(row, ground.world),
        partial(charge_captures.capture, command=command, request=request),
        request=request,
        weight=1,
    )
    (outcome,) = yield from transact(branch, [work])
    if isinstance(outcome, Refused):
        return outcome
    if isinstance(outcome, Done):
        recorded = outcome.value
    else:
        answer = yield from recall(ground, branch, outcome)
        if answer is not None:
            found: Charge | Refused = shown(answer)
            return found
        if outcome.in_use:
            return in_use(request.key if request else "")
        row = yield from ask(One(Charge, branch, ground.world.id, command.id))
        recorded = yield from recorded_of(ground, row)
    methods = yield from methods_of([recorded.row.source])
    (settled,) = yield from finish(ground, [recorded], methods)
    found = shown(settled)
    return found


def review(
    ground: Ground, command: ReviewCharge, request: Request | None
) -> Flow[Charge | Refused]:
    """Book what a person has found out about a charge; the processor is not asked."""
    branch = ground.branch(command.id)
    row = yield from ask(One(Charge, branch, ground.world.id, command.id, command.account))
    if row is None:
        return missing("charge", command.id, "id")
    case = yield from case_of(ground, row, None)
    work = Work(
        charges.settle_keys(row, ground.world, terms=case.terms, means=case.means),
        partial(
            charge_reviews.review,
            command=command,
            terms=case.terms,
            means=case.means,
            request=request,
            rates=ground.fx.table,
            fees=ground.fees,
        ),
        request=request,
    )
    return (yield from do_one(ground, branch, work))


def submit(ground: Ground, dues: Sequence[Due]) -> Flow[None]:
    """Take up charges about which something is open outside: each has been claimed."""
    yield from drive(ground, dues)
