"""A venue like the documentation's, and a client that shares no code with the library."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from itertools import count
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
import websockets.sync.client as websockets
from websockets.exceptions import ConnectionClosed

from orderlists import TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import (
    EXAMPLE_KEY,
    Plan,
    Rules,
    Simulator,
    Venue,
    VenueTransport,
    VirtualClock,
)

Exchange = Callable[[HttpRequest], HttpResponse]
Seen = HttpResponse | str
"""A response, or how the connection ended."""

Risky = Callable[[HttpRequest], Seen]

PLACED = 1_574_040_868_128_000_000
CANCELED = 1_688_005_070_874_123_456


@pytest.fixture
def clock() -> list[int]:
    """Hold the venue's time in nanoseconds, for a test to move."""
    return [CANCELED]


@pytest.fixture
def documented() -> Callable[[Rules], Venue]:
    """Make a venue in the state of the documentation's example, with these rules."""

    def make(rules: Rules) -> Venue:
        venue = Venue(rules=rules, order_ids=count(2))
        venue.open_oco(
            symbol="LTCBTC",
            side="SELL",
            quantity="10",
            price="3",
            stop_price="1",
            stop_limit_price="1",
            list_client_order_id="C3wyj4WVEktd7u9aVBRXcN",
            stop_client_order_id="pO9ufTiFGg3nw2fOdgeOXa",
            limit_client_order_id="TXOvglzXuaubXAaENpaRCB",
            now=PLACED,
        )
        return venue

    return make


@pytest.fixture
def venue(documented: Callable[[Rules], Venue]) -> Venue:
    return documented(Rules())


@contextmanager
def in_process(venue: Venue, clock: list[int]) -> Generator[Exchange]:
    with closing(VenueTransport(venue, now=lambda: clock[0])) as transport:
        yield lambda request: transport.send(request, timeout=1.0)


@contextmanager
def over_http(venue: Venue, clock: list[int]) -> Generator[Exchange]:
    with Simulator(venue, now=lambda: clock[0]) as simulator:
        connection = HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)
        with closing(connection):
            yield lambda request: _ask(connection, request)


def _ask(connection: HTTPConnection, request: HttpRequest) -> HttpResponse:
    connection.request(
        request.method, request.target, body=request.body, headers=dict(request.headers)
    )
    answer = connection.getresponse()
    return HttpResponse(answer.status, tuple(answer.getheaders()), answer.read())


@pytest.fixture(params=[in_process, over_http])
def exchange(
    request: pytest.FixtureRequest, venue: Venue, clock: list[int]
) -> Iterator[Callable[..., HttpResponse]]:
    """Reach the venue, by either way."""
    with request.param(venue, clock) as way:
        yield way


@pytest.fixture
def hmac_sign() -> Callable[[bytes], str]:
    def sign(payload: bytes) -> str:
        return hmac.new(EXAMPLE_KEY.secret.encode(), payload, hashlib.sha256).hexdigest()

    return sign


@pytest.fixture
def send(exchange: Exchange, hmac_sign: Callable[[bytes], str]) -> Callable[..., HttpResponse]:
    """Sign a query and a form as they are, and send them."""

    def send(
        query: str,
        form: str = "",
        *,
        headers: tuple[tuple[str, str], ...] = (),
        sign: Callable[[bytes], str] = hmac_sign,
        api_key: str | None = EXAMPLE_KEY.api_key,
        media_type: str = "application/x-www-form-urlencoded",
    ) -> HttpResponse:
        signature = quote(sign((query + form).encode()), safe="")
        target = f"/api/v3/orderList?{query}&signature={signature}"
        named = (("X-MBX-APIKEY", api_key),) if api_key is not None else ()
        typed = (("Content-Type", media_type),) if form != "" else ()
        return exchange(HttpRequest("DELETE", target, (*named, *typed, *headers), form.encode()))

    return send


