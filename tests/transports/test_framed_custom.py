"""Clients over framed transports of one's own, which only return frames."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from queue import SimpleQueue
from time import monotonic
from typing import Any, cast

import pytest

from clients import CLIENTS, key_of
from hooked_transport import CANCEL, LOOK, HookedTransport, once
from orderlists import OutcomeUnknown, Policy, TransportError, WebSocketApi
from orderlists_simulator import EXAMPLE_KEY, VenueTransport, example_venue
from orderlists_transports import Client, Clocks
from orderlists_transports._framed.interfaces import Done
from orderlists_transports._framed.io_thread import IoThread
from orderlists_transports._framed.read_by_thread import ReadByThread
from orderlists_transports._settings import CLOCKS

KEY = key_of(EXAMPLE_KEY)
AT_ONCE = Policy(reconcile=False, max_resends=0)


class PlainTransport:
    """A transport that has what the contract asks for, and nothing else."""

    def __init__(self, **hooks: Callable[[], object]) -> None:
        self._inner = HookedTransport(VenueTransport(example_venue(now=0)), **hooks)
        self.opened = self.closed = 0

    def connect(self, target: str, /, *, timeout: float) -> Any:
        self.opened += 1
        return self._inner.connect(target, timeout=timeout)

    async def aconnect(self, target: str, /, *, timeout: float) -> Any:  # noqa: ASYNC109 - the contract
        return self.connect(target, timeout=timeout)

    def close(self) -> None:
        self.closed += 1
        self._inner.close()

    async def aclose(self) -> None:
        self.close()


@pytest.fixture(params=CLIENTS)
def open_client(request: pytest.FixtureRequest) -> Any:
    client = CLIENTS[request.param]

    def open_one(transport: PlainTransport, **settings: Any) -> Any:
        return client(KEY, transport=transport, protocol=WebSocketApi(), **settings)

    return open_one


def test_a_custom_transport_needs_no_more_than_the_contract(open_client: Any) -> None:
    transport = PlainTransport()
    with open_client(transport) as client:
        assert client.send(LOOK).order_list_id == 0
        assert client.send(CANCEL).order_list_id == 0
    assert transport.opened == 1


def test_events_arrive_over_a_custom_transport(open_client: Any) -> None:
    with open_client(PlainTransport()) as client, client.events() as events:
        client.send(CANCEL)
        assert events.wait(5) is not None


def test_a_connection_that_ends_is_replaced(open_client: Any) -> None:
    broken = once(TransportError("reset", sent=None))
    transport = PlainTransport(received=broken)
    with open_client(transport) as client:
        assert client.send(CANCEL).order_list_id == 0
    assert transport.opened == 2


@pytest.mark.parametrize("when", ["sending", "received"])
def test_a_bug_in_a_custom_transport_is_the_cause_of_an_unknown_outcome(
    open_client: Any, when: str
) -> None:
    bug = KeyError("planted")
    with open_client(PlainTransport(**{when: once(bug)})) as client:
        with pytest.raises(OutcomeUnknown) as caught:
            client.send(CANCEL, policy=AT_ONCE)
        assert client.send(LOOK).order_list_id == 0
    assert caught.value.__cause__ is bug


def test_a_frame_that_was_not_sent_says_so(open_client: Any) -> None:
    unsent = once(TransportError("over", sent=False))
    with (
        open_client(PlainTransport(sending=unsent)) as client,
        pytest.raises(TransportError) as caught,
    ):
        client.send(CANCEL, policy=AT_ONCE)
    assert caught.value.sent is False


def test_closing_raises_the_error_of_the_clock_and_closes_the_transport(open_client: Any) -> None:
    bugs: list[Exception] = []

    def read_clock() -> int:
        if bugs:
            raise bugs.pop()
        return CLOCKS.monotonic()

    transport = PlainTransport()
    with open_client(transport, clocks=Clocks(monotonic=read_clock)) as client:
        bugs.append(ZeroDivisionError("planted"))
        with pytest.raises(ZeroDivisionError, match="planted"):
            client.close()
        assert transport.closed == 1


def collect(clients: list[Client]) -> None:
    clients.clear()
    gc.collect()


def test_an_unclosed_client_that_is_collected_closes_its_connections_and_ends_its_thread() -> None:
    closed = threading.Event()
    clients = [Client(KEY, transport=PlainTransport(closing=closed.set), protocol=WebSocketApi())]
    clients[0].send(LOOK)
    thread = cast("IoThread", vars(vars(clients[0])["_channel"])["_loop"])
    with pytest.warns(ResourceWarning, match="unclosed client over"):
        collect(clients)
    assert closed.wait(5)
    until = monotonic() + 5
    while thread.is_used:
        assert monotonic() < until


def test_a_bug_after_the_outcome_of_a_call_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[object] = []
    bug = ZeroDivisionError("planted")

    def report(args: threading.ExceptHookArgs) -> None:
        reported.append(args.exc_value)

    def begin(done: Done) -> None:
        done(5, None)
        raise bug

    monkeypatch.setattr(threading, "excepthook", report)
    with Client(KEY, transport=PlainTransport(), protocol=WebSocketApi()) as client:
        channel: Any = vars(client)["_channel"]
        assert channel._result_of(begin) == 5  # noqa: SLF001
    assert reported == [bug]


def test_two_threads_that_come_at_once_in_a_forked_child_share_a_connection() -> None:
    transport = PlainTransport()
    with Client(KEY, transport=transport, protocol=WebSocketApi()) as client:
        channel: Any = vars(client)["_channel"]
        vars(channel)["_process"] = -1  # That of the parent.
        client.send(LOOK)
        # Of the thread that was second.
        channel._call(channel._start_in_child)  # noqa: SLF001
        client.send(LOOK)
    assert transport.opened == 1


def test_receiving_none_without_a_timeout_is_a_bug_that_names_the_contract() -> None:
    class Silent:
        def receive(self, *, timeout: float | None) -> None:
            assert timeout is None

    thread, lost = IoThread(), SimpleQueue[Exception]()
    connection: Any = Silent()
    ReadByThread(connection, thread, 1.0).listen(print, lost.put)
    error = lost.get(timeout=5)
    thread.stop()
    assert isinstance(error, AssertionError)
    # An installed package with a pytest plugin has its assertions rewritten, which adds a line.
    assert str(error).startswith("receive(timeout=None) returned None")


def test_threads_share_a_transport_in_the_same_process() -> None:
    venue = example_venue(now=0)
    failures: list[BaseException] = []
    with Client(KEY, transport=VenueTransport(venue), protocol=WebSocketApi()) as client:

        def look() -> None:
            try:
                for _ in range(20):
                    client.send(LOOK)
            except BaseException as error:  # noqa: BLE001 - any is a failure
                failures.append(error)

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

    assert failures == []
