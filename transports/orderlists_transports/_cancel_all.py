"""Runs a `CancelAll` for `Client`: the calls of a batch in a few threads.

Verdicts are told by the thread that called `cancel_all`.  An exception that ends it carries the
report so far; what is in flight then is not waited for, and sends nothing more.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Any

from orderlists import OrderListsError
from orderlists._commands import Sleep

if TYPE_CHECKING:
    from orderlists import CancelAllReport
    from orderlists._execution.cancel_all import Batch, CancelAll
    from orderlists._execution.engine import RunningCall

_THREADS = 16


def run(
    everything: CancelAll,
    *,
    run_call: Callable[[RunningCall[Any]], Any],
    sleep: Callable[[float], object],
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
                sleep(step.seconds)
            else:
                _run_batch(step, run_call)
            at = monotonic()
    except BaseException as error:
        everything.end_by(error)
        raise


def _run_batch(batch: Batch, run_call: Callable[[RunningCall[Any]], Any]) -> None:
    pool = ThreadPoolExecutor(min(_THREADS, len(batch.calls)), thread_name_prefix="orderlists")
    try:
        futures = {pool.submit(run_call, call): i for i, call in enumerate(batch.calls)}
        for future in as_completed(futures):
            tell(batch, futures[future], future)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def tell(batch: Batch, index: int, future: Any) -> None:  # noqa: ANN401 - of a thread or a task
    """Pass on what a call has ended with; raise what is no error of this library."""
    error = future.exception()
    if error is not None and not isinstance(error, OrderListsError):
        raise error
    batch.done(index, None if error is not None else future.result(), error)
