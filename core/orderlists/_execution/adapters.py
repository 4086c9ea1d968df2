"""How the engine uses a protocol: one adapter for each kind of protocol.

An adapter makes the command that sends a request, with the function that encodes it when its turn
has come, and reads what came back.  It decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from attrs import frozen

from orderlists._clock import ClockReading
from orderlists._commands import FramedExchange, HttpExchange, Outcome
from orderlists._gate import Gate
from orderlists._operations.base import Request
from orderlists._operations.recovery.call_state import CallState
from orderlists.errors import Banned, RateLimited

if TYPE_CHECKING:
    from orderlists._protocols.http_messages import HttpRequest
    from orderlists._protocols.interfaces import (
        Encoded,
        Frame,
        FramedProtocol,
        HttpProtocol,
        SessionLayer,
    )

R = TypeVar("R")


class ProtocolAdapter(Protocol):
    """What the engine needs of a protocol, of either kind."""

    has_events: ClassVar[bool]

    @property
    def gate(self) -> Gate:
        """What every message passes."""
        ...

    def exchange(
        self, request: Request[Any], state: CallState, *, timeout: float, is_urgent: bool
    ) -> HttpExchange | FramedExchange:
        """Return the command that sends a request."""
        ...

    def decode(self, request: Request[R], outcome: Outcome) -> R:
        """Return the result, or raise what the reply says."""
        ...

    def raw(self, outcome: Outcome) -> bytes:
        """Return a reply as it came."""
        ...

    def describe(self, outcome: Outcome) -> str:
        """Return the size and the status of a reply, in words."""
        ...


@frozen
class HttpAdapter:
    """Uses a protocol in which every request has a response of its own."""

    has_events: ClassVar[bool] = False

    protocol: HttpProtocol
    gate: Gate

    def exchange(
        self, request: Request[Any], state: CallState, *, timeout: float, is_urgent: bool
    ) -> HttpExchange:
        """Return the command that sends a request."""
        protocol, gate = self.protocol, self.gate

        def encode(at: ClockReading) -> HttpRequest:
            gate.admit(request.operation, at)
            timestamp = at.server // protocol.time_unit.nanoseconds
            message = protocol.encode(request, key=gate.key, timestamp=timestamp)
            state.note_sent(request, at)
            return message

        return HttpExchange(encode, timeout, state.until, is_urgent)

    def decode(self, request: Request[R], outcome: Outcome) -> R:
        """Record what the response says was used, and return its result, or raise what it says."""
        self.gate.record(self.protocol.usages(outcome.value), outcome.at)
        try:
            return self.protocol.decode(request, outcome.value)
        except (RateLimited, Banned) as refusal:
            self.gate.close(refusal, outcome.at)
            raise

    def raw(self, outcome: Outcome) -> bytes:
        """Return the body of a response."""
        body: bytes = outcome.value.body
        return body

    def describe(self, outcome: Outcome) -> str:
        """Return the size and the status of a response, in words."""
        return f"of {len(outcome.value.body)} bytes, HTTP {outcome.value.status}"


@frozen
class FramedAdapter:
    """Uses a protocol that keeps connections.

    The connection manager records what replies say about limits, because it reads them all, also
    those that nothing waits for.
    """

    has_events: ClassVar[bool] = True

    protocol: FramedProtocol
    gate: Gate

    def exchange(
        self, request: Request[Any], state: CallState, *, timeout: float, is_urgent: bool
    ) -> FramedExchange:
        """Return the command that sends a request."""
        protocol, gate = self.protocol, self.gate

        def encode(session: SessionLayer, at: ClockReading) -> Encoded:
            gate.admit(request.operation, at)
            timestamp = at.server // protocol.time_unit.nanoseconds
            message = session.encode(request, timestamp=timestamp)
            state.note_sent(request, at)
            return message

        return FramedExchange(encode, timeout, state.until, is_urgent)

    def decode(self, request: Request[R], outcome: Outcome) -> R:
        """Return the result, or raise what the reply says."""
        return self.protocol.decode(request, outcome.value)

    def raw(self, outcome: Outcome) -> bytes:
        """Return the frame of a reply."""
        frame: Frame = outcome.value.frame
        return frame.encode() if isinstance(frame, str) else frame

    def describe(self, outcome: Outcome) -> str:
        """Return the size and the status of a reply, in words."""
        return f"of {len(self.raw(outcome))} bytes, status {outcome.value.status}"
