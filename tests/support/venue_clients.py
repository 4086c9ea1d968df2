"""Raw clients of a venue, without the library: requests and frames, in process and over sockets."""

import asyncio
import json
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import websockets.sync.client as websockets
from websockets.exceptions import ConnectionClosed

from orderlists import TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import (
    Plan,
    Simulator,
    Venue,
    VenueTransport,
    VirtualClock,
)

Outcome = HttpResponse | str
"""A response, or how the connection ended."""
Send = Callable[[HttpRequest], Outcome]


def exchange_over(connection: HTTPConnection, request: HttpRequest) -> HttpResponse:
    connection.request(
        request.method, request.target, body=request.body, headers=dict(request.headers)
    )
    answer = connection.getresponse()
    return HttpResponse(answer.status, tuple(answer.getheaders()), answer.read())


def ending(error: TransportError) -> str:
    how = error.reason.removeprefix("the connection was ")
    return how if error.sent is None else f"{how}, never sent"


@contextmanager
def send_sync(venue: Venue, clock: VirtualClock, plan: Plan) -> Generator[Send]:
    transport = VenueTransport(venue, clock=clock, plan=plan)

    def send(request: HttpRequest) -> Outcome:
        try:
            return transport.send(request, timeout=10.0)
        except TransportError as error:
            return ending(error)

    yield send


@contextmanager
def send_async(venue: Venue, clock: VirtualClock, plan: Plan) -> Generator[Send]:
    transport = VenueTransport(venue, clock=clock, plan=plan)

    def send(request: HttpRequest) -> Outcome:
        try:
            return asyncio.run(transport.asend(request, timeout=10.0))
        except TransportError as error:
            return ending(error)

    yield send


@contextmanager
def send_over_http(venue: Venue, clock: VirtualClock, plan: Plan) -> Generator[Send]:
    with Simulator(venue, clock=clock, plan=plan) as simulator:

        def send(request: HttpRequest) -> Outcome:
            connection = HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)
            with closing(connection):
                try:
                    return exchange_over(connection, request)
                except IncompleteRead:
                    return "cut short"
                except RemoteDisconnected:
                    return "dropped"
                except ConnectionResetError:
                    return "reset"

        yield send


class FrameConnection:
    """A connection of any kind, with errors as text.

    Args:
        send: Sends a frame.
        receive: Returns the next frame; None on timeout.
    """

    def __init__(
        self, send: Callable[[str], None], receive: Callable[[float], str | bytes | None]
    ) -> None:
        self._send = send
        self._receive = receive

    def send(self, frame: str) -> str | None:
        """Send a frame; return the error, if any."""
        try:
            self._send(frame)
        except TransportError as error:
            return ending(error)
        except ConnectionClosed:
            return "over"
        return None

    def receive(self, seconds: float = 10.0) -> Any:
        """Return the next JSON object, any other frame unchanged, or how the connection ended."""
        try:
            frame = self._receive(seconds)
        except TransportError as error:
            return ending(error)
        except ConnectionClosed as error:
            return "shut down" if error.rcvd is not None else "over"
        try:
            return None if frame is None else json.loads(frame)
        except ValueError:
            return frame

    def request(self, frame: str) -> Any:
        """Send a frame, and return the next one."""
        return self.send(frame) or self.receive()


class Connector:
    """Opens connections to a venue."""

    def __init__(
        self, connect: Callable[[str], FrameConnection], was_cut: Callable[[], bool]
    ) -> None:
        self.connect = connect
        self.was_cut = was_cut


@contextmanager
def connector_sync(venue: Venue, clock: VirtualClock, plan: Plan) -> Generator[Connector]:
    transport = VenueTransport(venue, clock=clock, plan=plan)

    def connect(query: str) -> FrameConnection:
        connection = transport.connect(f"/ws-api/v3{query}", timeout=1.0)
        return FrameConnection(
            lambda frame: connection.send(frame, timeout=1.0),
            lambda seconds: connection.receive(timeout=seconds),
        )

    with closing(transport):
        yield Connector(connect, lambda: transport.was_cut)


@contextmanager
def connector_async(venue: Venue, clock: VirtualClock, plan: Plan) -> Generator[Connector]:
    transport = VenueTransport(venue, clock=clock, plan=plan)
    with asyncio.Runner(loop_factory=clock.event_loop) as runner:

        def connect(query: str) -> FrameConnection:
            connection = runner.run(transport.aconnect(f"/ws-api/v3{query}", timeout=1.0))
            return FrameConnection(
                lambda frame: runner.run(connection.asend(frame, timeout=1.0)),
                lambda seconds: runner.run(connection.areceive(timeout=seconds)),
            )

        yield Connector(connect, lambda: transport.was_cut)
        runner.run(transport.aclose())


@contextmanager
def connector_over_sockets(venue: Venue, clock: VirtualClock, plan: Plan) -> Generator[Connector]:
    with (
        Simulator(venue, clock=clock, plan=plan) as simulator,
        ExitStack() as stack,
    ):

        def connect(query: str) -> FrameConnection:
            url = f"{simulator.url.replace('http', 'ws')}/ws-api/v3{query}"
            client = stack.enter_context(websockets.connect(url, close_timeout=1))
            return FrameConnection(client.send, lambda _seconds: client.recv(timeout=10))

        yield Connector(connect, lambda: simulator.was_cut)


def answer(seen: Outcome) -> HttpResponse:
    """Return a response that was received."""
    assert isinstance(seen, HttpResponse), seen
    return seen


def error(seen: Outcome) -> tuple[int, int]:
    """Return the status and the error code of a response that was received."""
    response = answer(seen)
    return response.status, json.loads(response.body)["code"]


def canceled_by(venue: Venue) -> str | None:
    """Return the id of the cancel that ended list 0."""
    return venue.order_list(0).canceled_by


class Listener:
    """A connection with a subscription, and the events received so far."""

    def __init__(
        self,
        venue: Venue,
        signed: Callable[..., str],
        clock: VirtualClock,
        query: str = "",
        plan: Any = None,
    ) -> None:
        self.transport = VenueTransport(venue, clock=clock, plan=plan)
        self.connection = self.transport.connect(f"/ws-api/v3{query}", timeout=1.0)
        self.request(signed("userDataStream.subscribe.signature", recvWindow=60000))

    def request(self, frame: str) -> list[Any]:
        self.connection.send(frame, timeout=1.0)
        return self.received()

    def received(self, *, within: float = 0) -> list[Any]:
        found: list[Any] = []
        while (frame := self.connection.receive(timeout=within)) is not None:
            found.append(json.loads(frame))
        return found
