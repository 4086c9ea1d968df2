"""Executes the commands of calls, for tasks: `Driver` with ``await``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar

from orderlists import TransportError
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
from orderlists_transports._driver import NO_TURN, refuse_events

if TYPE_CHECKING:
    from orderlists._execution.engine import RunningCall
    from orderlists.extending import HttpResponse
    from orderlists_transports._settings import Settings
    from orderlists_transports.interfaces import AsyncHttpTransport

R = TypeVar("R")


class AsyncChannel(Protocol):
    """What carries out exchanges of messages: `Channel` for tasks."""

    async def exchange(self, command: Any, /, *, timeout: float) -> Any:  # noqa: ANN401, ASYNC109
        """Carry out an exchange of messages, and return the reply."""
        ...

    async def await_event(self, command: AwaitEvent, /) -> Any:  # noqa: ANN401 - a proof
        """Return what events prove, or None."""
        ...


class AsyncDriver:
    """Runs the calls of one client.  Any number of tasks may share it."""

    def __init__(
        self,
        settings: Settings,
        channel: AsyncChannel,
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._monotonic = settings.monotonic
        self._channel = channel
        self._sleep = sleep
        self._turns = Turns(settings.max_in_flight)

    async def run(self, call: RunningCall[R]) -> R:
        """Execute what a call wants done until it has its result."""
        steps, outcome = call.steps, None
        try:
            while True:
                try:
                    command = steps.send(outcome)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - a generator is started by None
                except StopIteration as finished:
                    result: R = finished.value
                    return result
                outcome = await self._outcome_of(command)
        except BaseException as error:
            call.ended_by(error)
            raise

    async def _outcome_of(self, command: Command) -> Outcome:
        """Execute a command; an exchange of messages holds a turn."""
        try:
            match command:
                case HttpExchange() | FramedExchange():
                    ticket = TaskTicket()
                    try:
                        seconds = command.timeout
                        if not self._turns.enter(ticket, is_urgent=command.is_urgent):
                            command.queued()
                            seconds = min(seconds, await self._await_turn(ticket, command.until))
                        value = await self._channel.exchange(command, timeout=seconds)
                    finally:
                        self._turns.leave(ticket)
                case Sleep(seconds):
                    value = await self._sleep(seconds)
                case _:
                    value = await self._channel.await_event(command)
        except BaseException as error:  # noqa: BLE001 - the engine tells what it is, and raises it
            return Outcome(None, error, self._monotonic())
        return Outcome(value, None, self._monotonic())

    async def _await_turn(self, ticket: TaskTicket, until: int) -> float:
        """Wait until a turn has come; return the seconds that are left then."""
        ticket.came = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout((until - self._monotonic()) / SECOND):
                await ticket.came
        except TimeoutError:
            raise TransportError(NO_TURN, sent=False) from None
        return (until - self._monotonic()) / SECOND


class TaskTicket(Ticket):
    """A ticket whose task waits on a future."""

    came: asyncio.Future[None] | None = None

    def wake(self) -> None:
        if self.came is not None and not self.came.done():
            self.came.set_result(None)


class AsyncHttpChannel:
    """Carries out exchanges over an asynchronous HTTP transport."""

    def __init__(self, settings: Settings, transport: AsyncHttpTransport) -> None:
        self._clock = settings.gate.clock
        self._monotonic = settings.monotonic
        self._protocol = settings.protocol
        self._transport = transport

    async def exchange(self, command: HttpExchange, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109
        """Encode and send the request; return the response."""
        at = self._clock.at(self._monotonic())
        return await self._transport.asend(command.encode(at), timeout=timeout)

    async def await_event(self, command: AwaitEvent, /) -> None:
        """Return nothing: there are no events."""

    def watched(self) -> NoReturn:
        """Refuse to watch events: this kind of protocol has none."""
        refuse_events(self._protocol)

    async def aclose(self) -> None:
        """Close the transport."""
        await self._transport.aclose()
