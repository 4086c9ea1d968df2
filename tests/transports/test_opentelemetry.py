"""Spans and metrics of a client, as the SDK of OpenTelemetry exports them."""

import asyncio
import importlib.util
import os
import sys
from itertools import product
from typing import Any

import pytest

from client_and_venue import START, client_and_venue
from clients import CLIENTS, PROTOCOLS
from orderlists import (
    CancelOrderList,
    GetServerTime,
    Instant,
    MissingExtra,
    OutcomeUnknown,
    Policy,
    TimeUnit,
)
from orderlists.observing import (
    CallEnded,
    CallEvent,
    CallVerdict,
    ConnectionFailed,
    RequestSent,
)
from orderlists_simulator import faults as f

pytest.importorskip("opentelemetry.sdk")

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from orderlists_transports import opentelemetry as module
from orderlists_transports.opentelemetry import OpenTelemetryObserver

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine")
LOST = f.executed(answer=f.DROPPED)
PATIENT = Policy(max_resends=0)
CELLS = list(product(PROTOCOLS, CLIENTS))
TITLE = "Cancel Order List"


class Exported:
    """An observer, and what it exports."""

    def __init__(self, **settings: Any) -> None:
        self._spans, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self._spans))
        self.tracer = provider.get_tracer("test")
        meter = MeterProvider([self._reader]).get_meter("test")
        self.observer = OpenTelemetryObserver(tracer=self.tracer, meter=meter, **settings)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self._spans.get_finished_spans())

    @property
    def call(self) -> ReadableSpan:
        """The span of the only call, which ends last."""
        return self.spans[-1]

    @property
    def requests(self) -> list[ReadableSpan]:
        return self.spans[:-1]

    def metrics(self) -> dict[str, list[tuple[dict[str, Any], float]]]:
        """Return the points of each metric, once: a gauge is collected when it was set."""
        data: Any = self._reader.get_metrics_data()
        return {
            metric.name: [(dict(each.attributes), each.value) for each in metric.data.data_points]
            for metric in data.resource_metrics[0].scope_metrics[0].metrics
        }


@pytest.mark.parametrize(("protocol", "colour"), CELLS)
def test_a_call_is_a_span_and_each_request_its_child(protocol: str, colour: str) -> None:
    exported = Exported()
    faults = [f.rate_limited(retry_after=3), LOST]
    with client_and_venue(protocol, colour, observe=exported.observer, faults=faults) as pair:
        pair.client.send(CANCEL, policy=PATIENT)

    call, context = exported.call, exported.call.context
    assert context is not None
    assert all(each.parent == context for each in exported.requests)
    assert [each.name for each in exported.requests[:3]] == [TITLE, TITLE, "Query Order List"]
    attempts = [dict(each.attributes or {})["orderlists.attempt"] for each in exported.requests]
    assert attempts == list(range(1, len(attempts) + 1))
    facts = dict(call.attributes or {})
    assert facts == {
        "orderlists.operation": TITLE,
        "orderlists.symbol": "LTCBTC",
        "orderlists.id.orderListId": 0,
        "orderlists.id.newClientOrderId": "mine",
        "orderlists.verdict": "DONE",
        "orderlists.evidence": "QUERY",
        "orderlists.requests": len(attempts),
    }
    assert call.status.is_ok
    assert [each.name for each in call.events][:3] == ["Waiting", "Retrying", "RecoveryStep"]


def test_a_failed_request_has_the_status_of_an_error_and_the_failure() -> None:
    exported = Exported()
    faults = [f.CONNECTION_REFUSED, f.rate_limited(retry_after=3), LOST]
    with client_and_venue("REST", "sync", observe=exported.observer, faults=faults) as pair:
        pair.client.send(CANCEL, policy=Policy(max_resends=1))

    failures = [dict(each.attributes or {}).get("orderlists.failure") for each in exported.requests]
    assert failures[:4] == ["NOT_SENT", "LIMITED", "LOST", None]
    assert [each.status.is_ok for each in exported.requests[:4]] == [False, False, False, True]


def test_a_call_that_fails_has_the_status_of_an_error() -> None:
    exported = Exported()
    settings: Any = {"observe": exported.observer, "faults": [LOST]}
    with client_and_venue("REST", "sync", **settings) as pair, pytest.raises(OutcomeUnknown):
        pair.client.send(CANCEL, policy=Policy(reconcile=False))
    assert not exported.call.status.is_ok
    assert dict(exported.call.attributes or {})["orderlists.verdict"] == "UNKNOWN"


