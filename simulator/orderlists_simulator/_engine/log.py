"""The log of a venue: requests as received, their executions, and what the client was given.

The three differ where faults are injected; a test reads here what really happened.

Invariant: entries are numbered in the order of arrival, and no entry is removed.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Literal, TypeAlias
from typing import Protocol as Interface

from attrs import asdict, evolve, field, frozen

from orderlists.extending import Frame, HttpRequest, HttpResponse

Protocol: TypeAlias = Literal["REST", "WebSocket"]
"""The protocol of a request."""

Effect: TypeAlias = Literal["place", "cancel", "amend"]
"""How a request changes the orders of an account."""

ConnectionEnd: TypeAlias = Literal[
    "refused", "dropped", "reset", "cut short", "silent", "timed out", "closed", "shut down"
]
"""How a connection ended, or why a request got no complete answer."""


class PlannedFault(Interface):
    """What the log knows of a `Fault`, which is defined above this layer."""

    @property
    def answered_after(self) -> float:
        """When it is answered, in seconds after its arrival."""
        ...


@frozen(kw_only=True)
class ReceivedRequest:
    """A request as it was received, with the same attributes whatever the protocol.

    Attributes:
        protocol: ``REST`` or ``WebSocket``.
        method: The HTTP method, or the method of the WebSocket API without its version.
        path: The path without the query; over a connection, that of the connection.
        parameters: Names and values, without the signature.
        effect: ``place``, ``cancel`` or ``amend``; None for a request that changes no order.
        message: The HTTP request, or the frame.
    """

    protocol: Protocol
    method: str
    path: str
    parameters: tuple[tuple[str, str], ...]
    effect: Effect | None = None
    message: HttpRequest | Frame = field(repr=False)

    def parameter(self, name: str) -> str | None:
        """Return the first value of a parameter, or None."""
        return next((value for found, value in self.parameters if found == name), None)


@frozen(kw_only=True)
class Execution:
    """One execution of a request, successful or refused.

    Attributes:
        at: The time, in nanoseconds.
        code: The error code; None for a success.
        order_list_id: The list in the reply; None if there is none.
        response: The venue's response, received by the client or not, in JSON also where the client
            receives SBE; over a connection, the status of the reply frame, with its result or error
            as the body.
    """

    at: int
    code: int | None
    order_list_id: int | None
    response: HttpResponse

    @property
    def is_done(self) -> bool:
        """Whether it was successful."""
        return self.code is None


@frozen(kw_only=True)
class LogEntry(ReceivedRequest):
    """A request and what became of it.

    Attributes:
        number: Its place in the log, from 0.
        arrived: The time of its arrival, in nanoseconds.
        fault: The `Fault` of the plan for it.
        executions: Its executions, in their order.
        answered: The status that the client was given, or how the connection ended; None while
            the answer is outstanding.
    """

    number: int
    arrived: int
    fault: PlannedFault
    executions: tuple[Execution, ...] = ()
    answered: int | ConnectionEnd | None = None

    @property
    def is_cancel(self) -> bool:
        """Whether it is a cancel, over either protocol."""
        return self.effect == "cancel"

    @property
    def is_placement(self) -> bool:
        """Whether it is a placement, over either protocol."""
        return self.effect == "place"


class Log:
    """The requests that were received.  Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: list[LogEntry] = []
        self._listeners: list[Callable[[LogEntry], object]] = []

    @property
    def entries(self) -> tuple[LogEntry, ...]:
        """Every request so far."""
        with self._lock:
            return tuple(self._entries)

    def done(self, effect: Effect) -> tuple[Execution, ...]:
        """Return the successful executions of the requests with an effect.

        A request that was sent once and executed twice has two; compare their `order_list_id` with
        a client's results.
        """
        return tuple(
            execution
            for entry in self.entries
            for execution in entry.executions
            if entry.effect == effect and execution.is_done
        )

    def listen(self, listener: Callable[[LogEntry], object]) -> Callable[[], None]:
        """Call a function with each entry that is answered, and again if it is executed later.

        It is called in the thread of the change, and must not block.

        Returns:
            A function that ends this; it may be called by the listener.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def add(self, request: ReceivedRequest, *, arrived: int, fault: PlannedFault) -> int:
        """Add a request, and return its number."""
        with self._lock:
            number = len(self._entries)
            facts = asdict(request, recurse=False)
            self._entries.append(LogEntry(**facts, number=number, arrived=arrived, fault=fault))
            return number

    def add_execution(self, number: int, execution: Execution) -> None:
        """Add an execution of a request."""
        with self._lock:
            before = self._entries[number]
            entry = evolve(before, executions=(*before.executions, execution))
            self._entries[number] = entry
        if entry.answered is not None:
            self._notify(entry)

    def set_answer(self, number: int, answer: int | ConnectionEnd) -> None:
        """Set what the client was given."""
        with self._lock:
            entry = evolve(self._entries[number], answered=answer)
            self._entries[number] = entry
        self._notify(entry)

    def _notify(self, entry: LogEntry) -> None:
        for listener in tuple(self._listeners):
            listener(entry)
