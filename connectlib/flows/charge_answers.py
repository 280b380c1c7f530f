"""Asking the processor about charges, and having its answers booked.

What is asked depends on the state of a charge alone, so a charge can be taken up by anybody:
the call that made it, the pump, another process after a crash.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core import charge_answers, charge_captures, charges
from connectlib.core.book import Done, Work
from connectlib.core.means import Means, means_of
from connectlib.core.next_actions import AGAIN, Action
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Account, Charge
from connectlib.core.terms import Terms
from connectlib.flows.ground import by_branch
from connectlib.ports.processor import (
    Accepted,
    Approved,
    Captured,
    CaptureRequest,
    ChargeRequest,
    Declined,
    NotCaptured,
    NotReleased,
    Released,
    ReleaseRequest,
    RequiresAction,
)
from connectlib.ports.steps import Deferred, ask, ask_processor, resolve, transact
from connectlib.ports.store import One

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from connectlib.core.book import Outcome
    from connectlib.core.rows import Due
    from connectlib.flows.ground import Ground
    from connectlib.ports.processor import Method
    from connectlib.ports.steps import Flow

#: Of the time that the processor remembers a key, what may be used: in percent.
SAFE_PERCENT = 80
#: What a charge is asked about, by its state: the processor's verb.
VERBS = {
    "pending": "authorize",
    "processing": "lookup",
    "capturing": "capture",
    "releasing": "release",
}


class Case(NamedTuple):
    """A charge that is open outside. due: its due work, where the pump has brought it."""

    row: Charge
    terms: Terms
    means: Means
    due: Due | None = None


def finish(
    ground: Ground, recorded: Sequence[charges.Recorded], methods: Mapping[str, Method]
) -> Flow[list[Charge]]:
    """Ask the processor about charges that have just been written down; the rows after it.

    What has no definite answer stays as it is and is asked about again later, under its key.
    """
    cases = [
        Case(row, terms, _means(row, methods.get(row.source)), charges.intent(row))
        for row, terms in recorded
    ]
    rows = yield from _ask_all(ground, cases)
    return rows


def _means(row: Charge, method: Method | None) -> Means:
    found = means_of(row)
    return found._replace(bypass=True) if method is not None and method.bypass_pending else found


def recorded_of(ground: Ground, row: Charge) -> Flow[charges.Recorded]:
    """A charge written down earlier, with its terms."""
    found: dict[str, Any] = {}
    for id_ in charges.parties_of(row, ground.world):
        account = yield from ask(One(Account, ground.branch(id_), ground.world.id, id_))
        found[id_] = account
    return charges.Recorded(row, charges.terms_again(found.get, ground.world, row))


def _ask_all(ground: Ground, cases: Sequence[Case]) -> Flow[list[Charge]]:
    rows = [case.row for case in cases]
    works: dict[int, Work[Charge]] = {}
    by_verb: dict[str, list[int]] = {}
    for place, case in enumerate(cases):
        verb = VERBS.get(case.row.status)
        if verb is not None:
            by_verb.setdefault(verb, []).append(place)
    for verb, places in by_verb.items():
        requests = [_request(rows[place], verb) for place in places]
        answers = yield from ask_processor(verb, requests)
        if isinstance(answers, Deferred):
            continue
        for place, answer in zip(places, answers, strict=True):
            work = working(ground, cases[place], answer)
            if work is None and isinstance(answer, NotReleased):
                work = yield from _taken_instead(ground, cases[place])
            found = work or _later(ground, cases[place])
            if found is not None:
                works[place] = found
    unbooked: list[int] = []
    for branch, places in by_branch(works, lambda place: rows[place].branch).items():
        outcomes = yield from transact(branch, [works[place] for place in places])
        for place, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome, Done):
                rows[place] = outcome.value
            else:
                unbooked.append(place)
    for branch, places in by_branch(unbooked, lambda place: rows[place].branch).items():
        later = (_later(ground, cases[place]) for place in places)
        yield from transact(branch, [work for work in later if work is not None])
    return rows


def _request(row: Charge, verb: str) -> Any:
    """What the processor is asked about a charge. Keys are made of the charge's id."""
    if verb == "release":
        return ReleaseRequest(f"{row.id}-release", row.id, row.source)
    if row.options is None:
        return ChargeRequest(row.id, row.amount, row.currency, row.source)
    options = charges.options_of(row)
    if verb == "capture":
        amount = options["taking"][0]
        return CaptureRequest(f"{row.id}-capture", row.id, amount, row.currency, row.source)
    return ChargeRequest(
        row.id,
        row.amount,
        row.currency,
        row.source,
        capture=bool(options.get("capture", 1)),
        off_session=bool(options.get("off_session")),
        authenticated=bool(options.get("authenticated")),
        ready=bool(options.get("ready")),
        proof=options.get("proof"),
        return_url=options.get("return_url"),
        decline_on=tuple(options.get("decline_on", ())),
    )


def working(ground: Ground, case: Case, answer: Any) -> Work[Charge] | None:
    """The work that an answer asks for; None where nothing definite has been said."""
    row, due = case.row, case.due
    if isinstance(answer, Approved | Captured):
        return _approval(ground, case, answer)
    if isinstance(answer, Accepted):
        meanwhile = None if charges.options_of(row).get("no_action") else answer.action
        decide = partial(
            charge_answers.accept,
            row=row,
            due=due,
            ask_after=answer.ask_after,
            action=None if meanwhile is None else Action(*meanwhile),
        )
        return _plain(row, decide)
    if isinstance(answer, RequiresAction):
        if row.payment_intent is None or charges.options_of(row).get("no_action"):
            return _plain(row, partial(charge_answers.decline, row=row, due=due, refusal=_NO_BUYER))
        decide = partial(charge_answers.ask_buyer, row=row, due=due, action=Action(*answer))
        return _plain(row, decide)
    if isinstance(answer, Declined):
        if charges.options_of(row).get("proof") and answer.code.endswith(TRY_AGAIN):
            return _plain(row, _again(row, due, answer))
        return _plain(row, _declined(row, due, answer))
    if isinstance(answer, Released | NotCaptured):
        return _plain(row, partial(charge_answers.let_go, row=row, due=due))
    if isinstance(answer, NotReleased):
        # It has been captured: what of it we are told by the answer to the charge itself.
        return None
    return None


