"""Runs a `CancelAll` for `AsyncClient`: `_cancel_all` with ``await``, and tasks for threads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from orderlists._commands import Sleep
from orderlists_transports._cancel_all import deliver

if TYPE_CHECKING:
    from orderlists import CancelAllReport
    from orderlists._execution.cancel_all import Batch, CancelAll
    from orderlists._execution.engine import RunningCall


async def run(
    everything: CancelAll,
    *,
    run_call: Callable[[RunningCall[Any]], Coroutine[Any, Any, Any]],
    sleep: Callable[[float], Awaitable[object]],
    monotonic: Callable[[], int],
) -> CancelAllReport:
    """Run it, and return its report."""
    steps, at = everything.run(), None
    try:
        while True:
            try:
                step = steps.send(at)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - a generator is started by None
            except StopIteration as finished:
                report: CancelAllReport = finished.value
                return report
            if isinstance(step, Sleep):
                await sleep(step.seconds)
            else:
                await _run_batch(step, run_call)
            at = monotonic()
    except BaseException as error:
        everything.end_by(error)
        raise


async def _run_batch(
    batch: Batch, run_call: Callable[[RunningCall[Any]], Coroutine[Any, Any, Any]]
) -> None:
    tasks = [asyncio.create_task(run_call(call)) for call in batch.calls]
    indexes = {task: index for index, task in enumerate(tasks)}
    try:
        pending = set(tasks)
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in sorted(done, key=indexes.__getitem__):
                error = task.exception()
                deliver(batch, indexes[task], None if error else task.result(), error)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
