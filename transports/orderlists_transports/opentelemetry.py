"""Spans and metrics of a client, by the API of OpenTelemetry (``orderlists[opentelemetry]``).

``Client(..., observe=OpenTelemetryObserver())`` has a span for each call, with a child for each
request; waits, retries and the steps of a recovery are events of the span of the call.  Where they
go is configured by the SDK of OpenTelemetry, which this does not need.

| metric | kind, unit | attributes |
|---|---|---|
| ``orderlists.calls`` | counter | ``orderlists.operation``, ``orderlists.verdict`` |
| ``orderlists.wait`` | counter, s | ``orderlists.wait.reason`` |
| ``orderlists.used_weight`` | gauge | none: the weight used in the minute, as last reported |
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from attrs import define

from orderlists import MissingExtra
from orderlists._time import SECOND
from orderlists.observing import (
    CallEnded,
    CallEvent,
    CallVerdict,
    ClientEvent,
    RecoveryStep,
    ReplyLost,
    ReplyReceived,
    RequestSent,
    Retrying,
    Waiting,
)

try:
    from opentelemetry import metrics, trace
except ImportError as error:
    raise MissingExtra("opentelemetry", needed_for="orderlists_transports.opentelemetry") from error

__all__ = ["OpenTelemetryObserver"]

_NAME: Final = "orderlists"


@define(eq=False)
class _Call:
    """The open spans of a call: its own, and that of the request in flight."""

    span: trace.Span
    request: trace.Span | None = None


class OpenTelemetryObserver:
    """Turns the events of clients into spans and metrics.  Several clients may share one.

    The span of a call is a child of the span that is current where `send` is called.

    Args:
        tracer: Makes the spans; by default that of the global provider.
        meter: Makes the metrics; by default that of the global provider.
        clock: Returns the time since 1970, in nanoseconds.

    >>> from orderlists import CancelOrderList
    >>> from orderlists_simulator import Simulator
    >>> from orderlists_transports import Client
    >>> settings = {"observe": OpenTelemetryObserver()}
    >>> with Simulator() as simulator:
    ...     with Client(simulator.key, exchange=simulator.url, **settings) as client:
    ...         client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))
    <CanceledOrderList 0 LTCBTC OCO ALL_DONE 2:CANCELED 3:CANCELED>
    """

    def __init__(
        self,
        *,
        tracer: trace.Tracer | None = None,
        meter: metrics.Meter | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._tracer = trace.get_tracer(_NAME) if tracer is None else tracer
        self._clock = clock
        self._calls: dict[int, _Call] = {}
        made_by = metrics.get_meter(_NAME) if meter is None else meter
        self._ended = made_by.create_counter("orderlists.calls", description="Calls that ended.")
        self._waits = made_by.create_counter(
            "orderlists.wait", unit="s", description="How long calls waited, except for turns."
        )
        self._weight = made_by.create_gauge(
            "orderlists.used_weight", description="Request weight used in the current minute."
        )

    def __call__(self, event: ClientEvent) -> None:
        """Take an event."""
        if not isinstance(event, CallEvent):
            return
        call = self._calls.get(event.call)
        if call is None:
            call = self._calls[event.call] = self._begin(event)
        match event:
            case RequestSent():
                call.request = self._begin_request(event, call.span)
            case ReplyReceived():
                self._weight.set(event.used_weight)
                self._end_request(call, event.failure, event.reason)
            case ReplyLost():
                failure = "LOST" if event.sent is None else "NOT_SENT"
                self._end_request(call, failure, event.reason)
            case CallEnded():
                self._end(call, event)
            case Waiting() | Retrying() | RecoveryStep():
                self._add(call.span, event)
            case _:
                pass

    def _begin(self, event: CallEvent) -> _Call:
        attributes: dict[str, str | int] = {"orderlists.operation": event.operation}
        if event.symbol is not None:
            attributes["orderlists.symbol"] = event.symbol
        attributes |= {f"orderlists.id.{name}": value for name, value in event.ids.items()}
        started = self._clock() - int(event.elapsed * SECOND)
        return _Call(
            self._tracer.start_span(event.operation, attributes=attributes, start_time=started)
        )

    def _begin_request(self, event: RequestSent, parent: trace.Span) -> trace.Span:
        return self._tracer.start_span(
            event.request,
            context=trace.set_span_in_context(parent),
            kind=trace.SpanKind.CLIENT,
            attributes={"orderlists.attempt": event.attempt, "orderlists.weight": event.weight},
            start_time=self._clock(),
        )

    def _end_request(self, call: _Call, failure: str | None, reason: str | None) -> None:
        span, call.request = call.request, None
        if span is None:
            return
        if failure is not None:
            span.set_attribute("orderlists.failure", failure)
            span.set_status(trace.StatusCode.ERROR, reason)
        span.end(self._clock())

    def _end(self, call: _Call, event: CallEnded) -> None:
        del self._calls[event.call]
        self._end_request(call, event.verdict.value, event.reason)
        verdict = event.verdict.value
        labels = {"orderlists.operation": event.operation, "orderlists.verdict": verdict}
        self._ended.add(1, labels)
        call.span.set_attribute("orderlists.verdict", verdict)
        call.span.set_attribute("orderlists.requests", event.requests)
        if event.evidence is not None:
            call.span.set_attribute("orderlists.evidence", event.evidence.value)
        if event.verdict is not CallVerdict.DONE:
            call.span.set_status(trace.StatusCode.ERROR, event.reason)
        call.span.end(self._clock())

    def _add(self, span: trace.Span, event: Waiting | Retrying | RecoveryStep) -> None:
        """Add an event to the span of a call."""
        attributes: dict[str, str | float] = {}
        if isinstance(event, Waiting):
            attributes["orderlists.wait.reason"] = event.reason.value
            if event.seconds is not None:
                self._waits.add(event.seconds, dict(attributes))
                attributes["orderlists.wait.seconds"] = event.seconds
        elif isinstance(event, Retrying):
            attributes["orderlists.failure"] = event.failure
        else:
            attributes["orderlists.step"] = event.step.value
        span.add_event(type(event).__name__, attributes, self._clock())
