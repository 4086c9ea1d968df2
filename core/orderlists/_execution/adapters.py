"""Adapters between the engine and a protocol: one for each kind of protocol.

An adapter creates the command that sends a request, including the function that encodes it, and
decodes the reply.  It makes no decision.
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
    """The engine's view of a protocol of either kind."""

    has_events: ClassVar[bool]

    @property
    def gate(self) -> Gate:
        """The gate that every message passes."""
        ...

    def exchange(
        self, request: Request[Any], state: CallState, *, timeout: float, is_urgent: bool
    ) -> HttpExchange | FramedExchange:
        """Return the command that sends a request."""
        ...

    def decode(self, request: Request[R], outcome: Outcome) -> R:
        """Return the result, or raise the error in the reply."""
        ...

    def raw(self, outcome: Outcome) -> bytes:
        """Return the reply undecoded."""
        ...

    def describe(self, outcome: Outcome) -> str:
        """Return the size and the status of a reply, in words."""
        ...


@frozen(eq=False, repr=False)
class HttpAdapter:
    """The adapter for protocols in which every request has its own response."""

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
            state.record_sent(request, at)
            return message

        return HttpExchange(encode, timeout, state.until, is_urgent, state.queued)

    def decode(self, request: Request[R], outcome: Outcome) -> R:
        """Record the reported usage, and return the result, or raise the error in the response."""
        gate, usages = self.gate, self.protocol.usages(outcome.value)
        if usages:
            gate.record(usages, outcome.at)
        try:
            return self.protocol.decode(request, outcome.value)
        except (RateLimited, Banned) as refusal:
            gate.close(refusal, gate.clock.at(outcome.at))
            raise

    def raw(self, outcome: Outcome) -> bytes:
        """Return the body of a response."""
        body: bytes = outcome.value.body
        return body

    def describe(self, outcome: Outcome) -> str:
        """Return the size and the status of a response, in words."""
        return f"of {len(outcome.value.body)} bytes, HTTP {outcome.value.status}"


@frozen(eq=False, repr=False)
class FramedAdapter:
    """The adapter for framed protocols.

    The connection manager records rate limits, because it reads every reply, including those that
    no caller waits for.
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
            state.record_sent(request, at)
            return message

        return FramedExchange(encode, timeout, state.until, is_urgent, state.queued)

    def decode(self, request: Request[R], outcome: Outcome) -> R:
        """Return the result, or raise the error in the reply."""
        return self.protocol.decode(request, outcome.value)

    def raw(self, outcome: Outcome) -> bytes:
        """Return the frame of a reply."""
        frame: Frame = outcome.value.frame
        return frame.encode() if isinstance(frame, str) else frame

    def describe(self, outcome: Outcome) -> str:
        """Return the size and the status of a reply, in words."""
        return f"of {len(self.raw(outcome))} bytes, status {outcome.value.status}"