@pytest.fixture
def cancel(send: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Send a signed cancel with these parameters, None to leave one out; on time if not said."""

    def cancel(
        *,
        headers: tuple[tuple[str, str], ...] = (),
        sign: Callable[[bytes], str] | None = None,
        **parameters: object,
    ) -> HttpResponse:
        usual = {"symbol": "LTCBTC", "timestamp": CANCELED // 1_000_000}
        given = {**usual, **parameters}
        query = urlencode([(name, value) for name, value in given.items() if value is not None])
        options = {} if sign is None else {"sign": sign}
        return send(query, headers=headers, **options)

    return cancel


@pytest.fixture
def written(hmac_sign: Callable[[bytes], str]) -> Callable[..., HttpRequest]:
    """Write a signed request with these parameters, None to leave one out."""

    def write(
        method: str,
        path: str,
        *,
        headers: tuple[tuple[str, str], ...] = (),
        **parameters: object,
    ) -> HttpRequest:
        given = {"timestamp": CANCELED // 1_000_000, **parameters}
        query = urlencode([(name, value) for name, value in given.items() if value is not None])
        target = f"{path}?{query}&signature={hmac_sign(query.encode())}"
        return HttpRequest(method, target, (("X-MBX-APIKEY", EXAMPLE_KEY.api_key), *headers))

    return write


@pytest.fixture
def ask(exchange: Exchange, written: Callable[..., HttpRequest]) -> Callable[..., HttpResponse]:
    """Send a signed query."""

    def ask(path: str, **parameters: object) -> HttpResponse:
        return exchange(written("GET", path, **parameters))

    return ask


@pytest.fixture
def virtual() -> VirtualClock:
    return VirtualClock(CANCELED)


def ending(error: TransportError) -> str:
    how = str(error).removeprefix("the connection was ")
    return how if error.sent is None else f"{how}, never sent"


@contextmanager
def risky_sync(venue: Venue, clock: VirtualClock, plan: Plan) -> Generator[Risky]:
    transport = VenueTransport(venue, now=clock.now, plan=plan, sleep=clock.sleep)

    def send(request: HttpRequest) -> Seen:
        try:
            return transport.send(request, timeout=10.0)
        except TransportError as error:
            return ending(error)

    yield send


@contextmanager
def risky_async(venue: Venue, clock: VirtualClock, plan: Plan) -> Generator[Risky]:
    transport = VenueTransport(venue, now=clock.now, plan=plan, asleep=clock.asleep)

    def send(request: HttpRequest) -> Seen:
        try:
            return asyncio.run(transport.asend(request, timeout=10.0))
        except TransportError as error:
            return ending(error)

    yield send


@contextmanager
def risky_http(venue: Venue, clock: VirtualClock, plan: Plan) -> Generator[Risky]:
    with Simulator(venue, now=clock.now, plan=plan, asleep=clock.asleep) as simulator:

        def send(request: HttpRequest) -> Seen:
            connection = HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)
            with closing(connection):
                try:
                    return _ask(connection, request)
                except IncompleteRead:
                    return "cut short"
                except RemoteDisconnected:
                    return "dropped"
                except ConnectionResetError:
                    return "reset"

        yield send


IN_PROCESS = [risky_sync, risky_async]


@pytest.fixture(params=[*IN_PROCESS, risky_http])
def way(
    request: pytest.FixtureRequest,
) -> Callable[[Venue, VirtualClock, Plan], AbstractContextManager[Risky]]:
    found: Callable[[Venue, VirtualClock, Plan], AbstractContextManager[Risky]] = request.param
    return found


@pytest.fixture
def is_in_process(way: object) -> bool:
    return way in IN_PROCESS


@pytest.fixture
def follow(
    way: Callable[[Venue, VirtualClock, Plan], AbstractContextManager[Risky]],
    venue: Venue,
    virtual: VirtualClock,
) -> Iterator[Callable[[Plan], Risky]]:
    """Reach the venue by any of the three ways, where things go as planned."""
    with ExitStack() as stack:
        yield lambda plan: stack.enter_context(way(venue, virtual, plan))


Frames = Callable[..., str]
"""Writes a signed request frame."""


@pytest.fixture
def signed(hmac_sign: Callable[[bytes], str]) -> Frames:
    """Write a signed request of the WebSocket API; None to leave a parameter out."""

    def write(
        method: str,
        number: object = 1,
        *,
        sign: Callable[[bytes], str] = hmac_sign,
        **params: object,
    ) -> str:
        usual = {"apiKey": EXAMPLE_KEY.api_key, "timestamp": CANCELED // 1_000_000}
        sent = {name: value for name, value in {**usual, **params}.items() if value is not None}
        written = {True: "true", False: "false"}
        pairs = [
            f"{name}={written[value] if isinstance(value, bool) else value}"
            for name, value in sorted(sent.items())
        ]
        sent["signature"] = sign("&".join(pairs).encode())
        return json.dumps({"id": number, "method": method, "params": sent}, ensure_ascii=False)

    return write


class Talk:
    """A connection, whatever it is made of: frames in and out, and nothing raised.

    Args:
        send: Sends a frame.
        receive: Returns what comes within some seconds; None for nothing.
    """

    def __init__(
        self, send: Callable[[str], None], receive: Callable[[float], str | bytes | None]
    ) -> None:
        self._send = send
        self._receive = receive

    def send(self, frame: str) -> str | None:
        """Send a frame; returns what was raised, if anything."""
        try:
            self._send(frame)
        except TransportError as error:
            return ending(error)
        except ConnectionClosed:
            return "over"
        return None

    def receive(self, seconds: float = 10.0) -> Any:
        """Return what comes: a JSON object, any other frame as it is, or how it ended."""
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

    def ask(self, frame: str) -> Any:
        """Send a frame, and return what comes."""
        return self.send(frame) or self.receive()


class Party:
    """Whoever talks to a venue: opens connections, and says whether a plan's cut was reached."""

    def __init__(self, connect: Callable[[str], Talk], was_cut: Callable[[], bool]) -> None:
        self.connect = connect
        self.was_cut = was_cut


@contextmanager
def talk_sync(venue: Venue, clock: VirtualClock, plan: Plan) -> Generator[Party]:
    transport = VenueTransport(venue, now=clock.now, plan=plan, sleep=clock.sleep)

    def connect(query: str) -> Talk:
        connection = transport.connect(f"/ws-api/v3{query}", timeout=1.0)
        return Talk(
            lambda frame: connection.send(frame, timeout=1.0),
            lambda seconds: connection.receive(timeout=seconds),
        )

    with closing(transport):
        yield Party(connect, lambda: transport.was_cut)


@contextmanager
def talk_async(venue: Venue, clock: VirtualClock, plan: Plan) -> Generator[Party]:
    transport = VenueTransport(venue, now=clock.now, plan=plan, asleep=clock.asleep)
    with asyncio.Runner(loop_factory=clock.event_loop) as runner:

        def connect(query: str) -> Talk:
            connection = runner.run(transport.aconnect(f"/ws-api/v3{query}", timeout=1.0))
            return Talk(
                lambda frame: runner.run(connection.asend(frame, timeout=1.0)),
                lambda seconds: runner.run(connection.areceive(timeout=seconds)),
            )

        yield Party(connect, lambda: transport.was_cut)
        runner.run(transport.aclose())


@contextmanager
def talk_over_sockets(venue: Venue, clock: VirtualClock, plan: Plan) -> Generator[Party]:
    with (
        Simulator(venue, now=clock.now, plan=plan, asleep=clock.asleep) as simulator,
        ExitStack() as stack,
    ):

        def connect(query: str) -> Talk:
            url = f"{simulator.url.replace('http', 'ws')}/ws-api/v3{query}"
            client = stack.enter_context(websockets.connect(url, close_timeout=1))
            return Talk(client.send, lambda _seconds: client.recv(timeout=10))

        yield Party(connect, lambda: simulator.was_cut)


TALKS_IN_PROCESS = [talk_sync, talk_async]


@pytest.fixture(params=[*TALKS_IN_PROCESS, talk_over_sockets])
def meet(
    request: pytest.FixtureRequest, venue: Venue, virtual: VirtualClock
) -> Iterator[Callable[[Plan], Party]]:
    """Meet the venue by any of the three ways, where things go as planned."""
    with ExitStack() as stack:
        yield lambda plan: stack.enter_context(request.param(venue, virtual, plan))


@pytest.fixture
def talks_in_process(request: pytest.FixtureRequest) -> bool:
    return request.node.callspec.params["meet"] in TALKS_IN_PROCESS


@pytest.fixture
def talk(venue: Venue, virtual: VirtualClock) -> Iterator[Talk]:
    """Talk to the venue in process."""
    with talk_sync(venue, virtual, Plan()) as party:
        yield party.connect("?returnRateLimits=false")
