"""Entering an event stream, and waiting for evidence."""

from typing import Any

import pytest

from orderlists import HandshakeRefused, TransportError
from orderlists._commands import AwaitEvent
from orderlists._connections.commands import EnsureSubscribed, WaitOn
from orderlists._connections.event_evidence import EventEvidence
from orderlists._connections.event_queue import EventQueue
from orderlists._connections.event_stream import await_event, first_subscription, next_event
from orderlists.extending import HttpResponse
from toy_client import SECOND, ToyClient
from toy_protocol import ToyProtocol

NO_ROUTE = TransportError("no route", sent=False)


class Subscriber:
    """A subscriber of a client."""

    def __init__(self, protocol: ToyProtocol | None = None) -> None:
        self.client = ToyClient(protocol)
        self.queue: EventQueue = self.client.manager.events.open_queue(99)

    def wait(self, seconds: float) -> Any:
        client = self.client
        timeout = int(seconds * SECOND)
        item = client.run(next_event(client.manager, self.queue, client.now, timeout=timeout))
        return getattr(item, "event_type", item)

    def enter(self, seconds: float = 15) -> None:
        client = self.client
        timeout = int(seconds * SECOND)
        client.run(first_subscription(client.manager, client.now, timeout=timeout))

    @property
    def sent(self) -> list[str]:
        return [each for each in self.client.log if isinstance(each, str)]


# The first subscription.


def test_entering_a_stream_connects_and_subscribes() -> None:
    subscriber = Subscriber()
    subscriber.enter()

    assert subscriber.client.manager.delivers_events(0)


def test_entering_a_stream_retries_with_backoff_until_the_timeout() -> None:
    subscriber = Subscriber()
    subscriber.client.connect_errors = [NO_ROUTE] * 99
    with pytest.raises(TransportError, match="no route"):
        subscriber.enter(15)

    # At 0, 0.1, 0.3, 0.7, 1.5, 3.1, 6.3, 12.7 s.
    assert subscriber.sent == ["connect"] * 8


def test_entering_a_stream_succeeds_by_a_retry() -> None:
    subscriber = Subscriber()
    subscriber.client.connect_errors = [NO_ROUTE] * 3
    subscriber.enter(15)

    assert subscriber.sent == [*["connect"] * 4, "SubscribeSigned"]


@pytest.mark.parametrize("status", [401, 429, 418])
def test_entering_a_stream_raises_a_refusal_at_once(status: int) -> None:
    subscriber = Subscriber()
    subscriber.client.answers["SubscribeSigned"] = [(status, "60")]

    with pytest.raises(Exception, match=f"HTTP {status}"):
        subscriber.enter()
    assert subscriber.client.passed == 0


def test_entering_a_stream_raises_an_error_that_is_not_retryable_at_once() -> None:
    subscriber = Subscriber()
    subscriber.client.connect_errors = [HandshakeRefused(HttpResponse(404, ()))]

    with pytest.raises(HandshakeRefused):
        subscriber.enter()


def test_entering_a_stream_passes_its_deadline() -> None:
    client = ToyClient()
    command = next(first_subscription(client.manager, client.now, timeout=SECOND))

    assert command == EnsureSubscribed(SECOND)


# Evidence.


def test_a_proof_is_returned_as_soon_as_events_hold_it() -> None:
    subscriber = Subscriber()
    subscriber.enter()
    client = subscriber.client
    proofs = [None, None, "proof", "proof"]

    def on_wait(command: WaitOn) -> None:
        assert command.until == 3 * SECOND
        assert not command.is_done()
        assert not command.is_done()
        assert command.is_done()

    client.on_wait = on_wait

    def find(_: EventEvidence) -> str | None:
        return proofs.pop(0)

    command = AwaitEvent(find, 3.0)

    assert client.run(await_event(client.manager, command, client.now)) == "proof"


@pytest.mark.parametrize("connected", [True, False])
def test_await_event_returns_at_once_without_a_subscription(*, connected: bool) -> None:
    client = ToyClient()
    if connected:
        client.connect()

    def find(evidence: EventEvidence) -> object:
        return evidence.canceled_under("mine")

    command = AwaitEvent(find, 3.0)

    assert client.run(await_event(client.manager, command, client.now)) is None
    assert client.passed == 0
