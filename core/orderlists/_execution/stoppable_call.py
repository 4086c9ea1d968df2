"""A call that can be stopped: from then on it sends nothing.

Invariant: a request is recorded as sent, or it is not sent at all, whenever the call is stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from attrs import define, field

from orderlists._commands import Call, FramedExchange, HttpExchange
from orderlists._execution.engine import RunningCall
from orderlists._in_doubt import InDoubt
from orderlists.errors import OrderListsError, TransportError


@define(eq=False)
class StoppableCall:
    """A call of a run, which sends nothing once the run is stopped."""

    call: RunningCall[Any]
    # Held while a request is encoded: either it is recorded as sent, or it is not sent at all.
    _encoding: AbstractContextManager[object]
    is_stopped: bool = field(init=False, default=False)
    has_sent: bool = field(init=False, default=False)

    @property
    def running(self) -> RunningCall[Any]:
        """The call, for a driver."""
        return RunningCall(self.call.state, self._until_stopped(self.call.steps))

    def stop(self) -> InDoubt | None:
        """Have it send nothing more; return its request, if anything was sent."""
        with self._encoding:
            self.is_stopped = True
            # Without attempts if it was answered, and the answer is on its way to the caller.
            return self.call.state.in_doubt if self.has_sent else None

    def _until_stopped(self, steps: Call[Any]) -> Call[Any]:
        outcome: Any = None
        while True:
            try:
                command = steps.send(outcome)
            except StopIteration as finished:
                return finished.value
            if self.is_stopped:
                raise self._ended()
            if isinstance(command, HttpExchange | FramedExchange):
                command.encode = self._unless_stopped(command.encode)
            outcome = yield command

    def _unless_stopped(self, encode: Callable[..., Any]) -> Callable[..., Any]:
        def checked(*given: object) -> object:
            with self._encoding:
                if self.is_stopped:
                    raise _stopped()
                self.has_sent = True
                return encode(*given)

        return checked

    def _ended(self) -> OrderListsError:
        state = self.call.state
        with self._encoding:  # `stop` reads the state.
            return state.unknown(_stopped()) if state.may_have_sent else _stopped()


def _stopped() -> TransportError:
    return TransportError("cancel_all was interrupted", sent=False, is_retryable=False)
