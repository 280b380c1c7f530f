"""The awaiting driver: one thread hop per step, none while waiting for a commit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from connectlib.ports.steps import Transact
from connectlib.runtime.run import outside, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectlib.ports.steps import Flow, Step
    from connectlib.runtime.engine import Engine

T = TypeVar("T")


async def run_async(engine: Engine, flow: Flow[T]) -> T:
    """Drive a flow to its end; a cancelled task closes it, never a batch under way.

    Inside an application's awaiting transaction the whole flow runs behind its bridge.
    """
    if engine.bridge is not None:
        whole: T = await engine.bridge(lambda: run(engine, flow))
        return whole
    try:
        step = next(flow)
        while True:
            try:
                result = await perform_async(engine, step)
            except BaseException as error:
                step = flow.throw(error)
            else:
                step = flow.send(result)
    except StopIteration as stop:
        value: T = stop.value
        return value
    finally:
        flow.close()


async def perform_async(engine: Engine, step: Step) -> Any:
    """Do one step."""
    if isinstance(step, Transact):
        return await engine.committers[step.branch].submit_async(step.works)
    return await asyncio.to_thread(outside, engine, step)


async def async_call(engine: Engine, work: Callable[..., T], *arguments: Any) -> T:
    """Call what blocks: in a thread, or behind the bridge of a joined transaction."""
    if engine.bridge is not None:
        found: T = await engine.bridge(lambda: work(*arguments))
        return found
    return await asyncio.to_thread(work, *arguments)