def test_the_span_of_a_call_is_a_child_of_the_current_one() -> None:
    exported = Exported()
    with (
        client_and_venue("REST", "sync", observe=exported.observer) as pair,
        exported.tracer.start_as_current_span("outer") as outer,
    ):
        pair.client.send(CANCEL)
    assert exported.spans[1].parent == outer.get_span_context()


def test_verdicts_waits_and_used_weight_are_metrics() -> None:
    exported = Exported()
    faults = [f.rate_limited(retry_after=3), f.CONNECTION_REFUSED]
    with client_and_venue("REST", "sync", observe=exported.observer, faults=faults) as pair:
        for number in (0, 1):
            pair.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=number))
        (used,) = [each.used for each in pair.client.rate_limits() if each.seconds == 60]

    labels = {"orderlists.operation": TITLE, "orderlists.verdict": "DONE"}
    assert exported.metrics() == {
        "orderlists.calls": [(labels, 2)],
        "orderlists.wait": [
            ({"orderlists.wait.reason": "RATE_LIMIT"}, 3.0),
            ({"orderlists.wait.reason": "BACK_OFF"}, 0.2),
        ],
        "orderlists.used_weight": [({}, used)],
    }


def test_a_request_that_an_interrupt_ends_has_a_span_that_ends() -> None:
    exported = Exported()

    def interrupt(event: CallEvent) -> None:
        exported.observer(event)
        if type(event).__name__ == "RequestSent":
            raise KeyboardInterrupt

    stopped = pytest.raises(KeyboardInterrupt)
    with client_and_venue("REST", "sync", observe=interrupt) as pair, stopped:
        pair.client.send(CANCEL)
    assert [each.name for each in exported.spans] == [TITLE, TITLE]
    assert dict(exported.call.attributes or {})["orderlists.verdict"] == "INTERRUPTED"


def test_a_turn_is_an_event_without_a_length() -> None:
    exported = Exported()

    async def act(client: Any) -> None:
        await asyncio.gather(*(client.send(GetServerTime()) for _ in range(2)))

    with client_and_venue("REST", "async", observe=exported.observer, max_in_flight=1) as pair:
        pair.run(act)
    waits = [each for span in exported.spans for each in span.events if each.name == "Waiting"]
    assert dict(waits[0].attributes or {}) == {"orderlists.wait.reason": "TURN"}


def test_a_span_lasts_as_long_as_the_clock_says() -> None:
    times = iter(range(START, START + 100))
    exported = Exported(clock=lambda: next(times))
    with client_and_venue("REST", "sync", observe=exported.observer) as pair:
        pair.client.send(CANCEL)
    spans = [(each.start_time, each.end_time) for each in exported.spans]
    assert spans == [(START + 1, START + 2), (START, START + 3)]


def test_the_span_of_a_call_begins_with_the_call_also_where_its_first_event_is_late() -> None:
    exported = Exported(clock=lambda: START)
    facts: dict[str, Any] = {"call": 1, "operation": TITLE, "symbol": None, "ids": {}}
    facts |= {"at": Instant(0, TimeUnit.MICROSECOND), "elapsed": 2.5}
    exported.observer(RequestSent(attempt=1, request=TITLE, weight=1, **facts))
    facts |= {"outcome": None, "evidence": None, "reason": None, "requests": 1}
    exported.observer(CallEnded(verdict=CallVerdict.DONE, **facts))
    assert exported.call.start_time == START - 2_500_000_000


def test_nothing_is_kept_of_a_call_that_has_ended() -> None:
    exported = Exported()
    with client_and_venue("REST", "sync", observe=exported.observer) as pair:
        pair.client.send(CANCEL)
    assert vars(exported.observer)["_calls"] == {}


def test_a_missing_package_names_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    spec = importlib.util.spec_from_file_location("without_it", os.fspath(module.__file__))
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(MissingExtra, match=r"pip install 'orderlists\[opentelemetry\]'"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


def test_an_event_of_another_kind_is_no_span_event() -> None:
    exported, at = Exported(), Instant(0, TimeUnit.MICROSECOND)
    exported.observer(ConnectionFailed(at=at, reason="no route"))
    exported.observer(
        CallEvent(at=at, call=1, operation=TITLE, symbol=None, ids={}, elapsed=0.0),
    )
    assert exported.spans == []
