"""Executes the commands of calls, for threads.  Decides nothing.

`Driver` is the same for every protocol; how an exchange of messages is carried out is the business
of a channel: `HttpChannel` here, `FramedChannel` where connections are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar

from orderlists import InvalidSetting, TransportError
from orderlists._commands import (
    AwaitEvent,
    Command,
    FramedExchange,
    HttpExchange,
    Outcome,
    Sleep,
)
from orderlists._execution.turns import Ticket, Turns
from orderlists._time import SECOND

if TYPE_CHECKING:
    from orderlists._execution.engine import RunningCall
    from orderlists.extending import HttpResponse
    from orderlists_transports._settings import Settings
    from orderlists_transports.interfaces import HttpTransport

R = TypeVar("R")

NO_TURN = "too many requests were in flight until time was up"
# Longer than any wait: a lock takes no infinity.
_LONGEST_WAIT = 1_000_000.0


class Channel(Protocol):
    """What carries out exchanges of messages."""

    def exchange(self, command: Any, /, *, timeout: float) -> Any:  # noqa: ANN401 - its own
        """Carry out an exchange of messages, and return the reply."""
        ...

    def await_event(self, command: AwaitEvent, /) -> Any:  # noqa: ANN401 - a proof
        """Return what events prove, or None."""
        ...


class Driver:
    """Runs the calls of one client.  Any number of threads may share it."""

    def __init__(
        self, settings: Settings, channel: Channel, sleep: Callable[[float], object]
    ) -> None:
        self._monotonic = settings.monotonic
        self._channel = channel
        self._sleep = sleep
        self._turns = Turns(settings.max_in_flight)
        # The same thread may come again, in a signal handler that sends or closes.
        self._lock = RLock()

    def run(self, call: RunningCall[R]) -> R:
        """Execute what a call wants done until it has its result."""
        steps, outcome = call.steps, None
        try:
            while True:
                try:
                    command = steps.send(outcome)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - a generator is started by None
                except StopIteration as finished:
                    result: R = finished.value
                    return result
                outcome = self._outcome_of(command)
        except BaseException as error:
            call.ended_by(error)
            raise

    def _outcome_of(self, command: Command) -> Outcome:
        """Execute a command; an exchange of messages holds a turn."""
        try:
            match command:
                case HttpExchange() | FramedExchange():
                    ticket = ThreadTicket()
                    try:
                        with self._lock:
                            is_next = self._turns.enter(ticket, is_urgent=command.is_urgent)
                        seconds = command.timeout
                        if not is_next:
                            command.queued()
                            seconds = min(seconds, self._await_turn(ticket, command.until))
                        value = self._channel.exchange(command, timeout=seconds)
                    finally:
                        if self._turns.release(ticket):
                            with self._lock:
                                self._turns.leave(ticket)
                case Sleep(seconds):
                    value = self._sleep(seconds)
                case _:
                    value = self._channel.await_event(command)
        except BaseException as error:  # noqa: BLE001 - the engine tells what it is, and raises it
            return Outcome(None, error, self._monotonic())
        return Outcome(value, None, self._monotonic())

    def _await_turn(self, ticket: ThreadTicket, until: int) -> float:
        """Wait until a turn has come; return the seconds that are left then."""
        with self._lock:
            came = Lock()
            if not self._turns.has_turn(ticket):
                came.acquire()
                ticket.came = came
        left = (until - self._monotonic()) / SECOND
        if left <= 0 or not came.acquire(timeout=min(left, _LONGEST_WAIT)):
            raise TransportError(NO_TURN, sent=False)
        return (until - self._monotonic()) / SECOND


class ThreadTicket(Ticket):
    """A ticket whose thread waits on a lock of its own: nothing shared is held by an interrupt."""

    came: Any = None

    def wake(self) -> None:
        if self.came is not None:
            with suppress(RuntimeError):  # It was woken before, and interrupted in between.
                self.came.release()


class HttpChannel:
    """Carries out exchanges over an HTTP transport."""

    def __init__(self, settings: Settings, transport: HttpTransport) -> None:
        self._clock = settings.gate.clock
        self._monotonic = settings.monotonic
        self._protocol = settings.protocol
        self._transport = transport

    def exchange(self, command: HttpExchange, /, *, timeout: float) -> HttpResponse:
        """Encode and send the request; return the response."""
        at = self._clock.at(self._monotonic())
        return self._transport.send(command.encode(at), timeout=timeout)

    def await_event(self, command: AwaitEvent, /) -> None:
        """Return nothing: there are no events."""

    def watched(self) -> NoReturn:
        """Refuse to watch events: this kind of protocol has none."""
        refuse_events(self._protocol)

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()


def refuse_events(protocol: object) -> NoReturn:
    """Refuse to watch events over a protocol that has none.

    Raises:
        InvalidSetting: Always.
    """
    rule = "must be one with events, such as WebSocketApi(), to watch them"
    raise InvalidSetting(field="protocol", value=protocol, rule=rule)
