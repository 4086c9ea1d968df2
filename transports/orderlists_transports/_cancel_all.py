"""Runs a `CancelAll` for `Client`: the calls of a batch in a few threads.

The thread that called `cancel_all` calls `on_verdict`.  An exception that ends it carries the
report so far; what is in flight then is not waited for, also not when the interpreter ends, and
sends nothing more.  There is no executor of the standard library: its lock is not for signal
handlers, and it refuses work while the interpreter ends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
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
    waiting = deque(enumerate(batch.calls))
    ended: SimpleQueue[tuple[int, Any, BaseException | None]] = SimpleQueue()

    def work() -> None:
        while True:
            try:
                index, call = waiting.popleft()
            except IndexError:
                return
            try:
                ended.put((index, run_call(call), None))
            except BaseException as error:  # noqa: BLE001 - raised by the caller of `cancel_all`
                ended.put((index, None, error))

    try:
        # A single call, such as the reading of the open lists, needs no thread.
        if len(batch.calls) == 1 or not _start(min(_THREADS, len(batch.calls)), work):
            work()
        for _ in batch.calls:
            deliver(batch, *ended.get())
    finally:
        waiting.clear()


def _start(count: int, work: Callable[[], object]) -> bool:
    """Start threads; return whether there is one."""
    for number in range(count):
        try:
            Thread(target=work, name="orderlists-cancel", daemon=True).start()
        except RuntimeError:  # The system has no more.
            return number > 0
    return True


def deliver(batch: Batch, index: int, value: Any, error: BaseException | None) -> None:  # noqa: ANN401 - a result
    """Pass on what a call has ended with; raise what is no error of this library."""
    if error is not None and not isinstance(error, OrderListsError):
        raise error
    batch.done(index, value, error)