def _taken_instead(ground: Ground, case: Case) -> Flow[Work[Charge] | None]:
    """What could not be let go has been taken: all of it, or so much as the news will tell."""
    if not charges.options_of(case.row).get("capture", 1):
        return None
    answers = yield from ask_processor("lookup", [_request(case.row, "lookup")])
    if isinstance(answers, Deferred) or not isinstance(answers[0], Approved):
        return None
    return _approval(ground, case, answers[0])


#: A buyer is needed, and the caller has said that there is none.
_NO_BUYER = Refused(
    Why.CARD_DECLINED,
    "Your card was declined. This transaction requires authentication.",
    None,
    None,
    "authentication_required",
    "authentication_required",
)


#: How codes end of proofs that did not match: another may be given.
TRY_AGAIN = ("_mismatch", "_invalid")


def _again(row: Charge, due: Due | None, answer: Declined) -> Callable[..., Outcome[Charge]]:
    refusal = Refused(Why.CARD_DECLINED, answer.message, answer.param, code=answer.code)
    return partial(
        charge_answers.ask_buyer,
        row=row,
        due=due,
        action=AGAIN,
        refusal=refusal,
    )


def refusal_of(answer: Declined) -> Refused:
    """A no of the processor as a refusal."""
    advice = (
        ("advice_code", answer.advice_code),
        ("network_advice_code", answer.network_advice_code),
        ("network_decline_code", answer.network_decline_code),
    )
    return Refused(
        Why.CARD_DECLINED,
        answer.message,
        answer.param,
        code=answer.code,
        decline_code=answer.decline_code,
        advice=tuple((name, value) for name, value in advice if value is not None),
    )


def _declined(row: Charge, due: Due | None, answer: Declined) -> Callable[..., Outcome[Charge]]:
    return partial(
        charge_answers.decline,
        row=row,
        due=due,
        refusal=refusal_of(answer),
        blocked=answer.blocked,
        level=answer.risk_level,
    )


def _plain(row: Charge, decide: Callable[..., Outcome[Charge]]) -> Work[Charge]:
    return Work(charges.touch_keys(row), decide, repeatable=True, weight=1)


def _approval(ground: Ground, case: Case, answer: Approved | Captured) -> Work[Charge]:
    row, due = case.row, case.due
    risk = ("normal", 20)
    if isinstance(answer, Approved):
        risk = (answer.risk_level, answer.risk_score)
        is_held = row.options is not None and not charges.options_of(row).get("capture", 1)
        if is_held and row.status not in ("capturing", "releasing"):
            decide = partial(
                charge_answers.hold, row=row, due=due, risk=risk, holds_for=answer.holds_for
            )
            return _plain(row, decide)
    return Work(
        charges.settle_keys(row, ground.world, terms=case.terms, means=case.means),
        partial(
            charge_answers.approve,
            row=row,
            due=due,
            terms=case.terms,
            means=case.means,
            risk=risk,
            fees=ground.fees,
            rates=ground.fx.table,
            reference=answer.reference,
        ),
        repeatable=True,
    )


def drive(ground: Ground, dues: Sequence[Due]) -> Flow[None]:
    """Take up claimed charges, whatever state they are in; ask, give up, or let go."""
    cases: list[Case] = []
    for due in dues:
        row = yield from ask(One(Charge, due.branch, ground.world.id, due.ref))
        if isinstance(row, Charge):
            cases.append((yield from case_of(ground, row, due)))
    ready: list[Case] = []
    for case in cases:
        case_ = yield from _prepare(ground, case)
        if case_ is not None:
            ready.append(case_)
    yield from _ask_all(ground, ready)


def case_of(ground: Ground, row: Charge, due: Due | None) -> Flow[Case]:
    """A charge recorded earlier, with what asking about it needs."""
    recorded = yield from recorded_of(ground, row)
    (method,) = yield from resolve([row.source])
    return Case(row, recorded.terms, _means(row, method), due)


def _prepare(ground: Ground, case: Case) -> Flow[Case | None]:
    """What to do with a charge before anybody is asked; None where that was all."""
    row, due = case.row, case.due
    if due is None:
        return case
    if row.status == "authorized" and due.due_at >= row.capture_before:
        work = Work(
            charges.release_keys(row, ground.world),
            partial(charge_captures.release, row=row, due=due),
            repeatable=True,
            weight=0,
        )
        (outcome,) = yield from transact(row.branch, [work])
        if isinstance(outcome, Done) and outcome.value.row.status == "releasing":
            released = outcome.value.row
            return case._replace(row=released, due=charges.intent(released))
        return None
    if row.status not in VERBS:
        drop = Work(charges.touch_keys(row), partial(charge_answers.drop, due=due), repeatable=True)
        yield from transact(row.branch, [drop])
        return None
    return case


def _later(ground: Ground, case: Case) -> Work[Charge] | None:
    """Nothing definite has been said: asked again later, or handed to a person."""
    row, due = case.row, case.due
    if due is None:
        return None
    safe = ground.key_retention * SAFE_PERCENT // 100
    decide = partial(charge_answers.wait_or_give_up, row=row, due=due, safe=safe)
    return _plain(row, decide)
