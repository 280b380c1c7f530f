"""The blocking driver: runs a flow, doing each step in the calling thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, assert_never

from connectlib.core.ids import branch_part
from connectlib.ports.bank_verification import OwnershipUnknown
from connectlib.ports.processor import Unknown
from connectlib.ports.rail import SendUnknown
from connectlib.ports.steps import (
    Ask,
    AskKeys,
    AskOwners,
    AskProcessor,
    AskVerifier,
    Claim,
    DropFile,
    GetFile,
    ListTaken,
    LookAt,
    Mint,
    PutFile,
    Resolve,
    Scrub,
    SendOut,
    Tokenize,
    Track,
    Transact,
)
from connectlib.runtime.files import dropped, got, put
from connectlib.runtime.outside import asked, claimed, judged, kept, listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectlib.ports.steps import Flow, Step
    from connectlib.runtime.engine import Engine

T = TypeVar("T")


def run(engine: Engine, flow: Flow[T]) -> T:
    """Drive a flow to its end."""
    try:
        step = next(flow)
        while True:
            try:
                result = perform(engine, step)
            except BaseException as error:
                step = flow.throw(error)
            else:
                step = flow.send(result)
    except StopIteration as stop:
        value: T = stop.value
        return value
    finally:
        flow.close()


def perform(engine: Engine, step: Step) -> Any:
    """Do one step."""
    if isinstance(step, Transact):
        return engine.committers[step.branch].submit(step.works)
    return outside(engine, step)


def outside(engine: Engine, step: Step) -> Any:
    """Do a step that commits nothing through the committer."""
    match step:
        case Ask(query):
            return engine.store.answer(query)
        case Resolve(sources):
            return engine.processor.resolve(sources)
        case Tokenize(items):
            return [engine.processor.tokenize(each.kind, each.details) for each in items]
        case AskProcessor(verb, requests):
            return asked(getattr(engine.processor, verb), requests, Unknown)
        case ListTaken(since, until):
            return listed(engine.processor, since, until)
        case SendOut(payouts):
            return asked(engine.rail.submit, payouts, SendUnknown)
        case Track(payouts):
            return asked(engine.rail.track, payouts, SendUnknown)
        case Claim(dues, untouched):
            return claimed(engine, dues, untouched=untouched)
        case AskVerifier(verb, requests):
            return judged(getattr(engine.identities, verb), requests)
        case AskOwners(verb, requests):
            return asked(getattr(engine.ownership, verb), requests, OwnershipUnknown)
        case LookAt(numbers):
            return engine.numbers.look(numbers)
        case AskKeys(verb, arguments):
            return kept(engine, verb, arguments)
        case Mint(branch, prefix):
            (body,) = engine.ids.bodies(1, engine.clock.now())
            return f"{prefix}_{branch_part(branch)}{body}"
        case Scrub():
            return engine.store.scrub()
        case PutFile(chunks, limit):
            return put(engine, chunks, limit)
        case GetFile(key):
            return got(engine, key)
        case DropFile(key):
            return dropped(engine, key)
        case Transact():
            return engine.committers[step.branch].submit(step.works)
        case _:
            assert_never(step)


def call(_engine: Engine, work: Callable[..., T], *arguments: Any) -> T:
    """Call what blocks; here that is a call."""
    return work(*arguments)
